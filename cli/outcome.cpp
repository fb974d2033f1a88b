#include "cli/outcome.hpp"

#include <fmt/format.h>

#include "api/present.hpp"

namespace gongkai::cli {

namespace {

std::string where(const app::Done& done) {
    std::string out;
    for (const app::ActiveState& state : done.states)
        out += fmt::format("{}{} ({})", out.empty() ? "" : ", ", state.title, state.name);
    return out.empty() ? "nowhere any more" : out;
}

std::string done_in_words(const app::Done& done) {
    const char* verb = !done.changed ? "is unchanged" : done.created ? "was opened" : "was changed";
    std::string out =
        fmt::format("document {} {}, revision {}: {}", done.id, verb, done.revision, where(done));
    if (done.publication == engine::Publication::published) out += "; it is published";
    if (done.publication == engine::Publication::withdrawn) out += "; it is withdrawn";
    if (done.purged) out += "; its content was purged";
    return out;
}

std::string title_of(const app::RoleCatalog& roles, const std::string& role) {
    for (const auto& one : roles.roles) {
        if (one.name == role) return one.title;
    }
    return role;
}

}  // namespace

Exit exit_of(const app::Outcome& outcome) {
    if (const auto* error = std::get_if<engine::Error>(&outcome)) return exit_of(*error);
    if (std::holds_alternative<app::Invalid>(outcome)) return kBadInput;
    const bool done = std::holds_alternative<app::Done>(outcome) ||
                      std::holds_alternative<app::Replayed>(outcome);
    return done ? kOk : kFound;
}

std::string in_words(app::Application& application, const engine::Refusal& refusal,
                     const app::Flow* flow) {
    std::string out =
        fmt::format("{}: {}\n    {}", engine::code(refusal.reason),
                    engine::sentence_en(refusal.reason), engine::sentence_zh(refusal.reason));
    if (const auto detail = engine::detail_en(refusal); !detail.empty())
        out += "\n    " + detail + "\n    " + engine::detail_zh(refusal);
    if (!refusal.rule.empty()) out += "\n    rule: " + refusal.rule;
    for (std::size_t i = 0; flow != nullptr && i < refusal.fields.size(); ++i) {
        const engine::Field& field = flow->definition.fields[refusal.fields[i]];
        out += fmt::format("\n    field: {} ({})", field.title, field.name);
    }
    for (const std::string& article : refusal.basis)
        out += "\n    basis: " + article;
    const auto roles = application.administration().roles();
    for (const engine::Assignment& whom : refusal.who_could) {
        const char* scope = whom.scope == engine::Scope::own_department ? " @ own department" : "";
        out += fmt::format("\n    who could: {} ({}){}", title_of(roles, whom.role), whom.role,
                           whom.department.empty() ? scope : " @ " + whom.department);
    }
    if (refusal.from) out += "\n    from: " + engine::to_string(*refusal.from);
    return out;
}

std::string in_words(app::Application& application, const app::Outcome& outcome) {
    struct Visitor {
        app::Application& application;
        std::string operator()(const app::Done& done) const { return done_in_words(done); }
        std::string operator()(const app::Refused& refused) const {
            return "refused: " + in_words(application, refused.refusal, refused.flow.get());
        }
        std::string operator()(const app::Invalid& invalid) const {
            return fmt::format("invalid: {}: {} {}\n    {}", invalid.code, invalid.where,
                               invalid.message, invalid.message_zh);
        }
        std::string operator()(const app::Replayed& replayed) const {
            return done_in_words(replayed.done);
        }
        std::string operator()(const app::KeyReused&) const { return "the key was used before"; }
        std::string operator()(const app::SignedOut&) const { return "the person is disabled"; }
        std::string operator()(const engine::Error& error) const { return error.message; }
    };
    return std::visit(Visitor{application}, outcome);
}

std::string as_json(app::Application& application, const app::Outcome& outcome) {
    api::Edge edge(application, {});
    return std::string(api::present_outcome(edge, outcome).text());
}

}  // namespace gongkai::cli
