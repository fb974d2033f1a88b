// What people write into the fields of documents in a simulated year.
#pragma once

#include <optional>
#include <string>

#include "app/clock.hpp"
#include "app/input.hpp"
#include "app/year/chance.hpp"
#include "engine/definition.hpp"

namespace gongkai::app {

class Invention {
  public:
    // All must outlive it.
    Invention(const language::OfficeYear& year, Chance& chance, Clock& clock)
        : year_(year), chance_(chance), clock_(clock) {}

    PlainValue value(const engine::Definition& flow, const engine::Field& field);
    // A body (正文) that ends with the 附注 of that attribute (the name of a choice of body_note);
    // without one, and in whether it bears a mark of secrecy, as the habits have it.
    std::string body(const engine::Definition& flow, const engine::Field& field,
                     std::optional<std::string> note = std::nullopt);
    // A sentence or a few, at most `most` characters (0: as many as it likes).
    std::string text(std::size_t most, std::size_t sentences = 1);
    engine::Date today() const { return engine::date_in_china(clock_.now()); }

  private:
    const language::FieldHabit* habit(const engine::Definition& flow,
                                      const engine::Field& field) const;
    std::int64_t number(const language::FieldHabit* habit);
    std::string choice(const engine::Field& field, const language::FieldHabit* habit);
    std::string title(const engine::Definition& flow, std::size_t most);
    // With a number of its own for "{number}".
    std::string numbered(std::string text);

    const language::OfficeYear& year_;
    Chance& chance_;
    Clock& clock_;
    std::uint64_t written_ = 0;  // numbers given so far
};

// As the rules will see it: of a text its length only. nullopt where it has no value, or not of the
// field's type.
std::optional<engine::Value> as_rules_see(const engine::Field& field, const PlainValue& value);

}  // namespace gongkai::app
