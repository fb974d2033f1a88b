// What names stand for, in a flow, in a part and in policy.

#include <fmt/format.h>

#include <algorithm>

#include "language/compiler_impl.hpp"

namespace gongkai::language {

using engine::StateId;

Message FlowCompiler::Impl::where(const Instance& instance) const {
    if (instance.part.empty()) {
        return {fmt::format(" in the flow `{}`", flow.name.text),
                fmt::format("流程“{}”", flow.name.text)};
    }
    return {fmt::format(" in the part `{}` as the flow `{}` runs it", instance.body->name.text,
                        flow.name.text),
            fmt::format("流程“{}”运行的部件“{}”", flow.name.text, instance.body->name.text)};
}

StateId FlowCompiler::Impl::start_of(const Instance& instance) {
    const Name& start = instance.body->start;
    if (!start.given()) return kNone;
    const auto entry = instance.entries.find(start.text);
    if (instance.entries.empty()) return kNone;  // `states` is missing, and reported
    if (entry == instance.entries.end()) {
        reporter.error(start.span, "unknown_state",
                       {fmt::format("there is no state `{}`{}", start.text, where(instance).en),
                        fmt::format("{}没有环节“{}”", where(instance).zh, start.text)},
                       did_you_mean(start.text, state_names(instance)));
        return kNone;
    }
    return entry->second.child != nullptr ? start_of(*entry->second.child) : entry->second.state;
}

StateId FlowCompiler::Impl::target(const Instance& instance, const Name& name) {
    if (!name.given()) return kNone;
    const auto entry = instance.entries.find(name.text);
    if (entry != instance.entries.end()) {
        return entry->second.child != nullptr ? start_of(*entry->second.child)
                                              : entry->second.state;
    }
    const auto& exits = instance.body->exits;
    const bool exit = std::any_of(exits.begin(), exits.end(),
                                  [&](const ExitSyntax& e) { return e.name.text == name.text; });
    if (exit && instance.branch) {
        const auto state = instance.exit_states.find(name.text);
        return state == instance.exit_states.end() ? kNone : state->second;
    }
    if (exit && instance.runner != nullptr) {
        for (const RouteSyntax& route : instance.runner->on) {
            if (route.exit.text == name.text) return target(*instance.parent, route.to);
        }
        return kNone;  // reported where the part is run
    }
    reporter.error(name.span, "unknown_state",
                   {fmt::format("there is no state{} `{}`{}", exits.empty() ? "" : " or exit",
                                name.text, where(instance).en),
                    fmt::format("{}没有环节{}“{}”", where(instance).zh,
                                exits.empty() ? "" : "或出口", name.text)},
                   did_you_mean(name.text, target_names(instance)));
    return kNone;
}

void FlowCompiler::Impl::gather(const Instance& instance, bool deep,
                                std::vector<StateId>& out) const {
    for (const Entry* entry : instance.order)
        gather(*entry, deep, out);
}

void FlowCompiler::Impl::gather(const Entry& entry, bool deep, std::vector<StateId>& out) const {
    if (entry.child != nullptr) return gather(*entry.child, deep, out);
    if (entry.state != kNone) out.push_back(entry.state);
    if (!deep) return;
    for (const Instance* branch : entry.branches) {
        if (branch != nullptr) gather(*branch, deep, out);
    }
}

std::vector<StateId> FlowCompiler::Impl::states_named(const Instance& instance,
                                                      std::string_view name, bool deep) const {
    const std::size_t slash = name.find('/');
    const auto found = instance.entries.find(name.substr(0, slash));
    std::vector<StateId> out;
    if (found == instance.entries.end()) return out;
    const Entry& entry = found->second;
    if (slash == std::string_view::npos) {
        gather(entry, deep, out);
        return out;
    }
    const std::string_view rest = name.substr(slash + 1);
    if (entry.child != nullptr) return states_named(*entry.child, rest, deep);
    if (!entry.syntax->fork) return out;
    const std::size_t next = rest.find('/');
    for (std::size_t i = 0; i < entry.branches.size(); ++i) {
        const Instance* branch = entry.branches[i];
        if (branch == nullptr || entry.syntax->fork->branches[i].name.text != rest.substr(0, next))
            continue;
        if (next != std::string_view::npos) {
            return states_named(*branch, rest.substr(next + 1), deep);
        }
        gather(*branch, deep, out);
    }
    return out;
}

std::vector<std::string> FlowCompiler::Impl::state_names(const Instance& instance) const {
    std::vector<std::string> out;
    for (const StateSyntax& state : instance.body->states)
        out.push_back(state.name.text);
    return out;
}

std::vector<std::string> FlowCompiler::Impl::target_names(const Instance& instance) const {
    std::vector<std::string> out = state_names(instance);
    for (const ExitSyntax& exit : instance.body->exits)
        out.push_back(exit.name.text);
    return out;
}

const FieldSyntax* FlowCompiler::Impl::vocabulary_field(std::string_view name) const {
    for (const FieldSyntax& field : library.vocabulary.fields) {
        if (field.name.text == name) return &field;
    }
    return nullptr;
}

bool FlowCompiler::Impl::vocabulary_signature(std::string_view name) const {
    const auto& all = library.vocabulary.signatures;
    return std::any_of(all.begin(), all.end(),
                       [&](const RoleSyntax& s) { return s.name.text == name; });
}

Message FlowCompiler::Impl::add_field_hint() const {
    return {fmt::format("add it to `fields` of the flow `{}`", flow.name.text),
            fmt::format("请将其加入流程“{}”的“fields”", flow.name.text)};
}

std::uint16_t FlowCompiler::Impl::role_index(std::string_view name) {
    if (const auto known = roles.find(name); known != roles.end()) return known->second;
    for (const RoleSyntax& role : library.vocabulary.roles) {
        if (role.name.text != name) continue;
        const auto index = static_cast<std::uint16_t>(definition.guard_roles.size());
        definition.guard_roles.push_back(role.name.text);
        roles.emplace(role.name.text, index);
        return index;
    }
    return kNone;
}

std::uint16_t FlowCompiler::Impl::tag_index(std::string_view name) const {
    const auto found = std::find(definition.tags.begin(), definition.tags.end(), name);
    return found == definition.tags.end()
               ? kNone
               : static_cast<std::uint16_t>(found - definition.tags.begin());
}

std::vector<std::string> FlowCompiler::Impl::relation_names() const {
    std::vector<std::string> out;
    for (const engine::Relation& relation : definition.relations)
        out.push_back(relation.name);
    return out;
}

engine::RelationId FlowCompiler::Impl::relation_id(const Instance& instance, const Name& name) {
    const engine::RelationId id = definition.relation(name.text);
    if (id != kNone || !name.given()) return id;
    Message hint = did_you_mean(name.text, relation_names());
    if (hint.en.empty()) {
        hint = {fmt::format("name it in `relations` of the flow `{}`", flow.name.text),
                fmt::format("请在流程“{}”的“relations”中声明", flow.name.text)};
    }
    reporter.error(name.span, "unknown_relation",
                   {fmt::format("there is no relation `{}`{}", name.text, where(instance).en),
                    fmt::format("{}没有关联“{}”", where(instance).zh, name.text)},
                   hint);
    return kNone;
}

void FlowCompiler::Impl::check_relations() {
    for (const RelationSyntax& syntax : flow.relations) {
        if (library.excerpt || !syntax.flow.given() || library.flows.contains(syntax.flow.text)) {
            continue;
        }
        const std::vector<std::string> candidates(library.flows.begin(), library.flows.end());
        reporter.error(syntax.flow.span, "unknown_flow",
                       {fmt::format("there is no flow `{}`", syntax.flow.text),
                        fmt::format("没有流程“{}”", syntax.flow.text)},
                       did_you_mean(syntax.flow.text, candidates));
    }
    for (const RelationSyntax& syntax : flow.relations) {
        const bool relating = std::any_of(instances.begin(), instances.end(), [&](const auto& one) {
            return std::any_of(one->order.begin(), one->order.end(), [&](const Entry* entry) {
                const auto& names = entry->syntax->relates;
                return std::any_of(names.begin(), names.end(),
                                   [&](const Name& name) { return name.text == syntax.name.text; });
            });
        });
        if (relating) continue;
        reporter.warning(syntax.name.span, "unused_relation",
                         {fmt::format("no state `relates` documents by `{}`", syntax.name.text),
                          fmt::format("没有环节可以关联“{}”", syntax.name.text)});
    }
}

std::vector<engine::Assignment> FlowCompiler::Impl::assignments(
    const std::vector<WhoSyntax>& whom) {
    std::vector<engine::Assignment> out;
    for (const WhoSyntax& who : whom) {
        const auto& all = library.vocabulary.roles;
        const bool known = std::any_of(all.begin(), all.end(), [&](const RoleSyntax& role) {
            return role.name.text == who.assignment.role;
        });
        if (!known) {
            std::vector<std::string> candidates;
            for (const RoleSyntax& role : all)
                candidates.push_back(role.name.text);
            reporter.error(who.span, "unknown_role",
                           {fmt::format("the vocabulary has no role `{}`", who.assignment.role),
                            fmt::format("词汇表没有岗位“{}”", who.assignment.role)},
                           did_you_mean(who.assignment.role, candidates));
        }
        if (std::find(out.begin(), out.end(), who.assignment) == out.end()) {
            out.push_back(who.assignment);
        }
    }
    return out;
}

std::vector<Name> FlowCompiler::Impl::spelled_out(const std::vector<Name>& names) const {
    std::vector<Name> out;
    for (const Name& name : names) {
        const auto& groups = library.vocabulary.groups;
        const auto group = std::find_if(groups.begin(), groups.end(), [&](const GroupSyntax& g) {
            return g.name.text == name.text;
        });
        if (group == groups.end()) {
            out.push_back(name);
            continue;
        }
        for (const Name& field : group->fields)
            out.push_back({field.text, name.span});
    }
    return out;
}

std::vector<engine::FieldId> FlowCompiler::Impl::field_ids(const std::vector<Name>& names,
                                                           bool settable) {
    std::vector<engine::FieldId> out;
    for (const Name& name : spelled_out(names)) {
        const auto found = fields.find(name.text);
        if (found == fields.end()) {
            if (fields_incomplete && vocabulary_field(name.text) != nullptr) continue;
            std::vector<std::string> candidates;
            for (const engine::Field& field : definition.fields)
                candidates.push_back(field.name);
            Message hint = did_you_mean(name.text, candidates);
            if (vocabulary_field(name.text) != nullptr) {
                hint = add_field_hint();
            } else if (name.text == "attachments") {
                hint = {"ask for them in the condition: `when: attachments given`",
                        "请写在条件中：“when: attachments given”"};
            }
            reporter.error(
                name.span, "unknown_field",
                {fmt::format("the flow `{}` has no field `{}`", flow.name.text, name.text),
                 fmt::format("流程“{}”没有字段“{}”", flow.name.text, name.text)},
                hint);
            continue;
        }
        if (settable && definition.fields[found->second].derived) {
            reporter.error(name.span, "field_derived",
                           {fmt::format("the system itself reads `{}` out of the body; nobody may "
                                        "set it",
                                        name.text),
                            fmt::format("“{}”由系统从正文读取，任何人不得填写", name.text)});
            continue;
        }
        if (settable && definition.fields[found->second].assigned) {
            reporter.error(
                name.span, "field_assigned",
                {fmt::format("the system itself gives `{}`; nobody may set it", name.text),
                 fmt::format("“{}”由系统编号，任何人不得填写", name.text)},
                {"write it under `assigns`", "请写在“assigns”中"});
            continue;
        }
        if (std::find(out.begin(), out.end(), found->second) == out.end()) {
            out.push_back(found->second);
        }
    }
    return out;
}

std::vector<engine::FieldId> FlowCompiler::Impl::assigned_ids(const std::vector<Name>& names) {
    std::vector<engine::FieldId> out;
    for (const Name& name : names) {
        for (const engine::FieldId id : field_ids({name}, false)) {
            if (definition.fields[id].assigned) {
                if (std::find(out.begin(), out.end(), id) == out.end()) out.push_back(id);
                continue;
            }
            reporter.error(
                name.span, "field_not_assigned",
                {fmt::format(
                     "`{}` has no `assigned` in the vocabulary, so the system cannot give it",
                     name.text),
                 fmt::format("词汇表中“{}”没有“assigned”，系统无法编号", name.text)});
        }
    }
    return out;
}

engine::SignatureId FlowCompiler::Impl::signature_id(const Name& name) {
    if (!name.given()) return kNone;
    if (const auto found = signatures.find(name.text); found != signatures.end()) {
        return found->second;
    }
    if (vocabulary_signature(name.text)) return kNone;  // nobody gives it in this flow
    std::vector<std::string> candidates;
    for (const RoleSyntax& kind : library.vocabulary.signatures)
        candidates.push_back(kind.name.text);
    reporter.error(name.span, "unknown_signature",
                   {fmt::format("the vocabulary has no signature `{}`", name.text),
                    fmt::format("词汇表没有签署“{}”", name.text)},
                   did_you_mean(name.text, candidates));
    return kNone;
}

engine::TimerId FlowCompiler::Impl::timer_id(const Instance& instance, const Entry& entry,
                                             const Name& name) {
    std::vector<std::string> candidates;
    for (const auto* timers : {&entry.timers, &instance.timers}) {
        for (const auto& [known, id] : *timers) {
            if (known == name.text) return id;
            candidates.emplace_back(known);
        }
    }
    if (name.given()) {
        reporter.error(name.span, "unknown_deadline",
                       {fmt::format("there is no deadline `{}`{}", name.text, where(instance).en),
                        fmt::format("{}没有期限“{}”", where(instance).zh, name.text)},
                       did_you_mean(name.text, candidates));
    }
    return kNone;
}

std::vector<engine::EffectSpec> FlowCompiler::Impl::effects(
    const std::vector<EffectSyntax>& syntax) {
    std::vector<engine::EffectSpec> out;
    for (const EffectSyntax& effect : syntax)
        out.push_back({effect.kind, assignments(effect.whom), effect.name});
    return out;
}

engine::Guard FlowCompiler::Impl::guard(const Instance& instance, const Entry& entry,
                                        const Node* node) {
    if (node == nullptr) return {};
    InstanceScope scope(*this, instance, false, &entry);
    engine::Guard out = compile_guard(*node, scope, reporter);
    warn_of_unsigned(instance, scope, *node);
    for (const engine::Term& term : out.terms) {
        if (engine::asks_of_deadline(term))
            asked_deadlines.push_back({node, entry.state, term.subject});
    }
    return out;
}

engine::Guard FlowCompiler::Impl::origin_guard(const Instance& instance, const Node* node) {
    if (node == nullptr) return {};
    InstanceScope scope(*this, instance, false);
    engine::Guard out = compile_guard(*node, scope, reporter);
    warn_of_unsigned(instance, scope, *node);
    const bool asks_a_deadline =
        std::any_of(out.terms.begin(), out.terms.end(), engine::asks_of_deadline);
    if (asks_a_deadline) {
        reporter.error(node->span, "deadline_on_deadline",
                       {"from when a deadline counts cannot depend on another's having run out",
                        "期限的起算日不能取决于另一期限是否届满"});
    }
    return out;
}

void FlowCompiler::Impl::warn_of_unsigned(const Instance& instance, const InstanceScope& scope,
                                          const Node& node) {
    for (const std::string& name : scope.never_signed) {
        // A part may ask for what only some of its flows give.
        if (!instance.part.empty()) continue;
        reporter.warning(
            node.span, "never_signed",
            {fmt::format("nothing in the flow `{}` gives the signature `{}`", flow.name.text, name),
             fmt::format("流程“{}”中没有签署“{}”的操作", flow.name.text, name)});
    }
}

void FlowCompiler::Impl::check_asked_deadlines() {
    for (const AskedDeadline& asked : asked_deadlines) {
        const engine::State& state = definition.states[asked.state];
        // Beside a place of a branch, and where a fork is entered, others are or were active.
        if (state.region != 0 || state.parallel) continue;
        const engine::Timer& timer = definition.timers[asked.timer];
        if (std::binary_search(timer.runs_in.begin(), timer.runs_in.end(), asked.state)) continue;
        reporter.error(
            asked.guard->span, "deadline_not_running",
            {fmt::format("the deadline `{}` does not run in `{}`, so it can never have run out "
                         "there",
                         timer.name, state.name),
             fmt::format("期限“{}”不在环节“{}”计算，在此不可能届满", timer.name, state.name)},
            {"name the state in `in` of the deadline", "请在期限的“in”中写明该环节"});
    }
}

// ---- InstanceScope

GuardScope::FieldName InstanceScope::field(std::string_view name) {
    const auto found = impl_.fields.find(name);
    if (found != impl_.fields.end()) {
        return {Known::here, found->second, &impl_.definition.fields[found->second]};
    }
    const FieldSyntax* known = impl_.vocabulary_field(name);
    if (known == nullptr || !(policy_ || impl_.fields_incomplete)) return {};
    return {Known::elsewhere, kNone, &known->field};
}

std::pair<Known, engine::SignatureId> InstanceScope::signature(std::string_view name) {
    const auto found = impl_.signatures.find(name);
    if (found != impl_.signatures.end()) return {Known::here, found->second};
    if (!impl_.vocabulary_signature(name)) return {Known::nowhere, kNone};
    never_signed.emplace_back(name);
    return {Known::elsewhere, kNone};
}

std::pair<Known, std::vector<StateId>> InstanceScope::states(std::string_view name) {
    auto found = impl_.states_named(instance_, name, false);
    if (!found.empty()) return {Known::here, std::move(found)};
    const bool known = policy_ && (impl_.library.excerpt || impl_.library.states.contains(name));
    return {known ? Known::elsewhere : Known::nowhere, {}};
}

std::pair<Known, StateId> InstanceScope::countersign(std::string_view name) {
    const auto [known, found] = states(name);
    if (known != Known::here) return {known, kNone};
    const bool one = found.size() == 1 &&
                     impl_.definition.states[found.front()].kind == engine::StateKind::countersign;
    if (!one && policy_) return {Known::elsewhere, kNone};  // a namesake of another kind
    return {Known::here, one ? found.front() : kNone};
}

std::pair<Known, std::uint16_t> InstanceScope::tag(std::string_view name) {
    const std::uint16_t index = impl_.tag_index(name);
    if (index != kNone) return {Known::here, index};
    const bool shared = policy_ || !instance_.part.empty();
    const bool known = shared && (impl_.library.excerpt || impl_.library.tags.contains(name));
    return {known ? Known::elsewhere : Known::nowhere, kNone};
}

std::pair<Known, engine::RelationId> InstanceScope::relation(std::string_view name) {
    const engine::RelationId id = impl_.definition.relation(name);
    if (id != kNone) return {Known::here, id};
    const bool shared = policy_ || !instance_.part.empty();
    const bool known = shared && (impl_.library.excerpt || impl_.library.relations.contains(name));
    return {known ? Known::elsewhere : Known::nowhere, kNone};
}

// Numbered as guards mention them, so that a flow compiles to the same whatever flows stand beside
// it.
std::pair<Known, std::uint16_t> InstanceScope::related_tag(engine::RelationId relation,
                                                           std::string_view name) {
    if (!impl_.library.excerpt) {
        const auto& library = impl_.library;
        const bool shared = policy_ || !instance_.part.empty();
        const auto target = relation == kNone
                                ? library.flow_tags.end()
                                : library.flow_tags.find(impl_.definition.relations[relation].flow);
        // Where the flow is not known, that was reported.
        const bool known = target == library.flow_tags.end()
                               ? relation != kNone || library.tags.contains(name)
                               : target->second.contains(name);
        if (!known && !(shared && library.tags.contains(name))) return {Known::nowhere, kNone};
    }
    if (relation == kNone) return {Known::elsewhere, kNone};
    auto& tags = impl_.definition.related_tags;
    const auto found = std::find(tags.begin(), tags.end(), name);
    if (found != tags.end()) {
        return {Known::here, static_cast<std::uint16_t>(found - tags.begin())};
    }
    tags.emplace_back(name);
    return {Known::here, static_cast<std::uint16_t>(tags.size() - 1)};
}

Message InstanceScope::suggest_related_tag(engine::RelationId relation, std::string_view name) {
    const auto& library = impl_.library;
    const auto target = relation == kNone
                            ? library.flow_tags.end()
                            : library.flow_tags.find(impl_.definition.relations[relation].flow);
    const auto& tags = target == library.flow_tags.end() ? library.tags : target->second;
    const std::vector<std::string> names(tags.begin(), tags.end());
    return did_you_mean(name, names);
}

std::string InstanceScope::related_flow(engine::RelationId relation) {
    return relation == kNone ? std::string() : impl_.definition.relations[relation].flow;
}

std::pair<Known, std::vector<engine::TimerId>> InstanceScope::deadlines(std::string_view name) {
    std::vector<engine::TimerId> found;
    if (!policy_) {
        const auto look = [&](const auto& timers) {
            for (const auto& [known, id] : timers) {
                if (known == name && found.empty()) found.push_back(id);
            }
        };
        if (entry_ != nullptr) look(entry_->timers);
        look(instance_.timers);
        return {found.empty() ? Known::nowhere : Known::here, std::move(found)};
    }
    const auto& timers = impl_.definition.timers;
    for (std::size_t i = 0; i < timers.size(); ++i) {
        if (timers[i].limit == name) found.push_back(static_cast<engine::TimerId>(i));
    }
    if (!found.empty()) return {Known::here, std::move(found)};
    const auto& limits = impl_.library.limits;
    const bool known = std::any_of(limits.begin(), limits.end(), [&](const LimitSyntax& limit) {
        return limit.name.text == name;
    });
    return {known ? Known::elsewhere : Known::nowhere, {}};
}

std::uint16_t InstanceScope::role(std::string_view name) {
    return impl_.role_index(name);
}

Message InstanceScope::suggest(Kind kind, std::string_view name) {
    std::vector<std::string> names;
    switch (kind) {
        case Kind::field:
            if (impl_.vocabulary_field(name) != nullptr) return impl_.add_field_hint();
            for (const FieldSyntax& field : impl_.library.vocabulary.fields)
                names.push_back(field.name.text);
            break;
        case Kind::signature:
            for (const RoleSyntax& signature : impl_.library.vocabulary.signatures)
                names.push_back(signature.name.text);
            break;
        case Kind::state:
            names = impl_.state_names(instance_);
            if (policy_) {
                names.insert(names.end(), impl_.library.states.begin(), impl_.library.states.end());
            }
            break;
        case Kind::tag:
            names.assign(impl_.library.tags.begin(), impl_.library.tags.end());
            break;
        case Kind::relation:
            names = impl_.relation_names();
            if (policy_) {
                names.insert(names.end(), impl_.library.relations.begin(),
                             impl_.library.relations.end());
            }
            break;
        case Kind::deadline:
            if (policy_) {
                for (const LimitSyntax& limit : impl_.library.limits)
                    names.push_back(limit.name.text);
                break;
            }
            if (entry_ != nullptr) {
                for (const auto& timer : entry_->timers)
                    names.emplace_back(timer.first);
            }
            for (const auto& timer : instance_.timers)
                names.emplace_back(timer.first);
            break;
        case Kind::role:
            for (const RoleSyntax& role : impl_.library.vocabulary.roles)
                names.push_back(role.name.text);
            break;
    }
    return did_you_mean(name, names);
}

Message InstanceScope::where() {
    if (policy_) return {" in any flow or the vocabulary", "所有流程和词汇表都"};
    return impl_.where(instance_);
}

}  // namespace gongkai::language
