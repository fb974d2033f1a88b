#include "app/replay_case.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "app/content.hpp"
#include "app/identity.hpp"
#include "app/record.hpp"
#include "engine/authority.hpp"
#include "engine/evolve.hpp"
#include "storage/audit/canonical_json.hpp"
#include "storage/audit/hash.hpp"
#include "storage/document_codec.hpp"

namespace gongkai::app {

namespace audit = storage::audit;
using engine::ErrorCode;

namespace {

bool of_scheduler(const engine::Command& command) {
    return std::holds_alternative<engine::Tick>(command) ||
           std::holds_alternative<engine::Recompute>(command) ||
           std::holds_alternative<engine::Hear>(command) ||
           std::holds_alternative<engine::Belong>(command);
}

// The definition that a migration leads to, as its event states it.
std::optional<Digest> target_of(std::string_view events) {
    const auto value = audit::parse_canonical(events);
    if (!value || !value->is_array() || value->get_array().size() != 1) return std::nullopt;
    const auto* event = value->get_array().front().if_object();
    const auto* digest = event == nullptr ? nullptr : event->if_contains("definition");
    if (digest == nullptr || !digest->is_string()) return std::nullopt;
    return audit::hash_from_hex(digest->get_string());
}

}  // namespace

void Replay::operator()(const audit::BundleLeaf& at, audit::Findings& findings) {
    if (at.leaf == nullptr) return;
    if (at.leaf->kind == audit::LeafKind::admin) {
        directory_.administer(*at.leaf, at.index, findings);
        ++report_.acts;
        return;
    }
    const auto known = at.leaf->document ? documents_.find(*at.leaf->document) : documents_.end();
    if (!at.leaf->document || (known != documents_.end() && known->second.document.empty())) {
        ++report_.not_judged;
        return;
    }
    Case one{*at.leaf, at.index, at.texts, findings};
    if (known != documents_.end()) {
        auto document = storage::decode_document(known->second.document);
        if (!document) audit::stop_on_bug("a document that was encoded a moment ago");
        one.document = std::move(*document);
    }
    judge(one);
}

void Replay::judge(Case& one) {
    if (!find_rules(one) || !read_command(one)) {
        give_up(one);
        return;
    }
    judge_actor(one);
    judge_relations(one);
    judge_texts(one);
    if (!find_target(one)) {
        give_up(one);
        return;
    }
    const engine::Actor actor = actor_of(one.leaf);
    std::optional<std::uint32_t> expected;
    if (one.leaf.expected_revision)
        expected = static_cast<std::uint32_t>(
            std::min<std::uint64_t>(*one.leaf.expected_revision, 0xFFFFFFFF));
    const engine::Context context{actor,
                                  {one.leaf.time_ms},
                                  *one.calendar,
                                  &content_hash,
                                  expected,
                                  one.leaf.on_behalf_of,
                                  &one.flow->policy,
                                  one.target ? &one.target->definition : nullptr};
    const engine::Verdict verdict = engine::decide(
        one.flow->definition, one.document ? &*one.document : nullptr, one.command, context);
    if (!one.is_step()) {
        judge_refusal(one, verdict);
        ++report_.refusals;
        return;
    }
    if (const auto* refusal = std::get_if<engine::Refusal>(&verdict)) {
        std::string what = std::string("the step is refused: ") + engine::code(refusal->reason);
        if (!refusal->rule.empty()) what += " (" + refusal->rule + ")";
        one.found("step_refused", what);
        give_up(one);
        return;
    }
    judge_step(one, std::get<engine::Decision>(verdict));
    ++report_.steps;
}

bool Replay::find_rules(Case& one) {
    const audit::Leaf& leaf = one.leaf;
    const auto tell = [&](const char* code, const Digest& digest, const engine::Error& error) {
        // A file that is missing is found by the verification of the bundle.
        if (error.code != ErrorCode::not_found && complained_.insert(digest).second)
            one.findings.add(code, one.index, audit::to_hex(digest) + ": " + error.message);
        return false;
    };
    auto flow = rules_.flow(*leaf.definition);
    if (!flow) return tell("definition_malformed", *leaf.definition, flow.error());
    auto calendar = rules_.calendar(*leaf.calendar);
    if (!calendar) return tell("calendar_malformed", *leaf.calendar, calendar.error());
    one.flow = std::move(*flow);
    one.calendar = std::move(*calendar);
    report_.calendars.insert(*leaf.calendar);
    if (one.document && one.document->definition != *leaf.definition) {
        one.found("step_definition", "it follows the definition " +
                                         audit::to_hex(one.document->definition) +
                                         ", not the one of the leaf");
        return false;
    }
    if (leaf.flow == one.flow->definition.flow) return true;
    one.found("step_definition", "the definition is one of the flow " + one.flow->definition.flow);
    return false;
}

bool Replay::read_command(Case& one) {
    auto command = parse_command(one.flow->definition, one.leaf.command);
    if (!command) {
        one.found("step_command", command.error().message);
        return false;
    }
    one.command = std::move(*command);
    const auto* open = std::get_if<engine::Open>(&one.command);
    if (open == nullptr || open->id == *one.leaf.document) return true;
    one.found("step_command", "the command opens document " + std::to_string(open->id));
    return false;
}

void Replay::judge_actor(const Case& one) const {
    const audit::Leaf& leaf = one.leaf;
    const bool scheduler = leaf.actor_kind == audit::LeafActorKind::scheduler;
    // Either opens documents; whether the clock may open this one is the flow's matter (decide).
    const bool either = one.is<engine::Open>();
    if ((scheduler != of_scheduler(one.command) && !either) || (scheduler && leaf.actor != 0)) {
        one.found("step_actor", scheduler ? "the scheduler only looks after deadlines and duties"
                                          : "deadlines are the scheduler's");
        return;
    }
    if (scheduler) return;
    if (const auto wrong = directory_.wrong_grants(leaf)) one.found("grants_not_held", *wrong);
    const auto settled = directory_.settled_actor(leaf.actor, leaf.time_ms);
    // The leaf of a step states one grant only, and does not show that it was held beside another.
    const bool asks = !one.is<engine::Answer>() && !one.is<engine::Migrate>();
    if (one.is_step() && asks && engine::holds_incompatible_roles(one.flow->definition, settled))
        one.found("grants_not_held", "the actor held roles that exclude each other");
    if (one.is<engine::Migrate>() && one.is_step() &&
        !directory_.held_role(leaf.actor, kSystemAdmin, leaf.time_ms))
        one.found("grants_not_held", std::string("the actor was no ") + kSystemAdmin);
    judge_claim(one);
    const auto* reassign = std::get_if<engine::Reassign>(&one.command);
    if (reassign == nullptr || !one.document) return;
    // Who could take over is a fact of the directory that the command brings along.
    ReplayedDirectory::Eligible eligible;
    for (const engine::Place& place : one.document->places) {
        if (place.state == engine::kNone) continue;
        const engine::State& state = one.flow->definition.states[place.state];
        if (!reassign->state.empty() && state.name != reassign->state) continue;
        const auto here = directory_.eligible(reassign->to, state.worklist,
                                              one.document->department, leaf.time_ms);
        eligible.ever = eligible.ever || here.ever;
        eligible.always = eligible.always || here.always;
    }
    if (reassign->eligible ? !eligible.ever : eligible.always)
        one.found("grants_not_held", "person " + std::to_string(reassign->to) +
                                         (reassign->eligible ? " could not take it over"
                                                             : " could have taken it over"));
}

// Whether who has claimed the task could still work on it is a fact of the directory that the
// command brings along.
void Replay::judge_claim(const Case& one) const {
    const auto* claim = std::get_if<engine::Claim>(&one.command);
    if (claim == nullptr || !one.document) return;
    bool gone_at_some_time = false, gone_all_through = false;
    for (const engine::Place& place : one.document->places) {
        if (place.state == engine::kNone || place.claimed_by == 0) continue;
        const engine::State& state = one.flow->definition.states[place.state];
        if (!claim->state.empty() && state.name != claim->state) continue;
        const auto able = directory_.able(place.claimed_by, state.worklist,
                                          one.document->department, one.leaf.time_ms);
        gone_at_some_time = gone_at_some_time || !able.always;
        gone_all_through = gone_all_through || !able.ever;
    }
    if (claim->lapsed ? !gone_at_some_time : gone_all_through)
        one.found("grants_not_held", claim->lapsed
                                         ? "who had claimed it could still work on it"
                                         : "who had claimed it could not work on it any more");
}

bool Replay::find_target(Case& one) {
    // Where a refused migration would have led to is not in the leaf.
    if (!one.is<engine::Migrate>() || !one.is_step()) return true;
    const auto digest = target_of(one.leaf.events);
    if (!digest) {
        one.found("step_events", "a migration has one event, with the definition that it leads to");
        return false;
    }
    auto target = rules_.flow(*digest);
    if (target) {
        one.target = std::move(*target);
        return true;
    }
    const bool missing = target.error().code == ErrorCode::not_found;
    one.found(missing ? "definition_missing" : "definition_malformed",
              "the definition that it was moved to: " + target.error().message);
    return false;
}

void Replay::judge_refusal(const Case& one, const engine::Verdict& verdict) const {
    const auto* refusal = std::get_if<engine::Refusal>(&verdict);
    if (refusal == nullptr) {
        one.found("refusal_unfounded",
                  "refused as " + one.leaf.reason + ", but nothing stood in its way");
        return;
    }
    const std::string reason = engine::code(refusal->reason);
    if (reason == one.leaf.reason) return;
    const bool target_unknown = one.is<engine::Migrate>() &&
                                refusal->reason == engine::Reason::no_migration_path &&
                                one.leaf.reason == engine::code(engine::Reason::nothing_changed);
    if (!target_unknown)
        one.found("refusal_reason", "refused as " + one.leaf.reason + ", the reason is " + reason);
}

void Replay::judge_step(Case& one, const engine::Decision& decision) {
    const engine::Definition& definition = one.flow->definition;
    std::string events;
    write_events(definition, one.target ? &one.target->definition : nullptr, decision.events,
                 events);
    if (events != one.leaf.events)
        one.found("step_events", "the step leads to other events: " + events);
    std::vector<audit::LeafGrant> grants;
    if (decision.exercised)
        grants.push_back({decision.exercised->role, decision.exercised->department,
                          decision.exercised->on_behalf_of});
    if (grants != one.leaf.grants)
        one.found("step_grants", "the grants of the leaf are not the one that made it lawful");

    const bool opened = !one.document;
    engine::Document after = opened ? engine::Document{} : std::move(*one.document);
    engine::evolve_step(definition, after, decision.events);
    // Where the chain has a gap, that was found; the document goes on from there.
    after.revision = static_cast<std::uint32_t>(one.leaf.revision);
    compare_content(one, after);
    if (opened || one.target) {
        auto& rules = report_.definitions[after.definition];
        rules.flow = after.flow;
        ++rules.documents;
    }
    Kept& kept = documents_[*one.leaf.document];
    kept.document.clear();
    storage::encode_document(after, kept.document);
}

void Replay::compare_content(const Case& one, const engine::Document& after) const {
    const audit::Leaf& leaf = one.leaf;
    const auto& files = after.attachments;
    const bool same_files =
        std::equal(files.begin(), files.end(), leaf.attachments.begin(), leaf.attachments.end(),
                   [](const engine::Attachment& file, const audit::Hash& hash) {
                       return file.digest == hash;
                   });
    if (after.content != *leaf.content)
        one.found("step_content", "the content after the step is " + audit::to_hex(after.content));
    if (!same_files) one.found("step_content", "the document has other attachments");
    if (after.department != leaf.department)
        one.found("step_content", "the document belongs to " + after.department);
}

void Replay::give_up(const Case& one) {
    ++report_.not_judged;
    // What a refused attempt is about stays as it was.
    if (!one.is_step()) return;
    documents_[*one.leaf.document].document.clear();
    ++report_.documents_given_up;
}

}  // namespace gongkai::app
