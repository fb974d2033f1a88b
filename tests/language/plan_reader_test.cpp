// Plan files and the mapping of the supervision: what is taken, and where a mistake is shown.
#include <catch2/catch.hpp>

#include "language/supervision_reader.hpp"
#include "tests/language/fixture.hpp"

using namespace gongkai;
using namespace gongkai::language;

namespace {

engine::Definition flow(const char* name, std::vector<const char*> texts, const char* date) {
    engine::Definition out;
    out.flow = name;
    for (const char* text : texts) {
        out.fields.emplace_back().name = text;
        out.fields.back().type = engine::FieldType::text;
    }
    out.fields.emplace_back().name = date;
    out.fields.back().type = engine::FieldType::date;
    return out;
}
const engine::Definition& plan_flow() {
    static const auto one = flow("plan", {"title"}, "plan_ends_on");
    return one;
}
const engine::Definition& task_flow() {
    static const auto one = flow("plan_task", {"title", "evidence", "plan_reference"}, "due_on");
    return one;
}

template <class Reading>
std::string findings(const Reading& reading) {
    std::string out;
    for (const Diagnostic& each : reading.diagnostics) {
        CHECK_FALSE(each.message_zh.empty());
        out += (out.empty() ? "" : ", ") + each.code + ' ' + std::to_string(each.line) + ':' +
               std::to_string(each.column);
    }
    return out;
}

PlanReading plan(const std::string& text) {
    return read_plan({"plan.yaml", text}, &plan_flow(), &task_flow());
}

SupervisionReading supervision(const std::string& text) {
    const engine::Definition* flows[] = {&plan_flow(), &task_flow()};
    const Role roles[] = {{"a", "甲"}};
    return read_supervision_mapping({"reports/supervision.yaml", text}, flows, roles);
}

}  // namespace

TEST_CASE("plan: fields beside the other keys or under their own, and a task by its reference") {
    const auto reading = plan(
        "plan: pilot\ntitle: 方案\nbasis: [国办发〔2017〕42号]\ndepartment: office\ntasks:\n"
        "  - {plan_reference: 二(一), title: 梳理, due_on: 2018-04-30, department: office}\n"
        "  - {id: T-2, department: legal, fields: {title: 编制}}\n");
    CHECK(findings(reading) == "");
    REQUIRE(reading.plan.has_value());
    CHECK(reading.plan->name == "pilot");
    CHECK(reading.plan->plan.fields.size() == 1);
    REQUIRE(reading.plan->tasks.size() == 2);
    CHECK(reading.plan->tasks[0].id == "二(一)");
    CHECK(reading.plan->tasks[0].fields.size() == 3);
    CHECK(reading.plan->tasks[1].department == "legal");
}

TEST_CASE("plan: the shipped one is read by its keys") {
    const auto reading = read_plan(
        {"plan.yaml", test::read_text("workflows/plans/chuxiong_pilot.yaml")}, nullptr, nullptr);
    CHECK(findings(reading) == "");
    REQUIRE(reading.plan.has_value());
    CHECK(reading.plan->tasks.size() > 10);
}

TEST_CASE("plan: mistakes are shown where they stand") {
    CHECK(findings(plan("plan: p\ndepartment: office\ntitel: 方案\ntasks: []\n")) ==
          "unknown_field 3:1");
    CHECK(findings(plan("plan: p\ntasks: []\n")) == "missing_key 1:1");
    CHECK(findings(plan("plan: p\ndepartment: office\ntasks:\n"
                        "  - {id: a, department: office}\n  - {id: a, department: office}\n"
                        "  - {title: b, department: office}\n")) ==
          "duplicate_item 5:10, missing_key 6:5");
    CHECK(findings(plan("[]\n")) == "wrong_shape 1:1");
}

TEST_CASE("supervision mapping: names are held against the flows") {
    CHECK(findings(supervision("report: supervision\nreaders: [a]\n")) == "");
    const auto good = supervision(
        "report: supervision\nreaders: [a]\nplans: {flow: plan}\n"
        "tasks: {flow: plan_task, due: due_on, evidence: [evidence]}\n");
    CHECK(findings(good) == "");
    REQUIRE(good.mapping.has_value());
    CHECK(good.mapping->due == "due_on");
    CHECK(findings(supervision("report: supervision\nreaders: [a]\nplans: {flow: plam}\n"
                               "tasks: {flow: plan_task, due: title, evidence: [evidense]}\n")) ==
          "unknown_flow 3:15, wrong_type 4:31, unknown_field 4:49");
    CHECK(findings(supervision("report: supervision\nreaders: [a, b]\n")) == "unknown_role 2:14");
    CHECK(findings(supervision("report: supervision\nreaders: b\n")) == "unknown_role 2:10");
}
