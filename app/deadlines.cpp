#include "app/deadlines.hpp"

#include <algorithm>

#include "engine/guard.hpp"
#include "storage/audit/canonical_json.hpp"
#include "storage/audit/hash.hpp"

namespace gongkai::app {

namespace {

namespace json = boost::json;
using engine::TimerPhase;
using engine::Unit;

struct Fact {
    std::string timer;
    engine::TimerFact fact;
};

// A state that the document came to.
struct Arrival {
    engine::Instant at{};
    std::string state;
};

// Of one document, oldest first once it is whole.
struct Past {
    std::vector<Fact> facts;
    std::vector<Arrival> arrivals;
};

template <class Enum, std::size_t N>
Enum named(const json::object& event, const char* member, const char* const (&names)[N]) {
    const json::value* value = event.if_contains(member);
    if (value == nullptr || !value->is_string()) return Enum{};
    const auto found = std::find(std::begin(names), std::end(names), value->get_string());
    return found == std::end(names) ? Enum{} : static_cast<Enum>(found - std::begin(names));
}

engine::Instant instant(const json::object& event, const char* member) {
    const json::value* value = event.if_contains(member);
    if (value == nullptr || !value->is_string()) return {};
    return engine::parse_instant(value->get_string()).value_or(engine::Instant{});
}

bool flag(const json::object& event, const char* member) {
    const json::value* value = event.if_contains(member);
    return value != nullptr && value->is_bool() && value->get_bool();
}

// A "timer_set" of docs/audit_format.md; `idle` ones have no more than a name and a phase.
engine::TimerState state_of(const json::object& event) {
    static constexpr const char* kPhases[] = {"idle", "running", "paused", "expired"};
    static constexpr const char* kUnits[] = {"hours", "days", "working_days", "months"};
    engine::TimerState state;
    state.phase = named<TimerPhase>(event, "phase", kPhases);
    if (state.phase == TimerPhase::idle) return state;
    state.unit = named<Unit>(event, "unit", kUnits);
    const json::value* count = event.if_contains("count");
    if (count != nullptr && count->is_int64()) state.count = count->get_int64();
    state.from = instant(event, "from");
    state.due = instant(event, "due");
    state.extended = flag(event, "extended");
    state.provisional = flag(event, "provisional");
    return state;
}

const json::string* text(const json::object& event, const char* member) {
    const json::value* value = event.if_contains(member);
    return value == nullptr ? nullptr : value->if_string();
}

void gather(const HistoryEntry& entry, Past& out) {
    if (entry.events.empty()) return;
    const auto events = storage::audit::parse_canonical(entry.events);
    if (!events || !events->is_array()) return;
    for (const json::value& value : events->get_array()) {
        const json::object* event = value.if_object();
        if (event == nullptr) continue;
        const json::string* type = text(*event, "type");
        if (type == nullptr) continue;
        if (const auto* timer = text(*event, "timer"); timer != nullptr && *type == "timer_set")
            out.facts.push_back(
                {std::string(std::string_view(*timer)), {entry.at, state_of(*event)}});
        if (const auto* to = text(*event, "to"); to != nullptr && *type == "moved")
            out.arrivals.push_back({entry.at, std::string(std::string_view(*to))});
    }
}

Result<Past> past_of(Documents& documents, const Principal& principal, engine::DocumentId id) {
    Past out;  // newest first, what belongs to one step in its order
    storage::RecordId from = storage::kNoRecord;
    for (bool more = true; more;) {
        TRY(const HistoryPage page, documents.history(principal, id, from));
        for (const HistoryEntry& entry : page.entries) {
            Past of_step;
            gather(entry, of_step);
            out.facts.insert(out.facts.end(), of_step.facts.rbegin(), of_step.facts.rend());
            out.arrivals.insert(out.arrivals.end(), of_step.arrivals.rbegin(),
                                of_step.arrivals.rend());
        }
        more = page.next.has_value();
        from = page.next.value_or(storage::kNoRecord);
    }
    std::reverse(out.facts.begin(), out.facts.end());
    std::reverse(out.arrivals.begin(), out.arrivals.end());
    return out;
}

std::optional<engine::Instant> instant_of(const engine::Document& document, engine::FieldId field) {
    const auto& value = document.fields[field];
    if (!value) return std::nullopt;
    if (const auto* date = std::get_if<engine::Date>(&*value)) return engine::start_of_day(*date);
    const auto* moment = std::get_if<engine::Instant>(&*value);
    return moment == nullptr ? std::nullopt : std::optional(*moment);
}

// The origin that counts for this document, where it has this day.
const engine::TimerOrigin* origin_of(const engine::Definition& definition,
                                     const engine::Document& document, const engine::Timer& timer,
                                     engine::Instant day_zero) {
    for (const engine::TimerOrigin& origin : timer.origins) {
        if (!engine::holds(origin.when, definition, document, nullptr, day_zero)) continue;
        return instant_of(document, origin.field) == day_zero ? &origin : nullptr;
    }
    return nullptr;
}

// The title of the field that day 0 stood in. Of an earlier count (not `latest`): as if what has
// another day now had not been there yet; none where that cannot be told any more.
std::string origin_title(const engine::Definition& definition, const engine::Document& document,
                         const engine::Timer& timer, engine::Instant day_zero, bool latest) {
    const auto* origin = origin_of(definition, document, timer, day_zero);
    if (!latest) {
        if (origin != nullptr) return {};
        engine::Document earlier = document;
        for (const engine::TimerOrigin& other : timer.origins) {
            if (instant_of(document, other.field) != day_zero) earlier.fields[other.field].reset();
        }
        origin = origin_of(definition, earlier, timer, day_zero);
    }
    return origin == nullptr ? std::string() : definition.fields[origin->field].title;
}

// Whether the count that this step began is the present one.
bool is_latest(const std::vector<engine::DeadlineStep>& steps, const engine::DeadlineStep& step) {
    return std::none_of(&step + 1, steps.data() + steps.size(), [](const auto& later) {
        return later.kind == engine::DeadlineStep::Kind::started;
    });
}

// The last of the states that this step led to.
std::string arrival_title(const engine::Definition& definition, const Past& past,
                          engine::Instant at) {
    std::string title;
    for (const Arrival& arrival : past.arrivals) {
        if (arrival.at != at) continue;
        const engine::StateId id = definition.state(arrival.state);
        if (id != engine::kNone) title = definition.states[id].title;
    }
    return title;
}

}  // namespace

Result<DeadlinesView> deadlines_of(Documents& documents, const Calendars& calendars,
                                   const Principal& principal, engine::DocumentId id) {
    DeadlinesView out;
    TRY(const DocumentView view, documents.find(principal, id));
    out.document = id;
    out.flow = view.flow;
    out.title = view.title;
    out.calendar = calendars.current();
    TRY(const Past past, past_of(documents, principal, id));
    const engine::Definition& definition = out.flow->definition;
    const auto& timers = definition.timers;
    for (std::size_t i = 0; i < timers.size(); ++i) {
        std::vector<engine::TimerFact> own;
        for (const Fact& fact : past.facts) {
            if (fact.timer == timers[i].name) own.push_back(fact.fact);
        }
        DeadlineView deadline;
        deadline.timer = static_cast<engine::TimerId>(i);
        deadline.state = view.document.timers[i];
        deadline.explanation = engine::explain(own, out.calendar->calendar);
        const auto& steps = deadline.explanation.steps;
        for (const engine::DeadlineStep& step : steps) {
            using Kind = engine::DeadlineStep::Kind;
            const bool begins = step.kind == Kind::started;
            if (begins && !timers[i].origins.empty()) {
                deadline.began_with.push_back(origin_title(definition, view.document, timers[i],
                                                           step.from, is_latest(steps, step)));
            } else {
                deadline.began_with.push_back(begins || step.kind == Kind::paused
                                                  ? arrival_title(definition, past, step.at)
                                                  : std::string());
            }
        }
        if (!deadline.explanation.steps.empty()) out.deadlines.push_back(std::move(deadline));
    }
    return out;
}

std::string version_of(const NamedCalendar& calendar) {
    const std::string hex = storage::audit::to_hex(calendar.digest);
    return calendar.calendar.name() + "@" + hex.substr(0, 12);
}

}  // namespace gongkai::app
