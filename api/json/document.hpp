// JSON read strictly. Everything on which two readers could differ is refused, not repaired:
// duplicate keys, nesting deeper than 32, numbers that are not finite (1e400), lone surrogates,
// NUL, a byte order mark, invalid UTF-8, comments, trailing commas, anything behind the value.
//
// Boost.JSON does the parsing, behind this header.
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace gongkai::api::json {

// What can be wrong with a text or with its content. The words of name_of() are permanent: clients
// may switch on them.
enum class Fault : std::uint8_t {
    // of the text
    syntax,
    too_deep,
    duplicate_key,
    number_range,
    nul_character,
    // of the content, see reader.hpp
    wrong_type,
    missing,
    unknown,
    too_short,
    too_long,
    out_of_range,
    not_allowed,
    bad_text,
};
std::string_view name_of(Fault fault);

struct Issue {
    Fault fault = Fault::syntax;
    std::string pointer;  // RFC 6901; "" is the whole document
    std::string detail, detail_zh;
};

enum class Kind : std::uint8_t { null, boolean, integer, real, text, list, object };

// A view of one value; valid as long as its Document.
class Value {
  public:
    Kind kind() const;
    bool boolean() const;           // Kind::boolean only
    std::string_view text() const;  // Kind::text only; well-formed UTF-8 without NUL
    // Kind::integer only. False: greater than an int64 can hold.
    bool integer(std::int64_t& out) const;
    double real() const;  // Kind::integer or Kind::real
    // Members or elements, in their order; 0 for anything else than an object or a list.
    std::size_t size() const;
    Value element(std::size_t index) const;         // Kind::list or Kind::object
    std::string_view key(std::size_t index) const;  // Kind::object
    // The index of a member, or npos. Kind::object only.
    std::size_t find(std::string_view key) const;
    static constexpr std::size_t npos = static_cast<std::size_t>(-1);
    // Written anew, without white space, members in their order.
    std::string to_json() const;

  private:
    friend class Document;
    explicit Value(const void* value) : value_(value) {}
    const void* value_;
};

class Document {
  public:
    Document(Document&&) noexcept;
    Document& operator=(Document&&) noexcept;
    ~Document();
    Value root() const;

    struct Impl;
    explicit Document(std::unique_ptr<Impl> impl);

  private:
    std::unique_ptr<Impl> impl_;
};

constexpr std::size_t max_depth = 32;

// Never throws for any input. The text may go away afterwards.
boost::system::result<Document, Issue> parse(std::string_view text);

// Appends "/token" in the escaping of RFC 6901.
void append_pointer(std::string& pointer, std::string_view token);

}  // namespace gongkai::api::json
