// What can be done with a document: the offers with their blockers, and every step but an edit.
#include <array>

#include "api/present.hpp"
#include "api/requests.hpp"
#include "api/routes.hpp"

namespace gongkai::api {

namespace {

constexpr json::TextRule kState{.max = 200};

std::string read_state(json::Reader& in) {
    return in.optional_text("state", kState).value_or("");
}

Answer show_actions(Edge& edge, const Request& request) {
    TRY_VOID(only_queries(request, {"on_behalf_of"}));
    TRY(const auto id, document_of(request));
    TRY(const auto behalf, query_number(request, "on_behalf_of", 0xFFFF'FFFF));
    TRY(const auto offers,
        known(edge.app.documents().offers(principal_of(request), id,
                                          static_cast<engine::PersonId>(behalf.value_or(0)))));
    Response response = json_response(200, offers_json(edge, offers));
    response.headers.add("ETag", etag_of(offers.revision));
    return response;
}

Parsed<app::StepRequest> read_action(const Request& request) {
    return read_step(request, true, [&](json::Reader& in) -> app::Input {
        return read_act(in, std::string(request.param("action")));
    });
}

Parsed<app::StepRequest> read_vote(const Request& request) {
    return read_step(request, true, [](json::Reader& in) -> app::Input {
        constexpr std::array<std::string_view, 3> words = {"approve", "reject", "abstain"};
        app::input::Vote vote;
        vote.state = read_state(in);
        vote.ballot = static_cast<engine::Ballot>(in.choice("ballot", words));
        vote.comment = read_comment(in);
        return vote;
    });
}

// Withdraw, Claim and Release name a step and nothing else.
template <class Command>
Parsed<app::StepRequest> read_at_state(const Request& request) {
    return read_step(request, true,
                     [](json::Reader& in) -> app::Input { return Command{read_state(in)}; });
}

Parsed<app::StepRequest> read_reassign(const Request& request) {
    return read_step(request, true, [](json::Reader& in) -> app::Input {
        app::input::Reassign reassign;
        reassign.state = read_state(in);
        reassign.to = read_person(in, "to");
        return reassign;
    });
}

Parsed<app::StepRequest> read_consult(const Request& request) {
    return read_step(request, true, [](json::Reader& in) -> app::Input {
        constexpr std::array<std::string_view, 3> scopes = {"own_department", "anywhere",
                                                            "department"};
        app::input::Consult consult;
        consult.state = read_state(in);
        in.object("whom", [&](json::Reader& whom) {
            consult.whom.role = whom.text("role", {.max = 64});
            consult.whom.scope = static_cast<engine::Scope>(whom.choice("scope", scopes));
            if (consult.whom.scope == engine::Scope::department)
                consult.whom.department = whom.text("department", {.max = 64});
        });
        consult.question = in.text("question", {.max = 5'000, .multiline = true});
        return consult;
    });
}

Parsed<app::StepRequest> read_answer(const Request& request) {
    TRY(const auto number, number_of(request, "number"));
    return read_step(request, true, [&](json::Reader& in) -> app::Input {
        app::input::Answer answer;
        answer.consultation = number;
        answer.answer = in.text("answer", {.max = 5'000, .multiline = true});
        return answer;
    });
}

Parsed<app::StepRequest> read_renew(const Request& request) {
    return read_step(request, true, [&](json::Reader&) -> app::Input {
        return app::input::Renew{std::string(request.param("signature"))};
    });
}

Parsed<app::StepRequest> read_relate(const Request& request) {
    return read_step(request, true, [](json::Reader& in) -> app::Input {
        app::input::Relate relate;
        relate.relation = in.text("relation", {.max = 64});
        relate.document = read_document(in, "document");
        return relate;
    });
}

Parsed<app::StepRequest> read_migrate(const Request& request) {
    return read_step(request, true,
                     [](json::Reader&) -> app::Input { return app::input::Migrate{}; });
}

app::StepRequest read_item(json::Reader& in) {
    app::StepRequest step;
    step.document = read_document(in, "document");
    if (const auto revision = in.optional_integer("revision", {.min = 1, .max = 0xFFFF'FFFF}))
        step.expected_revision = static_cast<std::uint32_t>(*revision);
    if (in.has("on_behalf_of")) step.on_behalf_of = read_person(in, "on_behalf_of");
    step.input = read_act(in, in.text("action", {.max = 64}));
    return step;
}

Parsed<std::vector<app::StepRequest>> read_bulk(const Edge& edge, const Request& request) {
    std::vector<app::StepRequest> steps;
    TRY_VOID(read_object(request, [&](json::Reader& in) {
        in.list("items", {.min = 1, .max = edge.limits.bulk_items},
                [&](json::Reader& item) { steps.push_back(read_item(item)); });
    }));
    TRY(const auto key, idempotency_of(request));
    for (std::size_t i = 0; i < steps.size(); ++i) {
        steps[i].principal = principal_of(request);
        steps[i].request_id = request.request_id;
        // The fingerprint is that of the whole request: an item cannot be repeated elsewhere.
        if (key) steps[i].idempotency = {key->key + "/" + std::to_string(i), key->fingerprint};
    }
    return steps;
}

void act_in_bulk(Edge& edge, const Request& request, const Responder& responder) {
    auto steps = read_bulk(edge, request);
    if (!steps) {
        responder.complete(steps.error());
        return;
    }
    edge.app.documents().submit_all(std::move(*steps),
                                    edge.completions->answer_all(edge, responder));
}

void add_step(Router& router, Edge& edge, const char* path, ReadStep read, const char* operation,
              Method method = Method::post) {
    router.add({.method = method,
                .pattern = std::string("/api/v1/documents/{id}/") + path,
                .handler = step(edge, read),
                .operation = operation,
                .body_limit = edge.limits.document_bytes});
}

}  // namespace

void add_action_routes(Router& router, Edge& edge) {
    router.add({.method = Method::get,
                .pattern = "/api/v1/documents/{id}/actions",
                .handler = on_reader(edge, show_actions),
                .operation = "show_actions"});
    add_step(router, edge, "actions/{action}", read_action, "act");
    add_step(router, edge, "votes", read_vote, "vote");
    add_step(router, edge, "withdraw", read_at_state<app::input::Withdraw>, "withdraw_step");
    add_step(router, edge, "claim", read_at_state<app::input::Claim>, "claim_task");
    add_step(router, edge, "release", read_at_state<app::input::Release>, "release_task");
    add_step(router, edge, "reassign", read_reassign, "reassign_task");
    add_step(router, edge, "consultations", read_consult, "consult");
    add_step(router, edge, "consultations/{number}/answer", read_answer, "answer_consultation");
    add_step(router, edge, "signatures/{signature}/renew", read_renew, "renew_signature");
    add_step(router, edge, "relations", read_relate, "relate_document");
    add_step(router, edge, "migrate", read_migrate, "migrate_document");
    router.add(
        {.method = Method::post,
         .pattern = "/api/v1/actions/bulk",
         .handler = [&edge](const Request& request,
                            const Responder& responder) { act_in_bulk(edge, request, responder); },
         .operation = "act_in_bulk",
         .body_limit = edge.limits.document_bytes});
}

}  // namespace gongkai::api
