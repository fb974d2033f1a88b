// The annual report: figures against a second way of counting, documents behind every cell, and
// what is refused.
#include <algorithm>
#include <boost/json.hpp>
#include <map>
#include <random>

#include "tests/app/report_office.hpp"

namespace gongkai::app::testing {

namespace {

using Fields = std::vector<PlainField>;

std::string choice(std::mt19937& random, const std::vector<std::string>& names) {
    return names[random() % names.size()];
}

const AnnualReport& granted(const ReportOutcome<AnnualReport>& outcome) {
    if (const auto* refused = std::get_if<ReportRefused>(&outcome)) {
        for (const ReportFault& fault : refused->faults)
            UNSCOPED_INFO(fault.code << ": " << fault.message);
    }
    if (const auto* error = std::get_if<engine::Error>(&outcome)) UNSCOPED_INFO(error->message);
    REQUIRE(std::holds_alternative<AnnualReport>(outcome));
    return std::get<AnnualReport>(outcome);
}

std::vector<std::string> codes(const ReportOutcome<AnnualReport>& outcome) {
    REQUIRE(std::holds_alternative<ReportRefused>(outcome));
    std::vector<std::string> codes;
    for (const ReportFault& fault : std::get<ReportRefused>(outcome).faults)
        codes.push_back(fault.code);
    return codes;
}

bool has(const std::vector<std::string>& list, const std::string& one) {
    return std::find(list.begin(), list.end(), one) != list.end();
}

ReportOutcome<AnnualReport> report(ReportOffice& office, int year = 2026) {
    return office.application->reports().annual(office.as("liuyang"), year);
}

Fields request(const std::string& received, const std::string& concluded = "",
               const std::string& outcome = "", const std::string& applicant = "natural_person") {
    Fields fields{{"received_on", received}};
    if (!applicant.empty()) fields.push_back({"applicant_kind", applicant});
    if (!concluded.empty()) fields.push_back({"concluded_on", concluded});
    if (!outcome.empty()) fields.push_back({"outcome", outcome});
    return fields;
}

std::int64_t figure(const AnnualReport& report, const std::string& cell) {
    const auto found = figure_of(report, cell);
    INFO(cell);
    REQUIRE(found.has_value());
    return *found;
}

}  // namespace

TEST_CASE("annual report: every figure is what a second way of counting finds, over three years") {
    ReportOffice office;
    std::mt19937 random(20'261'127);
    const std::map<std::string, std::string> columns{
        {"natural_person", "naturalPerson"},     {"business", "legalPerson.commercial"},
        {"research", "legalPerson.research"},    {"public_welfare", "legalPerson.social"},
        {"legal_services", "legalPerson.legal"}, {"other_organisation", "legalPerson.other"}};
    const std::map<std::string, std::string> rows{{"already_public", "granted"},
                                                  {"granted", "granted"},
                                                  {"partial", "partialGrant"},
                                                  {"state_secret", "denied.stateSecret"},
                                                  {"not_held", "unableToProvide.noInfo"},
                                                  {"not_this_agency", "unableToProvide.noInfo"},
                                                  {"excessive", "notProcessed.massiveRequests"},
                                                  {"fee_unpaid", "other.overdueFee"}};
    std::vector<std::string> applicants, outcomes;
    for (const auto& [name, column] : columns)
        applicants.push_back(name);
    for (const auto& [name, row] : rows)
        outcomes.push_back(name);
    // By year: cell, documents.
    std::map<int, std::map<std::string, std::vector<engine::DocumentId>>> expected;
    for (int i = 0; i < 120; ++i) {
        const engine::Date received =
            engine::to_date(2024, 1, 1) + static_cast<int>(random() % 1090);
        const engine::Date concluded = received + static_cast<int>(random() % 120);
        const bool open = random() % 5 == 0;
        const std::string applicant = choice(random, applicants);
        const std::string outcome = choice(random, outcomes);
        const auto id = office
                            .open("request", request(engine::to_string(received),
                                                     open ? "" : engine::to_string(concluded),
                                                     open ? "" : outcome, applicant))
                            .id;
        for (const int year : {2024, 2025, 2026}) {
            const auto first = engine::to_date(year, 1, 1), last = engine::to_date(year, 12, 31);
            const std::string column = "table3." + columns.at(applicant) + ".";
            if (received > last || (!open && concluded < first)) continue;
            expected[year][column + (received < first ? "carriedOver" : "newReceived")].push_back(
                id);
            const bool done = !open && concluded <= last;
            expected[year][column + (done ? "results." + rows.at(outcome) : "carriedForward")]
                .push_back(id);
            if (done) expected[year][column + "results.totalProcessed"].push_back(id);
        }
    }
    office.set_day("2027-01-04");
    std::map<int, AnnualReport> reports;
    for (auto& [year, cells] : expected) {
        const AnnualReport one = granted(report(office, year));
        for (const std::string& cell : annual_cells()) {
            if (!cell.starts_with("table3.") || cell.starts_with("table3.total")) continue;
            auto documents = cells[cell];
            std::sort(documents.begin(), documents.end());
            INFO(year << " " << cell);
            CHECK(figure(one, cell) == static_cast<std::int64_t>(documents.size()));
            CHECK(documents_of(one, cell) == documents);
        }
        CHECK_FALSE(one.unfinished);
        reports[year] = one;
    }
    for (const auto& [applicant, column] : columns) {
        CHECK(figure(reports[2024], "table3." + column + ".carriedForward") ==
              figure(reports[2025], "table3." + column + ".carriedOver"));
        CHECK(figure(reports[2025], "table3." + column + ".carriedForward") ==
              figure(reports[2026], "table3." + column + ".carriedOver"));
    }
    const auto& total = reports[2026];
    CHECK(figure(total, "table3.total.newReceived") + figure(total, "table3.total.carriedOver") ==
          figure(total, "table3.total.results.totalProcessed") +
              figure(total, "table3.total.carriedForward"));
}

TEST_CASE("annual report: tables 2 and 4, texts, and the three files") {
    ReportOffice office;
    const auto rule = [&](const char* issued, Fields more) {
        more.push_back({"issued_on", std::string(issued)});
        more.push_back({"kind_of_rule", std::string("normative")});
        return office.open("normative_document", std::move(more)).id;
    };
    rule("2023-05-01", {{"validity", std::string("in_force")}});
    const auto made = rule("2026-05-01", {{"validity", std::string("in_force")},
                                          {"valid_until", std::string("2031-04-30")}});
    const auto repealed = rule("2022-02-02", {{"validity", std::string("repealed")},
                                              {"repealed_on", std::string("2026-06-30")}});
    // Its time ended of itself; nobody had to say so.
    const auto over = rule("2024-03-01", {{"valid_until", std::string("2026-02-28")}});
    // Ended by the clock, before the day in its field: by the day on which it came to rest.
    const auto longest = rule("2021-01-05", {{"validity", std::string("expired")},
                                             {"valid_until", std::string("2030-01-01")}});
    rule("2020-01-01", {{"repealed_on", std::string("2024-01-01")}});
    const auto dropped = rule("2026-01-01", {});
    done(office.act("lihua", dropped, "drop"));

    const auto figures = [&](const char* department, std::int64_t fees) {
        const auto id = office
                            .open("enforcement_figures",
                                  {{"figures_year", std::int64_t{2026}},
                                   {"licensing_decisions", std::int64_t{12}},
                                   {"penalty_decisions", std::int64_t{0}},
                                   {"fees_collected_yuan", fees}},
                                  department)
                            .id;
        const bool pension = std::string(department) == "pension";
        done(office.act(pension ? "zhaomin" : "lihua", id, "confirm"));
        done(office.act(pension ? "chenjun" : "wangfang", id, "agree"));
        return id;
    };
    const auto employment = figures("employment", 12'345);
    const auto pension = figures("pension", 55);

    const auto remedy = [&](const char* kind, const char* filed, const char* closed,
                            const char* result) {
        Fields fields{{"remedy_kind", std::string(kind)}, {"filed_on", std::string(filed)}};
        if (*closed != 0) fields.push_back({"decision_received_on", std::string(closed)});
        if (*result != 0) fields.push_back({"remedy_result", std::string(result)});
        return office.open("remedy_case", std::move(fields)).id;
    };
    remedy("review", "2025-11-01", "2026-01-10", "maintained");
    remedy("review", "2026-04-01", "", "");
    remedy("direct_suit", "2026-04-01", "2026-09-01", "corrected");
    remedy("suit_after_review", "2024-04-01", "2025-09-01", "other_result");

    office.open("annual_report", {{"report_year", std::int64_t{2026}},
                                  {"overview", std::string("一年来 <认真> 落实。\n第二段。")},
                                  {"problems_and_improvements", std::string("解读不够。")},
                                  {"other_matters", std::string("收取信息处理费0元。")}});
    office.open("request", request("2026-03-01", "2026-03-20", "partial", "business"));

    const AnnualReport one = granted(report(office));
    CHECK(one.unfinished);
    CHECK(one.office == "楚雄市人力资源和社会保障局");
    const std::string row = "table2.normativeDocuments.";
    CHECK(documents_of(one, row + "made") == std::vector{made});
    CHECK(documents_of(one, row + "repealed") == std::vector{repealed, over, longest});
    CHECK(figure(one, row + "valid") == 2);
    CHECK(figure(one, "table2.licensing.processed") == 24);
    CHECK(documents_of(one, "table2.licensing.processed") == std::vector{employment, pension});
    CHECK(documents_of(one, "table2.punishment.processed").empty());
    CHECK(in_ten_thousands(figure(one, "table2.fees.amount")) == "1.24");
    CHECK(figure(one, "table4.review.maintain") == 1);
    CHECK(figure(one, "table4.review.unfinished") == 1);
    CHECK(figure(one, "table4.review.total") == 2);
    CHECK(figure(one, "table4.litigationDirect.correct") == 1);
    CHECK(figure(one, "table4.litigationPostReview.total") == 0);

    const auto json = boost::json::parse(annual_json(one, true)).as_object();
    CHECK(json.at("table2").at("fees").at("amount") == "1.24");
    CHECK(json.at("table3").at("legalPerson").at("commercial").at("results").at("partialGrant") ==
          1);
    CHECK(json.at("cells").as_object().contains("table3.total.newReceived"));
    CHECK(json.at("texts").at("problems") == "解读不够。");
    const Page page = annual_page(one);
    const std::string html = page_html(page);
    CHECK(html.find("<td id=\"table2.fees.amount\" colspan=\"3\" class=\"center\">1.24</td>") !=
          std::string::npos);
    CHECK(html.find("一年来 &lt;认真&gt; 落实。") != std::string::npos);
    CHECK(page_docx(page).has_value());
    CHECK(page_xlsx(page).has_value());

    const auto view =
        office.application->reports().cell(office.as("tangning"), 2026, "table3.total.newReceived");
    REQUIRE(std::holds_alternative<CellView>(view));
    CHECK(std::get<CellView>(view).figure == 1);
    CHECK(std::get<CellView>(view).documents.size() == 1);
    const auto none =
        office.application->reports().cell(office.as("tangning"), 2026, "table3.nobody");
    REQUIRE(std::holds_alternative<ReportRefused>(none));
    CHECK(std::get<ReportRefused>(none).faults.front().code == "report_unknown_cell");
}

TEST_CASE("annual report: a clerk does not see it, and a year that has not begun has none") {
    ReportOffice office;
    CHECK(std::holds_alternative<ReportForbidden>(
        office.application->reports().annual(office.as("lihua"), 2026)));
    CHECK(std::holds_alternative<AnnualReport>(
        office.application->reports().annual(office.as("auditor"), 2026)));
    CHECK(codes(report(office, 2027)) == std::vector<std::string>{"report_unknown_year"});
    CHECK(codes(report(office, 2007)) == std::vector<std::string>{"report_unknown_year"});
}

TEST_CASE("annual report: what does not fit is refused, with its code, cells and documents") {
    ReportOffice office;
    office.open("request", request("2026-02-02", "2026-02-20", "granted"));
    granted(report(office));

    SECTION("concluded without an outcome") {
        const auto id = office.open("request", request("2026-02-02", "2026-03-01")).id;
        const auto outcome = report(office);
        const auto found = codes(outcome);
        CHECK(has(found, "report_without_outcome"));
        CHECK(has(found, "report_totals_differ"));
        const auto& faults = std::get<ReportRefused>(outcome).faults;
        CHECK(faults.front().documents == std::vector{id});
        const bool named = std::any_of(faults.begin(), faults.end(), [](const ReportFault& fault) {
            return has(fault.cells, "table3.naturalPerson.results.totalProcessed");
        });
        CHECK(named);
        office.edit(id, {{"outcome", std::string("granted")}});
        granted(report(office));
    }
    SECTION("no kind of applicant") {
        office.open("request", request("2026-02-02", "", "", ""));
        CHECK(has(codes(report(office)), "report_without_applicant"));
    }
    SECTION("concluded before it was received") {
        office.open("request", request("2026-02-02", "2026-02-01", "granted"));
        CHECK(has(codes(report(office)), "report_contradicting_dates"));
    }
    SECTION("concluded but never received") {
        office.open("request", {{"concluded_on", std::string("2026-02-01")}});
        CHECK(has(codes(report(office)), "report_without_date"));
    }
    SECTION("figures of a department that nobody has confirmed") {
        office.open("enforcement_figures", {{"figures_year", std::int64_t{2026}}});
        CHECK(has(codes(report(office)), "report_unconfirmed_figures"));
    }
    SECTION("a case without a kind, and one closed without a result") {
        office.open("remedy_case", {{"filed_on", std::string("2026-02-01")}});
        office.open("remedy_case", {{"filed_on", std::string("2026-02-01")},
                                    {"remedy_kind", std::string("review")},
                                    {"decision_received_on", std::string("2026-02-01")}});
        const auto found = codes(report(office));
        CHECK(has(found, "report_without_kind"));
        CHECK(has(found, "report_without_outcome"));
        CHECK(has(found, "report_totals_differ"));
    }
}

TEST_CASE("annual report: last year's published figures are held against this year's") {
    const auto with = [](int carried, int valid) {
        auto rules = report_rules();
        for (RuleFile& file : rules) {
            if (file.path != "reports/annual.yaml") continue;
            file.text +=
                "published:\n  2025:\n    requests: {naturalPerson: " + std::to_string(carried) +
                ", legalPerson: {commercial: 0, research: 0, social: 0, legal: 0, "
                "other: 0}}\n    regulations: 0\n    normativeDocuments: " +
                std::to_string(valid) + "\n";
        }
        return rules;
    };
    const auto fill = [](ReportOffice& office) {
        office.open("request", request("2025-12-20", "2026-01-15", "granted"));
        office.open("normative_document", {{"issued_on", std::string("2025-01-01")},
                                           {"kind_of_rule", std::string("normative")}});
    };
    {
        ReportOffice office(with(1, 1));
        fill(office);
        granted(report(office));
    }
    {
        ReportOffice office(with(2, 1));
        fill(office);
        const auto outcome = report(office);
        CHECK(codes(outcome) == std::vector<std::string>{"report_carried_over_differs"});
        CHECK(std::get<ReportRefused>(outcome).faults.front().cells ==
              std::vector<std::string>{"table3.naturalPerson.carriedOver"});
    }
    {
        ReportOffice office(with(1, 5));
        fill(office);
        CHECK(codes(report(office)) == std::vector<std::string>{"report_valid_differs"});
    }
}

TEST_CASE("annual report: each cross-check finds the figure that was changed behind its back") {
    ReportOffice office;
    office.open("request", request("2026-02-02", "2026-02-20", "granted"));
    office.open("remedy_case",
                {{"filed_on", std::string("2026-02-01")}, {"remedy_kind", std::string("review")}});
    const AnnualReport good = granted(report(office));
    REQUIRE(cross_checks(good, nullptr).empty());
    for (std::size_t row = 0; row < kAnnualRows; ++row) {
        for (std::size_t column = 0; column <= kTotalColumn; ++column) {
            AnnualReport wrong = good;
            ++wrong.requests[row][column].value;
            INFO(row << " " << column);
            CHECK_FALSE(cross_checks(wrong, nullptr).empty());
        }
    }
    for (std::size_t kind = 0; kind < 3; ++kind) {
        for (std::size_t column = 0; column < 5; ++column) {
            AnnualReport wrong = good;
            ++wrong.remedies[kind][column].value;
            CHECK_FALSE(cross_checks(wrong, nullptr).empty());
        }
    }
    AnnualReport wrong = good;
    ++wrong.rules[1].valid.value;
    const auto faults = cross_checks(wrong, nullptr);
    REQUIRE(faults.size() == 1);
    CHECK(faults.front().code == "report_valid_differs");
    CHECK(has(faults.front().cells, "table2.normativeDocuments.valid"));
}

TEST_CASE("annual report: fees in ten thousands lose no digit") {
    CHECK(in_ten_thousands(0) == "0");
    CHECK(in_ten_thousands(10'000) == "1");
    CHECK(in_ten_thousands(12'345) == "1.2345");
    CHECK(in_ten_thousands(5) == "0.0005");
    CHECK(in_ten_thousands(1'234'500'000) == "123450");
    CHECK(in_ten_thousands(-5) == "-0.0005");
}

}  // namespace gongkai::app::testing
