#include "tests/app/bureau.hpp"

#include <algorithm>

#include "app/log.hpp"
#include "app/sample.hpp"

namespace gongkai::app::testing {

namespace {

const char* name_of(const Input& input) {
    constexpr const char* names[] = {
        "open",     "hand_in", "edit",   "act",   "vote", "withdraw",  "claim",   "release",
        "reassign", "consult", "answer", "renew", "tick", "recompute", "migrate", "relate"};
    static_assert(std::size(names) == std::variant_size_v<Input>);
    return names[input.index()];
}

}  // namespace

std::vector<RuleFile> shipped_workflows() {
    auto files = language::load_directory(GONGKAI_SOURCE_DIR "/workflows");
    if (!files) throw std::runtime_error(files.error().message);
    return std::move(*files);
}

Bureau::Bureau(std::uint32_t seed) : randomness(seed), random_(seed) {
    set_log_sink([](const std::string&) {});
    auto opened = Application::open(options());
    if (!opened) throw std::runtime_error(opened.error().message);
    application = std::move(*opened);
    const auto sample =
        create_sample(application->administration(), application->identity(), randomness);
    if (!sample) throw std::runtime_error(sample.error().message);
}

ApplicationOptions Bureau::options() {
    ApplicationOptions options;
    options.data = folder.path() / "data";
    options.rules = shipped_workflows();
    options.prove = false;  // tests/language/shipped.cpp does
    options.calendar = "national+chuxiong";
    options.identity.argon2_bytes = 8 * 1024;
    options.identity.argon2_passes = 1;
    options.scheduler = false;
    options.clock = &clock;
    options.randomness = &randomness;
    return options;
}

Principal Bureau::anybody() {
    const auto directory = application->identity().directory();
    const auto& people = directory->directory().people;
    for (;;) {
        const storage::Person& person = people[roll(people.size())];
        if (person.active) return {person.id, person.machine, {}};
    }
}

PlainValue Bureau::value(const engine::Field& field) {
    switch (field.type) {
        case engine::FieldType::flag:
            return roll(2) == 0;
        case engine::FieldType::number:
            return static_cast<std::int64_t>(roll(100));
        case engine::FieldType::date:
            return std::string("2026-02-1") + std::to_string(roll(10));
        case engine::FieldType::moment:
            return std::string("2026-02-10T01:30:0") + std::to_string(roll(10)) + "Z";
        case engine::FieldType::choice:
            // Mostly what leads on.
            return field.choices[roll(3) == 0 ? roll(field.choices.size()) : 0].name;
        case engine::FieldType::text: {
            const std::string text = "文字" + std::to_string(roll(1000));
            if (field.name != "body") return text;
            return text + (roll(3) == 0 ? "\n（此件公开发布）" : roll(40) == 0 ? "\n机密★1年" : "");
        }
        case engine::FieldType::table:
            return Rows{{{field.columns[0].name, "一"}}};
    }
    return {};
}

std::vector<PlainField> Bureau::values(const engine::Definition& definition,
                                       const std::vector<engine::FieldId>& fields) {
    std::vector<PlainField> out;
    for (const engine::FieldId id : fields) {
        const engine::Field& field = definition.fields[id];
        // Whatever shortens or forks the way is left out mostly.
        const bool rare = field.name == "short_period_reason" || field.name == "third_party";
        if (field.name == "catalog_item") continue;  // it has no catalogue
        if (!field.derived && !field.assigned && roll(rare ? 8 : 30) != 0 &&
            !(rare && roll(4) != 0))
            out.push_back({field.name, value(field)});
    }
    return out;
}

Input Bureau::input_of(const Flow& flow, const engine::Offer& offer) {
    const engine::Definition& definition = flow.definition;
    const engine::State& state = definition.states[offer.state];
    using Kind = engine::Offer::Kind;
    switch (offer.kind) {
        case Kind::act: {
            const engine::Action& action = definition.actions[offer.action];
            input::Act act{action.name, state.name, values(definition, offer.asks), std::nullopt,
                           std::nullopt};
            if (action.hands_over) act.department = roll(2) == 0 ? "employment" : "pension";
            if (offer.comment_required || roll(5) == 0) act.comment = "说明";
            if (action.comment == engine::CommentRule::forbidden) act.comment.reset();
            return act;
        }
        case Kind::edit:
            return input::Edit{values(definition, state.editable), std::nullopt};
        case Kind::vote:
            return input::Vote{state.name,
                               roll(4) == 0 ? engine::Ballot::reject : engine::Ballot::approve,
                               "意见"};
        case Kind::claim:
            return input::Claim{state.name};
        case Kind::release:
            return input::Release{state.name};
        case Kind::withdraw:
            return input::Withdraw{state.name};
        case Kind::consult: {
            const auto& whom = state.consult->whom;
            return input::Consult{state.name, whom[roll(whom.size())], "请教一事"};
        }
        case Kind::renew:
            return input::Renew{definition.signatures[offer.signature].name};
        case Kind::relate:
            // To what is not there: it must be told so, and nothing may change.
            return input::Relate{definition.relations[offer.relation].name, 1};
    }
    return input::Recompute{};
}

void Bureau::count(const Input& input, const Outcome& outcome) {
    INFO(name_of(input) << ": " << describe(outcome));
    REQUIRE((std::holds_alternative<Done>(outcome) || std::holds_alternative<Refused>(outcome) ||
             std::holds_alternative<Invalid>(outcome) || std::get_if<engine::Error>(&outcome)));
    if (std::holds_alternative<Done>(outcome)) ++deeds_[name_of(input)];
    if (std::holds_alternative<Refused>(outcome)) ++deeds_["refused"];
}

bool Bureau::submit(const Principal& who, engine::DocumentId id, Input input) {
    StepRequest request;
    request.principal = who;
    request.request_id = "walk";
    request.document = id;
    request.input = input;
    if (roll(20) == 0) request.expected_revision = 1;
    const Outcome outcome = application->documents().run(std::move(request));
    count(input, outcome);
    return std::holds_alternative<Done>(outcome);
}

bool Bureau::offered(const Principal& who, engine::DocumentId id) {
    const auto view = application->documents().offers(who, id);
    if (!view) return false;
    if (!view->to_answer.empty() && roll(2) == 0)
        return submit(who, id, input::Answer{view->to_answer.front().number, "答复"});
    std::vector<const engine::Offer*> open;
    for (const engine::Offer& offer : view->offers) {
        // Who has claimed a task may hand it on to a colleague.
        if (offer.kind == engine::Offer::Kind::release && offer.allowed() && roll(2) == 0)
            return submit(
                who, id,
                input::Reassign{view->flow->definition.states[offer.state].name, anybody().person});
        using Kind = engine::Offer::Kind;
        // Forward rather than round in circles.
        const bool back =
            offer.kind != Kind::act ||
            view->flow->definition.actions[offer.action].kind == engine::ActionKind::return_to;
        const bool final_action =
            offer.kind == Kind::act &&
            view->flow->definition.states[view->flow->definition.actions[offer.action].to].final &&
            view->flow->definition.actions[offer.action].comment == engine::CommentRule::required;
        const bool editing = offer.kind == Kind::edit || offer.kind == Kind::vote;
        const bool rare = offer.kind == Kind::withdraw || offer.kind == Kind::consult ||
                          offer.kind == Kind::release || offer.kind == Kind::renew;
        const std::size_t weight = final_action ? 12 : editing || rare ? 2 : back ? 8 : 1;
        if (offer.allowed() && roll(weight) == 0) open.push_back(&offer);
    }
    if (open.empty()) return false;
    return submit(who, id, input_of(*view->flow, *open[roll(open.size())]));
}

void Bureau::blunder(const Principal& who, engine::DocumentId id) {
    const auto view = application->documents().offers(who, id);
    if (!view || view->offers.empty()) return;
    const engine::Offer& offer = view->offers[roll(view->offers.size())];
    Input input = input_of(*view->flow, offer);
    if (roll(3) == 0)
        input = input::Reassign{view->flow->definition.states[offer.state].name, anybody().person};
    submit(who, id, std::move(input));
}

void Bureau::people_change() {
    auto& administration = application->administration();
    const auto directory = application->identity().directory();
    const auto& people = directory->directory().people;
    const auto request = [&](const char* login) {
        return AdminRequest{{directory->person(login)->id, false, {}}, "walk", std::nullopt};
    };
    const storage::Person& one = people[roll(people.size())];
    switch (roll(5)) {
        case 0: {
            NewDeputy deputy;
            deputy.principal = one.id;
            deputy.deputy = people[roll(people.size())].id;
            deputy.from = clock.now() - 1'000;
            deputy.until =
                clock.now() + static_cast<std::int64_t>(1 + roll(20)) * engine::ms_per_day;
            static_cast<void>(administration.appoint_deputy(request("secadmin"), deputy));
            break;
        }
        case 1: {
            const auto& deputies = directory->directory().deputies;
            if (deputies.empty()) break;
            static_cast<void>(administration.recall_deputy(request("secadmin"),
                                                           deputies[roll(deputies.size())].id));
            break;
        }
        case 2:
            // An officer tries to make somebody a clerk, the wrong one or the right one.
            static_cast<void>(administration.set_roles_of(
                request(roll(2) == 0 ? "sysadmin" : "secadmin"), one.id,
                roll(2) == 0 ? std::vector<storage::RoleHolding>{{"clerk", "employment"},
                                                                 {"section_head", "pension"}}
                             : one.roles));
            break;
        case 3:
            static_cast<void>(administration.set_active(request("sysadmin"), one.id, roll(3) != 0));
            break;
        case 4:
            static_cast<void>(administration.add_person(
                request("sysadmin"), {"person" + std::to_string(people.size()), "新人", false}));
            break;
    }
    // Everyone whom the walk needs is there again.
    const auto now = application->identity().directory();
    for (const storage::Person& person : now->directory().people) {
        if (!person.active && roll(2) == 0)
            static_cast<void>(administration.set_active(request("sysadmin"), person.id, true));
    }
}

void Bureau::rules_change() {
    auto rules = shipped_workflows();
    // Days off that lie ahead of whatever runs, so that some of it is counted again: a task at
    // least whose ten working days begin today, whatever else the walk has brought to an end.
    const engine::Date today = engine::date_in_china(clock.now());
    StepRequest request;
    request.principal = {application->identity().directory()->person("lihua")->id, false, {}};
    const input::Open begun{
        "disclosure_task", "employment", {{"title", std::string("核查事项")}}, {}};
    request.input = begun;
    count(Input{begun}, application->documents().run(std::move(request)));
    engine::Date first = today + 1;
    while (engine::year_of(first) != engine::year_of(first + 6))
        ++first;
    const std::string from = engine::to_string(first), to = engine::to_string(first + 6);
    for (RuleFile& file : rules) {
        const bool flow = file.path.find('/') == std::string::npos &&
                          file.text.find("\nflow: ") != std::string::npos;
        if (flow) file.text += "# 第二版\n";
        if (file.path == "calendars/chuxiong.yaml")
            file.text += "  " + from.substr(0, 4) +
                         ":\n    status: published\n    source: https://example.invalid/\n"
                         "    holidays:\n      纪念日: {off: " +
                         from.substr(5) + " to " + to.substr(5) + "}\n";
    }
    const auto reloaded = application->reload_rules(std::move(rules));
    INFO((reloaded ? "" : reloaded.error().message));
    REQUIRE(reloaded.has_value());
}

std::vector<engine::DocumentId> Bureau::open_documents() {
    std::vector<engine::DocumentId> ids;
    const auto directory = application->identity().directory();
    const PersonId clerk = directory->person("lihua")->id;
    for (const auto& flow : application->flows().all()) {
        input::Open open;
        open.flow = flow->definition.flow;
        open.department = "employment";
        const engine::State& start = flow->definition.states[flow->definition.start];
        open.fields = values(flow->definition, start.editable);
        StepRequest request;
        request.principal = {clerk, false, {}};
        request.input = open;
        const Outcome outcome = application->documents().run(std::move(request));
        count(Input{open}, outcome);
        if (const auto* done = std::get_if<Done>(&outcome)) ids.push_back(done->id);
    }
    return ids;
}

void Bureau::turn(engine::DocumentId id) {
    bool moved = false;
    for (int tries = 0; tries < 60 && !moved; ++tries)
        moved = offered(anybody(), id);
    if (roll(4) == 0) blunder(anybody(), id);
    if (roll(12) == 0) people_change();
    if (roll(16) == 0) {
        const auto directory = application->identity().directory();
        const char* who = roll(3) == 0 ? "secadmin" : "sysadmin";
        submit({directory->person(who)->id, false, {}}, id, input::Migrate{});
    }
    // Hours mostly, days now and then.
    const std::size_t longest = roll(6) == 0 ? 9 * engine::ms_per_day : 90'000;
    clock.advance_ms(static_cast<std::int64_t>(roll(longest)));
    const auto ticked = application->scheduler().advance(clock.now());
    REQUIRE(ticked.has_value());
    deeds_["tick"] += ticked->ticked;
    deeds_["recompute"] += ticked->recomputed;
}

void Bureau::work(std::size_t steps) {
    auto ids = open_documents();
    const auto more = open_documents();
    ids.insert(ids.end(), more.begin(), more.end());
    for (std::size_t i = 0; i < steps * ids.size(); ++i) {
        if (i == steps * ids.size() / 4) rules_change();
        turn(ids[roll(ids.size())]);
    }
}

}  // namespace gongkai::app::testing
