// What is done at a task before it is decided: questions are answered and asked, signatures
// renewed, fields filled in that are known, related documents opened that somebody thought of.
#include "app/year/desk_task.hpp"

#include <algorithm>

namespace gongkai::app {

using engine::FieldId;
using engine::Offer;
using Kind = engine::Offer::Kind;

bool Desk::answer(Task& task) {
    if (task.view.to_answer.empty()) return false;
    const auto number = task.view.to_answer.front().number;
    return expect(submit(task.who, task.id, input::Answer{number, invention_.text(0)}), task.id,
                  "answer");
}

bool Desk::prepare_first(Task& task) {
    for (const Offer& offer : task.view.offers) {
        if (offer.kind != Kind::renew || offer.state != task.state || !offer.allowed()) continue;
        const std::string& signature = task.definition().signatures[offer.signature].name;
        return expect(submit(task.who, task.id, input::Renew{signature}), task.id,
                      "renew " + signature);
    }
    const language::FlowHabit* habit = year_.flow(task.definition().flow);
    if (habit != nullptr && fill(task, *habit)) return true;
    for (const Offer& offer : task.view.offers) {
        if (offer.kind != Kind::relate || offer.state != task.state || !offer.allowed()) continue;
        const std::string& relation = task.definition().relations[offer.relation].name;
        const auto share = habit == nullptr                      ? 0
                           : habit->relates.count(relation) != 0 ? habit->relates.at(relation)
                                                                 : 0;
        if (share == 0 || !first_time(task, "relate " + relation) || !chance_.of_100(share))
            continue;
        if (relate(task, {offer.relation, std::nullopt, false})) return true;
    }
    const Offer* consult = task.offer(Kind::consult);
    if (consult == nullptr || !first_time(task, "consult") ||
        !chance_.of_100(year_.consults_of_100))
        return false;
    const auto& whom = task.definition().states[task.state].consult->whom;
    const engine::Assignment asked = whom[chance_.below(whom.size())];
    return expect(
        submit(task.who, task.id, input::Consult{task.state_name, asked, invention_.text(0)}),
        task.id, "consult");
}

// What people write down as soon as they know it: the day on which a letter was received, say.
bool Desk::fill(Task& task, const language::FlowHabit& habit) {
    if (task.offer(Kind::edit) == nullptr) return false;
    const engine::Definition& definition = task.definition();
    const auto& editable = definition.states[task.state].editable;
    input::Edit edit;
    for (const auto& [name, share] : habit.fills) {
        const FieldId field = definition.field(name);
        if (std::find(editable.begin(), editable.end(), field) == editable.end() ||
            task.document.document.fields[field] || !first_time(task, "fill " + name) ||
            !chance_.of_100(share))
            continue;
        edit.fields.push_back({name, invention_.value(definition, definition.fields[field])});
    }
    if (edit.fields.empty()) return false;
    return expect(submit(task.who, task.id, std::move(edit)), task.id, "fill");
}

}  // namespace gongkai::app
