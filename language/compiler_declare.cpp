// The first pass: which states, regions, fields, signatures and timers there are.

#include <fmt/format.h>

#include <algorithm>

#include "language/compiler_impl.hpp"
#include "language/reader.hpp"

namespace gongkai::language {

void FlowCompiler::Impl::declare_fields() {
    std::set<std::string_view> listed;
    for (const Name& name : flow.fields) {
        if (listed.insert(name.text).second) continue;
        reporter.error(name.span, "duplicate_name",
                       {fmt::format("the field `{}` is listed twice", name.text),
                        fmt::format("字段“{}”重复", name.text)});
    }
    for (const Name& name : spelled_out(flow.fields)) {
        const FieldSyntax* field = vocabulary_field(name.text);
        if (field == nullptr) {
            fields_incomplete = true;
            std::vector<std::string> candidates;
            for (const FieldSyntax& known : library.vocabulary.fields)
                candidates.push_back(known.name.text);
            for (const GroupSyntax& known : library.vocabulary.groups)
                candidates.push_back(known.name.text);
            reporter.error(name.span, "unknown_field",
                           {fmt::format("the vocabulary has no field `{}`", name.text),
                            fmt::format("词汇表没有字段“{}”", name.text)},
                           did_you_mean(name.text, candidates));
            continue;
        }
        const auto id = static_cast<engine::FieldId>(definition.fields.size());
        if (!fields.emplace(field->name.text, id).second) continue;  // stands in two groups
        definition.fields.push_back(field->field);
    }
    if (!fields_incomplete) check_patterns();
}

// What a pattern names is in the flow too, and can stand in a line of text.
void FlowCompiler::Impl::check_patterns() {
    for (const engine::Field& field : definition.fields) {
        if (!field.assigned) continue;
        for (const Name& name : vocabulary_field(field.name)->pattern_fields) {
            const auto found = fields.find(name.text);
            if (found == fields.end()) {
                reporter.error(
                    name.span, "unknown_field",
                    {fmt::format("the flow `{}` has `{}`, but no field `{}` that it is made of",
                                 flow.name.text, field.name, name.text),
                     fmt::format("流程“{}”有“{}”，但没有其编号样式所用的字段“{}”", flow.name.text,
                                 field.name, name.text)});
                continue;
            }
            const engine::Field& named = definition.fields[found->second];
            if (named.type != engine::FieldType::table && named.type != engine::FieldType::flag &&
                named.type != engine::FieldType::moment && !named.assigned)
                continue;
            reporter.error(
                name.span, "bad_pattern",
                {fmt::format("`{}` cannot be part of a pattern: a text that people give, "
                             "a choice, a number or a date can",
                             name.text),
                 fmt::format("“{}”不能用于编号样式：只能用由人填写的文本、选项、数字或日期",
                             name.text)});
        }
    }
}

void FlowCompiler::Impl::declare_relations() {
    for (const RelationSyntax& syntax : flow.relations)
        definition.relations.push_back(
            {syntax.name.text, syntax.heading.title, syntax.flow.text, syntax.public_link});
}

std::vector<std::uint16_t> FlowCompiler::Impl::tags_of(const Instance& instance,
                                                       const std::vector<Name>& names) {
    std::vector<std::uint16_t> out = instance.tags;
    for (const Name& name : names) {
        std::uint16_t index = tag_index(name.text);
        if (index == kNone) {
            index = static_cast<std::uint16_t>(definition.tags.size());
            definition.tags.push_back(name.text);
        }
        if (std::find(out.begin(), out.end(), index) == out.end()) out.push_back(index);
    }
    return out;
}

engine::StateId FlowCompiler::Impl::add_state(const Instance& instance, const std::string& name,
                                              const Heading& heading, const Span& span,
                                              const std::vector<std::uint16_t>& tags) {
    if (definition.states.size() >= kMaxStates) {
        if (!too_large) {
            reporter.error(span, "too_large",
                           {fmt::format("the flow has more than {} states", kMaxStates),
                            fmt::format("流程超过 {} 个环节", kMaxStates)});
        }
        too_large = true;
        return kNone;
    }
    engine::State state;
    state.name = name;
    const std::size_t slash = name.rfind('/');
    state.title = !heading.title.empty()       ? heading.title
                  : slash == std::string::npos ? name
                                               : name.substr(slash + 1);
    state.region = instance.region;
    state.tags = tags;
    state.basis = heading.basis;
    // A step without articles of its own stands on those of its part, or of what runs that.
    for (const Instance* at = &instance; state.basis.empty() && at != nullptr; at = at->parent)
        state.basis = at->body->heading.basis;
    state.line = reporter.line(span);
    state.file = reporter.path(span.file);
    definition.states.push_back(std::move(state));
    return static_cast<engine::StateId>(definition.states.size() - 1);
}

Instance* FlowCompiler::Impl::run_part(Instance& from, const Name& use_name,
                                       const std::string& prefix, engine::RegionId region) {
    const auto& uses = from.body->uses;
    const auto use = std::find_if(uses.begin(), uses.end(),
                                  [&](const UseSyntax& u) { return u.name.text == use_name.text; });
    if (use == uses.end()) {
        if (!use_name.given()) return nullptr;
        std::vector<std::string> candidates;
        for (const UseSyntax& known : uses)
            candidates.push_back(known.name.text);
        Message hint = did_you_mean(use_name.text, candidates);
        if (hint.en.empty()) {
            hint = {"name it in `uses`: `NAME: parts/FILE`",
                    "请在“uses”中声明：“名称: parts/文件”"};
        }
        reporter.error(use_name.span, "unknown_part",
                       {fmt::format("`uses` has no `{}`", use_name.text),
                        fmt::format("“uses”中没有“{}”", use_name.text)},
                       hint);
        return nullptr;
    }
    used.insert(&*use);
    if (!use->part.given()) return nullptr;
    const auto source = library.parts.find(use->part.text);
    if (source == library.parts.end()) return nullptr;  // reported by check_uses
    for (const Instance* outer = &from; outer != nullptr; outer = outer->parent) {
        if (outer->part != use->part.text) continue;
        reporter.error(use->part.span, "recursive_part",
                       {fmt::format("the part `{}` would run itself", use->part.text),
                        fmt::format("部件“{}”不能运行自身", use->part.text)});
        return nullptr;
    }
    parts.insert(use->part.text);

    std::map<std::string, const Node*> values;
    std::vector<std::string> candidates;
    bool complete = true;
    for (const ParameterSyntax& parameter : source->second.parameters) {
        candidates.push_back(parameter.name.text);
        const auto given = std::find_if(use->with.begin(), use->with.end(), [&](const auto& w) {
            return w.first.text == parameter.name.text;
        });
        const Node* value = given != use->with.end() ? given->second : parameter.fallback;
        if (value == nullptr) {
            reporter.error(
                use->name.span, "missing_parameter",
                {fmt::format("the part `{}` needs the parameter `{}`", use->part.text,
                             parameter.name.text),
                 fmt::format("部件“{}”缺少参数“{}”", use->part.text, parameter.name.text)},
                {"write `{part: ..., with: {NAME: value}}`",
                 "请写成“{part: …, with: {名称: 值}}”"});
            complete = false;
        }
        values.emplace(parameter.name.text, value);
    }
    for (const auto& [name, ignored] : use->with) {
        if (values.contains(name.text)) continue;
        reporter.error(
            name.span, "unknown_parameter",
            {fmt::format("the part `{}` has no parameter `{}`", use->part.text, name.text),
             fmt::format("部件“{}”没有参数“{}”", use->part.text, name.text)},
            did_you_mean(name.text, candidates));
    }
    if (!complete || too_large) return nullptr;
    auto tree = put_in(*source->second.root, values, reporter);
    if (!tree) return nullptr;

    auto instance = std::make_unique<Instance>();
    instance->tree = std::make_unique<Node>(std::move(*tree));
    instance->own_body = std::make_unique<BodySyntax>(read_part(*instance->tree, reporter));
    instance->body = instance->own_body.get();
    instance->prefix = prefix + "/";
    instance->part = use->part.text;
    instance->parent = &from;
    instance->region = region;
    instances.push_back(std::move(instance));
    return instances.back().get();
}

void FlowCompiler::Impl::check_uses(const Instance& instance) {
    for (const UseSyntax& use : instance.body->uses) {
        if (use.part.given() && !library.parts.contains(use.part.text)) {
            std::vector<std::string> candidates;
            for (const auto& [reference, ignored] : library.parts)
                candidates.push_back(reference);
            reporter.error(use.part.span, "unknown_part",
                           {fmt::format("there is no part `{}`", use.part.text),
                            fmt::format("没有部件“{}”", use.part.text)},
                           did_you_mean(use.part.text, candidates));
        } else if (!used.contains(&use)) {
            reporter.warning(use.name.span, "unused_part",
                             {fmt::format("no state runs `{}`", use.name.text),
                              fmt::format("没有环节运行“{}”", use.name.text)});
        }
    }
}

void FlowCompiler::Impl::declare_fork(Instance& instance, Entry& entry) {
    const StateSyntax& syntax = *entry.syntax;
    const std::string name = instance.prefix + syntax.name.text;
    for (std::size_t i = 0; i < syntax.fork->branches.size(); ++i) {
        const BranchSyntax& branch = syntax.fork->branches[i];
        if (too_large) return;
        const auto region = static_cast<engine::RegionId>(definition.regions.size());
        definition.regions.push_back({entry.state, static_cast<std::uint16_t>(i)});
        const std::string path = name + "/" + branch.name.text;
        Instance* child = run_part(instance, branch.use, path, region);
        entry.branches.push_back(child);
        if (child == nullptr) continue;
        child->branch = true;
        definition.groups.push_back({path, branch.heading.title.empty() ? child->body->heading.title
                                                                        : branch.heading.title});
        declare_states(*child);
        for (const ExitSyntax& exit : child->body->exits) {
            const engine::StateId id =
                add_state(*child, child->prefix + exit.name.text, exit.heading, exit.name.span, {});
            if (id == kNone) return;
            definition.states[id].kind = engine::StateKind::exit;
            definition.states[id].exit = exit.name.text;
            child->exit_states.emplace(exit.name.text, id);
        }
    }
}

void FlowCompiler::Impl::declare_state(Instance& instance, const StateSyntax& syntax) {
    if (too_large) return;
    Entry& entry = instance.entries[syntax.name.text];
    entry.syntax = &syntax;
    instance.order.push_back(&entry);
    const std::string name = instance.prefix + syntax.name.text;
    const std::vector<std::uint16_t> tags = tags_of(instance, syntax.tags);
    if (syntax.run) {
        Instance* child = run_part(instance, syntax.run->use, name, instance.region);
        if (child == nullptr) return;
        entry.child = child;
        child->runner = &*syntax.run;
        child->tags = tags;
        definition.groups.push_back({name, syntax.heading.title.empty() ? child->body->heading.title
                                                                        : syntax.heading.title});
        declare_states(*child);
        return;
    }
    entry.state = add_state(instance, name, syntax.heading, syntax.name.span, tags);
    if (entry.state == kNone) return;
    if (syntax.fork) {
        definition.states[entry.state].kind = engine::StateKind::parallel;
        declare_fork(instance, entry);
    } else if (syntax.countersign) {
        definition.states[entry.state].kind = engine::StateKind::countersign;
    }
}

void FlowCompiler::Impl::declare_states(Instance& instance) {
    const BodySyntax& body = *instance.body;
    for (const ExitSyntax& exit : body.exits) {
        const bool state = std::any_of(body.states.begin(), body.states.end(), [&](const auto& s) {
            return s.name.text == exit.name.text;
        });
        if (!state) continue;
        reporter.error(exit.name.span, "duplicate_name",
                       {fmt::format("`{}` is both a state and an exit", exit.name.text),
                        fmt::format("“{}”既是环节又是出口", exit.name.text)});
    }
    for (const StateSyntax& state : body.states)
        declare_state(instance, state);
}

void FlowCompiler::Impl::declare_signatures() {
    std::set<std::string_view> given;
    const auto add = [&](const Name& name) {
        if (name.given()) given.insert(name.text);
    };
    for (const auto& instance : instances) {
        for (const Entry* entry : instance->order) {
            for (const ActionSyntax& action : entry->syntax->actions) {
                add(action.sign);
            }
            if (entry->syntax->countersign) add(entry->syntax->countersign->sign);
        }
    }
    for (const RoleSyntax& kind : library.vocabulary.signatures) {
        if (!given.contains(kind.name.text)) continue;
        signatures.emplace(kind.name.text,
                           static_cast<engine::SignatureId>(definition.signatures.size()));
        definition.signatures.push_back({kind.name.text, kind.heading.title});
    }
}

void FlowCompiler::Impl::keep_limit(const DeadlineSyntax& syntax, engine::Timer& timer) {
    const auto& limits = library.limits;
    const auto limit = std::find_if(limits.begin(), limits.end(), [&](const LimitSyntax& known) {
        return known.name.text == syntax.limit.text;
    });
    if (limit == limits.end()) {
        std::vector<std::string> candidates;
        for (const LimitSyntax& known : limits)
            candidates.push_back(known.name.text);
        reporter.error(syntax.limit.span, "unknown_limit",
                       {fmt::format("deadlines.yaml has no limit `{}`", syntax.limit.text),
                        fmt::format("deadlines.yaml 没有法定期限“{}”", syntax.limit.text)},
                       did_you_mean(syntax.limit.text, candidates));
        return;
    }
    timer.limit = limit->name.text;
    timer.amount = limit->amount;
    timer.minimum = limit->minimum;
    if (timer.title.empty()) timer.title = limit->heading.title;
    timer.basis.insert(timer.basis.begin(), limit->heading.basis.begin(),
                       limit->heading.basis.end());
}

engine::TimerId FlowCompiler::Impl::declare_timer(const Instance& instance,
                                                  const std::string& prefix,
                                                  const DeadlineSyntax& syntax) {
    engine::Timer timer;
    timer.name = prefix + syntax.name.text;
    timer.title = syntax.heading.title;
    timer.basis = syntax.heading.basis;
    timer.amount = syntax.amount;
    timer.minimum = syntax.minimum;
    timer.reminder = syntax.reminder || syntax.period;
    if (syntax.limit.given()) keep_limit(syntax, timer);
    if (timer.title.empty()) timer.title = syntax.name.text;
    timer.line = reporter.line(syntax.name.span);
    timer.file = reporter.path(syntax.name.span.file);
    const bool taken_name =
        std::any_of(definition.timers.begin(), definition.timers.end(),
                    [&](const engine::Timer& other) { return other.name == timer.name; });
    if (taken_name) {
        reporter.error(
            syntax.name.span, "duplicate_name",
            {fmt::format("there already is a deadline `{}`{}", timer.name, where(instance).en),
             fmt::format("期限“{}”重复", timer.name)});
    }
    definition.timers.push_back(std::move(timer));
    return static_cast<engine::TimerId>(definition.timers.size() - 1);
}

void FlowCompiler::Impl::declare_timers(Instance& instance) {
    for (const DeadlineSyntax& deadline : instance.body->deadlines) {
        instance.timers.emplace_back(deadline.name.text,
                                     declare_timer(instance, instance.prefix, deadline));
    }
    for (Entry* entry : instance.order) {
        const std::string prefix = instance.prefix + entry->syntax->name.text + "/";
        for (const DeadlineSyntax& deadline : entry->syntax->deadlines) {
            entry->timers.emplace_back(deadline.name.text,
                                       declare_timer(instance, prefix, deadline));
        }
    }
}

FlowCompiler::FlowCompiler(const Library& library, const BodySyntax& flow, Reporter& reporter)
    : impl_(std::make_unique<Impl>(library, flow, reporter)) {}

FlowCompiler::~FlowCompiler() = default;

void FlowCompiler::declare() {
    Impl& impl = *impl_;
    engine::Definition& definition = impl.definition;
    definition.flow = impl.flow.name.text;
    definition.title = impl.flow.heading.title;
    definition.basis = impl.flow.heading.basis;
    definition.regions.push_back({});
    for (const auto& group : impl.library.vocabulary.exclusive) {
        auto& roles = definition.incompatible_roles.emplace_back();
        for (const Name& role : group)
            roles.push_back(role.text);
    }
    impl.declare_fields();
    impl.declare_relations();
    impl.declare_item();
    impl.declare_alike();
    auto root = std::make_unique<Instance>();
    root->body = &impl.flow;
    impl.instances.push_back(std::move(root));
    impl.declare_states(*impl.instances.front());
    impl.declare_signatures();
    for (const auto& instance : impl.instances)
        impl.declare_timers(*instance);
    for (const auto& instance : impl.instances)
        impl.check_uses(*instance);
}

void FlowCompiler::tell(Library& library) const {
    library.flows.insert(impl_->definition.flow);
    library.flow_tags[impl_->definition.flow].insert(impl_->definition.tags.begin(),
                                                     impl_->definition.tags.end());
    for (const engine::Relation& relation : impl_->definition.relations)
        library.relations.insert(relation.name);
    library.tags.insert(impl_->definition.tags.begin(), impl_->definition.tags.end());
    for (const engine::State& state : impl_->definition.states)
        library.states.insert(state.name);
    for (const engine::Group& group : impl_->definition.groups)
        library.states.insert(group.name);
}

void FlowCompiler::fill() {
    impl_->fill_flow();
}

engine::Definition& FlowCompiler::definition() {
    return impl_->definition;
}
engine::Policy& FlowCompiler::policy() {
    return impl_->policy;
}
std::vector<AlikeGroup>& FlowCompiler::alike() {
    return impl_->alike;
}
const std::set<std::string>& FlowCompiler::parts() const {
    return impl_->parts;
}

}  // namespace gongkai::language
