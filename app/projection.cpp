#include "app/projection.hpp"

#include <algorithm>
#include <charconv>

#include "app/record_json.hpp"
#include "storage/audit/canonical_json.hpp"
#include "storage/audit/hash.hpp"
#include "storage/audit/merkle.hpp"

namespace gongkai::app {

namespace {

constexpr std::string_view kConsultation = "consultation/";
constexpr std::string_view kMissed = "missed:";

storage::Task task(const engine::Assignment& assignment, const engine::Document& document) {
    storage::Task task;
    task.role = assignment.role;
    switch (assignment.scope) {
        case engine::Scope::own_department:
            task.department = document.department;
            break;
        case engine::Scope::department:
            task.department = assignment.department;
            break;
        case engine::Scope::anywhere:
            break;
    }
    return task;
}

// The earliest deadline that runs in the state; a minimum time or a reminder is none.
std::optional<engine::Instant> due_in(const engine::Definition& definition,
                                      const engine::Document& document, engine::StateId state) {
    std::optional<engine::Instant> due;
    for (std::size_t i = 0; i < definition.timers.size(); ++i) {
        const engine::Timer& timer = definition.timers[i];
        const engine::TimerState& now = document.timers[i];
        // One that ran out stays in sight: the task is overdue.
        const bool counts =
            now.phase == engine::TimerPhase::running || now.phase == engine::TimerPhase::expired;
        if (timer.minimum || timer.reminder || !counts) continue;
        if (!std::binary_search(timer.runs_in.begin(), timer.runs_in.end(), state)) continue;
        if (!due || now.due < *due) due = now.due;
    }
    return due;
}

// The first region with a state in which the deadline runs; nullopt: the document has left them.
std::optional<engine::RegionId> region_of(const engine::Timer& timer,
                                          const engine::Document& document) {
    for (std::size_t region = 0; region < document.places.size(); ++region) {
        const engine::StateId state = document.places[region].state;
        if (state == engine::kNone) continue;
        if (std::binary_search(timer.runs_in.begin(), timer.runs_in.end(), state))
            return static_cast<engine::RegionId>(region);
    }
    return std::nullopt;
}

bool same_queue(const storage::Task& a, const storage::Task& b) {
    return a.role == b.role && a.department == b.department;
}

// What was missed stays with those who were told of it until it is made good: a message alone is
// forgotten.
void add_missed(const engine::Definition& definition, const engine::Document& document,
                std::vector<storage::Task>& tasks) {
    const std::size_t work = tasks.size();
    for (std::size_t i = 0; i < definition.timers.size(); ++i) {
        const engine::Timer& timer = definition.timers[i];
        const engine::TimerState& now = document.timers[i];
        if (now.phase != engine::TimerPhase::expired || timer.escalate_to.empty()) continue;
        const auto region = region_of(timer, document);
        if (!region) continue;
        for (const engine::Assignment& assignment : timer.escalate_to) {
            storage::Task entry = task(assignment, document);
            const bool works_on_it =
                std::any_of(tasks.begin(), tasks.begin() + static_cast<std::ptrdiff_t>(work),
                            [&](const storage::Task& other) { return same_queue(other, entry); });
            if (works_on_it) continue;
            entry.region = *region;
            entry.state = std::string(kMissed) + timer.name;
            entry.since = now.due;
            if (!timer.reminder) entry.due = now.due;
            tasks.push_back(std::move(entry));
        }
    }
}

}  // namespace

std::vector<ActiveState> active_states(const engine::Definition& definition,
                                       const engine::Document& document) {
    std::vector<ActiveState> states;
    for (const engine::Place& place : document.places) {
        if (place.state == engine::kNone) continue;
        const engine::State& state = definition.states[place.state];
        if (state.kind == engine::StateKind::parallel || state.kind == engine::StateKind::exit)
            continue;
        states.push_back({state.name, state.title, state.final});
    }
    return states;
}

std::vector<storage::Task> tasks_of(const engine::Definition& definition,
                                    const engine::Document& document) {
    std::vector<storage::Task> tasks;
    if (document.purged) return tasks;
    for (std::size_t region = 0; region < document.places.size(); ++region) {
        const engine::Place& place = document.places[region];
        if (place.state == engine::kNone) continue;
        const engine::State& state = definition.states[place.state];
        if (state.final) continue;
        const auto& whom = state.countersign ? state.countersign->by : state.worklist;
        if (whom.empty()) continue;
        const auto due = due_in(definition, document, place.state);
        for (const engine::Assignment& assignment : whom) {
            storage::Task entry = task(assignment, document);
            entry.region = static_cast<engine::RegionId>(region);
            entry.state = state.name;
            entry.claimed_by = place.claimed_by;
            entry.since = place.since;
            entry.due = due;
            tasks.push_back(std::move(entry));
        }
    }
    for (const engine::Consultation& consultation : document.consultations) {
        if (consultation.answered) continue;
        storage::Task entry = task(consultation.whom, document);
        entry.region = consultation.region;
        entry.state = std::string(kConsultation) + std::to_string(consultation.number);
        if (consultation.region < document.places.size())
            entry.since = document.places[consultation.region].since;
        tasks.push_back(std::move(entry));
    }
    add_missed(definition, document, tasks);
    return tasks;
}

std::uint32_t consultation_of_task(std::string_view state) {
    if (state.substr(0, kConsultation.size()) != kConsultation) return 0;
    state.remove_prefix(kConsultation.size());
    std::uint32_t number = 0;
    const auto [end, failure] = std::from_chars(state.data(), state.data() + state.size(), number);
    return failure == std::errc() && end == state.data() + state.size() ? number : 0;
}

std::string_view missed_of_task(std::string_view state) {
    if (!state.starts_with(kMissed)) return {};
    state.remove_prefix(kMissed.size());
    return state;
}

std::vector<storage::RunningTimer> timers_of(const engine::Definition& definition,
                                             const engine::Document& document) {
    std::vector<storage::RunningTimer> timers;
    if (document.purged) return timers;
    for (std::size_t i = 0; i < document.timers.size(); ++i) {
        const engine::TimerState& timer = document.timers[i];
        if (timer.phase != engine::TimerPhase::running) continue;
        timers.push_back({static_cast<engine::TimerId>(i), definition.timers[i].name, timer.due,
                          timer.provisional});
    }
    return timers;
}

namespace {

const char* command_name(const engine::Command& command) {
    constexpr const char* names[] = {"open",  "edit",    "act",       "vote",    "withdraw",
                                     "claim", "release", "reassign",  "consult", "answer",
                                     "renew", "tick",    "recompute", "migrate", "relate",
                                     "hear",  "belong"};
    static_assert(std::size(names) == std::variant_size_v<engine::Command>);
    return names[command.index()];
}

template <class T>
const T* find_event(const engine::Decision& decision) {
    for (const engine::Event& event : decision.events) {
        if (const T* found = std::get_if<T>(&event)) return found;
    }
    return nullptr;
}

const char* happened(const StepNews& news) {
    const engine::Decision& decision = news.decision;
    if (find_event<engine::Purged>(decision) != nullptr) return "purged";
    if (const auto* publication = find_event<engine::PublicationChanged>(decision)) {
        switch (publication->to) {
            case engine::Publication::published:
                return "published";
            case engine::Publication::draft:
                return "draft_published";
            case engine::Publication::withdrawn:
                return "withdrawn";
            case engine::Publication::none:
                break;
        }
    }
    if (std::holds_alternative<engine::Tick>(news.command)) return "deadline_passed";
    constexpr const char* names[] = {"opened",
                                     "edited",
                                     "moved",
                                     "voted",
                                     "withdrawn_step",
                                     "claimed",
                                     "released",
                                     "reassigned",
                                     "consulted",
                                     "answered",
                                     "signature_renewed",
                                     "deadline_passed",
                                     "deadline_recomputed",
                                     "migrated",
                                     "related",
                                     "related_changed",
                                     "attached"};
    static_assert(std::size(names) == std::variant_size_v<engine::Command>);
    const bool stays = std::holds_alternative<engine::Act>(news.command) &&
                       find_event<engine::Moved>(decision) == nullptr;
    return stays ? "reported" : names[news.command.index()];
}

void write_effects(storage::audit::CanonicalWriter& writer, const engine::Decision& decision) {
    writer.key("calls").begin_array();
    for (const engine::Effect& effect : decision.effects) {
        if (const auto* call = std::get_if<engine::CallOut>(&effect)) writer.string(call->name);
    }
    writer.end_array();
}

void write_notifications(storage::audit::CanonicalWriter& writer,
                         const engine::Decision& decision) {
    writer.key("notify").begin_array();
    for (const engine::Effect& effect : decision.effects) {
        const auto* notify = std::get_if<engine::Notify>(&effect);
        if (notify == nullptr) continue;
        writer.begin_object().key("message").string(notify->message);
        writer.key("people").begin_array();
        for (const engine::PersonId person : notify->people)
            writer.integer(person);
        writer.end_array();
        writer.key("subject").string(notify->subject);
        writer.key("whom").begin_array();
        for (const engine::Assignment& whom : notify->whom)
            write_assignment(writer, whom);
        writer.end_array().end_object();
    }
    writer.end_array();
}

}  // namespace

std::string event_type(const StepNews& news) {
    return std::string("cn.gongkai.document.") + happened(news);
}

std::string event_json(const StepNews& news) {
    const engine::Document& after = news.after;
    const std::string id = std::to_string(after.id);
    std::string out;
    storage::audit::CanonicalWriter writer(out);
    writer.begin_object().key("data").begin_object();
    if (const auto* act = std::get_if<engine::Act>(&news.command))
        writer.key("action").string(act->action);
    writer.key("actor").integer(news.actor.id);
    write_effects(writer, news.decision);
    writer.key("command").string(command_name(news.command));
    writer.key("content");
    write_digest(writer, after.content);
    writer.key("definition");
    write_digest(writer, after.definition);
    writer.key("department").string(after.department);
    writer.key("document").string(id);
    writer.key("flow").string(after.flow);
    writer.key("leaf");
    write_digest(writer, storage::audit::leaf_hash(news.leaf));
    write_notifications(writer, news.decision);
    writer.key("publication").string(to_string(after.publication));
    writer.key("purged").boolean(after.purged);
    writer.key("revision").integer(after.revision);
    if (news.external) {
        writer.key("source").string(news.external->first);
        writer.key("source_id").string(news.external->second);
    }
    writer.key("states").begin_array();
    for (const ActiveState& state : active_states(news.flow.definition, after)) {
        writer.begin_object().key("final").boolean(state.final);
        writer.key("name").string(state.name);
        writer.key("title").string(state.title).end_object();
    }
    writer.end_array().end_object();
    writer.key("datacontenttype").string("application/json");
    writer.key("id").string(id + "-" + std::to_string(after.revision));
    writer.key("source").string(news.event_source);
    writer.key("specversion").string("1.0");
    writer.key("subject").string("documents/" + id);
    writer.key("time").string(engine::to_string(news.at));
    writer.key("type").string(event_type(news));
    writer.end_object();
    if (!writer.finish()) storage::audit::stop_on_bug("an event that cannot be written");
    return out;
}

}  // namespace gongkai::app
