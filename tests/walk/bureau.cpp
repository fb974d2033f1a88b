#include "tests/walk/bureau.hpp"

#include <unistd.h>

#include <fstream>
#include <sstream>

#include "app/log.hpp"
#include "app/sample.hpp"
#include "engine/refusal.hpp"
#include "language/rulebook.hpp"
#include "storage/audit/canonical_json.hpp"

namespace gongkai::app::testing {

namespace fs = std::filesystem;

std::string bytes_of(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    REQUIRE(in.good());
    return out.str();
}

fs::path in_source(const std::string& path) {
    return fs::path(GONGKAI_SOURCE_DIR) / path;
}

Bureau::Bureau() : clock(*engine::parse_instant("2026-11-24T01:00:00.000Z")) {
    set_log_sink([](const std::string&) {});
    std::string name = (fs::temp_directory_path() / "gongkai-walk-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
    folder = name;
    ApplicationOptions options;
    options.data = folder / "data";
    auto rules = language::load_directory(in_source("workflows"));
    REQUIRE(rules.has_value());
    options.rules = std::move(*rules);
    options.prove = false;  // tests/language/shipped.cpp
    options.scheduler = false;
    options.clock = &clock;
    options.randomness = &randomness;
    options.identity.argon2_bytes = 8 * 1024;
    options.identity.argon2_passes = 1;
    auto opened = Application::open(std::move(options));
    if (!opened) throw std::runtime_error(opened.error().message);
    application = std::move(*opened);
    REQUIRE(create_sample(application->administration(), application->identity(), randomness)
                .has_value());
}

Bureau::~Bureau() {
    application.reset();
    std::error_code ignored;
    fs::remove_all(folder, ignored);
}

Principal Bureau::as(const std::string& login) const {
    const auto directory = application->identity().directory();
    const storage::Person* person = directory->person(login);
    REQUIRE(person != nullptr);
    return {person->id, person->machine, {}};
}

ImportAnswer Bureau::import(const fs::path& file, const std::string& flow,
                            std::vector<PlainField> fields) {
    DocumentImport import(application->documents(), application->attachments(),
                          application->flows());
    return import.take(file, {as("lihua"), flow, "employment", std::move(fields), false});
}

Outcome Bureau::submit(const std::string& login, engine::DocumentId document, Input input) {
    StepRequest request;
    request.principal = as(login);
    request.request_id = "walk";
    request.document = document;
    request.input = std::move(input);
    // Everyone takes their time.
    clock.advance_ms(60'000);
    return application->documents().run(std::move(request));
}

Done Bureau::act(const std::string& login, engine::DocumentId document, const std::string& action,
                 std::vector<PlainField> fields) {
    input::Act act;
    act.action = action;
    act.fields = std::move(fields);
    const Outcome outcome = submit(login, document, act);
    std::string could;
    if (!std::holds_alternative<Done>(outcome)) {
        const auto offers = application->documents().offers(as(login), document);
        for (const engine::Offer& offer : offers ? offers->offers : std::vector<engine::Offer>()) {
            if (offer.kind != engine::Offer::Kind::act) continue;
            const engine::Definition& definition = offers->flow->definition;
            could +=
                definition.states[offer.state].name + ": " + definition.actions[offer.action].name;
            for (const engine::Refusal& blocker : offer.blockers)
                could += std::string(" not: ") + engine::code(blocker.reason);
            could += "\n";
        }
    }
    INFO(login << " " << action << ": " << describe(outcome) << "\n" << could);
    REQUIRE(std::holds_alternative<Done>(outcome));
    return std::get<Done>(outcome);
}

std::string Bureau::published(engine::DocumentId document, const std::string& field) {
    const auto page = application->publications().find(document);
    REQUIRE((page && *page));
    const auto fields = storage::audit::parse_canonical((*page)->fields);
    REQUIRE(fields.has_value());
    const auto* value = fields->as_object().if_contains(field);
    return value == nullptr || !value->is_string() ? "-" : std::string(value->as_string());
}

std::string describe(const Outcome& outcome) {
    struct Visitor {
        std::string operator()(const Done& done) const {
            return "done, revision " + std::to_string(done.revision);
        }
        std::string operator()(const Refused& refused) const {
            return std::string("refused: ") + engine::code(refused.refusal.reason) + " " +
                   refused.refusal.rule;
        }
        std::string operator()(const Invalid& invalid) const {
            return "invalid: " + invalid.where + " " + invalid.code + " " + invalid.message;
        }
        std::string operator()(const Replayed&) const { return "replayed"; }
        std::string operator()(const KeyReused&) const { return "key reused"; }
        std::string operator()(const SignedOut&) const { return "signed out"; }
        std::string operator()(const engine::Error& error) const {
            return "error: " + error.message;
        }
    };
    return std::visit(Visitor{}, outcome);
}

Done done(const Outcome& outcome) {
    INFO(describe(outcome));
    REQUIRE(std::holds_alternative<Done>(outcome));
    return std::get<Done>(outcome);
}

}  // namespace gongkai::app::testing
