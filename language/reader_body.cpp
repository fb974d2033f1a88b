// The body of a flow or a part: states, actions, deadlines.

#include <fmt/format.h>

#include <algorithm>

#include "language/expression.hpp"
#include "language/keys.hpp"
#include "language/reader.hpp"
#include "language/reader_alike.hpp"
#include "language/shape.hpp"

namespace gongkai::language {

namespace {

constexpr std::int64_t kMaxSeats = 1'000;

class Body {
  public:
    explicit Body(Reporter& reporter) : shape_(reporter) {}

    BodySyntax read(const Node& root, bool part) {
        BodySyntax body;
        body.part = part;
        body.name.span = root.span;
        if (!shape_.map(root, part ? kPartKeys : kFlowKeys)) return body;
        if (const Node* name = find(root, part ? "part" : "flow")) body.name = shape_.name(*name);
        body.heading = shape_.heading(root);
        if (body.heading.title.empty()) body.heading.title = body.name.text;
        if (!part) {
            if (const Node* fields = find(root, "fields")) body.fields = shape_.names(*fields);
            if (const Node* open = find(root, "open")) {
                body.has_open = true;
                shape_.each(*open, [&](const Node& one) {
                    if (one.is_text() && one.text == "clock") {
                        body.clock_opens = true;
                        return;
                    }
                    for (WhoSyntax& who : shape_.who(one))
                        body.open.push_back(std::move(who));
                });
            }
            if (const Node* assigns = find(root, "assigns")) body.assigns = shape_.names(*assigns);
            if (const Node* relations = find(root, "relations")) read_relations(*relations, body);
            if (const Node* item = find(root, "item")) {
                shape_.map(*item, kItemColumnKeys);
                shape_.named(*item, "columns", "目录的栏目", [&](Name column, const Node& field) {
                    Name name = shape_.name(field);
                    if (name.given()) body.item.push_back({std::move(column), std::move(name)});
                });
            }
            if (const Node* alike = find(root, "alike")) body.alike = read_alike(*alike, shape_);
        } else if (const Node* exits = find(root, "exits")) {
            read_exits(*exits, body);
        }
        if (const Node* uses = find(root, "uses")) {
            shape_.named(*uses, "parts", "部件", [&](Name name, const Node& value) {
                read_use(std::move(name), value, body);
            });
        }
        if (const Node* start = find(root, "start")) body.start = shape_.name(*start);
        if (const Node* states = find(root, "states")) {
            shape_.named(*states, "states", "环节", [&](Name name, const Node& value) {
                if (is_guard_word(name.text)) {
                    shape_.error(name.span, "reserved_name",
                                 {fmt::format("`{}` is a word of the language and cannot be a name",
                                              name.text),
                                  fmt::format("“{}”是语言的保留字，不能用作名称", name.text)});
                }
                body.states.push_back(read_state(std::move(name), value));
            });
        }
        if (const Node* deadlines = find(root, "deadlines")) {
            body.deadlines = read_deadlines(*deadlines);
        }
        return body;
    }

  private:
    const Node* find(const Node& map, std::string_view key) {
        const Node* node = map.find(key);
        return node == nullptr || node->kind == Node::Kind::empty ? nullptr : node;
    }

    void read_exits(const Node& node, BodySyntax& body) {
        if (node.is_map()) {
            shape_.named(node, "exits", "出口", [&](Name name, const Node& value) {
                ExitSyntax exit;
                if (value.kind != Node::Kind::empty && shape_.map(value, kExitKeys)) {
                    exit.heading = shape_.heading(value);
                }
                exit.name = std::move(name);
                body.exits.push_back(std::move(exit));
            });
            return;
        }
        for (Name& name : shape_.names(node)) {
            const bool again =
                std::any_of(body.exits.begin(), body.exits.end(),
                            [&](const ExitSyntax& e) { return e.name.text == name.text; });
            if (again) {
                shape_.error(name.span, "duplicate_name",
                             {fmt::format("the exit `{}` is listed twice", name.text),
                              fmt::format("出口“{}”重复", name.text)});
                continue;
            }
            body.exits.push_back({std::move(name), {}});
        }
    }

    void read_relations(const Node& node, BodySyntax& body) {
        shape_.named(node, "relations", "关联", [&](Name name, const Node& value) {
            if (is_guard_word(name.text)) {
                shape_.error(
                    name.span, "reserved_name",
                    {fmt::format("`{}` is a word of the language and cannot be a name", name.text),
                     fmt::format("“{}”是语言的保留字，不能用作名称", name.text)});
            }
            RelationSyntax relation;
            if (shape_.map(value, kRelationKeys)) {
                relation.heading = shape_.heading(value);
                if (const Node* flow = find(value, "flow")) relation.flow = shape_.name(*flow);
                if (const Node* link = find(value, "public_link"))
                    relation.public_link = shape_.text(*link);
            }
            if (relation.heading.title.empty()) relation.heading.title = name.text;
            relation.name = std::move(name);
            body.relations.push_back(std::move(relation));
        });
    }

    void read_use(Name name, const Node& node, BodySyntax& body) {
        UseSyntax use;
        use.name = std::move(name);
        if (!node.is_map()) {
            use.part = shape_.name(node, true);
        } else {
            shape_.map(node, kUseKeys);
            if (const Node* part = find(node, "part")) use.part = shape_.name(*part, true);
            if (const Node* with = find(node, "with")) {
                shape_.named(*with, "parameters", "参数", [&](Name parameter, const Node& value) {
                    use.with.emplace_back(std::move(parameter), &value);
                });
            }
        }
        body.uses.push_back(std::move(use));
    }

    StateSyntax read_state(Name name, const Node& node) {
        StateSyntax state;
        state.name = std::move(name);
        const bool run = node.find("run") != nullptr;
        const bool countersign = node.find("countersign") != nullptr;
        const bool fork = node.find("all") != nullptr || node.find("any") != nullptr ||
                          node.find("branches") != nullptr || node.find("quorum") != nullptr;
        if ((run ? 1 : 0) + (countersign ? 1 : 0) + (fork ? 1 : 0) > 1) {
            shape_.error(state.name.span, "conflicting_keys",
                         {"a state runs a part, or forks, or countersigns: only one of them",
                          "环节只能是运行部件、并行、会签三者之一"});
            return state;
        }
        const KeyTable& table = run           ? kRunKeys
                                : countersign ? kVotingKeys
                                : fork        ? kForkKeys
                                              : kTaskKeys;
        if (!shape_.map(node, table)) return state;

        state.heading = shape_.heading(node);
        if (const Node* tags = find(node, "tags")) state.tags = shape_.names(*tags);
        if (const Node* deadlines = find(node, "deadlines")) {
            state.deadlines = read_deadlines(*deadlines);
        }
        if (run) {
            RunSyntax syntax;
            if (const Node* use = find(node, "run")) syntax.use = shape_.name(*use);
            if (const Node* on = find(node, "on")) syntax.on = shape_.routes(*on);
            state.run = std::move(syntax);
            return state;
        }
        state.has_worklist = node.find("worklist") != nullptr;
        if (const Node* worklist = find(node, "worklist")) state.worklist = shape_.who(*worklist);
        if (const Node* reassign = find(node, "reassign")) state.reassign = shape_.who(*reassign);
        if (const Node* enter = find(node, "enter")) state.enter = shape_.effects(*enter);
        if (const Node* relates = find(node, "relates")) state.relates = shape_.names(*relates);
        if (const Node* actions = find(node, "actions")) {
            shape_.named(*actions, "actions", "操作", [&](Name action, const Node& value) {
                state.actions.push_back(read_action(std::move(action), value));
            });
        }
        if (fork) {
            state.fork = read_fork(node, state.name.span);
            return state;
        }
        if (const Node* edit = find(node, "edit")) read_edit(*edit, state);
        if (const Node* renew = find(node, "renew")) state.renew = shape_.names(*renew);
        if (const Node* consult = find(node, "consult")) {
            state.consult.emplace();
            if (shape_.map(*consult, kConsultKeys)) {
                if (const Node* whom = find(*consult, "whom")) {
                    state.consult->whom = shape_.who(*whom);
                }
                if (const Node* blocks = find(*consult, "blocks")) {
                    state.consult->blocks = shape_.flag(*blocks);
                }
            }
        }
        if (const Node* final = find(node, "final")) state.final = shape_.flag(*final);
        if (countersign) state.countersign = read_countersign(node);
        return state;
    }

    void read_edit(const Node& node, StateSyntax& state) {
        if (node.is_text() && node.text == "all") {
            state.edit_all = true;
            state.edit_attachments = true;
            return;
        }
        for (Name& name : shape_.names(node)) {
            if (name.text == "attachments") {
                state.edit_attachments = true;
            } else {
                state.edit.push_back(std::move(name));
            }
        }
    }

    ForkSyntax read_fork(const Node& node, const Span& span) {
        ForkSyntax fork;
        const Node* all = node.find("all");
        const Node* any = node.find("any");
        const Node* quorum = node.find("quorum");
        const Node* branches = node.find("branches");
        const int ways = (all != nullptr ? 1 : 0) + (any != nullptr ? 1 : 0) +
                         (quorum != nullptr || branches != nullptr ? 1 : 0);
        if (ways != 1 || ((quorum == nullptr) != (branches == nullptr))) {
            shape_.error(span, "conflicting_keys",
                         {"a fork has either `all`, or `any`, or `quorum` with `branches`",
                          "并行环节应有“all”、“any”，或“quorum”与“branches”"});
        }
        const Node* list = all != nullptr ? all : any != nullptr ? any : branches;
        fork.join = all != nullptr   ? engine::Join::all
                    : any != nullptr ? engine::Join::any
                                     : engine::Join::quorum;
        if (quorum != nullptr && fork.join == engine::Join::quorum) {
            fork.quorum_span = quorum->span;
            if (const auto n = shape_.number(*quorum, 1, kMaxSeats)) {
                fork.quorum = static_cast<std::uint16_t>(*n);
            }
        }
        if (list != nullptr) {
            shape_.named(*list, "branches", "分支", [&](Name name, const Node& value) {
                BranchSyntax branch;
                if (shape_.map(value, kBranchKeys)) {
                    branch.heading = shape_.heading(value);
                    if (const Node* use = find(value, "run")) branch.use = shape_.name(*use);
                    branch.when = condition(value);
                }
                branch.name = std::move(name);
                fork.branches.push_back(std::move(branch));
            });
        }
        if (fork.branches.empty() && list != nullptr) {
            shape_.error(list->span, "missing_key",
                         {"a fork needs at least one branch", "并行环节至少要有一个分支"});
        }
        if (const Node* join = find(node, "join")) fork.awaited = shape_.names(*join);
        if (const Node* then = find(node, "then")) fork.then = shape_.name(*then);
        if (const Node* on = find(node, "on")) fork.on = shape_.routes(*on);
        return fork;
    }

    CountersignSyntax read_countersign(const Node& state) {
        CountersignSyntax out;
        if (const Node* on = find(state, "on")) out.on = shape_.routes(*on);
        const Node* node = find(state, "countersign");
        if (node == nullptr || !shape_.map(*node, kCountersignKeys)) return out;
        if (const Node* by = find(*node, "by")) out.by = shape_.who(*by);
        if (const Node* seats = find(*node, "seats")) {
            if (const auto n = shape_.number(*seats, 1, kMaxSeats)) {
                out.seats = static_cast<std::uint16_t>(*n);
            }
        }
        if (const Node* quorum = find(*node, "quorum")) {
            if (const auto n = shape_.number(*quorum, 1, kMaxSeats)) {
                out.quorum = static_cast<std::uint16_t>(*n);
                if (out.seats != 0 && out.quorum > out.seats) {
                    shape_.error(
                        quorum->span, "quorum_out_of_range",
                        {fmt::format("{} of {} seats can never approve", out.quorum, out.seats),
                         fmt::format("共 {} 席，不可能有 {} 票同意", out.seats, out.quorum)});
                }
            }
        }
        if (const Node* veto = find(*node, "veto")) out.veto = shape_.who(*veto);
        if (const Node* sign = find(*node, "sign")) out.sign = shape_.name(*sign);
        if (const Node* not_by = find(*node, "not_by")) {
            shape_.each(*not_by, [&](const Node& item) {
                const ExclusionSyntax exclusion = shape_.exclusion(item);
                if (exclusion.signature.given()) {
                    shape_.error(item.span, "bad_value",
                                 {"a countersigning can exclude `drafter` only",
                                  "会签只能排除 drafter（拟稿人）"});
                } else {
                    out.not_by_drafter = true;
                }
            });
        }
        if (const Node* one = find(*node, "one_vote_per_department")) {
            out.distinct_departments = shape_.flag(*one);
        }
        if (const Node* comment = find(*node, "comment")) {
            if (const auto word = shape_.word(*comment, kCommentWords)) {
                out.comment = static_cast<engine::CommentRule>(*word);
            }
        }
        return out;
    }

    const Node* condition(const Node& map) {
        const Node* when = find(map, "when");
        return when != nullptr && shape_.is_text(*when) ? when : nullptr;
    }

    ActionSyntax read_action(Name name, const Node& node) {
        ActionSyntax action;
        action.name = std::move(name);
        if (!shape_.map(node, kActionKeys)) return action;
        action.heading = shape_.heading(node);
        if (action.heading.title.empty()) action.heading.title = action.name.text;
        if (const Node* to = find(node, "to")) action.to = shape_.name(*to);
        if (const Node* kind = find(node, "kind")) {
            if (const auto word = shape_.word(*kind, kActionKindWords)) {
                action.kind = static_cast<engine::ActionKind>(*word);
            }
        }
        if (const Node* by = find(node, "by")) {
            action.has_by = true;
            action.clock = by->is_text() && by->text == "clock";
            if (!action.clock) action.by = shape_.who(*by);
        }
        if (const Node* needs = find(node, "needs")) action.needs = shape_.names(*needs);
        if (const Node* asks = find(node, "asks")) action.asks = shape_.names(*asks);
        if (const Node* assigns = find(node, "assigns")) action.assigns = shape_.names(*assigns);
        action.when = condition(node);
        if (const Node* comment = find(node, "comment")) {
            if (const auto word = shape_.word(*comment, kCommentWords)) {
                action.comment = static_cast<engine::CommentRule>(*word);
            }
        }
        if (const Node* sign = find(node, "sign")) action.sign = shape_.name(*sign);
        if (const Node* not_by = find(node, "not_by")) {
            shape_.each(*not_by,
                        [&](const Node& item) { action.not_by.push_back(shape_.exclusion(item)); });
        }
        if (const Node* after = find(node, "after")) action.after = shape_.names(*after);
        if (const Node* flag = find(node, "withdrawable")) action.withdrawable = shape_.flag(*flag);
        if (const Node* extend = find(node, "extend")) read_extend(*extend, action);
        if (const Node* restart = find(node, "restart")) action.restart = shape_.names(*restart);
        if (const Node* flag = find(node, "reset_votes")) action.reset_votes = shape_.flag(*flag);
        if (const Node* flag = find(node, "hand_over")) {
            action.hand_over = shape_.flag(*flag);
            action.hand_over_span = flag->span;
        }
        if (const Node* effects = find(node, "effects")) action.effects = shape_.effects(*effects);
        if (const Node* set = find(node, "set")) {
            shape_.named(*set, "fields", "字段", [&](Name field, const Node& value) {
                if (shape_.is_text(value)) action.sets.push_back({std::move(field), &value});
            });
        }
        return action;
    }

    void read_extend(const Node& node, ActionSyntax& action) {
        if (!shape_.map(node, kExtendKeys)) return;
        ExtendSyntax extend;
        if (const Node* deadline = find(node, "deadline")) extend.deadline = shape_.name(*deadline);
        if (const Node* by = find(node, "by")) {
            extend.by = shape_.amount(*by);
            extend.by_span = by->span;
        }
        if (const Node* once = find(node, "once")) extend.once = shape_.flag(*once);
        action.extend = std::move(extend);
    }

    std::vector<DeadlineSyntax> read_deadlines(const Node& node) {
        std::vector<DeadlineSyntax> out;
        shape_.named(node, "deadlines", "期限", [&](Name name, const Node& value) {
            DeadlineSyntax deadline;
            deadline.name = std::move(name);
            if (shape_.map(value, kDeadlineKeys)) read_deadline(value, deadline);
            out.push_back(std::move(deadline));
        });
        return out;
    }

    // A field, or {field: NAME, when: GUARD}
    void read_origin(const Node& node, DeadlineSyntax& deadline) {
        OriginSyntax origin;
        if (!node.is_map()) {
            origin.field = shape_.name(node);
        } else if (shape_.map(node, kOriginKeys)) {
            if (const Node* field = find(node, "field")) origin.field = shape_.name(*field);
            origin.when = condition(node);
        }
        if (origin.field.given()) deadline.from.push_back(std::move(origin));
    }

    void read_deadline(const Node& node, DeadlineSyntax& deadline) {
        deadline.heading = shape_.heading(node);
        const auto period = shape_.period(node, deadline.name.span,
                                          {"within", "at_least", "limit", "yearly", "on"});
        if (period) {
            deadline.amount = period->amount;
            deadline.minimum = period->key == "at_least";
            if (period->key == "limit") deadline.limit = shape_.name(*find(node, "limit"));
            if (period->key == "on") {
                deadline.on = shape_.name(*find(node, "on"));
                deadline.amount.unit = engine::Unit::date;
            }
        }
        if (const Node* from = find(node, "from")) {
            shape_.each(*from, [&](const Node& item) { read_origin(item, deadline); });
        }
        if (const Node* in = find(node, "in")) {
            deadline.has_in = true;
            deadline.in = shape_.names(*in, true);
        }
        if (const Node* until = find(node, "until")) {
            deadline.until = shape_.names(*until, true);
            if (deadline.has_in) {
                shape_.error(
                    until->span, "conflicting_keys",
                    {"a deadline has either `in` or `until`", "期限只能有“in”或“until”之一"});
            }
        }
        if (const Node* pauses = find(node, "pauses_in")) {
            deadline.pauses_in = shape_.names(*pauses, true);
        }
        if (const Node* late = find(node, "late")) {
            if (deadline.minimum) {
                shape_.error(late->span, "conflicting_keys",
                             {"a minimum time cannot be missed: `late` has no meaning here",
                              "最短期限不会逾期，不能有“late”"});
            } else {
                shape_.late(*late, deadline);
            }
        }
        if (const Node* flag = find(node, "reminder")) {
            deadline.reminder = shape_.flag(*flag);
        }
        if (const Node* flag = find(node, "period")) {
            deadline.period = shape_.flag(*flag);
        }
    }

    Shape shape_;
};

}  // namespace

BodySyntax read_flow(const Node& root, Reporter& reporter) {
    return Body(reporter).read(root, false);
}

BodySyntax read_part(const Node& root, Reporter& reporter) {
    return Body(reporter).read(root, true);
}

}  // namespace gongkai::language
