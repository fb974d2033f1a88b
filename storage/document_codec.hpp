// engine::Document as the compact bytes that a store keeps in one row.
//
// Not part of the record: the record is the leaves, and a document can be folded from them again.
// The first byte is the format version; later versions of the program read all earlier ones.
#pragma once

#include <string>
#include <string_view>

#include "engine/document.hpp"
#include "engine/result.hpp"

namespace gongkai::storage {

// Appends the document to `out`. Equal documents give equal bytes.
void encode_document(const engine::Document& document, std::string& out);

// Error `malformed` for anything but the exact output of encode_document: cut short, bytes left
// over, an unknown version, a number that is out of range or not written in the shortest way.
engine::Result<engine::Document> decode_document(std::string_view bytes);

}  // namespace gongkai::storage
