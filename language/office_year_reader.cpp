#include "language/office_year_reader.hpp"

#include <algorithm>
#include <array>

#include "language/habit_reader.hpp"
#include "language/yaml_document.hpp"

namespace gongkai::language {

namespace {

template <std::size_t N>
using Words = std::array<std::string_view, N>;

constexpr Words<23> kYear{"simulation", "title",  "lead_in",  "closing",   "staff",    "holidays",
                          "wait",       "late",   "absent",   "mistakes",  "returns",  "refers_up",
                          "stays",      "ends",   "consults", "rejects",   "rest",     "sentences",
                          "values",     "claims", "releases", "reassigns", "withdraws"};
constexpr Words<2> kFlows{"weights", "flows"};
constexpr auto kYearAll = [] {
    Words<kYear.size() + kFlows.size()> all{};
    std::copy(kFlows.begin(), kFlows.end(), std::copy(kYear.begin(), kYear.end(), all.begin()));
    return all;
}();
constexpr Words<5> kYearRequired{"simulation", "wait", "rest", "sentences", "flows"};
constexpr Words<4> kStaff{"login", "name", "role", "department"};
constexpr Words<4> kHoliday{"person", "from", "to", "deputy"};
constexpr Words<3> kHolidayRequired{"person", "from", "to"};
constexpr Words<2> kLate{"of_100", "wait"};

const KeyTable kYearKeys{"office_year", "a simulated year", "模拟的一年", kYearAll, kYearRequired};
const KeyTable kStaffKeys{"staff", "a member of the staff", "人员", kStaff, kStaff};
const KeyTable kHolidayKeys{"holiday", "a holiday", "休假", kHoliday, kHolidayRequired};
const KeyTable kLateKeys{"late", "`late`", "“late”", kLate, kLate};

class YearParser {
  public:
    YearParser(Reporter& reporter, std::span<const engine::Definition* const> flows)
        : shape_(reporter), habits_(shape_, flows), flows_(flows) {}

    OfficeYear read(const Node& root) {
        OfficeYear year;
        if (!shape_.map(root, kYearKeys)) return year;
        shape_.number(root, "lead_in", year.lead_in_days, 366);
        shape_.number(root, "closing", year.closing_days, 366);
        shape_.number(root, "absent", year.absent_of_100, 100);
        shape_.number(root, "mistakes", year.mistakes_of_100, 100);
        shape_.number(root, "returns", year.returns, kMostOfAHabit);
        shape_.number(root, "refers_up", year.refers_up, kMostOfAHabit);
        shape_.number(root, "stays", year.stays, kMostOfAHabit);
        shape_.number(root, "ends", year.ends, kMostOfAHabit);
        shape_.number(root, "consults", year.consults_of_100, 100);
        shape_.number(root, "rejects", year.rejects_of_100, 100);
        shape_.number(root, "claims", year.claims_of_100, 100);
        shape_.number(root, "releases", year.releases_of_100, 100);
        shape_.number(root, "reassigns", year.reassigns_of_100, 100);
        shape_.number(root, "withdraws", year.withdraws_of_100, 100);
        if (const Node* node = root.find("wait")) year.wait = shape_.range(*node, 0);
        if (const Node* node = root.find("late"); node != nullptr && shape_.map(*node, kLateKeys)) {
            shape_.number(*node, "of_100", year.late_of_100, 100);
            if (const Node* wait = node->find("wait")) year.late_wait = shape_.range(*wait, 0);
        }
        if (const Node* node = root.find("rest")) year.rest = shape_.rest(*node);
        if (const Node* node = root.find("sentences"))
            shape_.each(*node,
                        [&](const Node& one) { year.sentences.push_back(shape_.text(one)); });
        if (const Node* node = root.find("staff"))
            shape_.each(*node, [&](const Node& one) { staff(one, year); });
        if (const Node* node = root.find("holidays"))
            shape_.each(*node, [&](const Node& one) { holiday(one, year); });
        if (const Node* node = root.find("values")) habits_.values(*node, nullptr, year.values);
        if (const Node* node = root.find("weights")) {
            std::vector<engine::Action> all;
            for (const engine::Definition* flow : flows_)
                all.insert(all.end(), flow->actions.begin(), flow->actions.end());
            const auto is_action = [&](const Name& name) {
                return shape_.known(
                    name, all, [](const auto& one) { return one.name; }, "unknown_action", "action",
                    "动作");
            };
            shape_.numbers(*node, kMostOfAHabit, is_action, year.weights);
        }
        if (const Node* node = root.find("flows")) habits_.flows(*node, year);
        return year;
    }

  private:
    void staff(const Node& node, OfficeYear& year) {
        if (!shape_.map(node, kStaffKeys)) return;
        const auto text = [&](const char* key) {
            const Node* value = node.find(key);
            return value == nullptr ? std::string() : shape_.text(*value);
        };
        year.staff.push_back({text("login"), text("name"), text("role"), text("department")});
    }

    void holiday(const Node& node, OfficeYear& year) {
        if (!shape_.map(node, kHolidayKeys)) return;
        Holiday& one = year.holidays.emplace_back();
        if (const Node* person = node.find("person")) one.person = shape_.text(*person);
        if (const Node* deputy = node.find("deputy")) one.deputy = shape_.text(*deputy);
        one.days = shape_.season(node);
    }

    HabitShape shape_;
    HabitReader habits_;
    std::span<const engine::Definition* const> flows_;
};

}  // namespace

const FlowHabit* OfficeYear::flow(std::string_view name) const {
    const auto at =
        std::find_if(flows.begin(), flows.end(), [&](const auto& one) { return one.flow == name; });
    return at == flows.end() ? nullptr : &*at;
}

OfficeYearReading read_office_year(const SourceFile& file,
                                   std::span<const engine::Definition* const> flows) {
    OfficeYearReading out;
    Reporter reporter;
    const FileId id = reporter.add(file);
    const auto root = parse_yaml(id, reporter);
    OfficeYear plan;
    if (root) plan = YearParser(reporter, flows).read(*root);
    if (!reporter.failed()) out.plan = std::move(plan);
    out.diagnostics = reporter.take();
    return out;
}

}  // namespace gongkai::language
