// What the public hands in without a login: applications for disclosure (条例 29), and their status
// by query code.
//
// An application becomes a document of the flow `request`, opened by the machine account `portal`
// in the department where that account holds the role `portal`. From there on it goes the way of
// every other; clerks enter what came by post, fax or at the counter as documents themselves. The
// purpose is never asked for: the law does not allow it. Any thread; submit() and confirm() wait
// for the commit.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "app/clock.hpp"
#include "app/documents.hpp"

namespace gongkai::app {

inline constexpr const char* kRequestFlow = "request";
inline constexpr const char* kPortalLogin = "portal";

struct DisclosureRequest {
    std::string applicant_kind;       // name of a choice of the flow; may be empty
    std::string applicant_name;       // 姓名或者名称
    std::string identity_proof;       // 身份证明
    std::string applicant_contact;    // 联系方式
    std::string applicant_address;    // may be empty
    std::string request_description;  // 名称、文号或者便于查询的其他特征性描述
    std::string form_wanted;          // names of choices
    std::string way_wanted;
    bool assistance_needed = false;  // 条例 43
};

// Without any personal data.
struct RequestStatus {
    std::string query_code;
    std::string registration_number;  // empty until it is registered
    std::string state, state_title;
    std::string submitted_on, received_on, concluded_on;  // dates; empty where there is none
    std::optional<Instant> due;                           // the first moment that is too late
    std::string outcome, outcome_title;                   // empty until it was concluded
};

// Names of the parts of an application that the law asks for and that are missing (条例 29).
std::vector<std::string> lacking(const DisclosureRequest& request);

class Intake {
  public:
    // All must outlive it.
    Intake(Documents& documents, Identity& identity, Flows& flows, storage::Store& store,
           Clock& clock);

    // Refuses what lacking() names as Invalid (nothing is stored). Error `not_found` where this
    // installation has no such flow or no such account.
    std::variant<RequestStatus, Invalid, engine::Refusal, engine::Error> submit(
        const DisclosureRequest& request, const std::string& request_id);
    // Error `not_found` where no request has this code.
    Result<RequestStatus> status(const std::string& query_code);
    // 条例 31: the applicant confirms, where the flow has an action `confirm` for the portal now.
    std::variant<RequestStatus, Invalid, engine::Refusal, engine::Error> confirm(
        const std::string& query_code, const std::string& request_id);

  private:
    struct Portal {
        Principal principal;
        DepartmentCode department;
    };
    Result<Portal> portal() const;
    Result<engine::DocumentId> find(const std::string& query_code);
    Result<RequestStatus> status_of(engine::DocumentId id);
    std::variant<RequestStatus, Invalid, engine::Refusal, engine::Error> carry_out(
        StepRequest request);

    Documents& documents_;
    Identity& identity_;
    Flows& flows_;
    storage::Store& store_;
    Clock& clock_;
};

}  // namespace gongkai::app
