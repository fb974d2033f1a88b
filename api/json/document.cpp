#include "api/json/document.hpp"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <boost/json/value_stack.hpp>
#include <charconv>
#include <cmath>
#include <optional>
#include <vector>

namespace gongkai::api::json {

namespace bj = boost::json;

namespace {

using Error = boost::system::error_code;
using Text = bj::string_view;

const bj::value& at(const void* value) {
    return *static_cast<const bj::value*>(value);
}

std::string_view view(Text text) {
    return {text.data(), text.size()};
}

// What the parser tells goes on to Boost's own stack of values; on the way it is looked at for what
// the parser itself lets pass, and the place is remembered for the message.
class Handler {
  public:
    static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

    bj::value_stack stack;
    std::optional<Fault> fault;

    bool on_document_begin(Error&) { return true; }
    bool on_document_end(Error&) { return true; }
    bool on_object_begin(Error&) { return open(true); }
    bool on_object_end(std::size_t count, Error& ec) {
        if (has_duplicate(ec)) return false;
        stack.push_object(count);
        return close();
    }
    bool on_array_begin(Error&) { return open(false); }
    bool on_array_end(std::size_t count, Error&) {
        stack.push_array(count);
        return close();
    }
    bool on_key_part(Text part, std::size_t, Error& ec) {
        keys_.append(part.data(), part.size());
        stack.push_chars(part);
        return without_nul(part, ec);
    }
    bool on_key(Text part, std::size_t total, Error& ec) {
        keys_.append(part.data(), part.size());
        frames_.back().keys.push_back({keys_.size() - total, total});
        stack.push_key(part);
        return without_nul(part, ec);
    }
    bool on_string_part(Text part, std::size_t, Error& ec) {
        stack.push_chars(part);
        return without_nul(part, ec);
    }
    bool on_string(Text part, std::size_t, Error& ec) {
        stack.push_string(part);
        return without_nul(part, ec) && next();
    }
    bool on_number_part(Text part, Error&) {
        digits_.append(part.data(), part.size());
        return true;
    }
    bool on_int64(std::int64_t number, Text, Error&) {
        digits_.clear();
        stack.push_int64(number);
        return next();
    }
    bool on_uint64(std::uint64_t number, Text, Error&) {
        digits_.clear();
        stack.push_uint64(number);
        return next();
    }
    // The parser's own number may be off in its last bit, so the digits are read again.
    bool on_double(double, Text part, Error& ec) {
        digits_.append(part.data(), part.size());
        double number = 0;
        const auto end = digits_.data() + digits_.size();
        const auto [stop, failed] = std::from_chars(digits_.data(), end, number);
        digits_.clear();
        if (failed != std::errc() || stop != end || !std::isfinite(number))
            return refuse(Fault::number_range, ec);
        stack.push_double(number);
        return next();
    }
    bool on_bool(bool yes, Error&) {
        stack.push_bool(yes);
        return next();
    }
    bool on_null(Error&) {
        stack.push_null();
        return next();
    }
    bool on_comment_part(Text, Error&) { return true; }
    bool on_comment(Text, Error&) { return true; }

    // Where the parser stands.
    std::string pointer() const {
        std::string out;
        for (std::size_t i = 0; i < depth_; ++i) {
            const auto& frame = frames_[i];
            if (!frame.object)
                append_pointer(out, std::to_string(frame.index));
            else if (!frame.keys.empty())
                append_pointer(out, key(frame.keys.back()));
        }
        return out;
    }

  private:
    struct Span {
        std::size_t at, size;
    };
    struct Frame {
        bool object = false;
        std::size_t index = 0, keys_from = 0;
        std::vector<Span> keys;
    };

    std::string_view key(Span span) const {
        return std::string_view(keys_).substr(span.at, span.size);
    }

    bool open(bool object) {
        frames_.resize(std::max(frames_.size(), ++depth_));
        auto& frame = frames_[depth_ - 1];
        frame.object = object;
        frame.index = 0;
        frame.keys_from = keys_.size();
        frame.keys.clear();
        return true;
    }
    bool close() {
        keys_.resize(frames_[--depth_].keys_from);
        return next();
    }
    bool next() {
        if (depth_ > 0) ++frames_[depth_ - 1].index;
        return true;
    }
    bool refuse(Fault what, Error& ec) {
        fault = what;
        ec = bj::error::syntax;
        return false;
    }
    bool without_nul(Text part, Error& ec) {
        return view(part).find('\0') == std::string_view::npos || refuse(Fault::nul_character, ec);
    }
    bool has_duplicate(Error& ec) {
        auto& spans = frames_[depth_ - 1].keys;
        std::sort(spans.begin(), spans.end(), [this](Span a, Span b) { return key(a) < key(b); });
        const auto same = std::adjacent_find(spans.begin(), spans.end(),
                                             [this](Span a, Span b) { return key(a) == key(b); });
        if (same == spans.end()) return false;
        spans.push_back(*same);  // for pointer()
        refuse(Fault::duplicate_key, ec);
        return true;
    }

    std::string digits_;  // of the number that is being read
    std::string keys_;    // of all open objects, one behind the other
    std::vector<Frame> frames_;
    std::size_t depth_ = 0;
};

Issue describe(Fault fault, std::string pointer, std::size_t offset) {
    Issue issue;
    issue.fault = fault;
    issue.pointer = std::move(pointer);
    const std::string place = std::to_string(offset);
    switch (fault) {
        case Fault::too_deep:
            issue.detail = "nested deeper than 32 levels";
            issue.detail_zh = "嵌套超过 32 层";
            break;
        case Fault::duplicate_key:
            issue.detail = "the same key twice in one object";
            issue.detail_zh = "同一对象中的键重复";
            break;
        case Fault::number_range:
            issue.detail = "a number too large or too small to be represented";
            issue.detail_zh = "数值过大或过小，无法表示";
            break;
        case Fault::nul_character:
            issue.detail = "a NUL character in a string";
            issue.detail_zh = "字符串中含有 NUL 字符";
            break;
        default:
            issue.detail = "not valid JSON near byte " + place;
            issue.detail_zh = "第 " + place + " 字节附近不是合法的 JSON";
    }
    return issue;
}

}  // namespace

std::string_view name_of(Fault fault) {
    static constexpr std::string_view names[] = {
        "syntax",       "too_deep",    "duplicate_key", "number_range", "nul_character",
        "wrong_type",   "missing",     "unknown",       "too_short",    "too_long",
        "out_of_range", "not_allowed", "bad_text"};
    return names[static_cast<std::size_t>(fault)];
}

void append_pointer(std::string& pointer, std::string_view token) {
    pointer += '/';
    for (const char c : token) {
        if (c == '~')
            pointer += "~0";
        else if (c == '/')
            pointer += "~1";
        else
            pointer += c;
    }
}

struct Document::Impl {
    bj::monotonic_resource memory;
    std::optional<bj::value> root;
};

Document::Document(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;
Document::~Document() = default;
Value Document::root() const {
    return Value(&*impl_->root);
}

boost::system::result<Document, Issue> parse(std::string_view text) {
    bj::parse_options options;
    options.max_depth = max_depth;
    bj::basic_parser<Handler> parser(options);
    auto impl = std::make_unique<Document::Impl>();
    auto& handler = parser.handler();
    handler.stack.reset(&impl->memory);
    Error ec;
    const auto used = parser.write_some(false, text.data(), text.size(), ec);
    if (!ec && used != text.size()) ec = bj::error::extra_data;
    if (ec) {
        const auto fault =
            handler.fault.value_or(ec == bj::error::too_deep ? Fault::too_deep : Fault::syntax);
        return describe(fault, handler.pointer(), used);
    }
    impl->root = handler.stack.release();
    return Document(std::move(impl));
}

Kind Value::kind() const {
    switch (at(value_).kind()) {
        case bj::kind::null:
            return Kind::null;
        case bj::kind::bool_:
            return Kind::boolean;
        case bj::kind::int64:
        case bj::kind::uint64:
            return Kind::integer;
        case bj::kind::double_:
            return Kind::real;
        case bj::kind::string:
            return Kind::text;
        case bj::kind::array:
            return Kind::list;
        case bj::kind::object:
            break;
    }
    return Kind::object;
}

bool Value::boolean() const {
    return at(value_).as_bool();
}

std::string_view Value::text() const {
    const auto& string = at(value_).as_string();
    return {string.data(), string.size()};
}

bool Value::integer(std::int64_t& out) const {
    const auto* number = at(value_).if_int64();
    if (number) out = *number;
    return number != nullptr;
}

double Value::real() const {
    return at(value_).to_number<double>();
}

std::size_t Value::size() const {
    if (const auto* list = at(value_).if_array()) return list->size();
    if (const auto* object = at(value_).if_object()) return object->size();
    return 0;
}

Value Value::element(std::size_t index) const {
    if (const auto* list = at(value_).if_array()) return Value(&list->at(index));
    return Value(&(at(value_).as_object().begin() + static_cast<std::ptrdiff_t>(index))->value());
}

std::string_view Value::key(std::size_t index) const {
    return view((at(value_).as_object().begin() + static_cast<std::ptrdiff_t>(index))->key());
}

std::size_t Value::find(std::string_view key) const {
    const auto& object = at(value_).as_object();
    const auto found = object.find(Text(key.data(), key.size()));
    return found == object.end() ? npos : static_cast<std::size_t>(found - object.begin());
}

std::string Value::to_json() const {
    return bj::serialize(at(value_));
}

}  // namespace gongkai::api::json
