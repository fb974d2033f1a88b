// Reads `values` and `flows` of simulation/office_year.yaml: what people write into fields, and
// what they do with the documents of each flow. Every name is held against the flows.
#pragma once

#include "language/habit_shape.hpp"

namespace gongkai::language {

class HabitReader {
  public:
    // Both must outlive it.
    HabitReader(HabitShape& shape, std::span<const engine::Definition* const> flows)
        : shape_(shape), flows_(flows) {}

    // FIELD: what is written into it. nullptr: a field of any flow.
    void values(const Node& node, const engine::Definition* flow,
                std::map<std::string, FieldHabit>& out);
    // FLOW: its habits; each flow has to have some.
    void flows(const Node& node, OfficeYear& year);

  private:
    // nullptr, reported, where the flow (or, without one, no flow) has no such field that people
    // fill; with `derived` also one that is read out of a body.
    const engine::Field* field(const Name& name, const engine::Definition* flow,
                               bool derived = false);
    FieldHabit habit(const Node& node, const engine::Field& field);
    void choices(const Node& node, const engine::Field& field, FieldHabit& out);
    void habit(const Node& node, const engine::Definition& flow, FlowHabit& out);

    HabitShape& shape_;
    std::span<const engine::Definition* const> flows_;
};

}  // namespace gongkai::language
