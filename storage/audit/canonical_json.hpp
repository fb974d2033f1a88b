// Canonical JSON: the one spelling that a value has in the record.
//
//   - UTF-8 without BOM; no byte that is not needed: no space, no newline
//   - members of an object sorted by the bytes of their names, each name once
//   - numbers are integers from -(2^53 - 1) to 2^53 - 1, without "-0", leading zeros, fraction or
//   exponent
//   - in strings only these are escaped: \" \\ \b \t \n \f \r, and the other characters below
//   U+0020 as \u00xx with
//     lowercase digits. U+0000 and lone surrogates do not exist
//   - at most 64 arrays and objects inside each other
//
// So equal values are equal bytes, and parse-then-write is the identity on what the parser accepts.
#pragma once

#include <array>
#include <boost/json/value.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/result.hpp"

namespace gongkai::storage::audit {

using engine::Result;

inline constexpr std::size_t canonical_max_depth = 64;
inline constexpr std::int64_t canonical_max_integer = 9007199254740991;  // 2^53 - 1

// Appends canonical JSON to a string that the caller owns (and can reuse: the writer allocates
// nothing else).
//
// The caller emits the members of an object in order. A name that is out of order, doubled, or
// needs escaping, a member without a name, unbalanced brackets: these are bugs of the caller and
// stop the process, in release builds too. What comes from outside is reported by finish(): a
// string that is not UTF-8 or has a NUL, an integer out of range.
class CanonicalWriter {
  public:
    // Appends behind what `out` holds already. `out` must outlive the writer and not be touched
    // before finish().
    explicit CanonicalWriter(std::string& out) noexcept : out_(out), begin_(out.size()) {}
    CanonicalWriter(const CanonicalWriter&) = delete;
    CanonicalWriter& operator=(const CanonicalWriter&) = delete;

    CanonicalWriter& begin_object();
    CanonicalWriter& end_object();
    CanonicalWriter& begin_array();
    CanonicalWriter& end_array();
    CanonicalWriter& key(std::string_view name);
    CanonicalWriter& string(std::string_view utf8);
    CanonicalWriter& integer(std::int64_t value);
    CanonicalWriter& boolean(bool value);
    CanonicalWriter& null();
    // A string of lowercase hexadecimal digits.
    CanonicalWriter& hex(const std::uint8_t* bytes, std::size_t count);
    // One value that is canonical JSON already; finish() reports one that is not.
    CanonicalWriter& raw(std::string_view canonical);

    // To be called once, at the end. Error `malformed`: `out` is as it was before the writer.
    Result<void> finish();

  private:
    struct Level {
        std::size_t name_begin = 0;  // the last member name, in out_
        std::size_t name_size = 0;
        bool is_object = false;
        bool is_empty = true;
    };
    void before_value();
    void open(char bracket, bool is_object);
    void close(char bracket, bool is_object);

    std::string& out_;
    std::size_t begin_;
    std::size_t depth_ = 0;
    bool has_name_ = false;
    bool is_done_ = false;
    const char* error_ = nullptr;
    std::array<Level, canonical_max_depth> levels_;
};

// Appends `value`, sorting its members. Error `malformed` (floating point, integer out of range,
// not UTF-8, NUL, too deep): `out` is untouched.
Result<void> write_canonical(const boost::json::value& value, std::string& out);

// Accepts exactly the bytes that write_canonical() produces. Error `malformed` says what is wrong
// and at which byte.
Result<boost::json::value> parse_canonical(std::string_view bytes);

// The same question without an answer to look into: reads once and allocates nothing (about a
// nanosecond a byte).
bool is_canonical(std::string_view bytes);

// Appends `utf8` as a JSON string in quotes. False where it is not UTF-8 or has a NUL: `out` is
// untouched.
bool append_json_string(std::string& out, std::string_view utf8);

}  // namespace gongkai::storage::audit
