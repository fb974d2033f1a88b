#include "language/yaml_document.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <istream>
#include <new>
#include <streambuf>
#include <unordered_map>
#include <utility>

#include "language/unicode.hpp"

namespace gongkai::language {

const Node* Node::find(std::string_view key) const {
    for (const Entry& entry : entries) {
        if (entry.key == key) return &entry.value;
    }
    return nullptr;
}

namespace {

// yaml-cpp reads from a stream; this one reads from where the text already is.
class ViewBuffer : public std::streambuf {
  public:
    explicit ViewBuffer(std::string_view text) {
        char* begin = const_cast<char*>(text.data());  // never written: setg only serves reading
        setg(begin, begin, begin + text.size());
    }
};

// Thrown out of yaml-cpp once an error has been reported; caught in parse_yaml.
struct Stop {};

class Builder : public YAML::EventHandler {
  public:
    Builder(FileId file, Reporter& reporter, Aliases aliases)
        : file_(file), text_(reporter.text(file)), reporter_(reporter), aliases_(aliases) {}

    std::optional<Node> take() {
        if (!started_) return std::nullopt;
        return std::move(root_);
    }

    void OnDocumentStart(const YAML::Mark& mark) override {
        const Span span = at(mark, 3);
        if (started_) {
            stop(span, "several_documents",
                 {"a second document begins here; a file holds one", "一个文件只能有一个文档"});
        }
        started_ = true;
        // Only directives and comments can stand before the document.
        for (std::size_t line = 0; line < span.offset;) {
            if (text_[line] == '%') {
                stop({file_, static_cast<std::uint32_t>(line), 1}, "yaml_directive",
                     {"directives (%...) are not used here", "不使用 YAML 指令（%…）"});
            }
            const std::size_t end = text_.find('\n', line);
            if (end == std::string_view::npos) break;
            line = end + 1;
        }
    }
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        refuse_decoration(mark, "", anchor);
        Node node;
        node.span = at(mark, 1);
        if (expects_key()) {
            stop(node.span, "key_not_text", {"a key must be a name", "键必须是名称"});
        }
        remember(anchor, node);
        put(std::move(node));
    }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        const Span span = at(mark, word(mark));
        if (aliases_ == Aliases::refused) {
            stop(span, "yaml_alias",
                 {"aliases (*name) are refused; write the value out",
                  "不允许别名（*name），请写出值"});
        }
        if (expects_key()) stop(span, "key_not_text", {"a key must be a name", "键必须是名称"});
        const auto named = anchored_.find(anchor);
        if (named == anchored_.end()) {
            stop(span, "yaml_alias",
                 {"the alias stands within what it names", "别名指向了自己所在的值"});
        }
        const Extent extent = extent_of(named->second);
        if (open_.size() + extent.depth > kMaxYamlDepth) too_deep(span);
        count(extent.nodes, span);
        put(named->second);
    }

    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override {
        refuse_decoration(mark, tag, anchor);
        Node node;
        node.kind = Node::Kind::text;
        node.span = at(mark, 1);
        const char first = character(node.span.offset);
        node.quoted = tag == "!" && (first == '"' || first == '\'' || first == '|' || first == '>');
        node.text = value;
        node.span.length = extent(node);
        for (std::size_t offset = 0; offset < value.size();) {
            const auto c = next_code_point(value, offset);
            if (!c || is_forbidden(*c)) {
                stop(node.span, "control_character",
                     {"the text holds a control character", "文本中有控制字符"});
            }
        }
        if (expects_key()) {
            key(std::move(node));
        } else {
            remember(anchor, node);
            put(std::move(node));
        }
    }

    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        open(mark, tag, anchor, Node::Kind::list);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        open(mark, tag, anchor, Node::Kind::map);
    }
    void OnMapEnd() override { close(); }

    Span at(const YAML::Mark& mark, std::size_t length) const {
        const std::size_t offset =
            mark.pos < 0 ? 0
                         : std::min<std::size_t>(static_cast<std::size_t>(mark.pos), text_.size());
        return {file_, static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(length)};
    }

  private:
    struct Frame {
        Node node;
        std::optional<Node> key;                              // read, its value still to come
        std::unordered_map<std::string, std::uint32_t> keys;  // with their places
        YAML::anchor_t anchor = 0;
    };

    // How many values a node holds, itself included, and on how many levels.
    struct Extent {
        std::size_t nodes = 1;
        std::size_t depth = 0;
    };
    static Extent extent_of(const Node& node) {
        Extent all;
        const auto add = [&all](const Node& inner) {
            const Extent extent = extent_of(inner);
            all.nodes += extent.nodes;
            all.depth = std::max(all.depth, extent.depth);
        };
        for (const Node& item : node.items)
            add(item);
        for (const Node::Entry& entry : node.entries)
            add(entry.value);
        if (!node.is_text() && node.kind != Node::Kind::empty) ++all.depth;
        return all;
    }

    void count(std::size_t nodes, const Span& span) {
        nodes_ += nodes;
        if (nodes_ <= kMaxYamlNodes) return;
        stop(span, "too_large",
             {fmt::format("more than {} values in one file", kMaxYamlNodes),
              fmt::format("一个文件中的值超过 {} 个", kMaxYamlNodes)});
    }

    [[noreturn]] void too_deep(const Span& span) {
        stop(span, "too_deep",
             {fmt::format("nested deeper than {} levels", kMaxYamlDepth),
              fmt::format("嵌套超过 {} 层", kMaxYamlDepth)});
    }

    // What is kept for aliases counts as well: anchors within anchors would be kept many times.
    void remember(YAML::anchor_t anchor, const Node& node) {
        if (anchor == 0) return;
        count(extent_of(node).nodes, node.span);
        anchored_[anchor] = node;
    }

    [[noreturn]] void stop(const Span& span, std::string code, Message message, Message hint = {}) {
        reporter_.error(span, std::move(code), std::move(message), std::move(hint));
        throw Stop{};
    }

    char character(std::size_t offset) const {
        return offset < text_.size() ? text_[offset] : '\0';
    }

    std::size_t word(const YAML::Mark& mark) const {
        const Span span = at(mark, 0);
        const std::size_t end = text_.find_first_of(" \t\r\n,[]{}", span.offset);
        return std::max<std::size_t>(
            1, (end == std::string_view::npos ? text_.size() : end) - span.offset);
    }

    void refuse_decoration(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
        const Span span = at(mark, word(mark));
        const char first = character(span.offset);
        if (anchor != 0 && aliases_ == Aliases::refused) {
            stop(span, "yaml_anchor",
                 {"anchors (&name) are refused; write the value out", "不允许锚点（&name）"});
        }
        if ((!tag.empty() && tag != "?" && tag != "!") || (tag == "!" && first == '!')) {
            stop(span, "yaml_tag",
                 {"tags (!name) are refused; every value is plain text", "不允许标签（!name）"});
        }
        count(1, span);
    }

    // How many bytes of the file the scalar takes, on its first line.
    std::uint32_t extent(const Node& node) const {
        const std::string_view rest = text_.substr(node.span.offset);
        if (!node.quoted && rest.starts_with(node.text)) {
            return static_cast<std::uint32_t>(std::max<std::size_t>(1, node.text.size()));
        }
        std::size_t end = rest.find_first_of("\r\n");
        if (end == std::string_view::npos) end = rest.size();
        const char quote = rest.empty() ? '\0' : rest.front();
        if (node.quoted && (quote == '"' || quote == '\'')) {
            for (std::size_t i = 1; i < end; ++i) {
                if (quote == '"' && rest[i] == '\\') {
                    ++i;
                } else if (rest[i] == quote) {
                    if (quote == '\'' && i + 1 < end && rest[i + 1] == quote) {
                        ++i;
                    } else {
                        return static_cast<std::uint32_t>(i + 1);
                    }
                }
            }
        }
        return static_cast<std::uint32_t>(std::max<std::size_t>(1, end));
    }

    bool expects_key() const {
        return !open_.empty() && open_.back().node.is_map() && !open_.back().key;
    }

    void key(Node node) {
        Frame& frame = open_.back();
        if (const auto [first, fresh] = frame.keys.emplace(node.text, node.span.offset); !fresh) {
            const auto line = reporter_.line({file_, first->second, 1});
            reporter_.error(node.span, "duplicate_key",
                            {fmt::format("the key `{}` already stands in line {}", node.text, line),
                             fmt::format("键“{}”在第 {} 行已出现", node.text, line)});
            failed_ = true;
        }
        frame.key = std::move(node);
    }

    void put(Node node) {
        if (open_.empty()) {
            root_ = std::move(node);
            return;
        }
        Frame& frame = open_.back();
        if (frame.node.is_list()) {
            frame.node.items.push_back(std::move(node));
        } else {
            frame.node.entries.push_back(
                {std::move(frame.key->text), frame.key->span, std::move(node)});
            frame.key.reset();
        }
    }

    void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
              Node::Kind kind) {
        refuse_decoration(mark, tag, anchor);
        const Span span = at(mark, 1);
        if (expects_key()) {
            stop(span, "key_not_text", {"a key must be a name", "键必须是名称"});
        }
        if (open_.size() >= kMaxYamlDepth) too_deep(span);
        Frame frame;
        frame.anchor = anchor;
        frame.node.kind = kind;
        frame.node.span = span;
        open_.push_back(std::move(frame));
    }

    void close() {
        Node node = std::move(open_.back().node);
        const YAML::anchor_t anchor = open_.back().anchor;
        open_.pop_back();
        remember(anchor, node);
        put(std::move(node));
    }

    FileId file_;
    std::string_view text_;
    Reporter& reporter_;
    Aliases aliases_;
    std::unordered_map<YAML::anchor_t, Node> anchored_;
    std::vector<Frame> open_;
    Node root_;
    std::size_t nodes_ = 0;
    bool started_ = false;

  public:
    bool failed_ = false;
};

// What can be said of the bytes before they are read as YAML.
bool acceptable(FileId file, std::string_view text, Reporter& reporter) {
    if (text.size() > kMaxFileBytes) {
        reporter.error(reporter.path(file), "too_large",
                       {fmt::format("the file has more than {} bytes", kMaxFileBytes),
                        fmt::format("文件超过 {} 字节", kMaxFileBytes)});
        return false;
    }
    if (text.starts_with("\xEF\xBB\xBF")) {
        reporter.error(Span{file, 0, 3}, "byte_order_mark",
                       {"the file begins with a byte order mark", "文件以 BOM 开头"},
                       {"save it as UTF-8 without BOM", "请另存为不带 BOM 的 UTF-8"});
        return false;
    }
    for (std::size_t offset = 0; offset < text.size();) {
        const auto start = static_cast<std::uint32_t>(offset);
        const auto c = next_code_point(text, offset);
        if (!c) {
            reporter.error(Span{file, start, 1}, "not_utf8",
                           {"this byte is not UTF-8", "此处不是 UTF-8 编码"},
                           {"save the file as UTF-8", "请将文件另存为 UTF-8"});
            return false;
        }
        if (is_forbidden(*c)) {
            reporter.error(
                Span{file, start, static_cast<std::uint32_t>(offset - start)}, "control_character",
                {fmt::format("the invisible character U+{:04X} is refused",
                             static_cast<std::uint32_t>(*c)),
                 fmt::format("不允许不可见字符 U+{:04X}", static_cast<std::uint32_t>(*c))});
            return false;
        }
    }
    return true;
}

Message explain(const std::string& reason) {
    if (reason == "illegal map value") {
        return {"put the text in quotes if it holds `: `", "文本中含“: ”时请加引号"};
    }
    if (reason == "unknown token") {
        return {"put the text in quotes if it begins with @, % or `",
                "以 @、% 或 ` 开头的文本请加引号"};
    }
    return {};
}

}  // namespace

std::optional<Node> parse_yaml(FileId file, Reporter& reporter, Aliases aliases) {
    const std::string_view text = reporter.text(file);
    if (!acceptable(file, text, reporter)) return std::nullopt;

    ViewBuffer buffer(text);
    std::istream stream(&buffer);
    Builder builder(file, reporter, aliases);
    try {
        YAML::Parser parser(stream);
        while (parser.HandleNextDocument(builder)) {
        }
    } catch (const Stop&) {
        return std::nullopt;
    } catch (const YAML::ParserException& e) {
        reporter.error(builder.at(e.mark, 1), "yaml_syntax",
                       {"this is not YAML: " + e.msg, "YAML 语法错误：" + e.msg}, explain(e.msg));
        return std::nullopt;
    } catch (const YAML::Exception& e) {
        reporter.error(builder.at(e.mark, 1), "yaml_syntax",
                       {"this is not YAML: " + e.msg, "YAML 语法错误：" + e.msg});
        return std::nullopt;
    }
    auto root = builder.take();
    if (!root || root->kind == Node::Kind::empty) {
        reporter.error(reporter.path(file), "empty_file", {"the file is empty", "文件为空"});
        return std::nullopt;
    }
    if (builder.failed_) return std::nullopt;
    return root;
}

Span span_within(const Node& node, std::size_t offset, std::size_t length,
                 const Reporter& reporter) {
    const std::string_view file = reporter.text(node.span.file);
    const std::string_view rest = file.substr(std::min<std::size_t>(node.span.offset, file.size()));
    const auto span = [&](std::size_t from, std::size_t size) {
        return Span{node.span.file, node.span.offset + static_cast<std::uint32_t>(from),
                    static_cast<std::uint32_t>(std::max<std::size_t>(1, size))};
    };
    if (!node.quoted && rest.starts_with(node.text)) return span(offset, length);

    const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
    std::size_t at = 0;
    if (node.quoted && !rest.empty() && (rest.front() == '|' || rest.front() == '>')) {
        at = std::min(rest.find('\n'), rest.size());
    } else if (node.quoted) {
        at = 1;
    }
    // Blanks fold and quotes are escaped, but what is visible stands in the same order.
    std::size_t from = at;
    for (std::size_t i = 0; i < node.text.size() && i <= offset; ++i) {
        if (blank(node.text[i])) continue;
        while (at < rest.size() && rest[at] != node.text[i])
            ++at;
        from = at;
        if (at < rest.size()) ++at;
    }
    return span(std::min(from, rest.size()), length);
}

}  // namespace gongkai::language
