// The text files that rules are written in, and the places in them that a diagnostic points to.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace gongkai::language {

// A file of workflows/. `path` is relative to that folder, with '/' between the parts:
// "decision.yaml", "parts/public_comment.yaml".
struct SourceFile {
    std::string path;
    std::string text;  // the bytes of the file
    bool operator==(const SourceFile&) const = default;
};

using FileId = std::uint32_t;

// A stretch of bytes of one file. Only readers of files use it: what their callers see is a
// Diagnostic.
struct Span {
    FileId file = 0;
    std::uint32_t offset = 0;
    std::uint32_t length = 0;
};

}  // namespace gongkai::language
