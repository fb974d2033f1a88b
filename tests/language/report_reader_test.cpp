// What the reader of the annual report's mapping accepts, and where it points when it does not.
#include "language/report_reader.hpp"

#include <catch2/catch.hpp>

using namespace gongkai;
using namespace gongkai::language;

namespace {

engine::Field field(const char* name, engine::FieldType type,
                    std::vector<std::string> choices = {}) {
    engine::Field out;
    out.name = name;
    out.title = name;
    out.type = type;
    for (const std::string& choice : choices)
        out.choices.push_back({choice, choice});
    return out;
}

engine::Definition flow(const char* name, std::vector<engine::Field> fields) {
    engine::Definition out;
    out.flow = name;
    out.title = name;
    out.fields = std::move(fields);
    for (const char* state : {"working", "confirmed", "dropped"})
        out.states.emplace_back().name = state;
    return out;
}

const std::vector<engine::Definition>& flows() {
    using enum engine::FieldType;
    static const std::vector<engine::Definition> all{
        flow("request", {field("received_on", date), field("concluded_on", date),
                         field("applicant_kind", choice, {"person", "firm"}),
                         field("outcome", choice, {"granted", "partial", "secret"})}),
        flow("rule", {field("issued_on", date), field("repealed_on", date),
                      field("kind", choice, {"regulation", "normative"}),
                      field("validity", choice, {"valid", "gone"})}),
        flow("figures", {field("figures_year", number), field("decisions", number)}),
        flow("case", {field("filed_on", date), field("closed_on", date),
                      field("kind", choice, {"review", "suit"}),
                      field("result", choice, {"kept", "changed"})}),
        flow("annual", {field("report_year", number), field("text", text)})};
    return all;
}

const std::string kGood =
    "report: annual\n"                                                                         // 1
    "title: 年度报告\n"                                                                        // 2
    "readers: [supervisor]\n"                                                                  // 3
    "texts: {flow: annual, year: report_year, overview: text, problems: text, other: text}\n"  // 4
    "normative_documents:\n"                                                                   // 5
    "  flow: rule\n"                                                                           // 6
    "  leave_out: [dropped]\n"                                                                 // 7
    "  made: issued_on\n"                                                                      // 8
    "  ended: [repealed_on]\n"                                                                 // 9
    "  kinds: {field: kind, regulations: regulation, normativeDocuments: normative}\n"         // 10
    "  validity: {field: validity, in_force: valid, ended: gone}\n"                            // 11
    "enforcement: {flow: figures, confirmed_in: [confirmed], year: figures_year, licensing: "
    "decisions, punishment: decisions, coercion: decisions, fees: decisions}\n"              // 12
    "requests:\n"                                                                            // 13
    "  flow: request\n"                                                                      // 14
    "  received: received_on\n"                                                              // 15
    "  concluded: concluded_on\n"                                                            // 16
    "  applicants:\n"                                                                        // 17
    "    field: applicant_kind\n"                                                            // 18
    "    naturalPerson: person\n"                                                            // 19
    "    legalPerson: {commercial: firm, research: [], social: [], legal: [], other: []}\n"  // 20
    "  results:\n"                                                                           // 21
    "    field: outcome\n"                                                                   // 22
    "    granted: granted\n"                                                                 // 23
    "    partialGrant: partial\n"                                                            // 24
    "    denied: {stateSecret: secret, lawForbidden: [], safetyStability: [], "
    "thirdPartyRights: [], internalAffairs: [], processInfo: [], enforcementCase: [], "
    "adminQuery: []}\n"                                                   // 25
    "    unableToProvide: {noInfo: [], needCreation: [], unclear: []}\n"  // 26
    "    notProcessed: {complaint: [], repeat: [], publication: [], massiveRequests: [], "
    "confirmInfo: []}\n"                                                      // 27
    "    other: {overdueCorrection: [], overdueFee: [], otherReasons: []}\n"  // 28
    "remedies: {flow: case, filed: filed_on, closed: closed_on, kinds: {field: kind, review: "
    "review, litigationDirect: suit, litigationPostReview: []}, results: {field: result, "
    "maintain: kept, correct: changed, other: []}}\n";  // 29

AnnualReading read(const std::string& text) {
    std::vector<const engine::Definition*> known;
    for (const engine::Definition& one : flows())
        known.push_back(&one);
    const Role roles[] = {{"supervisor", "督查"}};
    return read_annual_mapping({"reports/annual.yaml", text}, known, roles);
}

// "code line:column", and the hint of the first.
std::string findings(const std::string& from, const std::string& to, std::string* hint = nullptr) {
    std::string text = kGood;
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    text.replace(at, from.size(), to);
    const AnnualReading reading = read(text);
    CHECK_FALSE(reading.mapping.has_value());
    std::string out;
    for (const Diagnostic& each : reading.diagnostics) {
        CHECK_FALSE(each.message_zh.empty());
        CHECK_FALSE(each.excerpt.empty());
        out += (out.empty() ? "" : ", ") + each.code + ' ' + std::to_string(each.line) + ':' +
               std::to_string(each.column);
        if (hint != nullptr && hint->empty()) *hint = each.hint;
    }
    return out;
}

}  // namespace

TEST_CASE("annual mapping: what is right is taken as it stands") {
    const AnnualReading reading = read(kGood +
                                       "published:\n  2025:\n    requests: {naturalPerson: "
                                       "3, legalPerson: {commercial: 1, research: 0, "
                                       "social: 0, legal: 0, other: 0}}\n"
                                       "    regulations: 0\n    normativeDocuments: 7\n");
    CHECK(render(reading.diagnostics) == "");
    REQUIRE(reading.mapping.has_value());
    const AnnualMapping& mapping = *reading.mapping;
    CHECK(mapping.requests.results.field == "outcome");
    CHECK(kResultRows[mapping.requests.results.counts_as.at("secret")] == "denied.stateSecret");
    CHECK(kApplicantColumns[mapping.requests.applicants.counts_as.at("firm")] ==
          "legalPerson.commercial");
    CHECK(mapping.rules.validity.counts_as.at("gone") == 1);
    CHECK(mapping.rules.leave_out == std::vector<std::string>{"dropped"});
    CHECK(mapping.published.at(2025).carried_forward[0] == 3);
    CHECK(mapping.published.at(2025).valid[1] == 7);
}

TEST_CASE("annual mapping: an unknown flow, field, choice or state is shown with its like") {
    std::string hint;
    CHECK(findings("flow: request", "flow: requests", &hint) == "unknown_flow 14:9");
    CHECK(hint == "did you mean `request`?");
    CHECK(findings("received: received_on", "received: recieved_on", &(hint = "")) ==
          "unknown_field 15:13");
    CHECK(hint == "did you mean `received_on`?");
    CHECK(findings("received: received_on", "received: outcome") == "wrong_type 15:13");
    CHECK(findings("granted: granted", "granted: [granted, grnated]", &(hint = "")) ==
          "unknown_choice 23:24");
    CHECK(hint == "did you mean `granted`?");
    CHECK(findings("leave_out: [dropped]", "leave_out: [droped]", &(hint = "")) ==
          "unknown_state 7:15");
    CHECK(hint == "did you mean `dropped`?");
    CHECK(findings("field: outcome", "field: received_on") == "wrong_type 22:12");
}

TEST_CASE("annual mapping: every choice is mapped, and once") {
    CHECK(findings("partialGrant: partial", "partialGrant: []") == "unmapped_choice 22:12");
    CHECK(findings("partialGrant: partial", "partialGrant: [partial, secret]") ==
          "duplicate_choice 25:27");
    CHECK(findings("naturalPerson: person", "naturalPerson: []") == "unmapped_choice 18:12");
    CHECK(findings("ended: gone", "ended: []") == "unmapped_choice 11:21");
}

TEST_CASE("annual mapping: the rows are those of the form, all of them") {
    std::string hint;
    CHECK(findings("partialGrant: partial", "partialGrants: partial", &hint) ==
          "missing_key 22:5, unmapped_choice 22:12, unknown_key 24:5");
    CHECK(findings("unableToProvide: {noInfo: [], needCreation: [], unclear: []}",
                   "unableToProvide: []") ==
          "missing_key 22:5, missing_key 22:5, missing_key 22:5, wrong_shape 26:22");
    CHECK(findings("  results:\n", "  result:\n").find("unknown_key 21:3") != std::string::npos);
    CHECK(findings("report: annual", "report: anual") == "bad_value 1:9");
    CHECK(findings("readers: [supervisor]\n", "") == "missing_key 1:1");
    hint.clear();
    CHECK(findings("readers: [supervisor]", "readers: [supervisor, supervisers]", &hint) ==
          "unknown_role 3:23");
    CHECK(hint == "did you mean `supervisor`?");
    CHECK(findings("report: annual\n", "report: annual\npublished: {20x5: {}}\n") ==
          "bad_year 2:13");
}
