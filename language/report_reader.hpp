// Reads workflows/reports/annual.yaml: which flow, which dates and which choice of which field make
// the rows and columns of the annual report (国办公开办函〔2021〕30号, 表二 to 表四). The layout is
// explained at the top of that file.
//
// The form itself is fixed by the State Council's office, so its cells have fixed names here; what
// an installation may word otherwise is where they come from. Every choice of a field that a table
// is made of must be mapped, and only once: a document that no cell counts, or two, cannot be.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/definition.hpp"
#include "language/diagnostic.hpp"
#include "language/rulebook.hpp"
#include "language/source.hpp"

namespace gongkai::language {

inline constexpr std::string_view kAnnualReportPath = "reports/annual.yaml";

// The names of the form's parts: paths as in the report's JSON, in the order of the form.
inline constexpr std::array<std::string_view, 6> kApplicantColumns{
    "naturalPerson",      "legalPerson.commercial", "legalPerson.research",
    "legalPerson.social", "legalPerson.legal",      "legalPerson.other"};
inline constexpr std::array<std::string_view, 21> kResultRows{"granted",
                                                              "partialGrant",
                                                              "denied.stateSecret",
                                                              "denied.lawForbidden",
                                                              "denied.safetyStability",
                                                              "denied.thirdPartyRights",
                                                              "denied.internalAffairs",
                                                              "denied.processInfo",
                                                              "denied.enforcementCase",
                                                              "denied.adminQuery",
                                                              "unableToProvide.noInfo",
                                                              "unableToProvide.needCreation",
                                                              "unableToProvide.unclear",
                                                              "notProcessed.complaint",
                                                              "notProcessed.repeat",
                                                              "notProcessed.publication",
                                                              "notProcessed.massiveRequests",
                                                              "notProcessed.confirmInfo",
                                                              "other.overdueCorrection",
                                                              "other.overdueFee",
                                                              "other.otherReasons"};
inline constexpr std::array<std::string_view, 2> kRuleRows{"regulations", "normativeDocuments"};
inline constexpr std::array<std::string_view, 4> kEnforcementRows{"licensing", "punishment",
                                                                  "coercion", "fees"};
inline constexpr std::array<std::string_view, 3> kRemedyKinds{"review", "litigationDirect",
                                                              "litigationPostReview"};
inline constexpr std::array<std::string_view, 3> kRemedyResults{"maintain", "correct", "other"};

// The choices of one field, each with what it counts as: an index into one of the lists above.
struct ChoiceMap {
    std::string field;
    std::map<std::string, std::size_t> counts_as;
};

struct AnnualMapping {
    std::string title;
    std::vector<std::string> basis;
    std::vector<std::string> readers;  // roles that may see it

    struct Texts {  // 一、五、六
        std::string flow, year, overview, problems, other;
    } texts;
    struct Rules {  // 表二, 第(一)项
        std::string flow;
        std::vector<std::string> leave_out;  // states: drafts that were given up
        std::string made;                    // date
        // Dates, the first of them ends it; where it has ended without one, the day on which it
        // came into its present state.
        std::vector<std::string> ended;
        ChoiceMap kinds;     // into kRuleRows
        ChoiceMap validity;  // 0 in force, 1 ended
    } rules;
    struct Enforcement {  // 表二, the other rows: a department's figures of a year
        std::string flow;
        std::vector<std::string> confirmed_in;  // states: elsewhere the figures do not stand yet
        std::string year;
        std::array<std::string, 4> figures;  // number fields, as kEnforcementRows; fees in yuan
    } enforcement;
    struct Requests {  // 表三
        std::string flow;
        std::vector<std::string> leave_out;
        std::string received, concluded;  // dates
        ChoiceMap applicants;             // into kApplicantColumns
        ChoiceMap results;                // into kResultRows
    } requests;
    struct Remedies {  // 表四
        std::string flow;
        std::vector<std::string> leave_out;
        std::string filed, closed;  // dates
        ChoiceMap kinds;            // into kRemedyKinds
        ChoiceMap results;          // into kRemedyResults
    } remedies;

    // What a report that was published before says of the end of its year; what is computed must
    // agree with it.
    struct Published {
        std::array<std::int64_t, 6> carried_forward{};  // 结转下年度, by applicant
        std::array<std::int64_t, 2> valid{};            // 现行有效件数
    };
    std::map<int, Published> published;
};

struct AnnualReading {
    std::optional<AnnualMapping> mapping;  // nothing when there was an error
    std::vector<Diagnostic> diagnostics;
};

// `roles` are those of the rulebook; every reader must be one of them.
AnnualReading read_annual_mapping(const SourceFile& file,
                                  std::span<const engine::Definition* const> flows,
                                  std::span<const Role> roles);

}  // namespace gongkai::language
