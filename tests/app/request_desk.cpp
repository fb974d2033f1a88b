#include "tests/app/request_desk.hpp"

#include "app/sample.hpp"
#include "language/rulebook.hpp"
#include "tests/app/options.hpp"

namespace gongkai::app::testing {

RequestDesk::RequestDesk(const char* moment, bool on_disk)
    : clock(*engine::parse_instant(moment)), on_disk_(on_disk) {
    open();
    REQUIRE(create_sample(application->administration(), application->identity(), randomness)
                .has_value());
}

void RequestDesk::open() {
    auto rules = language::load_directory(GONGKAI_SOURCE_DIR "/workflows").value();
    ApplicationOptions options = still_options(std::move(rules), clock, randomness);
    if (on_disk_) options.data = folder.path() / "data";
    auto opened = Application::open(options);
    INFO((opened ? "" : opened.error().message));
    REQUIRE(opened.has_value());
    application = std::move(*opened);
}

void RequestDesk::restart() {
    REQUIRE(on_disk_);
    application.reset();
    open();
}

Principal RequestDesk::as(const std::string& login) const {
    return {application->identity().directory()->person(login)->id, false, {}};
}

Outcome RequestDesk::submit(const std::string& login, engine::DocumentId document, Input input) {
    StepRequest request;
    request.principal = as(login);
    request.request_id = "test";
    request.document = document;
    request.input = std::move(input);
    return application->documents().run(std::move(request));
}

engine::DocumentId RequestDesk::request(const std::string& name, const std::string& description,
                                        const std::string& contact, const std::string& department) {
    clock.advance_ms(1'000);
    const std::string today = engine::to_string(engine::date_in_china(clock.now()));
    input::Open open{"request",
                     department,
                     {{"title", name + "的申请"},
                      {"applicant_kind", std::string("natural_person")},
                      {"channel_of_receipt", std::string("counter")},
                      {"submitted_on", today},
                      {"received_on", today},
                      {"applicant_name", name},
                      {"applicant_contact", contact},
                      {"identity_proof", std::string("居民身份证")},
                      {"request_description", description}},
                     {}};
    return done(submit("liuyang", 0, std::move(open))).id;
}

void RequestDesk::act(const std::string& login, engine::DocumentId document,
                      const std::string& action, std::vector<PlainField> fields,
                      std::optional<std::string> comment) {
    input::Act act;
    act.action = action;
    act.fields = std::move(fields);
    act.comment = std::move(comment);
    const Outcome outcome = submit(login, document, std::move(act));
    INFO(action << ": " << describe(outcome));
    REQUIRE(std::holds_alternative<Done>(outcome));
}

void RequestDesk::edit(engine::DocumentId document, std::vector<PlainField> fields) {
    const Outcome outcome =
        submit("liuyang", document, input::Edit{std::move(fields), std::nullopt});
    INFO(describe(outcome));
    REQUIRE(std::holds_alternative<Done>(outcome));
}

std::string RequestDesk::registered(engine::DocumentId document) {
    act("liuyang", document, "register");
    return text(document, "registration_number");
}

DocumentView RequestDesk::view(engine::DocumentId document) {
    auto found = application->documents().find(as("liuyang"), document);
    REQUIRE(found.has_value());
    return std::move(*found);
}

std::string RequestDesk::text(engine::DocumentId document, const std::string& field) {
    const DocumentView found = view(document);
    for (const FieldView& one : found.fields) {
        if (found.flow->definition.fields[one.field].name != field) continue;
        if (const auto* text = std::get_if<std::string>(&one.value)) return *text;
        if (const auto* number = std::get_if<std::int64_t>(&one.value))
            return std::to_string(*number);
    }
    return {};
}

}  // namespace gongkai::app::testing
