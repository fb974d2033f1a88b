# Run by the build for gongkai_embed: writes stem.S (the bytes) and stem.cpp (the table) from stem.list.
file(READ ${stem}.list files)
list(SORT files)
set(externs "")
set(rows "")
set(assembly "    .section .rodata\n")
set(number 0)
foreach(file IN LISTS files)
    file(RELATIVE_PATH path ${dir} ${file})
    file(SIZE ${file} size)
    file(SHA256 ${file} sum)
    set(symbol gongkai_embedded_${name}_${number})
    string(APPEND assembly "    .global ${symbol}\n${symbol}: // ${sum}\n    .incbin \"${file}\"\n    .byte 0\n")
    string(APPEND externs "extern \"C\" const char ${symbol}[];\n")
    string(APPEND rows "    {\"${path}\", {${symbol}, ${size}}, \"${sum}\"},\n")
    math(EXPR number "${number} + 1")
endforeach()
string(APPEND assembly "    .section .note.GNU-stack,\"\",%progbits\n")
file(WRITE ${stem}.S "${assembly}")
file(WRITE ${stem}.cpp "#include \"embedded/${name}.hpp\"

#include <array>

${externs}
namespace gongkai::embedded {
static const std::array<File, ${number}> files{{
${rows}}};

std::span<const File> ${name}() { return files; }
}  // namespace gongkai::embedded
")
