#include "app/official_text.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "app/content.hpp"
#include "app/text_line.hpp"
#include "app/written_date.hpp"
#include "language/unicode.hpp"

namespace gongkai::app {

namespace {

constexpr std::size_t kLongestTitle = 120;  // code points, all its lines together
constexpr std::size_t kMostTitleLines = 4;
constexpr std::size_t kLongestSignature = 40;
constexpr std::size_t kLongestRecipient = 300;
constexpr std::size_t kMostAnnexes = 50;

// A line that is not blank, without the blanks around it.
struct Line {
    std::string_view text;
    std::size_t offset = 0;
    bool after_blank = false;  // an empty line stands before it
};

std::vector<Line> lines_of(std::string_view text) {
    std::vector<Line> lines;
    const char* const begin = text.data();
    bool after_blank = false;
    while (!text.empty()) {
        const std::string_view bare = stripped(take_line(text));
        if (bare.empty()) {
            after_blank = true;
            continue;
        }
        lines.push_back({bare, static_cast<std::size_t>(bare.data() - begin), after_blank});
        after_blank = false;
    }
    return lines;
}

bool ends_with_any(std::string_view text, const std::vector<std::string_view>& endings) {
    return std::any_of(endings.begin(), endings.end(),
                       [&](std::string_view ending) { return text.ends_with(ending); });
}

bool holds_any(std::string_view text, const std::vector<std::string_view>& parts) {
    return std::any_of(parts.begin(), parts.end(), [&](std::string_view part) {
        return text.find(part) != std::string_view::npos;
    });
}

// （试行）, （征求意见稿）: what a title may end with after its kind.
std::string_view without_bracket(std::string_view title) {
    for (const auto& [open, close] : {std::pair<std::string_view, std::string_view>{"（", "）"},
                                      std::pair<std::string_view, std::string_view>{"(", ")"}}) {
        if (!title.ends_with(close)) continue;
        const std::size_t at = title.rfind(open);
        if (at != std::string_view::npos && at != 0) return stripped(title.substr(0, at));
    }
    return title;
}

// The fifteen kinds of 公文, and what else a title ends with that announces a text.
constexpr std::array<std::string_view, 15> kKinds = {"决议", "决定", "命令", "公报", "公告",
                                                     "通告", "意见", "通知", "通报", "报告",
                                                     "请示", "批复", "议案", "函",   "纪要"};
bool ends_as_title(std::string_view line) {
    static const std::vector<std::string_view> others = {
        "令",   "方案", "办法", "规定", "细则", "规则", "规程", "规划", "计划", "要点",
        "指南", "制度", "预案", "总结", "情况", "答复", "清单", "目录", "章程", "条例",
        "规范", "标准", "措施", "说明", "公示", "问答", "解读", "年报"};
    const std::string_view bare = without_bracket(line);
    return ends_with_any(bare, {kKinds.begin(), kKinds.end()}) || ends_with_any(bare, others);
}

bool is_heading(std::string_view line) {
    static const std::vector<std::string_view> numerals = {"一", "二", "三", "四", "五",
                                                           "六", "七", "八", "九", "十"};
    if (line.starts_with("第") || line.starts_with("（") || line.starts_with("(")) return true;
    return std::any_of(numerals.begin(), numerals.end(), [&](std::string_view numeral) {
        return line.starts_with(numeral) && line.substr(numeral.size()).starts_with("、");
    });
}

// A line within a sentence, or of several.
bool is_prose(std::string_view line) {
    return holds_any(line, {"。", "；", "，", "：", ":", "！", "？", ";", ","});
}

bool is_recipient(std::string_view line) {
    const bool colon = line.ends_with("：") || line.ends_with(":");
    return colon && language::count_code_points(line) <= kLongestRecipient &&
           !holds_any(line, {"。", "；", "！", "？"}) && !is_heading(line);
}

std::string_view without_colon(std::string_view line) {
    if (!strip_one_back(line, "：")) strip_one_back(line, ":");
    return stripped(line);
}

// 1.报名登记表, 2、…, １．…
bool is_numbered(std::string_view line) {
    std::size_t digits = 0;
    while (!line.empty() && line.front() >= '0' && line.front() <= '9') {
        line.remove_prefix(1);
        ++digits;
    }
    return digits > 0 && digits <= 2 &&
           (line.starts_with('.') || line.starts_with("．") || line.starts_with("、"));
}

// What follows 附件： on its line; nullopt where the line is none that names annexes.
std::optional<std::string_view> annexes_of(std::string_view line) {
    if (!strip_one(line, "附")) return std::nullopt;
    strip_front(line);
    if (!strip_one(line, "件")) return std::nullopt;
    strip_front(line);
    if (!strip_one(line, "：") && !strip_one(line, ":")) return std::nullopt;
    return stripped(line);
}

class TextReader {
  public:
    TextReader(std::string_view text, bool untitled)
        : lines_(lines_of(text)), end_(lines_.size()), untitled_(untitled) {}

    OfficialText read() {
        read_end();
        read_top();
        read_kind();
        return std::move(out_);
    }

  private:
    const Line& last() const { return lines_[end_ - 1]; }
    bool more() const { return begin_ < end_; }

    void add(const char* name, std::string value, const Line& line) {
        const bool known = std::any_of(out_.elements.begin(), out_.elements.end(),
                                       [&](const TextElement& one) { return one.name == name; });
        if (!known && !value.empty())
            out_.elements.push_back({name, std::move(value), line.offset});
    }

    // ---- top

    void read_top() {
        while (more() && read_line_above_title()) {
        }
        if (untitled_) read_title();
        if (more() && is_recipient(lines_[begin_].text))
            add("main_recipient", std::string(without_colon(lines_[begin_].text)), lines_[begin_]);
    }

    bool read_line_above_title() {
        const Line& line = lines_[begin_];
        std::string_view text = line.text;
        const bool copy_number =
            text.size() == 6 && text.find_first_not_of("0123456789") == std::string_view::npos;
        const bool urgency = text == "特急" || text == "加急" || text == "平件";
        if (urgency) {
            add("urgency", std::string(text), line);
        } else if (const std::size_t at = text.find("签发人"); at != std::string_view::npos) {
            // 楚市人社请〔2026〕3号　　签发人：张三
            std::string_view name = text.substr(at + std::string_view("签发人").size());
            strip_front(name);
            if (!strip_one(name, "：") && !strip_one(name, ":")) return false;
            const std::string_view number = stripped(text.substr(0, at));
            if (!number.empty() && !is_document_number(number)) return false;
            add("document_number", std::string(number), line);
            add("signed_by", std::string(stripped(name)), line);
        } else if (is_document_number(text)) {
            add("document_number", std::string(text), line);
        } else if (text.ends_with("文件") && begin_ + 1 < end_ &&
                   is_document_number(lines_[begin_ + 1].text)) {
            strip_one_back(text, "文件");
            add("issuer", std::string(stripped(text)), line);
        } else if (!copy_number && !is_foot_line(text)) {
            return false;
        }
        ++begin_;
        return true;
    }

    void read_title() {
        if (!more()) return;
        const Line& first = lines_[begin_];
        std::string_view heading = first.text;
        if (strip_one(heading, "# ")) {
            add("title", std::string(stripped(heading)), first);
            ++begin_;
            return;
        }
        // Its lines stand together, end like a title, and something else follows.
        std::string title;
        for (std::size_t i = begin_; i + 1 < end_ && i < begin_ + kMostTitleLines; ++i) {
            const Line& line = lines_[i];
            if (is_prose(line.text) || is_heading(line.text) || line.text.starts_with('#')) return;
            if (i > begin_ && line.after_blank) return;
            title += line.text;
            if (language::count_code_points(title) > kLongestTitle) return;
            if (!ends_as_title(line.text)) continue;
            add("title", std::move(title), first);
            begin_ = i + 1;
            return;
        }
    }

    // 关于……的通知
    void read_kind() {
        const auto title = std::find_if(out_.elements.begin(), out_.elements.end(),
                                        [](const TextElement& one) { return one.name == "title"; });
        if (title == out_.elements.end()) return;
        const std::string_view bare = without_bracket(title->value);
        for (const std::string_view kind : kKinds) {
            if (!bare.ends_with("的" + std::string(kind))) continue;
            out_.elements.push_back({"doc_type", std::string(kind), title->offset});
            return;
        }
    }

    // ---- end

    void read_end() {
        while (more() && read_line_from_end()) {
        }
    }

    bool read_line_from_end() {
        const Line& line = last();
        std::string_view text = line.text;
        const bool note = std::string_view(body_note(text)) != "absent";
        if (!note && !is_foot_line(text)) return read_date() || read_annexes();
        if (strip_one(text, "抄送")) {
            if (!strip_one(text, "：")) strip_one(text, ":");
            strip_front(text);
            strip_one_back(text, "。");
            add("cc", std::string(text), line);
        }
        --end_;
        return true;
    }

    // The date, and the office above it.
    bool read_date() {
        const Line& line = last();
        const auto date = parse_written_date(line.text);
        if (!date && !looks_like_written_date(line.text)) return false;
        if (date) {
            add("written_at", engine::to_string(*date), line);
        } else if (out_.unreadable_date.empty()) {
            out_.unreadable_date = {line.offset, line.text.size()};
        }
        --end_;
        if (more() && is_signature(last().text)) {
            add("issuer", std::string(last().text), last());
            --end_;
        }
        return true;
    }

    static bool is_signature(std::string_view line) {
        static const std::vector<std::string_view> offices = {
            "局", "厅", "委", "会", "府", "室", "处",   "科",   "院",
            "部", "办", "站", "队", "所", "校", "中心", "公司", "人社局"};
        return language::count_code_points(line) <= kLongestSignature && !is_prose(line) &&
               !is_heading(line) && !line.starts_with('#') && ends_with_any(line, offices);
    }

    // Numbered lines up to the one that begins with 附件：.
    bool read_annexes() {
        for (std::size_t count = 0; count < kMostAnnexes && begin_ + count < end_; ++count) {
            const Line& line = lines_[end_ - 1 - count];
            if (const auto first = annexes_of(line.text)) {
                std::string note(*first);
                for (std::size_t i = end_ - count; i < end_; ++i)
                    note += (note.empty() ? "" : "\n") + std::string(lines_[i].text);
                add("annex_note", std::move(note), line);
                end_ -= count + 1;
                return true;
            }
            if (!is_numbered(line.text)) return false;
        }
        return false;
    }

    std::vector<Line> lines_;
    std::size_t begin_ = 0, end_ = 0;  // of the lines that are not taken yet
    bool untitled_;
    OfficialText out_;
};

}  // namespace

bool is_document_number(std::string_view text) {
    const std::size_t open = text.find("〔");
    if (open == 0 || open == std::string_view::npos) return false;
    // The code of the office: letters of any script, no blank and no mark.
    const std::string_view code = text.substr(0, open);
    if (code.size() > 60 || code.starts_with("第") ||
        code.find_first_of(" \t0123456789.,;:()[]") != std::string_view::npos ||
        holds_any(code, {"，", "。", "：", "（", "《", kIdeographicSpace}))
        return false;
    text.remove_prefix(open + std::string_view("〔").size());
    const auto digits = [&] {
        std::size_t count = 0;
        while (count < text.size() && text[count] >= '0' && text[count] <= '9')
            ++count;
        const std::string_view found = text.substr(0, count);
        text.remove_prefix(count);
        return found;
    };
    if (digits().size() != 4 || !strip_one(text, "〕")) return false;
    const std::string_view number = digits();
    return !number.empty() && number.size() <= 6 && number.front() != '0' && text == "号";
}

OfficialText read_official_text(std::string_view text, bool untitled) {
    return TextReader(text, untitled).read();
}

}  // namespace gongkai::app
