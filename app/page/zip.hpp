// A ZIP file of a few parts, in memory: what an OOXML document is. libarchive is named in zip.cpp
// only.
#pragma once

#include <span>
#include <string>

#include "engine/result.hpp"

namespace gongkai::app {

struct ZipPart {
    std::string name;  // "word/document.xml"
    std::string bytes;
};

// Deflated, in this order, with one fixed time: equal parts make equal bytes. Error `io`.
engine::Result<std::string> zip(std::span<const ZipPart> parts);

}  // namespace gongkai::app
