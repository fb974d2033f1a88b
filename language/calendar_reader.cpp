#include "language/calendar_reader.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

#include "language/yaml_document.hpp"

namespace gongkai::language {
namespace {

using engine::Date;

class CalendarParser {
  public:
    CalendarParser(FileId file, Reporter& reporter) : file_{file}, reporter_{reporter} {}

    std::optional<CalendarFile> read(const Node& root);

  private:
    struct Placed {
        Date first;
        Date last;
        Span span;
        bool work;
    };

    bool expect_map(const Node& node, const char* what, const char* what_zh);
    void expect_keys(const Node& map, const char* what, const char* what_zh,
                     const std::vector<std::string>& keys);
    const Node* require(const Node& map, const Span& owner, const char* key);
    std::string text_of(const Node* node);
    // A single value, or a list of them: both are written.
    std::vector<const Node*> one_or_more(const Node* node);
    std::vector<std::string> texts_of(const Node* node);
    void read_year(const Node::Entry& entry);
    void read_holiday(const Node::Entry& entry, engine::CalendarYear& year);
    std::optional<Date> read_day(const Node& node, std::string_view text, std::size_t offset,
                                 int year);
    std::optional<std::pair<Date, Date>> read_span(const Node& node, int year);
    void place(Date first, Date last, const Span& span, bool work);

    FileId file_;
    Reporter& reporter_;
    std::vector<engine::CalendarYear> years_;
    std::vector<CalendarSource> sources_;
    std::vector<Placed> placed_;  // of the year that is being read
};

std::string month_day(Date date) {
    return engine::to_string(date).substr(5);
}

bool CalendarParser::expect_map(const Node& node, const char* what, const char* what_zh) {
    if (node.is_map() && !node.entries.empty()) return true;
    reporter_.error(node.span, "wrong_kind",
                    {fmt::format("{} must be a mapping", what),
                     fmt::format("{}必须是“键: 值”的形式", what_zh)});
    return false;
}

void CalendarParser::expect_keys(const Node& map, const char* what, const char* what_zh,
                                 const std::vector<std::string>& keys) {
    for (const Node::Entry& entry : map.entries) {
        if (std::find(keys.begin(), keys.end(), entry.key) != keys.end()) continue;
        reporter_.error(entry.key_span, "unknown_key",
                        {fmt::format("{} has no key `{}`", what, entry.key),
                         fmt::format("{}没有“{}”这一项", what_zh, entry.key)},
                        did_you_mean(entry.key, keys));
    }
}

const Node* CalendarParser::require(const Node& map, const Span& owner, const char* key) {
    const Node* found = map.find(key);
    if (found == nullptr) {
        reporter_.error(
            owner, "missing_key",
            {fmt::format("the key `{}` is missing", key), fmt::format("缺少“{}”一项", key)});
    }
    return found;
}

std::string CalendarParser::text_of(const Node* node) {
    if (node == nullptr) return {};
    if (node->is_text() && !node->text.empty()) return node->text;
    reporter_.error(node->span, "wrong_kind", {"a text is expected here", "这里应当是一段文字"});
    return {};
}

std::vector<const Node*> CalendarParser::one_or_more(const Node* node) {
    std::vector<const Node*> out;
    if (node == nullptr) return out;
    if (!node->is_list()) return {node};
    for (const Node& item : node->items)
        out.push_back(&item);
    if (out.empty()) {
        reporter_.error(node->span, "wrong_kind", {"this list is empty", "这个列表是空的"});
    }
    return out;
}

std::vector<std::string> CalendarParser::texts_of(const Node* node) {
    std::vector<std::string> out;
    for (const Node* item : one_or_more(node))
        out.push_back(text_of(item));
    return out;
}

// MM-DD of the given year; `offset` is where it stands in the node's text.
std::optional<Date> CalendarParser::read_day(const Node& node, std::string_view text,
                                             std::size_t offset, int year) {
    const bool shaped = text.size() == 5 && text[2] == '-';
    const auto date =
        shaped ? engine::parse_date(fmt::format("{:04}-{}", year, text)) : std::nullopt;
    if (date) return date;
    const Span span = span_within(node, offset, std::max<std::size_t>(text.size(), 1), reporter_);
    if (shaped && text.find_first_not_of("0123456789-") == std::string_view::npos) {
        reporter_.error(span, "no_such_day",
                        {fmt::format("there is no day {} in {}", text, year),
                         fmt::format("{}年没有 {} 这一天", year, text)});
    } else {
        reporter_.error(span, "bad_date",
                        {fmt::format("`{}` is not a day", text), fmt::format("“{}”不是日期", text)},
                        {"write month and day, as in `02-14`", "写成“月-日”，例如 02-14"});
    }
    return std::nullopt;
}

std::optional<std::pair<Date, Date>> CalendarParser::read_span(const Node& node, int year) {
    constexpr std::string_view between = " to ";
    const std::string_view text = node.text;
    const std::size_t at = text.find(between);
    if (at == std::string_view::npos) {
        const auto day = read_day(node, text, 0, year);
        if (!day) return std::nullopt;
        return std::pair{*day, *day};
    }
    const auto first = read_day(node, text.substr(0, at), 0, year);
    const auto last = read_day(node, text.substr(at + between.size()), at + between.size(), year);
    if (!first || !last) return std::nullopt;
    if (*last < *first) {
        reporter_.error(node.span, "bad_range",
                        {"these days end before they begin", "这段日期的结束早于开始"},
                        {"days in the next year are written in that year's group",
                         "跨到下一年的日子写在下一年里"});
        return std::nullopt;
    }
    return std::pair{*first, *last};
}

void CalendarParser::place(Date first, Date last, const Span& span, bool work) {
    for (const Placed& other : placed_) {
        if (last < other.first || other.last < first) continue;
        const std::string day = month_day(std::max(first, other.first));
        const std::uint32_t line = reporter_.line(other.span);
        if (work != other.work) {
            reporter_.error(span, "off_and_made_up",
                            {fmt::format("{} is both a day off and made up (line {})", day, line),
                             fmt::format("{} 既是放假又是调休上班（第 {} 行）", day, line)});
        } else {
            reporter_.error(span, "day_twice",
                            {fmt::format("{} is already given in line {}", day, line),
                             fmt::format("{} 在第 {} 行已经写过", day, line)});
        }
        break;
    }
    placed_.push_back({first, last, span, work});
}

void CalendarParser::read_holiday(const Node::Entry& entry, engine::CalendarYear& year) {
    if (!expect_map(entry.value, "a holiday", "节日")) return;
    expect_keys(entry.value, "a holiday", "节日", {"off", "work"});
    for (const Node* node : one_or_more(require(entry.value, entry.key_span, "off"))) {
        if (text_of(node).empty()) continue;
        const auto days = read_span(*node, year.year);
        if (!days) continue;
        place(days->first, days->second, node->span, false);
        year.off.push_back({entry.key, days->first, days->second});
    }
    for (const Node* node : one_or_more(entry.value.find("work"))) {
        if (text_of(node).empty()) continue;
        const auto day = read_day(*node, node->text, 0, year.year);
        if (!day) continue;
        if (!engine::is_weekend(*day)) {
            static constexpr std::array<const char*, 5> en{"Monday", "Tuesday", "Wednesday",
                                                           "Thursday", "Friday"};
            static constexpr std::array<const char*, 5> zh{"一", "二", "三", "四", "五"};
            const auto at = static_cast<std::size_t>(engine::weekday(*day) - 1);
            reporter_.error(node->span, "make_up_on_weekday",
                            {fmt::format("{} {} is a {}; only a Saturday or Sunday is made up",
                                         year.year, node->text, en[at]),
                             fmt::format("{} 年 {} 是星期{}，调休上班的只能是星期六或星期日",
                                         year.year, node->text, zh[at])});
            continue;
        }
        place(*day, *day, node->span, true);
        year.work.push_back({entry.key, *day});
    }
}

void CalendarParser::read_year(const Node::Entry& entry) {
    engine::CalendarYear year;
    const std::string& key = entry.key;
    const auto january = engine::parse_date(key + "-01-01");
    if (!january || key < "1950" || key > "2199") {
        reporter_.error(entry.key_span, "bad_year",
                        {fmt::format("`{}` is not a year from 1950 to 2199", key),
                         fmt::format("“{}”不是 1950 至 2199 之间的年份", key)});
        return;
    }
    year.year = engine::year_of(*january);
    if (!expect_map(entry.value, "a year", "年份")) return;
    expect_keys(entry.value, "a year", "年份", {"status", "source", "note", "holidays"});

    const Node* status = require(entry.value, entry.key_span, "status");
    const std::string word = text_of(status);
    year.published = word == "published";
    if (!word.empty() && word != "published" && word != "provisional") {
        reporter_.error(status->span, "bad_status",
                        {fmt::format("`{}` is neither published nor provisional", word),
                         fmt::format("“{}”既不是 published 也不是 provisional", word)},
                        did_you_mean(word, std::vector<std::string>{"published", "provisional"}));
    }
    const Node* source = entry.value.find("source");
    sources_.push_back({year.year, texts_of(source), text_of(entry.value.find("note"))});
    if (year.published && source == nullptr) {
        reporter_.error(entry.key_span, "missing_key",
                        {"a published year names the `source` of its days",
                         "已公布的年份必须写明出处 (source)"});
    }

    placed_.clear();
    const Node* holidays = require(entry.value, entry.key_span, "holidays");
    if (holidays != nullptr && expect_map(*holidays, "`holidays`", "“holidays”")) {
        for (const Node::Entry& holiday : holidays->entries)
            read_holiday(holiday, year);
    }
    years_.push_back(std::move(year));
}

std::optional<CalendarFile> CalendarParser::read(const Node& root) {
    if (!expect_map(root, "a calendar", "日历")) return std::nullopt;
    expect_keys(root, "a calendar", "日历", {"calendar", "title", "over", "basis", "years"});
    const Span start{file_, 0, 1};
    CalendarFile out;
    const Node* name = require(root, start, "calendar");
    const std::string name_text = text_of(name);
    if (name_text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") != std::string::npos) {
        reporter_.error(name->span, "bad_name",
                        {"the name of a calendar is of a-z, 0-9 and _",
                         "日历的名称只用小写字母、数字和下划线"});
    }
    out.title = text_of(require(root, start, "title"));
    out.over = text_of(root.find("over"));
    out.basis = texts_of(require(root, start, "basis"));
    const Node* years = require(root, start, "years");
    if (years != nullptr && expect_map(*years, "`years`", "“years”")) {
        for (const Node::Entry& entry : years->entries)
            read_year(entry);
    }
    if (reporter_.failed()) return std::nullopt;

    out.years = std::move(sources_);
    out.days = years_;
    std::sort(out.days.begin(), out.days.end());
    auto made = engine::Calendar::make(name_text, std::move(years_));
    if (!made) {
        reporter_.error(start, "bad_calendar", {made.error().message, made.error().message});
        return std::nullopt;
    }
    out.calendar = std::move(made).value();
    return out;
}

}  // namespace

CalendarReading read_calendar(const SourceFile& file) {
    Reporter reporter;
    const FileId id = reporter.add(file);
    CalendarReading out;
    if (const auto root = parse_yaml(id, reporter)) {
        out.file = CalendarParser(id, reporter).read(*root);
    }
    out.diagnostics = reporter.take();
    return out;
}

}  // namespace gongkai::language
