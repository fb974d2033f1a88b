#include "app/reports/statistics.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "app/record_json.hpp"
#include "storage/audit/canonical_json.hpp"

namespace gongkai::app {

namespace {

namespace json = boost::json;
namespace audit = storage::audit;
using engine::Instant;

constexpr std::int32_t kMostHours = 2 * 366 * 24;

const json::value* member(const json::object& object, const char* name) {
    return object.if_contains(name);
}
std::string text(const json::object& object, const char* name) {
    const json::value* found = member(object, name);
    return found != nullptr && found->is_string() ? std::string(found->get_string())
                                                  : std::string();
}
std::optional<Instant> instant(const json::object& object, const char* name) {
    return engine::parse_instant(text(object, name));
}

// A place where somebody has something to do; what rests, or waits for its branches, is none.
bool is_step(const engine::State& state) {
    return !state.final &&
           (state.kind == engine::StateKind::task || state.kind == engine::StateKind::countersign);
}

// A limit that somebody of the office has to keep. Where the clock only goes on by itself
// (第三方逾期 不答复, 申请人逾期不补正, 到期评估) nobody of the office was late.
bool binds(const engine::Timer& timer) {
    const bool goes_on = timer.on_expiry != engine::kNone && timer.escalate_to.empty();
    return !timer.minimum && !timer.reminder && !goes_on;
}

// The action that took a document back, where the command is such a one.
const engine::Action* return_of(const engine::Definition& definition, const json::object& command,
                                const StatisticsCount::Story& story) {
    if (text(command, "type") != "act") return nullptr;
    const std::string name = text(command, "action"), state = text(command, "state");
    for (const engine::Action& action : definition.actions) {
        if (action.name != name || action.kind != engine::ActionKind::return_to) continue;
        const std::string& from = definition.states[action.from].name;
        const bool there = std::any_of(story.stays.begin(), story.stays.end(),
                                       [&](const auto& stay) { return stay.second.state == from; });
        if (there && (state.empty() || state == from)) return &action;
    }
    return nullptr;
}

}  // namespace

void Durations::add(std::int64_t ms) {
    const std::int64_t hours = std::clamp<std::int64_t>(ms / engine::ms_per_hour, 0, kMostHours);
    ++hours_[static_cast<std::int32_t>(hours)];
    ++count_;
    sum_ms_ += static_cast<double>(ms);
}

double Durations::average_days() const {
    return count_ == 0 ? 0 : sum_ms_ / static_cast<double>(count_) / engine::ms_per_day;
}

double Durations::median_days() const {
    // Of an even number the mean of the two in the middle.
    const auto nth = [this](std::uint64_t n) {
        std::uint64_t seen = 0;
        for (const auto& [hours, count] : hours_) {
            seen += count;
            if (seen > n) return hours;
        }
        return 0;
    };
    if (count_ == 0) return 0;
    return (nth((count_ - 1) / 2) + nth(count_ / 2)) / 48.0;
}

std::optional<double> DeadlineFigures::on_time() const {
    if (kept + missed == 0) return std::nullopt;
    return 100.0 * static_cast<double>(kept) / static_cast<double>(kept + missed);
}

DeadlineFigures& StatisticsCount::deadline(const Flow& flow, const engine::Timer& timer) {
    auto& figures = deadlines_[{flow.definition.flow, timer.name}];
    if (figures.name.empty()) {
        figures.flow = flow.definition.flow;
        figures.flow_title = flow.definition.title;
        figures.name = timer.name;
        figures.title = timer.title;
        figures.basis = timer.basis;
    }
    return figures;
}

StepFigures* StatisticsCount::step(const Flow& flow, const std::string& name) {
    const engine::StateId id = flow.definition.state(name);
    if (id == engine::kNone || !is_step(flow.definition.states[id])) return nullptr;
    auto& figures = steps_[{flow.definition.flow, name}];
    if (figures.state.empty()) {
        figures.flow = flow.definition.flow;
        figures.flow_title = flow.definition.title;
        figures.state = name;
        figures.title = flow.definition.states[id].title;
    }
    return &figures;
}

// What a step did to the limits on the whole: one that is dropped and starts anew within it was
// neither kept nor missed.
void StatisticsCount::note_limits(const Flow& flow, Instant at,
                                  const std::map<std::string, Story::Limit>& after, Story& story) {
    for (const auto& [name, limit] : after) {
        Story::Limit& before = story.limits[name];
        const engine::TimerId id = flow.definition.timer(name);
        const bool ran = before.phase == "running" || before.phase == "paused";
        if (id != engine::kNone && binds(flow.definition.timers[id]) && ran && period_.has(at)) {
            const bool late = before.phase == "running" && at >= before.due;
            if (limit.phase == "expired" || (limit.phase == "idle" && late)) {
                ++deadline(flow, flow.definition.timers[id]).missed;
            } else if (limit.phase == "idle") {
                ++deadline(flow, flow.definition.timers[id]).kept;
            }
        }
        before = limit;
    }
}

void StatisticsCount::note_move(const Flow& flow, const std::string& region, const std::string* to,
                                Instant at, Story& story) {
    const auto stay = story.stays.find(region);
    if (stay != story.stays.end()) {
        if (period_.has(at)) {
            if (StepFigures* figures = step(flow, stay->second.state))
                figures->left.add(at - stay->second.since);
        }
        story.stays.erase(stay);
    }
    if (to != nullptr) story.stays[region] = {*to, at};
}

Result<void> StatisticsCount::read(const Flow& flow, const audit::Leaf& leaf, Story& story) {
    if (leaf.kind != audit::LeafKind::step) return {};
    const Instant at{leaf.time_ms};
    const bool within = period_.has(at);
    story.active = story.active || within;
    TRY(const auto command, audit::parse_canonical(leaf.command));
    TRY(const auto events, audit::parse_canonical(leaf.events));
    if (!command.is_object() || !events.is_array())
        return engine::Error{engine::ErrorCode::malformed, "a leaf without command or events"};
    FlowFigures& figures = flows_[leaf.flow];
    if (figures.title.empty()) figures.title = flow.definition.title;
    if (within && leaf.revision == 1) ++figures.opened;
    if (within) {
        const auto* action = return_of(flow.definition, command.get_object(), story);
        if (action != nullptr) {
            const engine::State& from = flow.definition.states[action->from];
            auto& count = returns_[{leaf.flow, from.name, action->name}];
            if (++count.count == 1)
                count = {leaf.flow,    flow.definition.title, from.name, from.title,
                         action->name, action->title,         1};
            Returned returned{
                {leaf.document.value_or(0), at, leaf.flow, from.name, action->name, {}}, {}};
            if (const json::value* comment = member(command.get_object(), "comment")) {
                if (const auto committed = read_committed(*comment))
                    returned.comment = committed->commitment;
            }
            story.returned.push_back(std::move(returned));
        }
    }
    std::map<std::string, Story::Limit> limits;
    for (const json::value& value : events.get_array()) {
        if (!value.is_object()) continue;
        const json::object& event = value.get_object();
        const std::string type = text(event, "type");
        if (type == "moved") {
            const json::value* to = member(event, "to");
            const std::string state = text(event, "to");
            note_move(flow, text(event, "region"),
                      to != nullptr && to->is_string() ? &state : nullptr,
                      instant(event, "at").value_or(at), story);
        } else if (type == "timer_set") {
            limits[text(event, "timer")] = {text(event, "phase"),
                                            instant(event, "due").value_or(Instant{})};
        } else if (type == "publication_changed" && within) {
            const std::string to = text(event, "to");
            if (to == "published") ++figures.published;
            if (to == "draft") ++figures.drafts;
            if (to == "withdrawn") ++figures.withdrawn;
        } else if (type == "migrated") {
            // Places and timers go by other names from here on; the stays that they stand for go
            // on.
            const json::value* document = member(event, "document");
            if (document == nullptr || !document->is_object()) continue;
            story.stays.clear();
            story.limits.clear();
            const json::value* places = member(document->get_object(), "places");
            const json::value* timers = member(document->get_object(), "timers");
            if (places == nullptr || !places->is_array() || timers == nullptr ||
                !timers->is_array())
                continue;
            for (const json::value& place : places->get_array()) {
                if (!place.is_object()) continue;
                story.stays[text(place.get_object(), "region")] = {
                    text(place.get_object(), "state"),
                    instant(place.get_object(), "since").value_or(at)};
            }
            for (const json::value& timer : timers->get_array()) {
                if (!timer.is_object()) continue;
                story.limits[text(timer.get_object(), "timer")] = {
                    text(timer.get_object(), "phase"),
                    instant(timer.get_object(), "due").value_or(Instant{})};
            }
        }
    }
    note_limits(flow, at, limits, story);
    return {};
}

void StatisticsCount::stands(const Flow& flow, const engine::Document& document, Instant now) {
    for (const engine::Place& place : document.places) {
        if (place.state == engine::kNone) continue;
        StepFigures* figures = step(flow, flow.definition.states[place.state].name);
        if (figures == nullptr) continue;
        ++figures->waiting;
        if (!figures->oldest || place.since < *figures->oldest) figures->oldest = place.since;
    }
    for (std::size_t i = 0; i < document.timers.size(); ++i) {
        const engine::TimerState& state = document.timers[i];
        const engine::Timer& timer = flow.definition.timers[i];
        if (!binds(timer) || state.phase == engine::TimerPhase::idle) continue;
        const bool late = state.phase == engine::TimerPhase::expired ||
                          (state.phase == engine::TimerPhase::running && now >= state.due);
        ++(late ? deadline(flow, timer).overdue : deadline(flow, timer).running);
    }
}

Statistics StatisticsCount::take() && {
    Statistics out;
    out.period = period_;
    for (auto& [key, figures] : deadlines_)
        out.deadlines.push_back(std::move(figures));
    for (auto& [key, figures] : steps_)
        out.steps.push_back(std::move(figures));
    for (auto& [key, figures] : returns_)
        out.returns.push_back(std::move(figures));
    out.flows = std::move(flows_);
    return out;
}

}  // namespace gongkai::app
