// The annual report on disclosure (国令711 第49、50条; 国办公开办函〔2021〕30号), worked out from
// the documents as the record has made them: dates and choices in their fields, nothing counted
// beside them. A year can be worked out at any time later and comes out the same.
//
// What counts as what is data (language/report_reader.hpp). Totals are counted for themselves and
// then held against their parts: a report in which they differ is refused, with the cells and the
// documents that do not fit.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "app/page/page.hpp"
#include "engine/document.hpp"
#include "engine/result.hpp"
#include "language/report_reader.hpp"

namespace gongkai::app {

// Of 表三: rows in the order of the form.
enum AnnualRow : std::size_t {
    kNewReceived = 0,                                    // 一
    kCarriedOver = 1,                                    // 二
    kFirstResult = 2,                                    // 三(一) to (六): language::kResultRows
    kTotalProcessed = 2 + language::kResultRows.size(),  // 三(七)
    kCarriedForward,                                     // 四
    kAnnualRows,
};
inline constexpr std::size_t kTotalColumn = language::kApplicantColumns.size();

struct AnnualCell {
    std::int64_t value = 0;
    // What was counted, in ascending order. Of a total: empty, see documents_of().
    std::vector<engine::DocumentId> documents;
};

struct AnnualReport {
    int year = 0;
    engine::Instant made{};
    bool unfinished = false;  // the year has not ended
    std::string office;       // title of the department above all others
    std::string title;
    std::vector<std::string> basis;

    // 一、五、六; 0: no document says anything of this year yet.
    engine::DocumentId text_document = 0;
    std::string overview, problems, other;

    // 表二. Rows: language::kRuleRows; kEnforcementRows, fees in yuan.
    struct Rules {
        AnnualCell made, repealed, valid, valid_before;
    };
    std::array<Rules, 2> rules;
    std::array<AnnualCell, 4> enforcement;
    // 表三. Columns: language::kApplicantColumns, then the total.
    std::array<std::array<AnnualCell, kTotalColumn + 1>, kAnnualRows> requests;
    // 表四. By language::kRemedyKinds; results: kRemedyResults, unfinished, total.
    std::array<std::array<AnnualCell, 5>, 3> remedies;
};

// Why there is no report.
struct ReportFault {
    std::string code;  // permanent, see all_report_fault_codes()
    std::string message, message_zh;
    std::vector<std::string> cells;  // "table3.naturalPerson.results.granted"
    std::vector<engine::DocumentId> documents;
};
const std::vector<std::string>& all_report_fault_codes();

// The sums of the form, and what a report says that was published for the year before (nullptr:
// none was). Empty: all is in order.
std::vector<ReportFault> cross_checks(const AnnualReport& report,
                                      const language::AnnualMapping::Published* before);

// Every cell by its name, in the order of the form.
std::vector<std::string> annual_cells();
// The figure of a cell; nullopt where the form has no such cell.
std::optional<std::int64_t> figure_of(const AnnualReport& report, std::string_view cell);
// The documents behind it: of a total those of its parts.
std::vector<engine::DocumentId> documents_of(const AnnualReport& report, std::string_view cell);

// 12345 yuan are "1.2345": ten thousands, without zeros at the end.
std::string in_ten_thousands(std::int64_t yuan);

// {"year", "title", ..., "table2": {...}, "table3": {...}, "table4": {...}, "cells": {...}}:
// docs/operations.md. `with_documents`: "cells" names the documents of each cell that has any.
std::string annual_json(const AnnualReport& report, bool with_documents);
// As it is handed out: six sections and the three tables in the form's layout.
Page annual_page(const AnnualReport& report);

}  // namespace gongkai::app
