// Writes JSON straight into one string. Commas come by themselves; that every key gets one value
// and every begin its end is the caller's part.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace gongkai::api::json {

class Writer {
  public:
    explicit Writer(std::size_t reserve = 512) { out_.reserve(reserve); }

    Writer& begin_object() { return open('{'); }
    Writer& end_object() { return close('}'); }
    Writer& begin_array() { return open('['); }
    Writer& end_array() { return close(']'); }

    Writer& key(std::string_view name);
    // Text that is not well-formed UTF-8 is repaired with U+FFFD: what is sent is always valid
    // JSON.
    Writer& value(std::string_view text);
    Writer& value(const char* text) { return value(std::string_view(text)); }
    Writer& value(bool yes);
    template <std::integral Number>
    Writer& value(Number number) {
        if constexpr (std::is_signed_v<Number>)
            return signed_number(number);
        else
            return unsigned_number(number);
    }
    // Finite only; anything else is written as null.
    Writer& value(double number);
    Writer& null();
    // A value that is JSON already.
    Writer& raw(std::string_view json);

    template <class Value>
    Writer& member(std::string_view name, const Value& content) {
        key(name);
        return value(content);
    }
    // Leaves the member out when the text is empty.
    Writer& member_unless_empty(std::string_view name, std::string_view text) {
        return text.empty() ? *this : member(name, text);
    }

    const std::string& text() const { return out_; }
    // The finished text; the writer is empty afterwards.
    std::string take() { return std::move(out_); }

  private:
    void separate() {
        if (out_.empty()) return;
        const char last = out_.back();
        if (last != '{' && last != '[' && last != ':') out_ += ',';
    }
    Writer& open(char bracket) {
        separate();
        out_ += bracket;
        return *this;
    }
    Writer& close(char bracket) {
        out_ += bracket;
        return *this;
    }
    Writer& signed_number(std::int64_t number);
    Writer& unsigned_number(std::uint64_t number);
    void quote(std::string_view text);

    std::string out_;
};

// The text as a JSON string, quotes included.
std::string quoted(std::string_view text);

}  // namespace gongkai::api::json
