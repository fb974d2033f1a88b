#include "storage/audit/canonical_json.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/string.hpp>
#include <charconv>
#include <vector>

#include "storage/audit/hash.hpp"

namespace gongkai::storage::audit {

namespace {

namespace json = boost::json;
using engine::Error;
using engine::ErrorCode;

// What a byte means at the start of a character: plain, escaped, or the length of its UTF-8
// sequence.
enum Class : std::uint8_t { plain = 1, two = 2, three = 3, four = 4, escaped = 5, bad = 6 };

constexpr std::array<std::uint8_t, 256> classes = [] {
    std::array<std::uint8_t, 256> table{};
    for (unsigned c = 0; c < 256; ++c) {
        if (c == 0 || (c >= 0x80 && c < 0xc2) || c > 0xf4)
            table[c] = bad;
        else if (c < 0x20 || c == '"' || c == '\\')
            table[c] = escaped;
        else if (c < 0x80)
            table[c] = plain;
        else
            table[c] = c < 0xe0 ? two : c < 0xf0 ? three : four;
    }
    return table;
}();

bool is_continuation(unsigned char c) noexcept {
    return (c & 0xc0) == 0x80;
}

// `at` is on a lead byte of a sequence of `length` bytes that lies inside the text. Refuses
// overlong forms, surrogates and what is beyond U+10FFFF.
bool is_sequence(const unsigned char* at, unsigned length) noexcept {
    for (unsigned i = 1; i < length; ++i) {
        if (!is_continuation(at[i])) return false;
    }
    if (at[0] == 0xe0) return at[1] >= 0xa0;
    if (at[0] == 0xed) return at[1] < 0xa0;
    if (at[0] == 0xf0) return at[1] >= 0x90;
    if (at[0] == 0xf4) return at[1] < 0x90;
    return true;
}

void append_escape(std::string& out, unsigned char c) {
    static constexpr char digits[] = "0123456789abcdef";
    switch (c) {
        case '"':
            out += "\\\"";
            return;
        case '\\':
            out += "\\\\";
            return;
        case '\b':
            out += "\\b";
            return;
        case '\t':
            out += "\\t";
            return;
        case '\n':
            out += "\\n";
            return;
        case '\f':
            out += "\\f";
            return;
        case '\r':
            out += "\\r";
            return;
        default:
            out += "\\u00";
            out += digits[c >> 4];
            out += digits[c & 15];
    }
}

bool is_plain_name(std::string_view name) noexcept {
    return std::all_of(name.begin(), name.end(), [](char c) {
        const std::uint8_t kind = classes[static_cast<unsigned char>(c)];
        return kind != escaped && c != '\0';
    });
}

// Reads canonical JSON and nothing else, byte by byte.
class Scanner {
  public:
    explicit Scanner(std::string_view text) noexcept
        : at_(reinterpret_cast<const unsigned char*>(text.data())), end_(at_ + text.size()) {}

    bool value(std::size_t depth) {
        if (at_ == end_) return false;
        switch (*at_) {
            case '{':
                return depth < canonical_max_depth && object(depth);
            case '[':
                return depth < canonical_max_depth && array(depth);
            case '"':
                return string();
            case 't':
                return word("true");
            case 'f':
                return word("false");
            case 'n':
                return word("null");
            default:
                return number();
        }
    }
    bool at_end() const noexcept { return at_ == end_; }

  private:
    // A name as it stands between its quotes, and whether something in it is escaped.
    struct Name {
        std::string_view text;
        bool has_escapes = false;

        std::string unescaped() const {
            std::string out;
            for (std::size_t i = 0; i < text.size(); ++i) {
                if (text[i] != '\\') {
                    out += text[i];
                    continue;
                }
                switch (text[++i]) {
                    case 'b':
                        out += '\b';
                        break;
                    case 't':
                        out += '\t';
                        break;
                    case 'n':
                        out += '\n';
                        break;
                    case 'f':
                        out += '\f';
                        break;
                    case 'r':
                        out += '\r';
                        break;
                    case 'u':
                        out += static_cast<char>(
                            (text[i + 3] - '0') * 16 +
                            (text[i + 4] <= '9' ? text[i + 4] - '0' : text[i + 4] - 'a' + 10));
                        i += 4;
                        break;
                    default:
                        out += text[i];
                }
            }
            return out;
        }
        bool comes_before(const Name& other) const {
            if (!has_escapes && !other.has_escapes) return text < other.text;
            return unescaped() < other.unescaped();
        }
    };

    bool take(char c) noexcept {
        if (at_ == end_ || *at_ != static_cast<unsigned char>(c)) return false;
        ++at_;
        return true;
    }
    bool word(std::string_view letters) noexcept {
        if (static_cast<std::size_t>(end_ - at_) < letters.size() ||
            std::string_view(reinterpret_cast<const char*>(at_), letters.size()) != letters)
            return false;
        at_ += letters.size();
        return true;
    }
    bool number() noexcept {
        const bool is_negative = take('-');
        if (at_ == end_ || *at_ < '0' || *at_ > '9') return false;
        if (*at_ == '0') {
            ++at_;
            // What follows is looked at by the caller, so that "01" is refused there.
            return !is_negative;
        }
        std::int64_t value = 0;
        for (; at_ != end_ && *at_ >= '0' && *at_ <= '9'; ++at_) {
            value = value * 10 + (*at_ - '0');
            if (value > canonical_max_integer) return false;
        }
        return true;
    }
    // Behind the backslash.
    bool escape() noexcept {
        if (at_ == end_) return false;
        const unsigned char c = *at_++;
        if (c != 'u')
            return std::string_view("\"\\btnfr").find(static_cast<char>(c)) !=
                   std::string_view::npos;
        if (end_ - at_ < 4 || at_[0] != '0' || at_[1] != '0' || (at_[2] != '0' && at_[2] != '1'))
            return false;
        const unsigned char last = at_[3];
        if (!(last >= '0' && last <= '9') && !(last >= 'a' && last <= 'f')) return false;
        // NUL does not exist, and what has a short escape is spelled with it.
        if (at_[2] == '0' &&
            std::string_view("089acd").find(static_cast<char>(last)) != std::string_view::npos)
            return false;
        at_ += 4;
        return true;
    }
    bool string(Name* name = nullptr) noexcept {
        if (!take('"')) return false;
        const auto* const begin = at_;
        bool has_escapes = false;
        while (at_ != end_) {
            const std::uint8_t kind = classes[*at_];
            if (kind == plain) {
                ++at_;
            } else if (*at_ == '"') {
                if (name != nullptr)
                    *name = {{reinterpret_cast<const char*>(begin),
                              static_cast<std::size_t>(at_ - begin)},
                             has_escapes};
                ++at_;
                return true;
            } else if (*at_ == '\\') {
                ++at_;
                has_escapes = true;
                if (!escape()) return false;
            } else if (kind <= four && end_ - at_ >= kind && is_sequence(at_, kind)) {
                at_ += kind;
            } else {
                return false;
            }
        }
        return false;
    }
    bool array(std::size_t depth) {
        ++at_;
        if (take(']')) return true;
        do {
            if (!value(depth + 1)) return false;
        } while (take(','));
        return take(']');
    }
    bool object(std::size_t depth) {
        ++at_;
        if (take('}')) return true;
        Name before;
        bool is_first = true;
        do {
            Name name;
            if (!string(&name)) return false;
            if (!is_first && !before.comes_before(name)) return false;
            is_first = false;
            before = name;
            if (!take(':') || !value(depth + 1)) return false;
        } while (take(','));
        return take('}');
    }

    const unsigned char* at_;
    const unsigned char* end_;
};

}  // namespace

bool is_canonical(std::string_view bytes) {
    Scanner scanner(bytes);
    return scanner.value(0) && scanner.at_end();
}

bool append_json_string(std::string& out, std::string_view utf8) {
    const std::size_t begin = out.size();
    out += '"';
    const auto* at = reinterpret_cast<const unsigned char*>(utf8.data());
    const auto* const end = at + utf8.size();
    const auto* run = at;  // what was read and need not change is copied in one go
    while (at != end) {
        const std::uint8_t kind = classes[*at];
        if (kind == plain) {
            ++at;
        } else if (kind == escaped) {
            out.append(reinterpret_cast<const char*>(run), static_cast<std::size_t>(at - run));
            append_escape(out, *at);
            run = ++at;
        } else if (kind != bad && end - at >= kind && is_sequence(at, kind)) {
            at += kind;
        } else {
            out.resize(begin);
            return false;
        }
    }
    out.append(reinterpret_cast<const char*>(run), static_cast<std::size_t>(end - run));
    out += '"';
    return true;
}

void CanonicalWriter::before_value() {
    if (is_done_) stop_on_bug("canonical JSON: a second value at the top");
    if (depth_ == 0) {
        is_done_ = true;
        return;
    }
    Level& level = levels_[depth_ - 1];
    if (level.is_object) {
        if (!has_name_) stop_on_bug("canonical JSON: a member without a name");
        has_name_ = false;
    } else {
        if (!level.is_empty) out_ += ',';
        level.is_empty = false;
    }
}

void CanonicalWriter::open(char bracket, bool is_object) {
    before_value();
    is_done_ = false;
    if (depth_ == canonical_max_depth) stop_on_bug("canonical JSON: too deep");
    levels_[depth_++] = Level{0, 0, is_object, true};
    out_ += bracket;
}

void CanonicalWriter::close(char bracket, bool is_object) {
    if (depth_ == 0 || levels_[depth_ - 1].is_object != is_object || has_name_)
        stop_on_bug("canonical JSON: a bracket closed that is not open");
    out_ += bracket;
    if (--depth_ == 0) is_done_ = true;
}

CanonicalWriter& CanonicalWriter::begin_object() {
    open('{', true);
    return *this;
}

CanonicalWriter& CanonicalWriter::end_object() {
    close('}', true);
    return *this;
}

CanonicalWriter& CanonicalWriter::begin_array() {
    open('[', false);
    return *this;
}

CanonicalWriter& CanonicalWriter::end_array() {
    close(']', false);
    return *this;
}

CanonicalWriter& CanonicalWriter::key(std::string_view name) {
    if (depth_ == 0 || !levels_[depth_ - 1].is_object || has_name_)
        stop_on_bug("canonical JSON: a name outside of an object");
    if (!is_plain_name(name)) stop_on_bug("canonical JSON: a name that needs escaping");
    Level& level = levels_[depth_ - 1];
    if (!level.is_empty) {
        if (std::string_view(out_).substr(level.name_begin, level.name_size) >= name)
            stop_on_bug("canonical JSON: names out of order");
        out_ += ',';
    }
    level.is_empty = false;
    level.name_begin = out_.size() + 1;
    level.name_size = name.size();
    if (!append_json_string(out_, name)) stop_on_bug("canonical JSON: a name that is not UTF-8");
    out_ += ':';
    has_name_ = true;
    return *this;
}

CanonicalWriter& CanonicalWriter::string(std::string_view utf8) {
    before_value();
    if (!append_json_string(out_, utf8)) error_ = "a string that is not UTF-8 or has a NUL";
    return *this;
}

CanonicalWriter& CanonicalWriter::integer(std::int64_t value) {
    before_value();
    if (value > canonical_max_integer || value < -canonical_max_integer)
        error_ = "an integer beyond 2^53 - 1";
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    out_.append(digits, static_cast<std::size_t>(end - digits));
    return *this;
}

CanonicalWriter& CanonicalWriter::boolean(bool value) {
    before_value();
    out_ += value ? "true" : "false";
    return *this;
}

CanonicalWriter& CanonicalWriter::null() {
    before_value();
    out_ += "null";
    return *this;
}

CanonicalWriter& CanonicalWriter::hex(const std::uint8_t* bytes, std::size_t count) {
    before_value();
    out_ += '"';
    append_hex(out_, {bytes, count});
    out_ += '"';
    return *this;
}

CanonicalWriter& CanonicalWriter::raw(std::string_view canonical) {
    before_value();
    if (!is_canonical(canonical)) error_ = "a fragment that is not canonical itself";
    out_ += canonical;
    return *this;
}

Result<void> CanonicalWriter::finish() {
    if (depth_ != 0 || !is_done_) stop_on_bug("canonical JSON: finished in the middle of a value");
    if (error_ == nullptr) return {};
    out_.resize(begin_);
    return Error{ErrorCode::malformed, std::string("canonical JSON cannot hold ") + error_};
}

namespace {

// Why the value cannot be written, or null.
const char* append_value(const json::value& value, std::string& out, std::size_t depth);

const char* append_object(const json::object& object, std::string& out, std::size_t depth) {
    std::vector<const json::key_value_pair*> members;
    members.reserve(object.size());
    for (const json::key_value_pair& member : object)
        members.push_back(&member);
    const auto name = [](const json::key_value_pair* member) {
        return std::string_view(member->key().data(), member->key().size());
    };
    std::sort(members.begin(), members.end(),
              [&](const auto* a, const auto* b) { return name(a) < name(b); });
    out += '{';
    for (const json::key_value_pair* member : members) {
        if (member != members.front()) out += ',';
        if (!append_json_string(out, name(member))) return "a name that is not UTF-8 or has a NUL";
        out += ':';
        if (const char* error = append_value(member->value(), out, depth + 1)) return error;
    }
    out += '}';
    return nullptr;
}

const char* append_array(const json::array& array, std::string& out, std::size_t depth) {
    out += '[';
    bool is_first = true;
    for (const json::value& element : array) {
        if (!is_first) out += ',';
        is_first = false;
        if (const char* error = append_value(element, out, depth + 1)) return error;
    }
    out += ']';
    return nullptr;
}

const char* append_value(const json::value& value, std::string& out, std::size_t depth) {
    if (value.is_structured() && depth == canonical_max_depth) return "more than 64 levels";
    switch (value.kind()) {
        case json::kind::null:
            out += "null";
            return nullptr;
        case json::kind::bool_:
            out += value.get_bool() ? "true" : "false";
            return nullptr;
        case json::kind::int64: {
            const std::int64_t number = value.get_int64();
            if (number > canonical_max_integer || number < -canonical_max_integer)
                return "an integer beyond 2^53 - 1";
            out += std::to_string(number);
            return nullptr;
        }
        case json::kind::uint64: {
            const std::uint64_t number = value.get_uint64();
            if (number > static_cast<std::uint64_t>(canonical_max_integer))
                return "an integer beyond 2^53 - 1";
            out += std::to_string(number);
            return nullptr;
        }
        case json::kind::double_:
            return "a number that is not a plain integer";
        case json::kind::string: {
            const json::string& text = value.get_string();
            return append_json_string(out, {text.data(), text.size()})
                       ? nullptr
                       : "a string that is not UTF-8 or has a NUL";
        }
        case json::kind::array:
            return append_array(value.get_array(), out, depth);
        case json::kind::object:
            return append_object(value.get_object(), out, depth);
    }
    stop_on_bug("canonical JSON: a kind of value that does not exist");
}

}  // namespace

Result<void> write_canonical(const json::value& value, std::string& out) {
    const std::size_t begin = out.size();
    if (const char* error = append_value(value, out, 0)) {
        out.resize(begin);
        return Error{ErrorCode::malformed, std::string("canonical JSON cannot hold ") + error};
    }
    return {};
}

// Boost.JSON reads more than is canonical: doubled names (the last one wins), 1e400, \u0000,
// spaces, any order. All of that is caught by writing what was read: only canonical bytes come back
// the same.
Result<json::value> parse_canonical(std::string_view bytes) {
    json::parse_options options;
    options.max_depth = canonical_max_depth;
    json::error_code failure;
    json::value value =
        json::parse({bytes.data(), bytes.size()}, failure, json::storage_ptr(), options);
    if (failure) return Error{ErrorCode::malformed, "not JSON: " + failure.message()};
    std::string again;
    again.reserve(bytes.size());
    TRY_VOID(write_canonical(value, again));
    if (again == bytes) return value;
    const auto difference =
        std::mismatch(bytes.begin(), bytes.end(), again.begin(), again.end()).first - bytes.begin();
    return Error{ErrorCode::malformed,
                 "JSON that is not canonical: the first difference is at byte " +
                     std::to_string(difference)};
}

}  // namespace gongkai::storage::audit
