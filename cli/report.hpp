// report annual | statistics | supervision: what an office has done, from the record, beside a
// running server or without one.
#pragma once

#include <string>

#include "cli/installation.hpp"

namespace gongkai::cli {

// Where the report goes: to stdout as text (or JSON with --json), or into files.
struct ReportOptions : InstallationOptions {
    std::string as;
    std::string html, docx, xlsx, json_file;  // paths; empty: not written
};

struct AnnualOptions : ReportOptions {
    int year = 0;
    std::string cell;  // only this cell and its documents
};
// Exit kFound where the report is refused: the faults are told with their cells and documents.
int report_annual(const AnnualOptions& options);

struct StatisticsOptions : ReportOptions {
    std::string from, to;    // 2026-01-01; both included
    std::string department;  // code; empty: all that the person may see
};
int report_statistics(const StatisticsOptions& options);

struct SupervisionOptions : ReportOptions {
    std::string department;
};
int report_supervision(const SupervisionOptions& options);

}  // namespace gongkai::cli
