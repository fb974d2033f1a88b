#include "engine/explore.hpp"

#include <algorithm>
#include <unordered_map>

#include "engine/abstraction.hpp"
#include "engine/evolve.hpp"
#include "engine/guard.hpp"

namespace gongkai::engine {

namespace {

constexpr Digest kChanged{4};

// Every change of content makes new content: what was signed before is void.
Digest changed_content(const Definition&, const std::vector<std::optional<Value>>&,
                       const std::vector<Attachment>&) {
    return Digest{3};
}

// A value that differs from the one given.
Value another(const Field& field, const std::optional<Value>& value) {
    switch (field.type) {
        case FieldType::flag:
            return value == std::optional<Value>(true) ? Value(false) : Value(true);
        case FieldType::number:
            return value == std::optional<Value>(std::int64_t{7}) ? std::int64_t{8}
                                                                  : std::int64_t{7};
        case FieldType::date:
            return value == std::optional<Value>(Date{7}) ? Date{8} : Date{7};
        case FieldType::choice:
            return value == std::optional<Value>(Choice{0}) && field.choices.size() > 1 ? Choice{1}
                                                                                        : Choice{0};
        case FieldType::text:
        case FieldType::table:
            break;
    }
    return Committed{Digest{7}, 1};
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

// A condition that must be known before a step can be tried: that a field is given, or what a guard
// says. `must`: the step is impossible where it is false (a needed field, the guard of the action);
// else both are gone into (a branch's guard).
struct Question {
    FieldId given = kNone;
    const Guard* guard = nullptr;
    bool must = true;
};

struct Explorer::Impl {
    Impl(const Definition& original, const Policy& policy)
        : abstraction(original, policy), definition(abstraction.definition()) {
        choose_drafter_roles();
        ask_on_the_way();
    }

    struct Who {
        PersonId person = 0;
        PersonId on_behalf_of = 0;
    };
    using Try = std::function<void(const Abstract&)>;

    void choose_drafter_roles();
    void ask_on_the_way();
    bool drafter_may_hold(const std::string& role) const;
    std::vector<Who> candidates(const Action& action, const std::string& role) const;

    // Calls `run` with every way in which the fields that the questions read can be filled, where
    // nothing forbids it.
    void resolve(const Abstract& from, const std::vector<Question>& questions, std::size_t index,
                 const Grant* grant, const Try& run, const Try& refuted = {}) const;
    void split(const Abstract& from, FieldId field, const Try& run) const;
    // Whether the guard holds; or a field that it depends on and that is not known.
    std::variant<bool, FieldId> known(const Guard& guard, const Abstract& state,
                                      const Grant* grant) const;
    std::vector<Question> questions_of(const Action& action) const;

    bool run(const Abstract* from, const Command& command, Move move, const Grant* grant,
             Instant now, const std::vector<bool>* rewritten, const Visitor& visit) const;
    void edits(const Abstract& from, const State& state, const Visitor& visit) const;
    void act(const Abstract& from, const State& state, ActionId id, const Visitor& visit) const;
    void try_act(const Abstract& from, const State& state, ActionId id, const Assignment& by,
                 bool asked_anew, const Visitor& visit) const;
    void votes(const Abstract& from, StateId id, const Visitor& visit) const;
    void withdrawals(const Abstract& from, const Place& place, const Visitor& visit) const;
    void renewals(const Abstract& from, const State& state, const Visitor& visit) const;
    void ticks(const Abstract& from, const Visitor& visit) const;

    Abstraction abstraction;
    const Definition& definition;
    Calendar calendar;
    std::vector<std::string> drafter_roles;
    // By StateId: the guards of branches that are read when the state is entered, on the way to
    // where somebody acts.
    std::vector<std::vector<Question>> on_the_way;
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

void Explorer::Impl::ask_on_the_way() {
    on_the_way.resize(definition.states.size());
    for (std::size_t i = 0; i < definition.states.size(); ++i) {
        std::vector<bool> seen(definition.states.size());
        std::vector<StateId> open{static_cast<StateId>(i)};
        while (!open.empty()) {
            const StateId id = open.back();
            open.pop_back();
            if (id == kNone || seen[id]) continue;
            seen[id] = true;
            const State& state = definition.states[id];
            if (state.parallel) {
                for (const Branch& branch : state.parallel->branches) {
                    if (!branch.when.always()) {
                        on_the_way[i].push_back({kNone, &branch.when, false});
                    }
                    open.push_back(branch.start);
                }
                open.push_back(state.parallel->then);
            }
            if (state.kind != StateKind::exit) continue;
            const Parallel& fork =
                *definition.states[definition.regions[state.region].owner].parallel;
            open.push_back(fork.then);
            for (const ExitRoute& route : fork.interrupts) {
                if (route.exit == state.exit) open.push_back(route.to);
            }
        }
    }
}

// Who may make a difference to a step that signs: the drafter in person, as a deputy or through one
// (the first of them whom nothing forbids), and somebody fresh. To any other step it makes none who
// takes it.
std::vector<Explorer::Impl::Who> Explorer::Impl::candidates(const Action& action,
                                                            const std::string& role) const {
    if (action.sign == kNone) return {Who{kFresh, 0}};
    std::vector<Who> list;
    if (drafter_may_hold(role)) list.push_back({kDrafter, 0});
    list.push_back({kDrafter, kFresh});
    if (drafter_may_hold(role)) list.push_back({kFresh, kDrafter});
    list.push_back({kFresh, 0});
    return list;
}

std::variant<bool, FieldId> Explorer::Impl::known(const Guard& guard, const Abstract& state,
                                                  const Grant* grant) const {
    if (guard.always()) return true;
    // Three-valued: a result, or the field that it hangs on.
    std::vector<std::variant<bool, FieldId>> stack;
    const auto is = [](const std::variant<bool, FieldId>& value, bool what) {
        return std::holds_alternative<bool>(value) && std::get<bool>(value) == what;
    };
    for (const Term& term : guard.terms) {
        if (term.op == Op::op_not) {
            if (auto* value = std::get_if<bool>(&stack.back())) *value = !*value;
            continue;
        }
        if (term.op == Op::op_and || term.op == Op::op_or) {
            const bool decisive = term.op == Op::op_or;
            const auto right = stack.back();
            stack.pop_back();
            auto& left = stack.back();
            if (is(left, decisive) || is(right, decisive)) {
                left = decisive;
            } else if (std::holds_alternative<bool>(left)) {
                left = right;
            }
            continue;
        }
        const bool reads = term.op >= Op::field_given && term.op <= Op::fields_equal;
        if (reads && state.any[term.subject]) {
            stack.emplace_back(term.subject);
        } else if (term.op == Op::fields_equal && state.any[static_cast<FieldId>(term.operand)]) {
            stack.emplace_back(static_cast<FieldId>(term.operand));
        } else {
            stack.emplace_back(holds(term, definition, state.document, grant));
        }
    }
    return stack.back();
}

void Explorer::Impl::split(const Abstract& from, FieldId field, const Try& run) const {
    Abstract state = from;
    state.any[field] = false;
    for (const auto& value : abstraction.values(field)) {
        state.document.fields[field] = value;
        run(state);
    }
}

void Explorer::Impl::resolve(const Abstract& from, const std::vector<Question>& questions,
                             std::size_t index, const Grant* grant, const Try& run,
                             const Try& refuted) const {
    if (index == questions.size()) {
        run(from);
        return;
    }
    const Question& question = questions[index];
    const auto again = [&](const Abstract& state) {
        resolve(state, questions, index, grant, run, refuted);
    };
    bool holds_now = false;
    if (question.guard == nullptr) {
        if (from.any[question.given]) {
            split(from, question.given, again);
            return;
        }
        holds_now = given(from.document, question.given);
    } else {
        const auto answer = known(*question.guard, from, grant);
        if (const auto* field = std::get_if<FieldId>(&answer)) {
            split(from, *field, again);
            return;
        }
        holds_now = std::get<bool>(answer);
    }
    if (holds_now || !question.must) {
        resolve(from, questions, index + 1, grant, run, refuted);
    } else if (refuted) {
        refuted(from);
    }
}

std::vector<Question> Explorer::Impl::questions_of(const Action& action) const {
    std::vector<Question> questions{{kNone, &action.when, true}};
    for (const FieldId field : action.needs)
        questions.push_back({field, nullptr, true});
    if (action.kind != ActionKind::stay) {
        const auto& more = on_the_way[action.to];
        questions.insert(questions.end(), more.begin(), more.end());
    }
    return questions;
}

// Takes the step where decide() allows it. `rewritten`: fields that may hold anything afterwards.
bool Explorer::Impl::run(const Abstract* from, const Command& command, Move move,
                         const Grant* grant, Instant now, const std::vector<bool>* rewritten,
                         const Visitor& visit) const {
    Actor actor;
    actor.kind = grant != nullptr ? ActorKind::person : ActorKind::scheduler;
    actor.id = move.person;
    if (grant != nullptr) actor.grants.push_back(*grant);
    const Context context{
        actor, now, calendar, changed_content, std::nullopt, move.on_behalf_of, nullptr, nullptr};
    const Document* before = from != nullptr ? &from->document : nullptr;
    const Verdict verdict = decide(definition, before, command, context);
    const auto* decision = std::get_if<Decision>(&verdict);
    if (decision == nullptr) return false;
    Abstract after;
    if (from != nullptr) {
        after = *from;
    } else {
        after.any.resize(definition.fields.size());
    }
    evolve_step(definition, after.document, decision->events);
    if (rewritten != nullptr) {
        for (std::size_t i = 0; i < after.any.size(); ++i) {
            if ((*rewritten)[i]) after.any[i] = true;
        }
    }
    visit(Step{move, after, *decision, abstraction.pack(after)});
    return true;
}

// An editor may leave any values in what they may edit: at once in the content, which voids what
// was signed, or only in what is not part of it.
void Explorer::Impl::edits(const Abstract& from, const State& state, const Visitor& visit) const {
    if (state.worklist.empty()) return;
    const Assignment& by = state.worklist.front();
    const Grant grant{by.role, department_for(by), 0};
    Move move;
    move.kind = Move::Kind::edit;
    move.person = drafter_may_hold(by.role) ? kDrafter : kFresh;
    std::vector<bool> all(definition.fields.size());
    std::vector<bool> process(definition.fields.size());
    FieldId touch = kNone;          // a field of the content, best one that the public will read
    FieldId touch_process = kNone;  // a tracked one that is not
    for (const FieldId field : state.editable) {
        const Field& what = definition.fields[field];
        all[field] = abstraction.tracked(field);
        if (what.content) {
            if (touch == kNone || what.authored()) touch = field;
        } else if (abstraction.tracked(field)) {
            process[field] = true;
            touch_process = field;
        }
    }
    if (touch != kNone && definition.fields[touch].authored()) {
        // What the system reads out of the body changes with it.
        for (std::size_t i = 0; i < definition.fields.size(); ++i) {
            if (definition.fields[i].derived) all[i] = abstraction.tracked(static_cast<FieldId>(i));
        }
    }
    const auto edit = [&](FieldId field, const std::vector<bool>& rewritten) {
        move.subject = field;
        const FieldChange change{field,
                                 another(definition.fields[field], from.document.fields[field])};
        run(&from, Edit{{change}, std::nullopt}, move, &grant, kEarly, &rewritten, visit);
    };
    if (touch != kNone) edit(touch, all);
    if (touch_process != kNone) edit(touch_process, process);
    if (state.edit_attachments && abstraction.attachments() > 0) {
        move.subject = kNone;
        const std::size_t other =
            from.document.attachments.empty() ? abstraction.attachments() : std::size_t{0};
        run(&from, Edit{{}, std::vector<Attachment>(other)}, move, &grant, kEarly, nullptr, visit);
    }
}

void Explorer::Impl::try_act(const Abstract& from, const State& state, ActionId id,
                             const Assignment& by, bool asked_anew, const Visitor& visit) const {
    const Action& action = definition.actions[id];
    Move move;
    move.kind = Move::Kind::act;
    move.subject = id;
    Act command;
    command.action = action.name;
    command.state = state.name;
    if (action.comment != CommentRule::forbidden) command.comment = Committed{Digest{}, 1};
    const Instant now = action.after.empty() ? kEarly : kLate;
    const Grant plain{by.role, department_for(by), 0};
    const auto take = [&](const Abstract& resolved) {
        bool drafter_done = false;
        for (const Who& who : candidates(action, by.role)) {
            const bool drafter = who.person == kDrafter || who.on_behalf_of == kDrafter;
            if (drafter && drafter_done) continue;
            const Grant grant{by.role, department_for(by), who.on_behalf_of};
            move.person = static_cast<std::uint8_t>(who.person);
            move.on_behalf_of = static_cast<std::uint8_t>(who.on_behalf_of);
            const bool taken = run(&resolved, command, move, &grant, now, nullptr, visit);
            drafter_done = drafter_done || (drafter && taken);
        }
    };
    // A document that cannot take this step, because of what it holds, is gone into for itself:
    // another step must be open to it, or it is stuck.
    const auto stay = [&](const Abstract& refuted) {
        Move known;
        known.kind = Move::Kind::known;
        known.subject = id;
        visit(Step{known, refuted, Decision{}, abstraction.pack(refuted)});
    };
    resolve(from, questions_of(action), 0, &plain, take, asked_anew ? Try{} : Try{stay});
}

void Explorer::Impl::act(const Abstract& from, const State& state, ActionId id,
                         const Visitor& visit) const {
    const Action& action = definition.actions[id];
    if (action.system) return;
    // What the action asks for may be filled in anyhow, with the content as it was or changed.
    Abstract filled = from;
    bool content = false;
    for (const FieldId field : action.asks) {
        const bool part_of_content = definition.fields[field].content;
        content = content || part_of_content;
        if (!part_of_content && abstraction.tracked(field)) filled.any[field] = true;
    }
    for (const Assignment& by : action.by) {
        try_act(filled, state, id, by, filled.any != from.any, visit);
        if (!content) continue;
        Abstract changed = filled;
        changed.document.content = kChanged;
        for (const FieldId field : action.asks) {
            if (abstraction.tracked(field)) changed.any[field] = true;
        }
        try_act(changed, state, id, by, true, visit);
    }
}

void Explorer::Impl::votes(const Abstract& from, StateId id, const Visitor& visit) const {
    const State& state = definition.states[id];
    const Countersign& rule = *state.countersign;
    const auto& cast = from.document.votes;
    const auto next = static_cast<PersonId>(
        kFirstVoter + std::count_if(cast.begin(), cast.end(),
                                    [&](const CastVote& vote) { return vote.voter != kDrafter; }));
    std::vector<Question> questions;
    for (const StateId to : {rule.passed, rule.failed, rule.vetoed}) {
        if (to == kNone) continue;
        questions.insert(questions.end(), on_the_way[to].begin(), on_the_way[to].end());
    }
    Move move;
    move.kind = Move::Kind::vote;
    move.subject = id;
    for (const Assignment& by : rule.by) {
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
                const Vote command{state.name, ballot, Committed{Digest{}, 1}};
                resolve(from, questions, 0, &grant, [&](const Abstract& resolved) {
                    run(&resolved, command, move, &grant, kEarly, nullptr, visit);
                });
            }
        }
    }
}

void Explorer::Impl::withdrawals(const Abstract& from, const Place& place,
                                 const Visitor& visit) const {
    if (place.via == kNone) return;
    const Action& action = definition.actions[place.via];
    const Assignment& by = action.by.front();
    const Grant grant{by.role, department_for(by), 0};
    Move move;
    move.kind = Move::Kind::withdraw;
    move.person = static_cast<std::uint8_t>(place.moved_by);
    move.subject = place.state;
    const Withdraw command{definition.states[place.state].name};
    resolve(from, on_the_way[action.from], 0, &grant, [&](const Abstract& resolved) {
        run(&resolved, command, move, &grant, kEarly, nullptr, visit);
    });
}

void Explorer::Impl::renewals(const Abstract& from, const State& state,
                              const Visitor& visit) const {
    for (const SignatureId kind : state.renewable) {
        for (const Signature& signature : from.document.signatures) {
            if (signature.kind != kind || signature.content == from.document.content) continue;
            Move move;
            move.kind = Move::Kind::renew;
            move.subject = kind;
            move.person = static_cast<std::uint8_t>(signature.signer);
            const Renew command{definition.signatures[kind].name};
            for (const Action& action : definition.actions) {
                if (action.sign != kind) continue;
                for (const Assignment& by : action.by) {
                    const Grant grant{by.role, department_for(by), 0};
                    run(&from, command, move, &grant, kEarly, nullptr, visit);
                }
            }
        }
    }
}

void Explorer::Impl::ticks(const Abstract& from, const Visitor& visit) const {
    for (std::size_t i = 0; i < definition.timers.size(); ++i) {
        const Timer& timer = definition.timers[i];
        if (from.document.timers[i].phase != TimerPhase::running) continue;
        if (timer.minimum && timer.on_expiry == kNone) continue;
        Move move;
        move.kind = Move::Kind::tick;
        move.subject = static_cast<std::uint16_t>(i);
        std::vector<Question> questions;
        if (timer.on_expiry != kNone) {
            questions = questions_of(definition.actions[timer.on_expiry]);
            // Where its guard says no, the deadline only runs out.
            for (Question& question : questions)
                question.must = false;
        }
        resolve(from, questions, 0, nullptr, [&](const Abstract& resolved) {
            run(&resolved, Tick{timer.name}, move, nullptr, kLate, nullptr, visit);
        });
    }
}

Explorer::Explorer(const Definition& definition, const Policy& policy)
    : impl_(std::make_unique<Impl>(definition, policy)) {}
Explorer::~Explorer() = default;

Document Explorer::representative(const Key& key) const {
    return impl_->abstraction.unpack(key).document;
}

void Explorer::initial(const Visitor& visit) const {
    const Definition& definition = impl_->definition;
    const Assignment& by = definition.openers.front();
    const Grant grant{by.role, department_for(by), 0};
    Move move;
    move.person = kDrafter;
    impl_->run(nullptr, Open{1, kDepartment, {}, {}}, move, &grant, kEarly, nullptr, visit);
}

void Explorer::successors(const Key& key, const Visitor& visit) const {
    const Abstract from = impl_->abstraction.unpack(key);
    if (from.document.purged) return;
    for (const Place& place : from.document.places) {
        if (place.state == kNone) continue;
        const State& state = impl_->definition.states[place.state];
        for (const ActionId action : state.actions)
            impl_->act(from, state, action, visit);
        impl_->edits(from, state, visit);
        if (state.countersign) impl_->votes(from, place.state, visit);
        impl_->withdrawals(from, place, visit);
        impl_->renewals(from, state, visit);
    }
    impl_->ticks(from, visit);
}

std::optional<Explorer::Facts> Explorer::breach(const Guard& rule, const Step& step) const {
    const Grant* grant = step.decision.exercised ? &*step.decision.exercised : nullptr;
    const std::vector<Question> question{{kNone, &rule, false}};
    std::optional<Facts> found;
    impl_->resolve(step.after, question, 0, grant, [&](const Abstract& resolved) {
        if (found || holds(rule, impl_->definition, resolved.document, grant)) return;
        found = facts(step.after, resolved);
    });
    return found;
}

Explorer::Facts Explorer::facts(const Abstract& before, const Abstract& after) const {
    Facts facts;
    for (std::size_t i = 0; i < after.any.size(); ++i) {
        const auto field = static_cast<FieldId>(i);
        if (before.any[i] && !after.any[i] && impl_->abstraction.tracked(field)) {
            facts.push_back({field, after.document.fields[i]});
        }
    }
    return facts;
}

Explorer::Facts Explorer::facts(const Key& before, const Key& after) const {
    return facts(impl_->abstraction.unpack(before), impl_->abstraction.unpack(after));
}

std::string Explorer::tell(const Facts& facts) const {
    std::string text;
    for (const FieldChange& fact : facts) {
        const Field& field = impl_->definition.fields[fact.field];
        text += (text.empty() ? " [" : ", ") + field.name;
        if (!fact.value) {
            text += " missing";
        } else if (const auto* choice = std::get_if<Choice>(&*fact.value)) {
            text += " = " + field.choices[choice->index].name;
        } else if (const auto* flag = std::get_if<bool>(&*fact.value)) {
            text += *flag ? " = yes" : " = no";
        } else {
            text += " given";
        }
    }
    return text.empty() ? text : text + "]";
}

StoryStep Explorer::tell(const Move& move, const Document& after) const {
    const Definition& definition = impl_->definition;
    StoryStep step;
    step.actor = move.kind == Move::Kind::tick ? "clock" : person_name(move.person);
    if (move.on_behalf_of != 0) step.actor += std::string(" for ") + person_name(move.on_behalf_of);
    const auto with_title = [](const std::string& name, const std::string& title) {
        return title.empty() ? name : name + " (" + title + ")";
    };
    switch (move.kind) {
        case Move::Kind::open:
            step.action = "open";
            break;
        case Move::Kind::edit:
            step.action = move.subject == kNone
                              ? "edit attachments"
                              : "edit " + with_title(definition.fields[move.subject].name,
                                                     definition.fields[move.subject].title);
            break;
        case Move::Kind::act: {
            const Action& action = definition.actions[move.subject];
            step.action = with_title(action.name, action.title);
            break;
        }
        case Move::Kind::known:
            step.action = "cannot " + definition.actions[move.subject].name;
            break;
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
    for (const Place& place : after.places) {
        if (place.state == kNone) continue;
        const State& state = definition.states[place.state];
        if (!step.state.empty()) step.state += ", ";
        step.state += with_title(state.name, state.title);
    }
    return step;
}

void explore(const Explorer& explorer, const ExploreLimits& limits, Graph& graph,
             const EdgeVisitor& seen) {
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
}

Graph explore(const Explorer& explorer, const ExploreLimits& limits, const EdgeVisitor& seen) {
    Graph graph;
    explore(explorer, limits, graph, seen);
    return graph;
}

std::vector<StoryStep> story(const Explorer& explorer, const Graph& graph, std::uint32_t node) {
    std::vector<StoryStep> steps;
    while (node != Graph::kRoot) {
        const Graph::Node& here = graph.nodes[node];
        StoryStep step = explorer.tell(here.move, explorer.representative(graph.keys[node]));
        if (here.parent != Graph::kRoot) {
            step.action += explorer.tell(explorer.facts(graph.keys[here.parent], graph.keys[node]));
        }
        steps.push_back(std::move(step));
        node = here.parent;
    }
    std::reverse(steps.begin(), steps.end());
    return steps;
}

}  // namespace gongkai::engine
