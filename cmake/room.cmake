# gongkai_room(NAME USES ...): one library from the sources that lie in the room's folder.
# The folder is globbed so that adding a file needs no edit here; a room that still has no source
# is an interface target, so that the rooms above it can already name it.
function(gongkai_room name)
    cmake_parse_arguments(ARG "" "" "USES" ${ARGN})
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
    if(sources)
        add_library(gongkai_${name} STATIC ${sources})
        target_link_libraries(gongkai_${name} PRIVATE gongkai_flags PUBLIC ${ARG_USES})
        target_include_directories(gongkai_${name} PUBLIC ${CMAKE_SOURCE_DIR})
    else()
        add_library(gongkai_${name} INTERFACE)
        target_link_libraries(gongkai_${name} INTERFACE ${ARG_USES})
    endif()
endfunction()
