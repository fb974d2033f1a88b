// Taking what simulation/office_year.yaml says out of YAML nodes: ranges, seasons, names that a
// flow has. For the readers of that file only; like Shape, each tells what is wrong where it
// stands.
#pragma once

#include <fmt/format.h>

#include <functional>
#include <map>
#include <string>

#include "language/office_year_reader.hpp"
#include "language/shape.hpp"

namespace gongkai::language {

// Of weights, shares against each other and other numbers without a natural end.
inline constexpr std::int64_t kMostOfAHabit = 100'000;

class HabitShape : public Shape {
  public:
    using Shape::number;
    using Shape::Shape;

    // map[key], from 0 to `most`, where it is written; else `out` stays as it is.
    void number(const Node& map, std::string_view key, std::int64_t& out, std::int64_t most);
    // LEAST..MOST
    Range range(const Node& node, std::int64_t least);
    // Of the keys `from` and `to`; others are the caller's affair.
    Season season(const Node& node);
    // ... where there are no others; nullopt, reported, where there are.
    std::optional<Season> season_alone(const Node& node);
    RestHabit rest(const Node& node);
    // NAME: number, for each name that fits.
    void numbers(const Node& node, std::int64_t most, const std::function<bool(const Name&)>& fits,
                 std::map<std::string, std::int64_t>& out);
    void entries(const Node& node, const std::function<bool(const Name&)>& fits,
                 const std::function<void(const Name&, const Node&)>& take);

    // Whether one of the elements has the name; tells what was probably meant where none has.
    template <class Elements, class NameOf>
    bool known(const Name& name, const Elements& elements, NameOf name_of, const char* code,
               const char* what, const char* what_zh) {
        std::vector<std::string> names;
        for (const auto& element : elements) {
            if (name_of(element) == name.text) return true;
            names.push_back(name_of(element));
        }
        error(name.span, code,
              {fmt::format("there is no {} `{}`", what, name.text),
               fmt::format("没有{}“{}”", what_zh, name.text)},
              did_you_mean(name.text, names));
        return false;
    }
};

}  // namespace gongkai::language
