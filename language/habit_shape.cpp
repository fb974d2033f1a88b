#include "language/habit_shape.hpp"

#include <array>
#include <charconv>

namespace gongkai::language {

namespace {

template <std::size_t N>
using Words = std::array<std::string_view, N>;

constexpr Words<2> kRest{"of_100", "days"};
constexpr Words<2> kSeason{"from", "to"};

const KeyTable kRestKeys{"rest", "a rest", "停留", kRest, kRest};
const KeyTable kSeasonKeys{"season", "a season", "时段", kSeason, kSeason};

}  // namespace

void HabitShape::number(const Node& map, std::string_view key, std::int64_t& out,
                        std::int64_t most) {
    const Node* node = map.find(key);
    if (node == nullptr) return;
    if (const auto value = number(*node, 0, most)) out = *value;
}

Range HabitShape::range(const Node& node, std::int64_t least) {
    Range out;
    if (!is_text(node)) return out;
    const std::string_view text = node.text;
    const std::size_t dots = text.find("..");
    const auto read = [](std::string_view word, std::int64_t& value) {
        const auto [stop, failure] = std::from_chars(word.data(), word.data() + word.size(), value);
        return failure == std::errc() && stop == word.data() + word.size();
    };
    const bool one = dots == std::string_view::npos;
    const bool fits =
        read(text.substr(0, dots), out.least) &&
        (one ? (out.most = out.least, true) : read(text.substr(dots + 2), out.most)) &&
        out.least <= out.most && out.least >= least && out.most <= 1'000'000'000;
    if (fits) return out;
    error(node.span, "bad_range",
          {fmt::format("`{}` is no range", text), fmt::format("“{}”不是范围", text)},
          {"write it like 1..5, the smaller number first", "请写成 1..5，小数在前"});
    return {};
}

Season HabitShape::season(const Node& node) {
    Season out;
    if (const Node* from = node.find("from")) out.from = yearly(*from).count;
    if (const Node* to = node.find("to")) out.to = yearly(*to).count;
    if (out.from > out.to)
        error(node.span, "bad_range", {"it ends before it begins", "结束早于开始"},
              {"one that goes beyond the year is written as two", "跨年的请写成两段"});
    return out;
}

std::optional<Season> HabitShape::season_alone(const Node& node) {
    if (!map(node, kSeasonKeys)) return std::nullopt;
    return season(node);
}

RestHabit HabitShape::rest(const Node& node) {
    RestHabit out;
    if (!map(node, kRestKeys)) return out;
    number(node, "of_100", out.of_100, 100);
    if (const Node* days = node.find("days")) out.days = range(*days, 1);
    return out;
}

void HabitShape::numbers(const Node& node, std::int64_t most,
                         const std::function<bool(const Name&)>& fits,
                         std::map<std::string, std::int64_t>& out) {
    entries(node, fits, [&](const Name& name, const Node& value) {
        if (const auto n = number(value, 0, most)) out[name.text] = *n;
    });
}
void HabitShape::entries(const Node& node, const std::function<bool(const Name&)>& fits,
                         const std::function<void(const Name&, const Node&)>& take) {
    if (!node.is_map()) {
        error(node.span, "wrong_shape", {"`name: ...` is expected", "应写成“名称: …”"});
        return;
    }
    for (const Node::Entry& entry : node.entries) {
        const Name name = checked({entry.key, entry.key_span}, true);
        if (name.given() && fits(name)) take(name, entry.value);
    }
}

}  // namespace gongkai::language
