#include "language/expression.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "engine/time.hpp"
#include "language/guard_token.hpp"

namespace gongkai::language {

using engine::FieldType;
using engine::kNone;
using engine::Op;
using engine::Term;

namespace {

// Parentheses and `not` within each other.
constexpr int kMaxNesting = 48;
// With parameters put in; also what bounds the time of one evaluation.
constexpr std::size_t kMaxTerms = 2'000;
// Of `related REL >= N`: no check goes through more.
constexpr std::int64_t kMostRelated = 100;

const char* type_name(FieldType type) {
    static constexpr std::array<const char*, 7> kNames{"flag", "number", "date",  "choice",
                                                       "text", "table",  "moment"};
    return kNames.at(static_cast<std::size_t>(type));
}
const char* type_name_zh(FieldType type) {
    static constexpr std::array<const char*, 7> kNames{"是非字段", "数字", "日期", "选项",
                                                       "文本",     "表格", "时刻"};
    return kNames.at(static_cast<std::size_t>(type));
}

// Thrown at the first mistake in the grammar; what follows it could only confuse.
struct Stop {};

// The text with its parameters put in, for explanations.
std::string written_out(const Node& node, int depth) {
    std::string out;
    for (std::size_t at = 0; at < node.text.size();) {
        std::size_t end = at + 1;
        const Node* value = nullptr;
        if (node.text[at] == '$' && depth < kMaxNesting) {
            while (end < node.text.size() && is_name_character(node.text[end]))
                ++end;
            value = node.find(std::string_view(node.text).substr(at + 1, end - at - 1));
        }
        if (value == nullptr) {
            out += node.text.substr(at, end - at);
        } else {
            out += "(" + written_out(*value, depth + 1) + ")";
        }
        at = end;
    }
    return out;
}

class Compiler {
  public:
    Compiler(const Node& node, GuardScope& scope, Reporter& reporter)
        : node_(&node), text_(node.text), scope_(scope), reporter_(reporter) {}

    engine::Guard run() {
        engine::Guard guard;
        try {
            whole();
            guard.text = written_out(*node_, 0);
            if (stack_depth(terms_) > engine::kGuardDepth) {
                fail(0, text_.size(), "guard_too_complex",
                     {"the condition is nested too deeply", "条件嵌套过深"});
            }
        } catch (const Stop&) {
            failed_ = true;
        }
        if (failed_) terms_ = {Term{Op::constant, kNone, 0}};
        guard.terms = std::move(terms_);
        return guard;
    }

  private:
    void whole() {
        if (text_.size() > kMaxGuardBytes) {
            fail(0, 1, "guard_too_complex",
                 {fmt::format("the condition is longer than {} bytes", kMaxGuardBytes),
                  fmt::format("条件超过 {} 字节", kMaxGuardBytes)});
        }
        next();
        disjunction();
        if (token_.kind != Token::Kind::end) {
            unexpected("`and`, `or` or the end", "“and”、“or”或结尾");
        }
    }

    // `$name` in a part: the guard that the one who runs the part gives, as if in parentheses.
    void parameter() {
        const Token token = token_;
        const Node* value = node_->find(token.text.substr(1));
        if (value == nullptr) {
            std::vector<std::string> candidates;
            for (const Node::Entry& entry : node_->entries)
                candidates.push_back("$" + entry.key);
            fail(token.offset, token.text.size(), "unknown_parameter",
                 {fmt::format("there is no parameter `{}` here", token.text),
                  fmt::format("此处没有参数“{}”", token.text)},
                 did_you_mean(token.text, candidates));
        }
        if (!value->is_text()) {
            fail(token.offset, token.text.size(), "wrong_shape",
                 {fmt::format("`{}` stands for no condition", token.text),
                  fmt::format("“{}”不是条件", token.text)});
        }
        const Node* outer = node_;
        const std::string_view outer_text = text_;
        const std::size_t outer_at = at_;
        node_ = value;
        text_ = value->text;
        at_ = 0;
        whole();
        node_ = outer;
        text_ = outer_text;
        at_ = outer_at;
        next();
    }

    [[noreturn]] void fail(std::size_t offset, std::size_t length, std::string code,
                           Message message, Message hint = {}) {
        report(offset, length, std::move(code), std::move(message), std::move(hint));
        throw Stop{};
    }

    void report(std::size_t offset, std::size_t length, std::string code, Message message,
                Message hint = {}) {
        failed_ = true;
        reporter_.error(span_within(*node_, offset, length, reporter_), std::move(code),
                        std::move(message), std::move(hint));
    }

    [[noreturn]] void unexpected(std::string_view wanted, std::string_view wanted_zh) {
        if (token_.kind == Token::Kind::end) {
            const std::size_t last = text_.find_last_not_of(" \t\n");
            fail(last == std::string_view::npos ? 0 : last, 1, "guard_syntax",
                 {fmt::format("the condition ends where {} is expected", wanted),
                  fmt::format("条件在此结束，应为{}", wanted_zh)});
        }
        fail(token_.offset, token_.text.size(), "guard_syntax",
             {fmt::format("{} is expected here, not `{}`", wanted, token_.text),
              fmt::format("此处应为{}，而不是“{}”", wanted_zh, token_.text)});
    }

    // ---- words

    void next() {
        token_ = next_token(text_, at_);
        if (token_.kind != Token::Kind::strange) return;
        const char c = token_.text.front();
        Message hint;
        if (c == '&' || c == '|' || c == '!') {
            hint = {"conditions are joined by `and`, `or` and `not`", "条件用 and、or、not 连接"};
        } else if (c >= 'A' && c <= 'Z') {
            hint = {"names are written in lower case", "名称使用小写字母"};
        } else if (c == '\'' || c == '"') {
            hint = {"the content of a text cannot be compared", "不能比较文本内容"};
        }
        fail(token_.offset, token_.text.size(), "guard_syntax",
             {fmt::format("`{}` means nothing in a condition", token_.text),
              fmt::format("条件中不能使用“{}”", token_.text)},
             hint);
    }

    bool is(std::string_view word) const {
        return (token_.kind == Token::Kind::word || token_.kind == Token::Kind::symbol) &&
               token_.text == word;
    }
    bool accept(std::string_view word) {
        if (!is(word)) return false;
        next();
        return true;
    }
    void expect(std::string_view word) {
        if (!accept(word)) {
            unexpected(fmt::format("`{}`", word), fmt::format("“{}”", word));
        }
    }
    Token name(std::string_view what, std::string_view what_zh) {
        if (token_.kind != Token::Kind::word || is_guard_word(token_.text)) {
            unexpected(what, what_zh);
        }
        const Token token = token_;
        next();
        return token;
    }

    void emit(Op op, std::uint16_t subject = kNone, std::int64_t operand = 0) {
        if (terms_.size() >= kMaxTerms) {
            fail(0, 1, "guard_too_complex",
                 {fmt::format("the condition has more than {} parts", kMaxTerms),
                  fmt::format("条件超过 {} 项", kMaxTerms)});
        }
        terms_.push_back({op, subject, operand});
    }
    void constant(bool value) { emit(Op::constant, kNone, value ? 1 : 0); }

    // ---- grammar

    void disjunction() {
        conjunction();
        while (accept("or")) {
            conjunction();
            emit(Op::op_or);
        }
    }
    void conjunction() {
        negation();
        while (accept("and")) {
            negation();
            emit(Op::op_and);
        }
    }
    void negation() {
        if (++nesting_ > kMaxNesting) {
            fail(token_.offset, token_.text.size(), "guard_too_complex",
                 {"the condition is nested too deeply", "条件嵌套过深"});
        }
        if (accept("not")) {
            negation();
            emit(Op::op_not);
        } else if (accept("(")) {
            disjunction();
            expect(")");
        } else if (token_.kind == Token::Kind::parameter) {
            parameter();
        } else {
            test();
        }
        --nesting_;
    }

    void test() {
        if (accept("true")) return constant(true);
        if (accept("false")) return constant(false);
        if (accept("signed")) return signature();
        if (accept("in")) return presence();
        if (accept("attachments")) return attachments();
        if (accept("actor")) {
            expect("is");
            const Token role = name("a role", "岗位名称");
            const std::uint16_t index = scope_.role(role.text);
            if (index == kNone) unknown(role, "role", "岗位", GuardScope::Kind::role);
            return emit(Op::actor_has_role, kNone, index);
        }
        if (accept("approvals")) {
            expect("of");
            const Token state = name("a state", "环节名称");
            const auto [known, id] = scope_.countersign(state.text);
            if (known == Known::nowhere) {
                unknown(state, "state", "环节", GuardScope::Kind::state);
            } else if (known == Known::here && id == kNone) {
                report(state.offset, state.text.size(), "type_error",
                       {fmt::format("`{}` is no countersigning state", state.text),
                        fmt::format("“{}”不是会签环节", state.text)});
            }
            return counted(Op::approvals_at_least, id, known == Known::here);
        }
        if (is("length") || is("rows")) {
            const bool length = is("length");
            next();
            expect("of");
            const Token field = name("a field", "字段名称");
            return size_of(field, length);
        }
        // No reserved words, so that a field or a relation may be called like one.
        if (is("expired") && name_follows()) return deadline();
        if ((is("every") || is("some") || is("related")) && name_follows()) return related();
        comparison(name("a condition", "条件"));
    }

    bool name_follows() const {
        std::size_t at = at_;
        const Token ahead = next_token(text_, at);
        return ahead.kind == Token::Kind::word && !is_guard_word(ahead.text);
    }

    // `every REL in tag TAG`, `some REL in tag TAG`, `related REL >= N`
    void related() {
        const std::string_view how = token_.text;
        next();
        const Token token = name("a relation", "关联名称");
        const auto [known, id] = scope_.relation(token.text);
        if (known == Known::nowhere) {
            unknown(token, "relation", "关联", GuardScope::Kind::relation);
        }
        if (how == "related") {
            return counted(Op::related_at_least, id, known == Known::here, kMostRelated);
        }
        expect("in");
        expect("tag");
        const Token tag = name("a tag", "标记名称");
        // A relation that this flow does not have relates nothing: every one of none is in the tag.
        if (known == Known::nowhere) return constant(how == "every");
        const auto [tag_known, index] = scope_.related_tag(id, tag.text);
        if (tag_known == Known::nowhere) {
            const std::string flow = scope_.related_flow(id);
            const Message where = flow.empty() ? scope_.where()
                                               : Message{fmt::format(" in the flow `{}`", flow),
                                                         fmt::format("流程“{}”", flow)};
            report(tag.offset, tag.text.size(), "unknown_tag",
                   {fmt::format("there is no tag `{}`{}", tag.text, where.en),
                    fmt::format("{}没有标记“{}”", where.zh, tag.text)},
                   scope_.suggest_related_tag(id, tag.text));
        }
        if (tag_known != Known::here) return constant(how == "every");
        emit(how == "every" ? Op::every_related_in_tag : Op::some_related_in_tag, id, index);
    }

    // `expired NAME`, `expired NAME by DATE`
    void deadline() {
        next();
        const Token token = name("a deadline", "期限名称");
        const auto [known, timers] = scope_.deadlines(token.text);
        if (known == Known::nowhere) {
            unknown(token, "deadline", "期限", GuardScope::Kind::deadline);
        }
        std::optional<GuardScope::FieldName> day;
        if (accept("by")) day = date_named();
        if (timers.empty() || (day && day->known != Known::here)) return constant(false);
        for (std::size_t i = 0; i < timers.size(); ++i) {
            if (day) {
                emit(Op::deadline_expired_by, timers[i], day->id);
            } else {
                emit(Op::deadline_expired, timers[i]);
            }
            if (i > 0) emit(Op::op_or);
        }
    }

    void signature() {
        const Token token = name("a signature", "签署名称");
        const auto [known, id] = scope_.signature(token.text);
        if (known == Known::nowhere) {
            unknown(token, "signature", "签署", GuardScope::Kind::signature);
        }
        Op op = Op::signed_live;
        if (accept("by")) {
            expect("another");
            op = Op::signed_by_another;
        }
        if (known != Known::here) return constant(false);
        emit(op, id);
    }

    void presence() {
        if (accept("tag")) {
            const Token token = name("a tag", "标记名称");
            const auto [known, index] = scope_.tag(token.text);
            if (known == Known::nowhere) unknown(token, "tag", "标记", GuardScope::Kind::tag);
            if (known != Known::here) return constant(false);
            return emit(Op::in_tag, kNone, index);
        }
        const Token token = name("a state or `tag`", "环节名称或“tag”");
        const auto [known, states] = scope_.states(token.text);
        if (known == Known::nowhere) unknown(token, "state", "环节", GuardScope::Kind::state);
        if (known != Known::here || states.empty()) return constant(false);
        for (std::size_t i = 0; i < states.size(); ++i) {
            emit(Op::in_state, states[i]);
            if (i > 0) emit(Op::op_or);
        }
    }

    void attachments() {
        if (accept("given")) return emit(Op::attachments_at_least, kNone, 1);
        if (accept("missing")) {
            emit(Op::attachments_at_least, kNone, 1);
            return emit(Op::op_not);
        }
        counted(Op::attachments_at_least, kNone, true);
    }

    // A count that is never unknown: every comparison is made of "at least".
    void counted(Op op, std::uint16_t subject, bool here, std::int64_t most = 1'000'000) {
        const std::string_view sign = relation();
        const std::int64_t n = number(0, most);
        const auto at_least = [&](std::int64_t least) {
            if (here) {
                emit(op, subject, least);
            } else {
                constant(least <= 0);
            }
        };
        if (sign == "=" || sign == "!=") {
            at_least(n);
            at_least(n + 1);
            emit(Op::op_not);
            emit(Op::op_and);
            if (sign == "!=") emit(Op::op_not);
            return;
        }
        at_least(sign == ">" || sign == "<=" ? n + 1 : n);
        if (sign == "<" || sign == "<=") emit(Op::op_not);
    }

    void size_of(const Token& token, bool length) {
        const auto found = scope_.field(token.text);
        if (found.known == Known::nowhere) {
            unknown(token, "field", "字段", GuardScope::Kind::field);
        }
        const FieldType wanted = length ? FieldType::text : FieldType::table;
        if (found.field != nullptr && found.field->type != wanted) {
            report(token.offset, token.text.size(), "type_error",
                   {fmt::format("`{}` is no {}", token.text, length ? "text" : "table"),
                    fmt::format("“{}”不是{}", token.text, length ? "文本" : "表格")});
        }
        const std::string_view sign = relation();
        ordered(found, sign, number(0, 1'000'000'000));
    }

    void comparison(const Token& token) {
        const auto found = scope_.field(token.text);
        if (found.known == Known::nowhere) {
            unknown(token, "field", "字段", GuardScope::Kind::field);
        }
        const bool here = found.known == Known::here;
        if (accept("given")) {
            return here ? emit(Op::field_given, found.id) : constant(false);
        }
        if (accept("missing")) {
            if (!here) return constant(true);
            emit(Op::field_given, found.id);
            return emit(Op::op_not);
        }
        if (accept("matches")) return matches(token, found);
        if (accept("in")) return membership(token, found);
        if (!is_relation()) {
            unexpected("`given`, `missing`, `=`, `in` or another comparison",
                       "“given”、“missing”、“=”、“in”或其他比较");
        }
        const std::size_t offset = token_.offset;
        const std::string_view sign = relation();
        const FieldType type = found.field == nullptr ? FieldType::number : found.field->type;
        if (type == FieldType::date && token_.kind == Token::Kind::word) {
            return compare_dates(found, sign);
        }
        if (sign == "=" || sign == "!=") {
            equals(token, found);
            if (sign == "!=") emit(Op::op_not);
            return;
        }
        if (found.field != nullptr && type != FieldType::number && type != FieldType::date) {
            Message hint;
            if (type == FieldType::text) {
                hint = {fmt::format("write `length of {} {} ...`", token.text, sign),
                        fmt::format("请写“length of {} {} …”", token.text, sign)};
            } else if (type == FieldType::table) {
                hint = {fmt::format("write `rows of {} {} ...`", token.text, sign),
                        fmt::format("请写“rows of {} {} …”", token.text, sign)};
            }
            fail(offset, sign.size(), "type_error",
                 {fmt::format("`{}` is a {} and has no order", token.text, type_name(type)),
                  fmt::format("“{}”是{}，不能比较大小", token.text, type_name_zh(type))},
                 hint);
        }
        ordered(found, sign, literal(token, found));
    }

    GuardScope::FieldName date_named() {
        const Token token = name("a date or a field", "日期或字段名称");
        const auto found = scope_.field(token.text);
        if (found.known == Known::nowhere) {
            unknown(token, "field", "字段", GuardScope::Kind::field);
        } else if (found.field != nullptr && found.field->type != FieldType::date) {
            report(token.offset, token.text.size(), "type_error",
                   {fmt::format("`{}` is a {} and cannot be compared with a date", token.text,
                                type_name(found.field->type)),
                    fmt::format("“{}”是{}，不能与日期比较", token.text,
                                type_name_zh(found.field->type))});
        }
        return found;
    }

    // Two dates of the document. False where one has no value, but for `!=`.
    void compare_dates(const GuardScope::FieldName& left, std::string_view sign) {
        const auto right = date_named();
        if (left.known != Known::here || right.known != Known::here) {
            return constant(sign == "!=");
        }
        const auto compare = [&](Op op, engine::FieldId a, engine::FieldId b) { emit(op, a, b); };
        if (sign == "<") return compare(Op::field_less_field, left.id, right.id);
        if (sign == "<=") return compare(Op::field_at_most_field, left.id, right.id);
        if (sign == ">") return compare(Op::field_less_field, right.id, left.id);
        if (sign == ">=") return compare(Op::field_at_most_field, right.id, left.id);
        compare(Op::field_at_most_field, left.id, right.id);
        compare(Op::field_at_most_field, right.id, left.id);
        emit(Op::op_and);
        if (sign == "!=") emit(Op::op_not);
    }

    // A comparison with a field that has no value is false, whatever its sign.
    void ordered(const GuardScope::FieldName& found, std::string_view sign, std::int64_t n) {
        if (found.known != Known::here) return constant(false);
        if (sign == "<") return emit(Op::field_less, found.id, n);
        if (sign == "<=") return emit(Op::field_at_most, found.id, n);
        if (sign == "=" || sign == "!=") {
            emit(Op::field_at_most, found.id, n);
            emit(Op::field_less, found.id, n);
            emit(Op::op_not);
            emit(Op::op_and);
            if (sign == "!=") emit(Op::op_not);
            return;
        }
        emit(Op::field_given, found.id);
        emit(sign == ">=" ? Op::field_less : Op::field_at_most, found.id, n);
        emit(Op::op_not);
        emit(Op::op_and);
    }

    void equals(const Token& token, const GuardScope::FieldName& found) {
        const std::int64_t value = literal(token, found);
        if (found.known != Known::here) return constant(false);
        emit(Op::field_equals, found.id, value);
    }

    void membership(const Token& token, const GuardScope::FieldName& found) {
        expect("[");
        bool first = true;
        do {
            equals(token, found);
            if (!first) emit(Op::op_or);
            first = false;
        } while (accept(","));
        expect("]");
    }

    void matches(const Token& token, const GuardScope::FieldName& found) {
        const Token other = name("a field", "字段名称");
        const auto second = scope_.field(other.text);
        if (second.known == Known::nowhere) {
            unknown(other, "field", "字段", GuardScope::Kind::field);
        }
        for (const auto& [side, field] : {std::pair{token, found.field}, {other, second.field}}) {
            if (field == nullptr || field->type == FieldType::choice) continue;
            report(side.offset, side.text.size(), "type_error",
                   {fmt::format("`matches` compares two choices, and `{}` is a {}", side.text,
                                type_name(field->type)),
                    fmt::format("matches 只能比较两个选项字段，“{}”是{}", side.text,
                                type_name_zh(field->type))});
        }
        if (found.known != Known::here || second.known != Known::here) return constant(false);
        emit(Op::fields_equal, found.id, second.id);
    }

    bool is_relation() const {
        return token_.kind == Token::Kind::symbol &&
               (token_.text.front() == '=' || token_.text.front() == '!' ||
                token_.text.front() == '<' || token_.text.front() == '>');
    }
    std::string_view relation() {
        if (!is_relation()) unexpected("a comparison (=, !=, <, <=, >, >=)", "比较符号");
        const std::string_view sign = token_.text;
        next();
        return sign;
    }

    std::int64_t number(std::int64_t least, std::int64_t most) {
        if (token_.kind != Token::Kind::number) unexpected("a number", "数字");
        std::int64_t n = 0;
        const char* end = token_.text.data() + token_.text.size();
        const auto [stop, error] = std::from_chars(token_.text.data(), end, n);
        if (error != std::errc() || stop != end || n < least || n > most) {
            fail(token_.offset, token_.text.size(), "bad_number",
                 {fmt::format("a number from {} to {} is expected", least, most),
                  fmt::format("应为 {} 到 {} 的数字", least, most)});
        }
        next();
        return n;
    }

    // The value that a field is compared with, as Term::operand holds it.
    std::int64_t literal(const Token& token, const GuardScope::FieldName& found) {
        static constexpr std::int64_t kMost = 1'000'000'000'000'000;
        if (found.field == nullptr) {  // unknown, and reported: only the grammar matters
            if (token_.kind != Token::Kind::word && token_.kind != Token::Kind::number &&
                token_.kind != Token::Kind::date) {
                unexpected("a value", "取值");
            }
            next();
            return 0;
        }
        const Token value = token_;
        switch (found.field->type) {
            case FieldType::flag:
                if (accept("yes")) return 1;
                if (accept("no")) return 0;
                unexpected("`yes` or `no`", "“yes”或“no”");
            case FieldType::number:
                return number(-kMost, kMost);
            case FieldType::date: {
                if (value.kind != Token::Kind::date) {
                    unexpected("a date like 2026-01-31", "日期，如 2026-01-31");
                }
                const auto date = engine::parse_date(value.text);
                if (!date) {
                    fail(value.offset, value.text.size(), "bad_date",
                         {fmt::format("there is no day `{}`", value.text),
                          fmt::format("没有“{}”这一天", value.text)},
                         {"write year, month and day like 2026-01-31", "请写成 2026-01-31"});
                }
                next();
                return date->days;
            }
            case FieldType::choice: {
                if (value.kind != Token::Kind::word) unexpected("a choice", "选项");
                next();
                const auto& choices = found.field->choices;
                for (std::size_t i = 0; i < choices.size(); ++i) {
                    if (choices[i].name == value.text) return static_cast<std::int64_t>(i);
                }
                std::vector<std::string> candidates;
                for (const auto& choice : choices)
                    candidates.push_back(choice.name);
                report(value.offset, value.text.size(), "unknown_choice",
                       {fmt::format("`{}` is no choice of `{}`", value.text, token.text),
                        fmt::format("“{}”不是“{}”的选项", value.text, token.text)},
                       suggestion(value.text, candidates));
                return 0;
            }
            case FieldType::text:
            case FieldType::table:
            case FieldType::moment:
                fail(token.offset, token.text.size(), "type_error",
                     {fmt::format("`{}` is a {}, whose content cannot be compared", token.text,
                                  type_name(found.field->type)),
                      fmt::format("“{}”是{}，不能比较其内容", token.text,
                                  type_name_zh(found.field->type))},
                     {fmt::format("`{} given` asks whether there is any", token.text),
                      fmt::format("可用“{} given”判断是否填写", token.text)});
        }
        return 0;
    }

    // ---- diagnostics

    static Message suggestion(std::string_view wrong, const std::vector<std::string>& candidates) {
        Message hint = did_you_mean(wrong, candidates);
        if (!hint.en.empty() || candidates.empty() || candidates.size() > 8) return hint;
        std::string list;
        for (const std::string& candidate : candidates)
            list += (list.empty() ? "" : ", ") + candidate;
        return {"there are: " + list, "可选：" + list};
    }

    void unknown(const Token& token, std::string_view what, std::string_view what_zh,
                 GuardScope::Kind kind) {
        const Message where = scope_.where();
        report(token.offset, token.text.size(), fmt::format("unknown_{}", what),
               {fmt::format("there is no {} `{}`{}", what, token.text, where.en),
                fmt::format("{}没有{}“{}”", where.zh, what_zh, token.text)},
               scope_.suggest(kind, token.text));
    }

    const Node* node_;
    std::string_view text_;
    GuardScope& scope_;
    Reporter& reporter_;
    std::size_t at_ = 0;
    Token token_;
    int nesting_ = 0;
    bool failed_ = false;
    std::vector<Term> terms_;
};

}  // namespace

std::size_t stack_depth(const std::vector<Term>& terms) {
    std::size_t depth = 0;
    std::size_t deepest = 0;
    for (const Term& term : terms) {
        if (term.op == Op::op_and || term.op == Op::op_or) {
            if (depth > 0) --depth;
        } else if (term.op != Op::op_not) {
            deepest = std::max(deepest, ++depth);
        }
    }
    return deepest;
}

engine::Guard compile_guard(const Node& node, GuardScope& scope, Reporter& reporter) {
    return Compiler(node, scope, reporter).run();
}

}  // namespace gongkai::language
