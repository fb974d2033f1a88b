#include "app/year/desk_task.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "app/outcome.hpp"
#include "engine/authority.hpp"
#include "storage/audit/files.hpp"

namespace gongkai::app {

using engine::FieldId;
using engine::Offer;
using engine::Reason;
using Kind = engine::Offer::Kind;

namespace {

constexpr std::int64_t kUsual = 100;

// What the person can mend by filling in.
bool mendable(const Offer& offer) {
    return std::all_of(offer.blockers.begin(), offer.blockers.end(), [](const auto& blocker) {
        return blocker.reason == Reason::fields_missing || blocker.reason == Reason::guard_failed;
    });
}

std::vector<PlainField> named(const engine::Definition& definition,
                              const std::map<FieldId, PlainValue>& fields,
                              const std::set<FieldId>& among) {
    std::vector<PlainField> out;
    for (const auto& [field, value] : fields) {
        if (among.count(field) != 0) out.push_back({definition.fields[field].name, value});
    }
    return out;
}

}  // namespace

std::string told(const Outcome& outcome) {
    if (const auto* refused = std::get_if<Refused>(&outcome)) {
        const engine::Refusal& refusal = refused->refusal;
        std::string words = engine::code(refusal.reason);
        if (!refusal.rule.empty()) words += " (" + refusal.rule + ")";
        for (const FieldId field : refusal.fields) {
            if (refused->flow && field < refused->flow->definition.fields.size())
                words += " " + refused->flow->definition.fields[field].name;
        }
        return words;
    }
    if (const auto* invalid = std::get_if<Invalid>(&outcome))
        return invalid->code + " at " + invalid->where;
    if (const auto* error = std::get_if<engine::Error>(&outcome)) return error->message;
    return "another answer than a step";
}

Desk::Desk(Application& application, const language::OfficeYear& year, const Staff& staff,
           Chance& chance, const RuleWatch& watch, YearReport& report,
           std::function<void(std::int64_t)> pass)
    : application_(application),
      year_(year),
      staff_(staff),
      chance_(chance),
      watch_(watch),
      report_(report),
      pass_(std::move(pass)),
      invention_(year, chance, application.clock()) {}

std::vector<Desk::Arrival> Desk::take_arrivals() {
    return std::exchange(arrivals_, {});
}

Outcome Desk::submit(const Worker& who, engine::DocumentId id, Input input) {
    pass_(static_cast<std::int64_t>(5 + chance_.below(30)) * engine::ms_per_second);
    StepRequest request;
    request.principal = who.principal;
    request.request_id = "year";
    request.document = id;
    request.input = std::move(input);
    Outcome outcome = application_.documents().run(std::move(request));
    if (const auto* done = std::get_if<Done>(&outcome); done != nullptr && !done->purged)
        note_arrivals(*done);
    return outcome;
}

void Desk::note_arrivals(const Done& done) {
    const auto flow = application_.flows().current(done.flow);
    if (!flow || done.states.empty()) return;
    if (done.states.front().final)
        arrivals_.push_back({done.id, done.flow, done.states.front().name, true});
    for (const ActiveState& state : done.states) {
        const engine::StateId id = flow->definition.state(state.name);
        if (state.final || flow->definition.states[id].reassigners.empty()) continue;
        if (thought_.emplace(done.id, state.name, "may be handed on").second)
            arrivals_.push_back({done.id, done.flow, state.name, false});
    }
}

bool Desk::holds_one_of(const Worker& who, const engine::Definition& flow,
                        const engine::Document& document,
                        const std::vector<engine::Assignment>& assignments) const {
    const Instant now = application_.clock().now();
    const auto directory = application_.identity().directory();
    const auto calendar = application_.calendars().current();
    const engine::Actor actor = directory->actor(who.principal.person, now);
    const engine::Context context{actor,   now,    calendar->calendar, nullptr, std::nullopt, 0,
                                  nullptr, nullptr};
    return engine::authorize(flow, document, context, assignments).grant.has_value();
}

bool Desk::first_time(const Task& task, const std::string& what) {
    return thought_.emplace(task.id, task.state_name, what).second;
}

bool Desk::expect(const Outcome& outcome, engine::DocumentId id, const std::string& what) {
    if (std::holds_alternative<Done>(outcome)) return true;
    const bool refused = std::holds_alternative<Refused>(outcome);
    report_.broke(refused ? "unexpected_refusal" : "unexpected_outcome", id,
                  what + ": " + told(outcome));
    return false;
}

bool Desk::open(const std::vector<Worker>& people, const std::string& name,
                const std::string& department, const std::optional<input::Parent>& parent) {
    const auto flow = application_.flows().current(name);
    if (!flow) return false;
    const engine::Definition& definition = flow->definition;
    std::vector<const Worker*> may;
    engine::Document blank;
    blank.department = department;
    for (const Worker& worker : people) {
        if (holds_one_of(worker, definition, blank, definition.openers)) may.push_back(&worker);
    }
    if (may.empty()) return false;
    const Worker& who = *may[chance_.below(may.size())];
    input::Open open{name, department, {}, {}, parent};
    if (const language::FlowHabit* habit = year_.flow(name)) {
        for (const std::string& field : habit->opens_with)
            open.fields.push_back(
                {field, invention_.value(definition, definition.fields[definition.field(field)])});
    }
    return expect(submit(who, 0, std::move(open)), parent ? parent->document : 0, "open " + name);
}

bool Desk::look(Task& task) const {
    auto view = application_.documents().offers(task.who.principal, task.id);
    if (!view) return false;
    auto document = application_.documents().find(task.who.principal, task.id);
    if (!document) return false;
    task.view = std::move(*view);
    task.document = std::move(*document);
    task.state = task.definition().state(task.state_name);
    return true;
}

bool Desk::work(const Worker& who, engine::DocumentId id, const std::string& state) {
    Task task{who, id, state, {}, {}, engine::kNone};
    if (!look(task)) return false;
    if (chance_.of_100(year_.mistakes_of_100)) try_what_is_forbidden(task);
    if (answer(task) || take_in_hand(task) || prepare_first(task)) return true;
    if (!choose(task)) return put_back(task);
    // Some go on where the next one is to act: their own draft, their own signature.
    if (chance_.of_100(year_.mistakes_of_100) && look(task)) try_what_is_forbidden(task);
    return true;
}

std::int64_t Desk::weight(const Task& task, const Offer& offer) const {
    const engine::Definition& definition = task.definition();
    const engine::Action& action = definition.actions[offer.action];
    if (const language::FlowHabit* habit = year_.flow(definition.flow)) {
        for (const std::string& name : {task.state_name + "/" + action.name, action.name}) {
            const auto at = habit->weights.find(name);
            if (at != habit->weights.end()) return at->second;
        }
    }
    const auto at = year_.weights.find(action.name);
    if (at != year_.weights.end()) return at->second;
    switch (action.kind) {
        case engine::ActionKind::return_to:
            return year_.returns;
        case engine::ActionKind::refer_up:
            return year_.refers_up;
        case engine::ActionKind::stay:
            return year_.stays;
        case engine::ActionKind::forward:
            break;
    }
    return action.comment == engine::CommentRule::required ? year_.ends : kUsual;
}

bool Desk::choose(Task& task) {
    if (const Offer* offer = task.offer(Kind::vote)) return vote(task, *offer);
    std::vector<const Offer*> candidates;
    std::vector<std::int64_t> weights;
    for (const Offer& offer : task.view.offers) {
        if (offer.kind != Kind::act || offer.state != task.state || !mendable(offer)) continue;
        candidates.push_back(&offer);
        weights.push_back(weight(task, offer));
    }
    // By weight, without those that turned out not to be possible.
    for (;;) {
        const std::size_t at = chance_.weighted(weights);
        if (at >= candidates.size()) return false;
        weights[at] = 0;
        const Offer offer = *candidates[at];
        if (act(task, offer)) return true;
    }
}

bool Desk::vote(Task& task, const Offer&) {
    const bool rejects = chance_.of_100(year_.rejects_of_100);
    input::Vote vote{task.state_name, rejects ? engine::Ballot::reject : engine::Ballot::approve,
                     std::nullopt};
    if (rejects) vote.comment = invention_.text(0);
    return expect(submit(task.who, task.id, std::move(vote)), task.id, "vote");
}

std::optional<PlainAttachment> Desk::file(const Worker& who) {
    namespace fs = std::filesystem;
    const fs::path path =
        fs::temp_directory_path() / ("gongkai-year-" + std::to_string(::getpid()) + ".txt");
    const std::string bytes = invention_.text(0, 5) + std::to_string(report_.steps);
    if (!storage::audit::write_file(path, bytes)) return std::nullopt;
    const auto handed_in = application_.attachments().add_copy(who.principal, path);
    std::error_code ignored;
    fs::remove(path, ignored);
    if (!handed_in) return std::nullopt;
    return PlainAttachment{handed_in->digest, "附件.txt"};
}

// One of those that the plan has documents of this flow in.
engine::DepartmentCode Desk::a_department(const Task& task) {
    const language::FlowHabit* habit = year_.flow(task.definition().flow);
    if (habit == nullptr || habit->departments.empty()) return task.document.document.department;
    return habit->departments[chance_.below(habit->departments.size())];
}

bool Desk::act(Task& task, const Offer& offer) {
    const engine::Definition& definition = task.definition();
    const engine::Action& action = definition.actions[offer.action];
    const engine::State& state = definition.states[task.state];
    const Offer* edit = task.offer(Kind::edit);
    std::set<FieldId> asked(action.asks.begin(), action.asks.end()), editable;
    if (edit != nullptr) editable.insert(state.editable.begin(), state.editable.end());
    for (const FieldId field : asked)
        editable.erase(field);
    std::set<FieldId> all = asked;
    all.insert(editable.begin(), editable.end());
    GuardWish wish(definition, task.document.document, all,
                   edit != nullptr && state.edit_attachments, invention_, chance_);
    const auto given = [&](FieldId field) { return wish.document().fields[field].has_value(); };
    for (const FieldId field : action.asks) {
        if (!given(field) || definition.fields[field].content == false) wish.give(field);
    }
    for (const FieldId field : action.needs) {
        if (!given(field) && !definition.fields[field].assigned && !wish.give(field)) return false;
    }
    if (!wish.fulfil(action.when)) {
        for (const GuardWish::Relation& relation : wish.relations()) {
            if (relate(task, relation)) return true;
        }
        return false;
    }
    input::Edit changes{named(definition, wish.fields(), editable), std::nullopt};
    if (wish.attach()) {
        auto attachment = file(task.who);
        if (!attachment) return false;
        changes.attachments.emplace();
        for (const AttachmentView& one : task.document.attachments)
            changes.attachments->push_back({one.digest, one.name});
        changes.attachments->push_back(std::move(*attachment));
    }
    if (!changes.fields.empty() || changes.attachments) {
        // Not to void signatures that the action itself needs is the flow's affair; the offers are
        // asked again.
        if (!expect(submit(task.who, task.id, std::move(changes)), task.id,
                    "edit before " + action.name) ||
            !look(task))
            return false;
        const auto again =
            std::find_if(task.view.offers.begin(), task.view.offers.end(), [&](const Offer& one) {
                return one.kind == Kind::act && one.action == offer.action &&
                       one.state == offer.state;
            });
        if (again == task.view.offers.end() || !again->allowed()) return true;
    }
    input::Act step{action.name, task.state_name, named(definition, wish.fields(), asked), {}, {},
                    {}};
    if (action.hands_over) step.department = a_department(task);
    const bool says = action.comment == engine::CommentRule::required ||
                      (action.comment == engine::CommentRule::optional && chance_.of_100(10));
    if (says) step.comment = invention_.text(0);
    if (!expect(submit(task.who, task.id, std::move(step)), task.id,
                definition.flow + " " + task.state_name + "/" + action.name))
        return false;
    if (action.withdrawable) think_again(task);
    return true;
}

}  // namespace gongkai::app
