#include "app/reports/annual.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace gongkai::app {

namespace {

using engine::DocumentId;
using language::kApplicantColumns;
using language::kEnforcementRows;
using language::kRemedyKinds;
using language::kRemedyResults;
using language::kResultRows;
using language::kRuleRows;

constexpr std::string_view kRemedyColumns[] = {"maintain", "correct", "other", "unfinished",
                                               "total"};

std::string column_name(std::size_t column) {
    return column == kTotalColumn ? "total" : std::string(kApplicantColumns[column]);
}

std::string row_name(std::size_t row) {
    if (row == kNewReceived) return "newReceived";
    if (row == kCarriedOver) return "carriedOver";
    if (row == kTotalProcessed) return "results.totalProcessed";
    if (row == kCarriedForward) return "carriedForward";
    return "results." + std::string(kResultRows[row - kFirstResult]);
}

std::string request_cell(std::size_t row, std::size_t column) {
    return "table3." + column_name(column) + "." + row_name(row);
}
std::string rule_cell(std::size_t row, const char* column) {
    return fmt::format("table2.{}.{}", kRuleRows[row], column);
}
std::string enforcement_cell(std::size_t row) {
    return fmt::format("table2.{}.{}", kEnforcementRows[row], row == 3 ? "amount" : "processed");
}
std::string remedy_cell(std::size_t kind, std::size_t column) {
    return fmt::format("table4.{}.{}", kRemedyKinds[kind], kRemedyColumns[column]);
}

// One visit for each cell of the form, in its order, with its parts where it is a total.
template <class Visit>
void each_cell(const AnnualReport& report, Visit visit) {
    using Parts = std::vector<const AnnualCell*>;
    for (std::size_t i = 0; i < kRuleRows.size(); ++i) {
        visit(rule_cell(i, "made"), report.rules[i].made, Parts{});
        visit(rule_cell(i, "repealed"), report.rules[i].repealed, Parts{});
        visit(rule_cell(i, "valid"), report.rules[i].valid, Parts{});
    }
    for (std::size_t i = 0; i < kEnforcementRows.size(); ++i)
        visit(enforcement_cell(i), report.enforcement[i], Parts{});
    for (std::size_t column = 0; column <= kTotalColumn; ++column) {
        for (std::size_t row = 0; row < kAnnualRows; ++row) {
            Parts parts;
            const std::size_t first = column == kTotalColumn ? 0 : column;
            const std::size_t last = column == kTotalColumn ? kTotalColumn - 1 : column;
            const std::size_t top = row == kTotalProcessed ? kFirstResult : row;
            const std::size_t bottom = row == kTotalProcessed ? kTotalProcessed - 1 : row;
            const bool total = column == kTotalColumn || row == kTotalProcessed;
            for (std::size_t c = first; total && c <= last; ++c) {
                for (std::size_t r = top; r <= bottom; ++r)
                    parts.push_back(&report.requests[r][c]);
            }
            visit(request_cell(row, column), report.requests[row][column], parts);
        }
    }
    for (std::size_t kind = 0; kind < kRemedyKinds.size(); ++kind) {
        Parts parts;
        for (std::size_t column = 0; column < 5; ++column) {
            visit(remedy_cell(kind, column), report.remedies[kind][column],
                  column == 4 ? parts : Parts{});
            parts.push_back(&report.remedies[kind][column]);
        }
    }
}

class Checks {
  public:
    void equal(const char* code, std::int64_t left, std::int64_t right, const std::string& said,
               const std::string& said_zh, std::vector<std::string> cells) {
        if (left == right) return;
        faults_.push_back({code,
                           fmt::format("{}: {} against {}", said, left, right),
                           fmt::format("{}：{} 与 {} 不相等", said_zh, left, right),
                           std::move(cells),
                           {}});
    }
    std::vector<ReportFault> take() { return std::move(faults_); }

  private:
    std::vector<ReportFault> faults_;
};

std::int64_t sum_of(const std::vector<const AnnualCell*>& parts) {
    std::int64_t sum = 0;
    for (const AnnualCell* part : parts)
        sum += part->value;
    return sum;
}

}  // namespace

const std::vector<std::string>& all_report_fault_codes() {
    static const std::vector<std::string> codes{
        "report_carried_over_differs", "report_contradicting_dates", "report_totals_differ",
        "report_unconfirmed_figures",  "report_unknown_cell",        "report_unknown_department",
        "report_unknown_period",       "report_unknown_year",        "report_valid_differs",
        "report_without_applicant",    "report_without_date",        "report_without_kind",
        "report_without_outcome"};
    return codes;
}

std::vector<ReportFault> cross_checks(const AnnualReport& report,
                                      const language::AnnualMapping::Published* before) {
    Checks checks;
    each_cell(report, [&](const std::string& name, const AnnualCell& cell, const auto& parts) {
        if (parts.empty()) return;
        checks.equal("report_totals_differ", cell.value, sum_of(parts),
                     name + " and the sum of its parts", name + " 与各分项之和", {name});
    });
    for (std::size_t column = 0; column <= kTotalColumn; ++column) {
        const auto at = [&](std::size_t row) { return report.requests[row][column].value; };
        checks.equal(
            "report_totals_differ", at(kNewReceived) + at(kCarriedOver),
            at(kTotalProcessed) + at(kCarriedForward),
            "rows 一 + 二 and rows 三(七) + 四 of " + column_name(column),
            "“" + column_name(column) + "”列第一项加第二项与第三项第(七)目加第四项",
            {request_cell(kNewReceived, column), request_cell(kCarriedOver, column),
             request_cell(kTotalProcessed, column), request_cell(kCarriedForward, column)});
    }
    for (std::size_t i = 0; i < kRuleRows.size(); ++i) {
        const auto& rule = report.rules[i];
        const std::int64_t last = before != nullptr ? before->valid[i] : rule.valid_before.value;
        checks.equal("report_valid_differs", rule.valid.value,
                     last + rule.made.value - rule.repealed.value,
                     "documents in force, and those of the year before + made - repealed",
                     "现行有效件数与上年现行有效件数加本年制发件数减本年废止件数",
                     {rule_cell(i, "made"), rule_cell(i, "repealed"), rule_cell(i, "valid")});
    }
    for (std::size_t column = 0; before != nullptr && column < kTotalColumn; ++column)
        checks.equal("report_carried_over_differs", report.requests[kCarriedOver][column].value,
                     before->carried_forward[column],
                     "what was carried over, and what the published report carried forward, of " +
                         column_name(column),
                     "“" + column_name(column) + "”列上年结转件数与上年已公布报告的结转下年度件数",
                     {request_cell(kCarriedOver, column)});
    return checks.take();
}

std::vector<std::string> annual_cells() {
    std::vector<std::string> names;
    each_cell(AnnualReport{}, [&](const std::string& name, const AnnualCell&, const auto&) {
        names.push_back(name);
    });
    return names;
}

std::optional<std::int64_t> figure_of(const AnnualReport& report, std::string_view cell) {
    std::optional<std::int64_t> figure;
    each_cell(report, [&](const std::string& name, const AnnualCell& one, const auto&) {
        if (name == cell) figure = one.value;
    });
    return figure;
}

std::vector<DocumentId> documents_of(const AnnualReport& report, std::string_view cell) {
    std::vector<DocumentId> documents;
    each_cell(report, [&](const std::string& name, const AnnualCell& one, const auto& parts) {
        if (name != cell) return;
        documents = one.documents;
        for (const AnnualCell* part : parts)
            documents.insert(documents.end(), part->documents.begin(), part->documents.end());
    });
    std::sort(documents.begin(), documents.end());
    return documents;
}

std::string in_ten_thousands(std::int64_t yuan) {
    const std::int64_t whole = yuan / 10'000;
    const std::int64_t rest = yuan < 0 ? -(yuan % 10'000) : yuan % 10'000;
    std::string out = fmt::format("{}{}.{:04}", yuan < 0 && whole == 0 ? "-" : "", whole, rest);
    while (out.back() == '0')
        out.pop_back();
    if (out.back() == '.') out.pop_back();
    return out;
}

}  // namespace gongkai::app
