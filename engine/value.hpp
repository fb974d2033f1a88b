// What a field of a document can hold, as far as the rules are concerned.
//
// The engine never sees free text. A text or a table enters as a salted commitment
// (docs/audit_format.md) together with its length, so that a history can be replayed, and every
// proof checked, after the text itself was purged (保密法实施条例 第41条: a classified text must
// not stay on a system that is not made for it).
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "engine/time.hpp"

namespace gongkai::engine {

using Digest = std::array<std::uint8_t, 32>;  // SHA-256

// People and machines are numbers in the record; names and accounts live where they can be
// corrected and erased. 0 is nobody.
using PersonId = std::uint32_t;

// 64 bits, growing with time (so that rows of one day lie side by side); given by the caller, never
// by the engine.
using DocumentId = std::uint64_t;

// Departments are known by a short code, e.g. "employment"; unique within an installation.
using DepartmentCode = std::string;

struct Committed {
    Digest commitment{};
    std::uint32_t size = 0;  // code points of a text, rows of a table
    auto operator<=>(const Committed&) const = default;
};

struct Choice {
    std::uint16_t index =
        0;  // into Field::choices of the definition that the document is pinned to
    auto operator<=>(const Choice&) const = default;
};

using Value = std::variant<bool, std::int64_t, Date, Choice, Committed, Instant>;

struct Attachment {
    Digest digest{};         // SHA-256 of the bytes
    std::uint64_t size = 0;  // bytes
    Committed name;          // file names leak as much as text does
    auto operator<=>(const Attachment&) const = default;
};

}  // namespace gongkai::engine
