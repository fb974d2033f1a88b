#include "app/intake.hpp"

#include <algorithm>

#include "app/numbering.hpp"
#include "engine/time.hpp"
#include "language/unicode.hpp"

namespace gongkai::app {

using engine::Error;
using engine::ErrorCode;

namespace {

constexpr const char* kCodeField = "query_code";
constexpr const char* kReplyDeadline = "reply";
constexpr std::size_t kTitleCharacters = 60;

bool blank(const std::string& text) {
    return text.find_first_not_of(" \t\r\n") == std::string::npos;
}

std::string on_one_line(std::string text) {
    for (char& c : text) {
        if (c == '\n' || c == '\r' || c == '\t') c = ' ';
    }
    return text;
}

}  // namespace

std::vector<std::string> lacking(const DisclosureRequest& request) {
    std::vector<std::string> names;
    const auto need = [&](const char* name, const std::string& text) {
        if (blank(text)) names.emplace_back(name);
    };
    need("applicant_name", request.applicant_name);
    need("identity_proof", request.identity_proof);
    need("applicant_contact", request.applicant_contact);
    need("request_description", request.request_description);
    need("form_wanted", request.form_wanted);
    return names;
}

Intake::Intake(Documents& documents, Identity& identity, Flows& flows, storage::Store& store,
               Clock& clock)
    : documents_(documents), identity_(identity), flows_(flows), store_(store), clock_(clock) {}

Result<Intake::Portal> Intake::portal() const {
    const auto directory = identity_.directory();
    const storage::Person* person = directory->person(kPortalLogin);
    if (person != nullptr && person->machine && person->active && flows_.current(kRequestFlow)) {
        for (const storage::RoleHolding& role : person->roles) {
            if (role.role == kPortalLogin)
                return Portal{Principal{person->id, true, {}}, role.department};
        }
    }
    return Error{ErrorCode::not_found, "requests are not taken here"};
}

std::variant<RequestStatus, Invalid, engine::Refusal, engine::Error> Intake::carry_out(
    StepRequest request) {
    Outcome outcome = documents_.run(std::move(request));
    if (auto* refused = std::get_if<Refused>(&outcome)) return std::move(refused->refusal);
    if (auto* invalid = std::get_if<Invalid>(&outcome)) return std::move(*invalid);
    if (auto* error = std::get_if<Error>(&outcome)) return std::move(*error);
    const auto* done = std::get_if<Done>(&outcome);
    if (done == nullptr) return Error{ErrorCode::unavailable, "the portal's account was closed"};
    auto status = status_of(done->id);
    if (!status) return status.error();
    return std::move(*status);
}

std::variant<RequestStatus, Invalid, engine::Refusal, engine::Error> Intake::submit(
    const DisclosureRequest& request, const std::string& request_id) {
    if (const auto missing = lacking(request); !missing.empty())
        return Invalid{"/" + missing.front(), "request_incomplete", "is missing", "未填写"};
    const auto portal = this->portal();
    if (!portal) return portal.error();
    input::Open open;
    open.flow = kRequestFlow;
    open.department = portal->department;
    const auto text = [&](const char* name, const std::string& value) {
        if (!blank(value)) open.fields.push_back({name, value});
    };
    text("title", "申请公开：" + language::shortened(on_one_line(request.request_description),
                                                     kTitleCharacters));
    text("applicant_kind", request.applicant_kind);
    text("applicant_name", request.applicant_name);
    text("identity_proof", request.identity_proof);
    text("applicant_contact", request.applicant_contact);
    text("applicant_address", request.applicant_address);
    text("request_description", request.request_description);
    text("form_wanted", request.form_wanted);
    text("way_wanted", request.way_wanted);
    text("channel_of_receipt", "web");
    text("submitted_on", engine::to_string(engine::date_in_china(clock_.now())));
    if (request.assistance_needed) open.fields.push_back({"assistance_needed", true});
    StepRequest step;
    step.principal = portal->principal;
    step.request_id = request_id;
    step.input = std::move(open);
    return carry_out(std::move(step));
}

std::variant<RequestStatus, Invalid, engine::Refusal, engine::Error> Intake::confirm(
    const std::string& query_code, const std::string& request_id) {
    const auto portal = this->portal();
    if (!portal) return portal.error();
    const auto id = find(query_code);
    if (!id) return id.error();
    StepRequest step;
    step.principal = portal->principal;
    step.request_id = request_id;
    step.document = *id;
    input::Act act;
    act.action = "confirm";
    step.input = std::move(act);
    return carry_out(std::move(step));
}

Result<engine::DocumentId> Intake::find(const std::string& query_code) {
    std::optional<engine::DocumentId> id;
    const auto query = [&](storage::Reader& reader) -> Result<void> {
        TRY(id, reader.find_code(code_key(kCodeField, query_code)));
        return {};
    };
    TRY_VOID(store_.read(query));
    if (!id) return Error{ErrorCode::not_found, "no request has this code"};
    return *id;
}

Result<RequestStatus> Intake::status(const std::string& query_code) {
    TRY(const auto id, find(query_code));
    return status_of(id);
}

Result<RequestStatus> Intake::status_of(engine::DocumentId id) {
    std::optional<storage::DocumentRow> row;
    std::vector<storage::Opening> openings;
    const auto query = [&](storage::Reader& reader) -> Result<void> {
        TRY(row, reader.find_document(id));
        TRY(openings, reader.openings(id));
        return {};
    };
    TRY_VOID(store_.read(query));
    if (!row || row->document.flow != kRequestFlow || row->document.purged)
        return Error{ErrorCode::not_found, "no request has this code"};
    const engine::Document& document = row->document;
    TRY(const auto flow, flows_.by_digest(document.definition));
    const engine::Definition& definition = flow->definition;
    const auto value = [&](const char* name) -> const engine::Value* {
        const engine::FieldId field = definition.field(name);
        if (field == engine::kNone || !document.fields[field]) return nullptr;
        return &*document.fields[field];
    };
    const auto text = [&](const char* name) {
        const auto* found = value(name);
        const auto* wanted = found == nullptr ? nullptr : std::get_if<engine::Committed>(found);
        for (const storage::Opening& opening : openings) {
            if (wanted != nullptr && opening.commitment == wanted->commitment) return opening.text;
        }
        return std::string();
    };
    const auto date = [&](const char* name) {
        const auto* found = value(name);
        const auto* day = found == nullptr ? nullptr : std::get_if<engine::Date>(found);
        return day == nullptr ? std::string() : engine::to_string(*day);
    };
    RequestStatus out;
    out.query_code = text(kCodeField);
    out.registration_number = text("registration_number");
    const engine::StateId state = document.places.front().state;
    if (state != engine::kNone) {
        out.state = definition.states[state].name;
        out.state_title = definition.states[state].title;
    }
    out.submitted_on = date("submitted_on");
    out.received_on = date("received_on");
    out.concluded_on = date("concluded_on");
    const engine::TimerId timer = definition.timer(kReplyDeadline);
    if (timer != engine::kNone && document.timers[timer].phase == engine::TimerPhase::running)
        out.due = document.timers[timer].due;
    // What was decided is told once it was delivered, not while it is being drafted.
    const engine::FieldId outcome = definition.field("outcome");
    const auto* choice = value("outcome") == nullptr || out.concluded_on.empty()
                             ? nullptr
                             : std::get_if<engine::Choice>(value("outcome"));
    if (choice != nullptr) {
        out.outcome = definition.fields[outcome].choices[choice->index].name;
        out.outcome_title = definition.fields[outcome].choices[choice->index].title;
    }
    return out;
}

}  // namespace gongkai::app
