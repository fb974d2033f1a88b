#include "language/assigned_pattern.hpp"

#include <fmt/format.h>

#include <charconv>

namespace gongkai::language {

namespace {

using engine::Assigned;
using Kind = Assigned::Piece::Kind;

constexpr std::int64_t kLeastCode = 8;
constexpr std::int64_t kMostCode = 32;
constexpr std::uint16_t kMostWidth = 12;
constexpr std::size_t kMostPattern = 200;  // bytes

class Pattern {
  public:
    Pattern(const Node& node, Shape& shape, FieldSyntax& out)
        : node_(node), shape_(shape), out_(out) {}

    void read() {
        const std::string_view text = node_.text;
        if (text.size() > kMostPattern)
            return wrong(0, text.size(), {"a pattern has at most 200 bytes", "编号样式过长"});
        std::size_t at = 0;
        while (at < text.size()) {
            const std::size_t brace = text.find_first_of("{}", at);
            if (brace == std::string_view::npos) {
                literal(text.substr(at));
                break;
            }
            if (brace > at) literal(text.substr(at, brace - at));
            const std::size_t end = text.find_first_of("{}", brace + 1);
            if (text[brace] == '}' || end == std::string_view::npos || text[end] == '{')
                return wrong(brace, 1, {"a placeholder is written {NAME}", "占位符应写作 {名称}"});
            if (!placeholder(brace, text.substr(brace + 1, end - brace - 1))) return;
            at = end + 1;
        }
        check_number();
    }

  private:
    void wrong(std::size_t offset, std::size_t length, Message message, Message hint = {}) {
        shape_.error(shape_.within(node_, offset, length), "bad_pattern", std::move(message),
                     std::move(hint));
    }

    void literal(std::string_view text) {
        pieces().push_back({Kind::literal, std::string(text), 0});
    }

    bool placeholder(std::size_t brace, std::string_view word) {
        const std::size_t length = word.size() + 2;
        const std::size_t colon = word.find(':');
        const std::string_view name = word.substr(0, colon);
        const std::string_view rest =
            colon == std::string_view::npos ? std::string_view() : word.substr(colon + 1);
        const bool bare = colon == std::string_view::npos;
        if (bare && name == "year") return simple(Kind::year);
        if (bare && name == "month") return simple(Kind::month);
        if (bare && name == "department") return simple(Kind::department);
        if (bare && name == "flow") return simple(Kind::flow);
        if (bare && name == "number") return simple(Kind::number);
        if (name == "number") {
            std::uint16_t width = 0;
            const auto end = rest.data() + rest.size();
            const auto parsed = std::from_chars(rest.data(), end, width);
            if (parsed.ec == std::errc() && parsed.ptr == end && width >= 1 &&
                width <= kMostWidth) {
                pieces().push_back({Kind::number, "", width});
                return true;
            }
            wrong(brace, length,
                  {"the width of a number is 1 to 12 digits", "序号的位数应为 1 至 12"});
            return false;
        }
        if (name == "field" && !bare) {
            Name field =
                shape_.checked({std::string(rest), shape_.within(node_, brace + 7, rest.size())});
            if (!field.given()) return false;
            pieces().push_back({Kind::field, field.text, 0});
            out_.pattern_fields.push_back(std::move(field));
            return true;
        }
        wrong(brace, length,
              {fmt::format("`{{{}}}` is no placeholder", word),
               fmt::format("“{{{}}}”不是占位符", word)},
              {"one of: {year}, {month}, {department}, {flow}, {field:NAME}, {number}, {number:4}",
               "可用：{year}、{month}、{department}、{flow}、{field:名称}、{number}、{number:4}"});
        return false;
    }

    bool simple(Kind kind) {
        pieces().push_back({kind, "", 0});
        return true;
    }

    // Two texts of one pattern are never the same: the number is there, and can be told from what
    // stands beside it.
    void check_number() {
        const auto& all = pieces();
        std::size_t numbers = 0;
        bool apart = true;
        for (std::size_t i = 0; i < all.size(); ++i) {
            if (all[i].kind != Kind::number) continue;
            ++numbers;
            apart = apart && (i == 0 || separates(all[i - 1], true)) &&
                    (i + 1 == all.size() || separates(all[i + 1], false));
        }
        if (numbers != 1) {
            wrong(0, node_.text.size(),
                  {"a pattern has exactly one {number}, or every document would get the same text",
                   "编号样式须有且只有一个 {number}，否则编号会重复"});
        } else if (!apart) {
            wrong(0, node_.text.size(),
                  {"the number must be set apart from what stands beside it, as in {year}-{number}",
                   "序号与相邻内容之间须有分隔符，如 {year}-{number}"});
        }
    }

    static bool separates(const Assigned::Piece& piece, bool before) {
        if (piece.kind != Kind::literal) return false;
        const char nearest = before ? piece.text.back() : piece.text.front();
        return nearest < '0' || nearest > '9';
    }

    std::vector<Assigned::Piece>& pieces() { return out_.field.assigned->pattern; }

    const Node& node_;
    Shape& shape_;
    FieldSyntax& out_;
};

}  // namespace

void read_assigned(const Node& node, Shape& shape, FieldSyntax& out) {
    out.field.assigned.emplace();
    if (node.is_map()) {
        if (!shape.map(node, kAssignmentKeys)) return;
        const Node* code = node.find("code");
        if (code == nullptr) return;
        if (const auto length = shape.number(*code, kLeastCode, kMostCode))
            out.field.assigned->code_length = static_cast<std::uint16_t>(*length);
        return;
    }
    if (shape.is_text(node)) Pattern(node, shape, out).read();
}

}  // namespace gongkai::language
