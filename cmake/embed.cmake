# gongkai_embed(TARGET NAME DIR [PATTERN ...])
#
# Puts the files below DIR that match a PATTERN (default: every file) into TARGET, so that the program
# runs from any directory. DIR may also name a single file. A source of TARGET reads them so:
#
#     #include "embedded/NAME.hpp"
#     for (const gongkai::embedded::File& file : gongkai::embedded::NAME()) ...
#
# where File has `path` (relative to DIR, sorted, / between the parts), `bytes` and `sha256` (hex; serves
# as an ETag). All three are views into the read-only part of the program and live as long as it runs.
#
# The bytes enter through .incbin; the sums stand in the generated sources, so a changed file
# always reaches the binary, with ccache or without. New files are seen at the next build.
function(gongkai_embed target name dir)
    get_target_property(type ${target} TYPE)
    if(type STREQUAL INTERFACE_LIBRARY)
        return()  # a room without sources has nobody to read the files
    endif()
    if(IS_DIRECTORY ${dir})
        set(patterns ${ARGN})
        if(NOT patterns)
            set(patterns *)
        endif()
        list(TRANSFORM patterns PREPEND ${dir}/)
        file(GLOB_RECURSE files LIST_DIRECTORIES false CONFIGURE_DEPENDS ${patterns})
    else()
        set(files ${dir})
        get_filename_component(dir ${dir} DIRECTORY)
    endif()

    set(include ${CMAKE_BINARY_DIR}/embedded)
    set(stem ${include}/embedded/${name})
    file(CONFIGURE OUTPUT ${include}/embedded/file.hpp CONTENT [[#pragma once
#include <string_view>

namespace gongkai::embedded {
/// A file that was built into the program.
struct File {
    std::string_view path;    ///< relative to the embedded folder
    std::string_view bytes;   ///< followed by a NUL that is not counted
    std::string_view sha256;  ///< of the bytes, 64 hex digits
};
}  // namespace gongkai::embedded
]] @ONLY)
    file(CONFIGURE OUTPUT ${stem}.hpp CONTENT [[#pragma once
#include <span>

#include "embedded/file.hpp"

namespace gongkai::embedded {
/// The files of @name@, sorted by path.
std::span<const File> @name@();
}  // namespace gongkai::embedded
]] @ONLY)
    # The list goes through a file: a command line has an end.
    file(CONFIGURE OUTPUT ${stem}.list CONTENT "${files}" @ONLY)
    add_custom_command(
        OUTPUT ${stem}.S ${stem}.cpp
        COMMAND ${CMAKE_COMMAND} -Dname=${name} -Ddir=${dir} -Dstem=${stem}
            -P ${CMAKE_SOURCE_DIR}/cmake/embed_write.cmake
        DEPENDS ${files} ${stem}.list ${CMAKE_SOURCE_DIR}/cmake/embed_write.cmake
        COMMENT "Embedding ${name}"
        VERBATIM)
    target_sources(${target} PRIVATE ${stem}.S ${stem}.cpp)
    target_include_directories(${target} PRIVATE ${include})
endfunction()
