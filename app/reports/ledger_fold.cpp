// What a leaf of the record means for the ledger.
#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <limits>

#include "app/record_json.hpp"
#include "app/reports/ledger.hpp"
#include "storage/audit/hash.hpp"
#include "storage/audit/leaf.hpp"

namespace gongkai::app {

namespace {

namespace json = boost::json;
using engine::Date;
using engine::Error;
using engine::ErrorCode;
using engine::Instant;
using storage::RecordId;

constexpr std::size_t kLeaves = 1'000;  // a snapshot, some milliseconds
// Of returns, a day and department: as many as a list shows of all days.
constexpr std::size_t kReturnsKept = kMostReturned;
constexpr std::int32_t kNeverBefore = std::numeric_limits<std::int32_t>::min();

std::string_view text(const json::object& object, std::string_view name) {
    const json::value* found = object.if_contains(name);
    return found != nullptr && found->is_string() ? std::string_view(found->get_string())
                                                  : std::string_view();
}

const json::array* array(const json::object& object, std::string_view name) {
    const json::value* found = object.if_contains(name);
    return found == nullptr ? nullptr : found->if_array();
}

std::optional<Instant> instant(const json::object& object, std::string_view name) {
    return engine::parse_instant(text(object, name));
}

}  // namespace

// The members that matter here. The record is verified elsewhere (storage/audit): this reads what
// was verified, and quickly.
struct Ledger::Leaf {
    engine::DocumentId document = 0;
    const Flow* flow = nullptr;
    Word department = 0;
    Instant at{};
    Date day{};
    const json::object* command = nullptr;
    const json::array* events = nullptr;
};

Ledger::Word Ledger::word(std::string_view text) {
    const auto [at, fresh] = numbers_.try_emplace(std::string(text), words_.size());
    if (fresh) words_.emplace_back(text);
    return at->second;
}

Result<const Flow*> Ledger::flow_of(std::string_view digest) {
    const auto known = definitions_.find(std::string(digest));
    if (known != definitions_.end()) return known->second.get();
    const auto hash = storage::audit::hash_from_hex(digest);
    if (!hash) return Error{ErrorCode::malformed, "a leaf whose definition is no digest"};
    TRY(auto flow, flows_.by_digest(*hash));
    return definitions_.emplace(digest, std::move(flow)).first->second.get();
}

void Ledger::add(const Leaf& leaf, Happening what, std::int32_t of, std::int64_t n) {
    add(leaf.day, leaf.department, std::move(what), of, n);
}

void Ledger::add(Date on, Word department, Happening what, std::int32_t of, std::int64_t n) {
    const auto [at, fresh] = happening_numbers_.try_emplace(what.key(), happenings_.size());
    if (fresh) happenings_.push_back(std::move(what));
    Day& day = days_[on];
    day.counts.push_back({at->second, department, of, n});
    if (day.counts.size() > 2 * day.tidy + 1'024) tidy(day);
}

void Ledger::tidy(Day& day) {
    const auto key = [](const Count& one) { return std::tie(one.what, one.department, one.of); };
    std::sort(day.counts.begin(), day.counts.end(),
              [&](const Count& a, const Count& b) { return key(a) < key(b); });
    std::size_t kept = 0;
    for (const Count& one : day.counts) {
        if (kept > 0 && key(day.counts[kept - 1]) == key(one)) {
            day.counts[kept - 1].n += one.n;
        } else {
            day.counts[kept++] = one;
        }
    }
    day.counts.resize(kept);
    day.tidy = kept;
}

namespace {

Happening of_flow(const Flow& flow, Happening::Kind kind) {
    Happening what;
    what.kind = kind;
    what.flow = flow.definition.flow;
    what.flow_title = flow.definition.title;
    return what;
}

Happening of_state(const Flow& flow, Happening::Kind kind, const engine::State& state) {
    Happening what = of_flow(flow, kind);
    what.state = state.name;
    what.state_title = state.title;
    return what;
}

}  // namespace

void Ledger::moved(const Leaf& leaf, const json::object& event, Story& story) {
    const engine::Definition& definition = leaf.flow->definition;
    const Word region = word(text(event, "region"));
    const Instant at = instant(event, "at").value_or(leaf.at);
    const auto stay = std::find_if(story.stays.begin(), story.stays.end(),
                                   [&](const Stay& one) { return one.region == region; });
    if (stay != story.stays.end()) {
        const engine::StateId id = definition.state(words_[stay->state]);
        if (id != engine::kNone && is_step(definition.states[id])) {
            using Kind = Happening::Kind;
            const std::int64_t ms = at - stay->since;
            add(leaf, of_state(*leaf.flow, Kind::left, definition.states[id]),
                Durations::whole_hours(ms));
            add(leaf, of_state(*leaf.flow, Kind::stayed, definition.states[id]), 0, ms);
        }
        story.stays.erase(stay);
    }
    const std::string_view to = text(event, "to");
    const engine::StateId id = to.empty() ? engine::kNone : definition.state(to);
    if (id != engine::kNone && !definition.states[id].final)
        story.stays.push_back({region, word(to), at});
}

std::optional<Ledger::Limit> Ledger::limit_in(const json::object& timer) {
    const std::string_view phase = text(timer, "phase");
    Limit limit{word(text(timer, "timer")), Limit::Phase::running,
                instant(timer, "due").value_or(Instant{})};
    if (phase == "running") return limit;
    if (phase == "paused") limit.phase = Limit::Phase::paused;
    if (phase == "expired") limit.phase = Limit::Phase::expired;
    if (limit.phase == Limit::Phase::running) return std::nullopt;  // idle
    return limit;
}

// What a step did to the limits on the whole: one that is dropped and starts anew within it was
// neither kept nor missed.
void Ledger::limits(const Leaf& leaf, const std::map<Word, std::optional<Limit>>& set,
                    Story& story) {
    const engine::Definition& definition = leaf.flow->definition;
    for (const auto& [name, now] : set) {
        const Word timer = name;
        const auto before = std::find_if(story.limits.begin(), story.limits.end(),
                                         [timer](const Limit& one) { return one.timer == timer; });
        const engine::TimerId id = definition.timer(words_[timer]);
        const bool ran = before != story.limits.end() && before->phase != Limit::Phase::expired;
        if (id != engine::kNone && binds(definition.timers[id]) && ran) {
            Happening what = of_flow(*leaf.flow, Happening::Kind::kept);
            what.name = definition.timers[id].name;
            what.title = definition.timers[id].title;
            what.basis = definition.timers[id].basis;
            const bool late = before->phase == Limit::Phase::running && leaf.at >= before->due;
            const bool expired = now && now->phase == Limit::Phase::expired;
            if (expired || (!now && late)) what.kind = Happening::Kind::missed;
            if (expired || !now) add(leaf, std::move(what));
        }
        if (before != story.limits.end()) story.limits.erase(before);
        if (now) story.limits.push_back(*now);
    }
}

// Places and timers go by other names from here on; the stays that they stand for go on.
void Ledger::migrated(const Leaf& leaf, const json::object& event, Story& story) {
    const json::value* document = event.if_contains("document");
    if (document == nullptr || !document->is_object()) return;
    const json::array* places = array(document->get_object(), "places");
    const json::array* timers = array(document->get_object(), "timers");
    const auto flow = flow_of(text(event, "definition"));
    if (places == nullptr || timers == nullptr || !flow) return;
    const engine::Definition& definition = (*flow)->definition;
    story.stays.clear();
    story.limits.clear();
    for (const json::value& one : *places) {
        const json::object* place = one.if_object();
        if (place == nullptr) continue;
        const engine::StateId id = definition.state(text(*place, "state"));
        if (id == engine::kNone || definition.states[id].final) continue;
        story.stays.push_back({word(text(*place, "region")), word(text(*place, "state")),
                               instant(*place, "since").value_or(leaf.at)});
    }
    for (const json::value& one : *timers) {
        const json::object* timer = one.if_object();
        if (timer == nullptr) continue;
        if (const auto limit = limit_in(*timer)) story.limits.push_back(*limit);
    }
}

// Where the command is an action that took the document back.
void Ledger::returned_by(const Leaf& leaf, const Story& story) {
    if (text(*leaf.command, "type") != "act") return;
    const engine::Definition& definition = leaf.flow->definition;
    const std::string_view name = text(*leaf.command, "action"),
                           state = text(*leaf.command, "state");
    for (const engine::Action& action : definition.actions) {
        if (action.name != name || action.kind != engine::ActionKind::return_to) continue;
        const engine::State& from = definition.states[action.from];
        // Of states in which a document rests no stay is kept.
        const bool there =
            from.final || std::any_of(story.stays.begin(), story.stays.end(), [&](const Stay& one) {
                return words_[one.state] == from.name;
            });
        if (!there || (!state.empty() && state != from.name)) continue;
        Happening what = of_state(*leaf.flow, Happening::Kind::returned, from);
        what.name = action.name;
        what.title = action.title;
        add(leaf, std::move(what));
        Returned returned{{leaf.document, leaf.at, definition.flow, from.name, action.name, {}},
                          {}};
        if (const json::value* comment = leaf.command->if_contains("comment")) {
            if (const auto committed = read_committed(*comment))
                returned.comment = committed->commitment;
        }
        auto& kept = days_[leaf.day].returned[leaf.department];
        if (kept.size() == kReturnsKept) kept.erase(kept.begin());
        kept.push_back(std::move(returned));
        return;
    }
}

void Ledger::read_events(const Leaf& leaf, Story& story) {
    std::map<Word, std::optional<Limit>> set;
    bool published = false;
    for (const json::value& value : *leaf.events) {
        const json::object* event = value.if_object();
        if (event == nullptr) continue;
        const std::string_view type = text(*event, "type");
        if (type == "moved") {
            moved(leaf, *event, story);
        } else if (type == "timer_set") {
            set[word(text(*event, "timer"))] = limit_in(*event);
        } else if (type == "publication_changed") {
            using Kind = Happening::Kind;
            const std::string_view to = text(*event, "to");
            if (to == "published") add(leaf, of_flow(*leaf.flow, Kind::published));
            if (to == "draft") add(leaf, of_flow(*leaf.flow, Kind::drafts));
            if (to == "withdrawn") add(leaf, of_flow(*leaf.flow, Kind::withdrawn));
            published = true;
        } else if (type == "migrated") {
            migrated(leaf, *event, story);
        }
    }
    limits(leaf, set, story);
    // A step of what is public may change what is shown of it.
    if (published || shown_.count(leaf.document) != 0) to_look_at_.insert(leaf.document);
}

void Ledger::note_active(const Leaf& leaf, const Story& story) {
    const Happening what = of_flow(*leaf.flow, Happening::Kind::active);
    const bool same = story.department == leaf.department;
    if (story.last == leaf.day && same) return;
    add(leaf.day, leaf.department, what, same ? story.last.days : kNeverBefore, 1);
    if (story.last != leaf.day) add(leaf.day, kOffice, what, story.last.days, 1);
}

Result<Ledger::Story> Ledger::story_of(const storage::StoredLeaf& stored, storage::Reader& reader) {
    Story story;
    story.last = {kNeverBefore};
    for (RecordId at = stored.previous; at != storage::kNoRecord;) {
        TRY(const auto before, reader.history(at, 1));
        if (before.empty()) break;
        TRY(const auto leaf, storage::audit::decode_leaf(before.front().bytes));
        if (leaf.kind == storage::audit::LeafKind::step) {
            story.department = word(leaf.department);
            story.last = engine::date_in_china({leaf.time_ms});
            break;
        }
        at = before.front().previous;
    }
    return story;
}

Result<void> Ledger::take(const storage::StoredLeaf& stored, storage::Reader& reader) {
    std::array<unsigned char, 16'384> room;  // NOLINT(cppcoreguidelines-pro-type-member-init)
    json::monotonic_resource memory(room.data(), room.size());
    boost::system::error_code fault;
    const json::value value = json::parse(stored.bytes, fault, &memory);
    const json::object* top = fault ? nullptr : value.if_object();
    const auto bad = [&] {
        return Error{ErrorCode::malformed,
                     "record " + std::to_string(stored.record) + " is no leaf of ours"};
    };
    if (top == nullptr) return bad();
    if (text(*top, "kind") != "step") return {};
    const auto member = [&](const char* name) {
        const json::value* found = top->if_contains(name);
        return found == nullptr ? nullptr : found->if_object();
    };
    const json::object* flow = member("flow");
    const json::value* revision = top->if_contains("revision");
    const auto at = instant(*top, "time");
    Leaf leaf;
    leaf.command = member("command");
    leaf.events = array(*top, "events");
    if (flow == nullptr || revision == nullptr || !at || leaf.command == nullptr ||
        leaf.events == nullptr)
        return bad();
    TRY(leaf.flow, flow_of(text(*flow, "definition")));
    leaf.document = stored.document;
    leaf.department = word(text(*top, "department"));
    leaf.at = *at;
    leaf.day = engine::date_in_china(*at);
    const bool first = revision->is_int64() && revision->get_int64() == 1;

    auto known = unfinished_.find(leaf.document);
    if (known == unfinished_.end()) {
        TRY(auto story, story_of(stored, reader));
        known = unfinished_.emplace(leaf.document, std::move(story)).first;
    }
    Story& story = known->second;
    if (first) {
        by_flow_[leaf.flow->definition.flow].push_back(leaf.document);
        add(leaf, of_flow(*leaf.flow, Happening::Kind::opened));
    }
    note_active(leaf, story);
    returned_by(leaf, story);
    read_events(leaf, story);
    story.department = leaf.department;
    story.last = leaf.day;
    if (story.stays.empty() && story.limits.empty()) unfinished_.erase(known);
    return {};
}

// True: there may be more.
Result<bool> Ledger::page() {
    const std::lock_guard lock(mutex_);
    std::size_t taken = 0;
    const auto query = [&](storage::Reader& reader) -> Result<void> {
        TRY(const auto leaves, reader.leaves(next_, kLeaves));
        for (const storage::StoredLeaf& stored : leaves) {
            TRY_VOID(take(stored, reader));
            next_ = stored.record + 1;
            ++taken;
        }
        return {};
    };
    const auto read = store_.read(query);
    // A leaf is taken in or not; a snapshot that was open for too long is continued by the next.
    if (!read && taken == 0) return read.error();
    TRY_VOID(look_at_shown());
    return !read || taken == kLeaves;
}

Result<void> Ledger::look_at_shown() {
    const auto query = [&](storage::PublicReader& reader) -> Result<void> {
        for (const engine::DocumentId id : to_look_at_) {
            TRY(const auto document, reader.find(id));
            if (!document || document->draft || document->withdrawn) {
                shown_.erase(id);
            } else {
                boost::system::error_code fault;
                const json::value fields = json::parse(document->fields, fault);
                const json::object none;
                const json::object& named =
                    fault || !fields.is_object() ? none : fields.get_object();
                shown_[id] = {word(text(named, "art20_item")), word(text(named, "catalog_item")),
                              word(document->department), document->published_at};
            }
        }
        return {};
    };
    if (to_look_at_.empty()) return {};
    TRY_VOID(store_.read_public(query));
    to_look_at_.clear();
    return {};
}

}  // namespace gongkai::app
