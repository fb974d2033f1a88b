#include "engine/explore.hpp"

#include <algorithm>
#include <unordered_map>

#include "engine/abstraction.hpp"
#include "engine/assignment.hpp"
#include "engine/evolve.hpp"

namespace gongkai::engine {

namespace {

constexpr std::size_t kMaxCombinations = 64;

// Every change of content makes new content: what was signed before is void.
Digest changed_content(const Definition&, const std::vector<std::optional<Value>>&,
                       const std::vector<Attachment>&) {
    return Digest{3};
}

bool writes_for_the_public(const Field& field) {
    return field.content && field.published && !field.derived && !field.assigned &&
           (field.type == FieldType::text || field.type == FieldType::table);
}

DepartmentCode department_for(const Assignment& assignment) {
    return assignment.scope == Scope::department ? assignment.department : kDepartment;
}

const char* person_name(PersonId person) {
    static constexpr const char* kNames[] = {"",   "甲", "乙", "丙", "丁",
                                             "戊", "己", "庚", "辛", "壬"};
    return person < std::size(kNames) ? kNames[person] : "会签人";
}

}  // namespace

struct Explorer::Impl {
    Impl(const Definition& original, const Policy& policy)
        : abstraction(original, policy), definition(abstraction.definition()) {
        choose_drafter_roles();
        for (std::size_t i = 0; i < definition.fields.size(); ++i) {
            if (definition.fields[i].derived) derived.push_back(static_cast<FieldId>(i));
        }
    }

    struct Who {
        PersonId person = 0;
        PersonId on_behalf_of = 0;
    };

    void choose_drafter_roles();
    bool drafter_may_hold(const std::string& role) const;
    std::vector<PersonId> others(const Document& document) const;
    std::vector<Who> candidates(const Document& document, const Action& action,
                                const std::string& role) const;

    void run(const Document* from, const Command& command, Move move, const Grant* grant,
             Instant now, const Visitor& visit) const;
    void edits(const Document& from, const State& state, const Visitor& visit) const;
    void act(const Document& from, const State& state, ActionId id, const Visitor& visit) const;
    std::vector<std::vector<FieldChange>> asked(const Document& from, const Action& action) const;
    std::vector<FieldChange> assigned(const Document* from, const Command& command) const;
    void votes(const Document& from, StateId id, const Visitor& visit) const;
    void withdrawals(const Document& from, const Place& place, const Visitor& visit) const;
    void renewals(const Document& from, const State& state, const Visitor& visit) const;
    void ticks(const Document& from, const Visitor& visit) const;
    void steps(const Document& from, bool actions_only, const Visitor& visit) const;

    Abstraction abstraction;
    const Definition& definition;
    Calendar calendar;
    std::vector<std::string> drafter_roles;
    std::vector<FieldId> derived;
};

// All roles that one person may hold together with the one that opens documents.
void Explorer::Impl::choose_drafter_roles() {
    std::vector<std::string> all;
    const auto add = [&](const std::vector<Assignment>& assignments) {
        for (const Assignment& assignment : assignments) {
            if (std::find(all.begin(), all.end(), assignment.role) == all.end()) {
                all.push_back(assignment.role);
            }
        }
    };
    add(definition.openers);
    for (const Action& action : definition.actions)
        add(action.by);
    for (const State& state : definition.states) {
        add(state.worklist);
        if (state.countersign) add(state.countersign->by);
    }
    for (const std::string& role : all) {
        const bool excluded =
            std::any_of(definition.incompatible_roles.begin(), definition.incompatible_roles.end(),
                        [&](const std::vector<std::string>& group) {
                            const auto in_group = [&](const std::string& other) {
                                return std::find(group.begin(), group.end(), other) != group.end();
                            };
                            return in_group(role) && std::any_of(drafter_roles.begin(),
                                                                 drafter_roles.end(), in_group);
                        });
        if (!excluded) drafter_roles.push_back(role);
    }
}

bool Explorer::Impl::drafter_may_hold(const std::string& role) const {
    return std::find(drafter_roles.begin(), drafter_roles.end(), role) != drafter_roles.end();
}

// Everyone but the drafter who has left a trace, and one who has not.
std::vector<PersonId> Explorer::Impl::others(const Document& document) const {
    std::vector<PersonId> found;
    for (PersonId person = kFirstFresh; person <= kLastFresh; ++person) {
        found.push_back(person);
        const bool used =
            document.drafted_by(person) ||
            std::any_of(document.signatures.begin(), document.signatures.end(),
                        [&](const Signature& signature) {
                            return signature.signer == person || signature.on_behalf_of == person;
                        }) ||
            std::any_of(document.places.begin(), document.places.end(),
                        [&](const Place& place) { return place.moved_by == person; });
        if (!used) break;
    }
    return found;
}

std::vector<Explorer::Impl::Who> Explorer::Impl::candidates(const Document& document,
                                                            const Action& action,
                                                            const std::string& role) const {
    const bool writes = std::any_of(action.asks.begin(), action.asks.end(), [&](FieldId field) {
        return writes_for_the_public(definition.fields[field]);
    });
    const bool who_matters = action.sign != kNone || action.not_by_drafter || writes ||
                             action.withdrawable || !action.not_by_signer_of.empty();
    if (!who_matters) return {Who{kFirstFresh, 0}};
    const std::vector<PersonId> fresh = others(document);
    std::vector<Who> list;
    if (drafter_may_hold(role)) list.push_back({kDrafter, 0});
    list.push_back({kDrafter, fresh.back()});
    for (const PersonId person : fresh)
        list.push_back({person, 0});
    if (drafter_may_hold(role)) list.push_back({fresh.back(), kDrafter});
    return list;
}

void Explorer::Impl::run(const Document* from, const Command& command, Move move,
                         const Grant* grant, Instant now, const Visitor& visit) const {
    Actor actor;
    actor.kind = grant != nullptr ? ActorKind::person : ActorKind::scheduler;
    actor.id = move.person;
    if (grant != nullptr) actor.grants.push_back(*grant);
    const Context context{
        actor, now, calendar, changed_content, std::nullopt, move.on_behalf_of, nullptr, nullptr};
    const Verdict verdict = decide(definition, from, command, context);
    const auto* decision = std::get_if<Decision>(&verdict);
    if (decision == nullptr) return;
    Document after = from != nullptr ? *from : Document{};
    evolve_step(definition, after, decision->events);
    visit(Step{move, after, *decision, abstraction.pack(after), now});
}

void Explorer::Impl::edits(const Document& from, const State& state, const Visitor& visit) const {
    if (state.worklist.empty()) return;
    const Assignment& by = state.worklist.front();
    Grant grant{by.role, department_for(by), 0};
    Move move;
    move.kind = Move::Kind::edit;
    move.person = drafter_may_hold(by.role) ? kDrafter : kFirstFresh;
    const auto edit = [&](FieldId field, const std::optional<Value>& value) {
        move.subject = field;
        run(&from, Edit{{FieldChange{field, value}}, std::nullopt}, move, &grant, kEarly, visit);
    };
    std::vector<FieldId> fields = state.editable;
    FieldId touch = kNone;
    for (const FieldId field : state.editable) {
        const Field& what = definition.fields[field];
        if (!what.content || abstraction.tracked(field)) continue;
        if (touch == kNone || writes_for_the_public(what)) touch = field;
    }
    // What the system reads out of the body changes with it.
    const bool body = std::any_of(state.editable.begin(), state.editable.end(), [&](FieldId field) {
        return writes_for_the_public(definition.fields[field]);
    });
    if (body) fields.insert(fields.end(), derived.begin(), derived.end());
    if (touch != kNone) {
        Value other = abstraction.filler(touch);
        if (auto* text = std::get_if<Committed>(&other)) {
            text->commitment = Digest{7};
        } else if (auto* number = std::get_if<std::int64_t>(&other)) {
            ++*number;
        } else if (auto* date = std::get_if<Date>(&other)) {
            ++*date;
        } else if (auto* moment = std::get_if<Instant>(&other)) {
            ++moment->ms;
        } else if (auto* flag = std::get_if<bool>(&other)) {
            *flag = !*flag;
        } else {
            std::get<Choice>(other).index = 0;
        }
        move.detail = kNone;
        edit(touch, other);
    }
    for (const FieldId field : fields) {
        if (!abstraction.tracked(field)) continue;
        const auto& values = abstraction.values(field);
        for (std::size_t i = 0; i < values.size(); ++i) {
            if (from.fields[field] == values[i]) continue;
            move.detail = static_cast<std::uint16_t>(i);
            edit(field, values[i]);
        }
    }
    if (state.edit_attachments && abstraction.attachments_tracked()) {
        move.subject = kNone;
        const std::size_t other =
            from.attachments.empty() ? abstraction.attachments() : std::size_t{0};
        run(&from, Edit{{}, std::vector<Attachment>(other)}, move, &grant, kEarly, visit);
    }
}

// The ways in which the one who acts may fill in what the action asks for.
std::vector<std::vector<FieldChange>> Explorer::Impl::asked(const Document& from,
                                                            const Action& action) const {
    std::vector<std::vector<FieldChange>> combinations{{}};
    FieldId touch = kNone;
    for (const FieldId field : action.asks) {
        if (!abstraction.tracked(field)) {
            const bool text = std::holds_alternative<Committed>(abstraction.filler(field));
            if (definition.fields[field].content && text) touch = field;
            continue;
        }
        const auto before = combinations;
        for (const auto& value : abstraction.values(field)) {
            if (value == from.fields[field] || !value) continue;
            for (auto combination : before) {
                if (combinations.size() >= kMaxCombinations) break;
                combination.push_back(FieldChange{field, value});
                combinations.push_back(std::move(combination));
            }
        }
    }
    if (touch != kNone) {
        const auto before = combinations;
        for (auto combination : before) {
            combination.push_back(FieldChange{touch, Committed{Digest{7}, 1}});
            combinations.push_back(std::move(combination));
        }
    }
    return combinations;
}

// What the system gives with the command.
std::vector<FieldChange> Explorer::Impl::assigned(const Document* from,
                                                  const Command& command) const {
    std::vector<FieldChange> changes;
    for (const FieldId field : to_assign(definition, from, command))
        changes.push_back({field, abstraction.filler(field)});
    return changes;
}

void Explorer::Impl::act(const Document& from, const State& state, ActionId id,
                         const Visitor& visit) const {
    const Action& action = definition.actions[id];
    if (action.system) return;
    Move move;
    move.kind = Move::Kind::act;
    move.subject = id;
    Act command;
    command.action = action.name;
    command.state = state.name;
    if (action.comment != CommentRule::forbidden) command.comment = Committed{Digest{}, 1};
    // Every department is like the own one here.
    if (action.hands_over) command.department = kDepartment;
    const Instant now = action.after.empty() ? kEarly : kLate;
    const auto combinations = asked(from, action);
    const auto given = assigned(&from, command);
    for (const Assignment& by : action.by) {
        for (const Who& who : candidates(from, action, by.role)) {
            const Grant grant{by.role, department_for(by), who.on_behalf_of};
            move.person = static_cast<std::uint8_t>(who.person);
            move.on_behalf_of = static_cast<std::uint8_t>(who.on_behalf_of);
            for (const auto& changes : combinations) {
                command.fields = changes;
                command.fields.insert(command.fields.end(), given.begin(), given.end());
                run(&from, command, move, &grant, now, visit);
            }
        }
    }
}

void Explorer::Impl::votes(const Document& from, StateId id, const Visitor& visit) const {
    const State& state = definition.states[id];
    const auto next = static_cast<PersonId>(
        kFirstVoter + std::count_if(from.votes.begin(), from.votes.end(),
                                    [&](const CastVote& vote) { return vote.voter != kDrafter; }));
    Move move;
    move.kind = Move::Kind::vote;
    move.subject = id;
    for (const Assignment& by : state.countersign->by) {
        for (const PersonId person : {kDrafter, next}) {
            // A drafter who may not hold the role can still be the deputy of one who does.
            const bool deputy = person == kDrafter && !drafter_may_hold(by.role);
            DepartmentCode department = department_for(by);
            if (by.scope == Scope::anywhere) department += std::to_string(person);
            const Grant grant{by.role, department, deputy ? next : 0};
            move.person = static_cast<std::uint8_t>(person);
            move.on_behalf_of = static_cast<std::uint8_t>(grant.on_behalf_of);
            for (const Ballot ballot : {Ballot::approve, Ballot::reject}) {
                move.detail = static_cast<std::uint16_t>(ballot);
                run(&from, Vote{state.name, ballot, Committed{Digest{}, 1}}, move, &grant, kEarly,
                    visit);
            }
        }
    }
}

void Explorer::Impl::withdrawals(const Document& from, const Place& place,
                                 const Visitor& visit) const {
    if (place.via == kNone) return;
    const Assignment& by = definition.actions[place.via].by.front();
    const Grant grant{by.role, department_for(by), 0};
    Move move;
    move.kind = Move::Kind::withdraw;
    move.person = static_cast<std::uint8_t>(place.moved_by);
    move.subject = place.state;
    run(&from, Withdraw{definition.states[place.state].name}, move, &grant, kEarly, visit);
}

void Explorer::Impl::renewals(const Document& from, const State& state,
                              const Visitor& visit) const {
    for (const SignatureId kind : state.renewable) {
        for (const Signature& signature : from.signatures) {
            if (signature.kind != kind || signature.content == from.content) continue;
            Move move;
            move.kind = Move::Kind::renew;
            move.subject = kind;
            move.person = static_cast<std::uint8_t>(signature.signer);
            for (const Action& action : definition.actions) {
                if (action.sign != kind) continue;
                for (const Assignment& by : action.by) {
                    const Grant grant{by.role, department_for(by), 0};
                    run(&from, Renew{definition.signatures[kind].name}, move, &grant, kEarly,
                        visit);
                }
            }
        }
    }
}

void Explorer::Impl::ticks(const Document& from, const Visitor& visit) const {
    for (std::size_t i = 0; i < definition.timers.size(); ++i) {
        if (from.timers[i].phase != TimerPhase::running) continue;
        const Timer& timer = definition.timers[i];
        const bool asked = abstraction.timer_asked(static_cast<TimerId>(i));
        if (timer.minimum && timer.on_expiry == kNone && !asked) continue;
        Move move;
        move.kind = Move::Kind::tick;
        move.subject = static_cast<std::uint16_t>(i);
        run(&from, Tick{timer.name}, move, nullptr, kEnd, visit);
    }
}

Explorer::Explorer(const Definition& definition, const Policy& policy)
    : impl_(std::make_unique<Impl>(definition, policy)) {}
Explorer::~Explorer() = default;

Document Explorer::representative(const Key& key) const {
    return impl_->abstraction.unpack(key);
}

void Explorer::initial(const Visitor& visit) const {
    Open open{1, kDepartment, {}, {}};
    open.fields = impl_->assigned(nullptr, open);
    Move move;
    if (!impl_->definition.openers.empty()) {
        const Assignment& by = impl_->definition.openers.front();
        const Grant grant{by.role, department_for(by), 0};
        move.person = kDrafter;
        impl_->run(nullptr, open, move, &grant, kEarly, visit);
    }
    move.person = 0;
    if (impl_->definition.clock_opens) impl_->run(nullptr, open, move, nullptr, kEarly, visit);
}

void Explorer::successors(const Key& key, const Visitor& visit) const {
    Document from = impl_->abstraction.unpack(key);
    if (from.purged) return;
    const auto& worlds = impl_->abstraction.worlds();
    for (const auto& outlook : impl_->abstraction.outlooks(from)) {
        from.related = worlds[outlook.world].related;
        impl_->steps(from, outlook.guards_only, [&](const Step& step) {
            Move move = step.move;
            move.world = static_cast<std::uint16_t>(outlook.world);
            visit(Step{move, step.after, step.decision, step.key, step.now});
        });
    }
}

void Explorer::Impl::steps(const Document& from, bool actions_only, const Visitor& visit) const {
    for (const Place& place : from.places) {
        if (place.state == kNone) continue;
        const State& state = definition.states[place.state];
        for (const ActionId action : state.actions)
            act(from, state, action, visit);
        if (actions_only) continue;
        edits(from, state, visit);
        if (state.countersign) votes(from, place.state, visit);
        withdrawals(from, place, visit);
        renewals(from, state, visit);
    }
    ticks(from, visit);
}

bool Explorer::complete() const {
    return impl_->abstraction.worlds_complete();
}

StoryStep Explorer::tell(const Move& move, const Document& after) const {
    const Definition& definition = impl_->definition;
    StoryStep step;
    step.actor = move.person == 0 ? "clock" : person_name(move.person);
    if (move.on_behalf_of != 0) step.actor += std::string(" for ") + person_name(move.on_behalf_of);
    const auto with_title = [](const std::string& name, const std::string& title) {
        return title.empty() ? name : name + " (" + title + ")";
    };
    switch (move.kind) {
        case Move::Kind::open:
            step.action = "open";
            break;
        case Move::Kind::edit: {
            if (move.subject == kNone) {
                step.action = "edit attachments";
                break;
            }
            const Field& field = definition.fields[move.subject];
            step.action = "edit " + with_title(field.name, field.title);
            if (move.detail == kNone || !impl_->abstraction.tracked(move.subject)) break;
            const auto& value = impl_->abstraction.values(move.subject)[move.detail];
            if (!value) {
                step.action += ": none";
            } else if (const auto* choice = std::get_if<Choice>(&*value)) {
                step.action += ": " + field.choices[choice->index].name;
            } else if (const auto* flag = std::get_if<bool>(&*value)) {
                step.action += *flag ? ": yes" : ": no";
            }
            break;
        }
        case Move::Kind::act: {
            const Action& action = definition.actions[move.subject];
            step.action = with_title(action.name, action.title);
            break;
        }
        case Move::Kind::vote:
            step.action = move.detail == static_cast<std::uint16_t>(Ballot::approve)
                              ? "vote: approve"
                              : "vote: reject";
            break;
        case Move::Kind::withdraw:
            step.action = "withdraw";
            break;
        case Move::Kind::renew:
            step.action = "renew " + with_title(definition.signatures[move.subject].name,
                                                definition.signatures[move.subject].title);
            break;
        case Move::Kind::tick:
            step.action = "deadline " + with_title(definition.timers[move.subject].name,
                                                   definition.timers[move.subject].title);
            break;
    }
    if (move.world != 0) step.action += " [" + impl_->abstraction.worlds()[move.world].text + "]";
    for (const Place& place : after.places) {
        if (place.state == kNone) continue;
        const State& state = definition.states[place.state];
        if (!step.state.empty()) step.state += ", ";
        step.state += with_title(state.name, state.title);
    }
    return step;
}

Graph explore(const Explorer& explorer, const ExploreLimits& limits, const EdgeVisitor& seen) {
    Graph graph;
    graph.complete = explorer.complete();
    if (!graph.complete) return graph;
    std::unordered_map<Explorer::Key, std::uint32_t> index;
    const auto meet = [&](std::uint32_t from, const Explorer::Step& step) {
        const auto [at, fresh] =
            index.try_emplace(step.key, static_cast<std::uint32_t>(graph.nodes.size()));
        if (fresh) {
            graph.keys.push_back(step.key);
            graph.nodes.push_back({from, step.move});
        }
        if (from != Graph::kRoot) graph.edges.emplace_back(from, at->second);
        seen(from, at->second, step);
    };
    explorer.initial([&](const Explorer::Step& step) { meet(Graph::kRoot, step); });
    for (std::uint32_t i = 0; i < graph.keys.size(); ++i) {
        if (graph.keys.size() > limits.max_states) {
            graph.complete = false;
            break;
        }
        const Explorer::Key key = graph.keys[i];
        explorer.successors(key, [&](const Explorer::Step& step) { meet(i, step); });
    }
    return graph;
}

std::vector<StoryStep> story(const Explorer& explorer, const Graph& graph, std::uint32_t node) {
    std::vector<StoryStep> steps;
    while (node != Graph::kRoot) {
        steps.push_back(
            explorer.tell(graph.nodes[node].move, explorer.representative(graph.keys[node])));
        node = graph.nodes[node].parent;
    }
    std::reverse(steps.begin(), steps.end());
    return steps;
}

}  // namespace gongkai::engine
