#include <utility>

#include "api/present.hpp"
#include "api/requests.hpp"

namespace gongkai::api {

namespace {

std::string done_json(const app::Done& done) {
    json::Writer out;
    out.begin_object()
        .member("id", std::to_string(done.id))
        .member("revision", done.revision)
        .member("flow", done.flow)
        .member("definition", to_hex(done.definition))
        .member("content", to_hex(done.content))
        .member("department", done.department)
        .member("created", done.created)
        .member("changed", done.changed)
        .member("publication", name_of(done.publication))
        .member("purged", done.purged);
    if (done.record != storage::kNoRecord) out.member("record", done.record);
    out.key("states").begin_array();
    for (const app::ActiveState& state : done.states)
        out.begin_object()
            .member("name", state.name)
            .member("title", state.title)
            .member("final", state.final)
            .end_object();
    out.end_array().end_object();
    return out.take();
}

Response present(const app::Done& done) {
    Response response = json_response(done.created ? 201 : 200, done_json(done));
    response.headers.add("ETag", etag_of(done.revision));
    if (done.created)
        response.headers.add("Location", "/api/v1/documents/" + std::to_string(done.id));
    return response;
}

}  // namespace

void write_refusal(json::Writer& out, const engine::Refusal& refusal, const RefusalWords& words) {
    out.member_unless_empty("state", refusal.state);
    out.member_unless_empty("action", refusal.action);
    if (!refusal.who_could.empty()) {
        out.key("who_could").begin_array();
        for (const auto& whom : refusal.who_could)
            write_assignment(out, whom, words.roles);
        out.end_array();
    }
    if (refusal.from) out.member("from", engine::to_string(*refusal.from));
    if (refusal.until) out.member("until", engine::to_string(*refusal.until));
    if (!refusal.fields.empty() && words.flow != nullptr) {
        out.key("fields").begin_array();
        for (const auto id : refusal.fields) {
            if (id >= words.flow->definition.fields.size()) continue;
            const auto& field = words.flow->definition.fields[id];
            out.begin_object().member("name", field.name).member("title", field.title).end_object();
        }
        out.end_array();
    }
    out.member_unless_empty("rule", refusal.rule);
    out.member_unless_empty("rule_title", refusal.rule_title);
    if (refusal.person != 0) {
        out.key("person");
        write_person(out, refusal.person, words.directory.name_of(refusal.person));
    }
}

namespace {

std::string joined(const std::vector<std::string>& basis) {
    std::string all;
    for (const std::string& article : basis)
        all.append(all.empty() ? "" : "; ").append(article);
    return all;
}

// The members behind "{" and before "}", one by one, of an object that was just written.
void take_members(Problem& problem, const std::string& object) {
    const auto parsed = json::parse(object);
    if (!parsed) return;
    const auto root = parsed->root();
    for (std::size_t i = 0; i < root.size(); ++i)
        problem.with(std::string(root.key(i)), root.element(i).to_json());
}

}  // namespace

Problem problem_of(Edge& edge, const app::Refused& refused) {
    const engine::Refusal& refusal = refused.refusal;
    Problem out;
    out.status = status_of(refusal.reason);
    out.code = engine::code(refusal.reason);
    out.title = engine::sentence_en(refusal.reason);
    out.title_zh = engine::sentence_zh(refusal.reason);
    out.article = joined(refusal.basis);
    if (auto detail = engine::detail_en(refusal); !detail.empty())
        out.with_detail(std::move(detail), engine::detail_zh(refusal));
    const auto roles = edge.app.administration().roles();
    const auto directory = edge.app.identity().directory();
    json::Writer members;
    members.begin_object();
    if (refused.id != 0) {
        members.member("document", std::to_string(refused.id));
        members.member("revision", refused.revision);
    }
    if (refused.record != storage::kNoRecord) members.member("record", refused.record);
    write_refusal(members, refusal, {refused.flow.get(), roles, *directory});
    members.end_object();
    take_members(out, members.text());
    return out;
}

Response present_outcome(Edge& edge, const app::Outcome& outcome) {
    struct Visitor {
        Edge& edge;
        Response operator()(const app::Done& done) const { return present(done); }
        Response operator()(const app::Refused& refused) const {
            Response response = to_response(problem_of(edge, refused));
            if (refused.revision != 0) response.headers.add("ETag", etag_of(refused.revision));
            return response;
        }
        Response operator()(const app::Invalid& invalid) const {
            return to_response(api::problem_of(invalid));
        }
        Response operator()(const app::Replayed& replayed) const {
            Response response = present(replayed.done);
            response.headers.add("Idempotency-Replayed", "true");
            return response;
        }
        Response operator()(const app::KeyReused&) const {
            return to_response(problem(ApiProblem::idempotency_key_reused));
        }
        Response operator()(const app::SignedOut&) const {
            return to_response(problem(ApiProblem::unauthenticated));
        }
        Response operator()(const engine::Error& error) const {
            return to_response(api::problem_of(error));
        }
    };
    return std::visit(Visitor{edge}, outcome);
}

Response present_outcomes(Edge& edge, const std::vector<app::Outcome>& outcomes) {
    json::Writer out;
    out.begin_object().key("items").begin_array();
    for (const app::Outcome& outcome : outcomes) {
        const Response each = present_outcome(edge, outcome);
        out.begin_object().member("status", each.status);
        out.key(each.status < 300 ? "done" : "problem").raw(each.text()).end_object();
    }
    out.end_array().end_object();
    return json_response(200, out.take());
}

}  // namespace gongkai::api
