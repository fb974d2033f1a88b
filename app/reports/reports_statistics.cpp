// Statistics of a period and the view of the supervision.
#include <algorithm>
#include <boost/json.hpp>
#include <functional>
#include <iterator>

#include "app/authorize.hpp"
#include "app/reports/annual_count.hpp"
#include "app/reports/reports.hpp"
#include "app/reports/scan.hpp"
#include "engine/calendar.hpp"

namespace gongkai::app {

namespace {

namespace json = boost::json;
using engine::Instant;

constexpr std::size_t kCatalogPage = 200;
constexpr int kSoonWorkingDays = 5;

const json::value* member(const json::value& object, const char* name) {
    return object.is_object() ? object.get_object().if_contains(name) : nullptr;
}

std::string text_member(const json::value& object, const char* name) {
    const json::value* found = member(object, name);
    return found != nullptr && found->is_string() ? std::string(found->get_string())
                                                  : std::string();
}

// The fifteen classes of 条例 20, as the flows name them: the choices of the field art20_item.
std::vector<ClassCoverage> classes_of(const Flows& flows) {
    for (const auto& flow : flows.all()) {
        const engine::FieldId field = flow->definition.field("art20_item");
        if (field == engine::kNone) continue;
        std::vector<ClassCoverage> classes;
        for (const engine::NamedChoice& choice : flow->definition.fields[field].choices)
            classes.push_back({choice.name, choice.title, 0, 0});
        return classes;
    }
    return {};
}

bool includes(const std::vector<engine::DepartmentCode>& departments,
              const engine::DepartmentCode& one) {
    return departments.empty() ||
           std::find(departments.begin(), departments.end(), one) != departments.end();
}

ReportRefused unknown_department(const engine::DepartmentCode& code) {
    return report_refused("report_unknown_department", "no department has the code " + code,
                          "没有代码为 " + code + " 的部门");
}

bool is_known(const DirectorySnapshot& directory, const engine::DepartmentCode& code) {
    return code.empty() || directory.department(code) != nullptr;
}

std::string title_of(const DirectorySnapshot& directory, const engine::DepartmentCode& code) {
    const storage::Department* department = directory.department(code);
    return department == nullptr ? code : department->title;
}

}  // namespace

// What is public now, against the law's list and the catalogue.
Result<void> Reports::cover(Statistics& statistics) {
    statistics.classes = classes_of(parts_.flows);
    std::map<std::string, bool> covered;
    std::map<std::string, ItemCoverage> items;
    storage::CatalogFilter filter;
    filter.limit = kCatalogPage;
    for (bool more = true; more;) {
        const auto page_of = [&](storage::Reader& reader) -> Result<void> {
            TRY(const auto page, reader.catalog(filter));
            for (const storage::CatalogItem& item : page.rows) {
                const json::value details = json::parse(item.details);
                items[item.code] = {item.code, item.catalog, item.level1,
                                    text_member(details, "level2")};
                covered[item.code] = false;
            }
            more = page.next.has_value();
            filter.after = page.next.value_or(0);
            return {};
        };
        TRY_VOID(parts_.store.read(page_of));
    }
    ledger_.each_shown([&](const Ledger::Shown& shown) {
        if (!includes(statistics.departments, shown.department)) return;
        for (ClassCoverage& one : statistics.classes) {
            if (one.name != shown.art20_item) continue;
            ++one.published;
            if (statistics.period.has(shown.published_at)) ++one.in_period;
        }
        const auto item = covered.find(shown.catalog_item);
        if (item != covered.end()) item->second = true;
    });
    statistics.items = covered.size();
    for (const auto& [code, yes] : covered) {
        if (yes) {
            ++statistics.items_covered;
        } else if (statistics.items_without.size() < kMostMissing) {
            statistics.items_without.push_back(items[code]);
        }
    }
    return {};
}

Result<void> Reports::fill_comments(const engine::Actor& actor,
                                    const std::vector<Ledger::Returned>& returned,
                                    Statistics& statistics) {
    const auto query = [&](storage::Reader& reader) -> Result<void> {
        for (const Ledger::Returned& one : returned) {
            ReturnedDocument& shown = statistics.returned.emplace_back(one.what);
            if (!one.comment) continue;
            TRY(const auto row, reader.find_document(shown.document));
            if (!row) continue;
            TRY(const auto flow, parts_.flows.by_digest(row->document.definition));
            if (!may_read(actor, *flow, row->document)) continue;
            TRY(const auto openings, reader.openings(shown.document));
            for (const storage::Opening& opening : openings) {
                if (opening.commitment == *one.comment) shown.comment = opening.text;
            }
        }
        return {};
    };
    return parts_.store.read(query);
}

ReportOutcome<Statistics> Reports::statistics(const Principal& principal, Period period,
                                              const engine::DepartmentCode& department) {
    if (!parts_.identity.valid(principal)) return ReportForbidden{};
    const Instant now = parts_.clock.now();
    const engine::Actor actor = parts_.identity.actor_of(principal, now);
    const auto departments = departments_for(actor, department);
    if (!departments) return ReportForbidden{};
    if (!is_known(*parts_.identity.directory(), department)) return unknown_department(department);
    if (period.to < period.from)
        return report_refused("report_unknown_period", "the period ends before it begins",
                              "统计期间的止日早于起日");
    if (period.from > engine::date_in_china(now))
        return report_refused("report_unknown_period", "the period has not begun",
                              "统计期间尚未开始");

    if (const auto folded = ledger_.catch_up(); !folded) return folded.error();
    StatisticsCount count(period);
    ledger_.sum(period, *departments, count);
    const auto stands = [&](const Flow& flow, const storage::DocumentRow& row, storage::Reader&) {
        count.stands(flow, row.document, now);
        return Result<void>{};
    };
    if (const auto passed =
            each_of(parts_.store, parts_.flows, ledger_.unfinished(), *departments, stands);
        !passed)
        return passed.error();
    Statistics statistics = std::move(count).take();
    statistics.made = now;
    statistics.departments = *departments;
    const auto filled = fill_comments(actor, ledger_.returned(period, *departments), statistics);
    if (!filled) return filled.error();
    if (const auto covered = cover(statistics); !covered) return covered.error();
    return statistics;
}

namespace {

// The titles of who may do something about a state.
std::vector<std::string> who_of(const std::vector<engine::Assignment>& whom,
                                const engine::DepartmentCode& own,
                                const DirectorySnapshot& directory,
                                const std::map<std::string, std::string>& roles) {
    std::vector<std::string> out;
    for (const engine::Assignment& one : whom) {
        const auto title = roles.find(one.role);
        std::string text = title == roles.end() ? one.role : title->second;
        if (one.scope == engine::Scope::own_department)
            text += "（" + title_of(directory, own) + "）";
        if (one.scope == engine::Scope::department)
            text += "（" + title_of(directory, one.department) + "）";
        out.push_back(std::move(text));
    }
    return out;
}

// The fields that these people may fill in and that the deadline has been waiting for: it would not
// have started with them.
std::vector<std::string> awaited_fields(const engine::Definition& flow,
                                        const engine::Document& document,
                                        const engine::State& state, const engine::Timer& timer) {
    std::vector<std::string> out;
    for (const engine::FieldId id : state.editable) {
        if (document.fields[id]) continue;
        const bool awaited = std::any_of(
            timer.origins.begin(), timer.origins.end(), [&](const engine::TimerOrigin& origin) {
                const auto& terms = origin.when.terms;
                return std::any_of(terms.begin(), terms.end(), [&](const engine::Term& term) {
                    return term.op == engine::Op::field_given && term.subject == id;
                });
            });
        if (awaited) out.push_back(flow.fields[id].title);
    }
    return out;
}

// `late`: the deadline that is asked about; nullptr: none.
std::vector<NextStep> next_steps(const Flow& flow, const engine::Document& document,
                                 const DirectorySnapshot& directory,
                                 const std::map<std::string, std::string>& roles,
                                 const engine::Timer* late = nullptr) {
    std::vector<NextStep> out;
    for (const engine::Place& place : document.places) {
        if (place.state == engine::kNone) continue;
        const engine::State& state = flow.definition.states[place.state];
        const bool task =
            state.kind == engine::StateKind::task || state.kind == engine::StateKind::countersign;
        // A resting place is nobody's task, but of those that its deadline runs for.
        const bool owed = late != nullptr && std::binary_search(late->runs_in.begin(),
                                                                late->runs_in.end(), place.state);
        if (!task || (state.final && !owed)) continue;
        NextStep next{state.name, state.title, place.since, {}, {}, {}};
        next.who = who_of(state.countersign ? state.countersign->by : state.worklist,
                          document.department, directory, roles);
        if (owed) next.fields = awaited_fields(flow.definition, document, state, *late);
        for (const engine::ActionId id : state.actions) {
            // Where filling in is what is due, the actions of a resting place lead elsewhere.
            const bool beside_the_point = state.final && !next.fields.empty();
            if (!flow.definition.actions[id].system && !beside_the_point)
                next.actions.push_back(flow.definition.actions[id].title);
        }
        out.push_back(std::move(next));
    }
    return out;
}

struct Watch {
    engine::Date today;
    Instant now;
    const engine::Calendar& calendar;
    std::int64_t late_by(engine::Date last_day) const {
        return std::max<std::int64_t>(calendar.working_days_between(last_day, today), 0);
    }
};

// The later of two is kept longer: a heap with the one that is least late on top.
bool later(const LateItem& a, const LateItem& b) {
    return std::tie(a.late_ms, b.document) > std::tie(b.late_ms, a.document);
}

}  // namespace

ReportOutcome<Supervision> Reports::supervision(const Principal& principal,
                                                const engine::DepartmentCode& department) {
    if (!parts_.identity.valid(principal)) return ReportForbidden{};
    const Instant now = parts_.clock.now();
    const engine::Actor actor = parts_.identity.actor_of(principal, now);
    const auto departments = departments_for(actor, department);
    if (!departments) return ReportForbidden{};
    if (!is_known(*parts_.identity.directory(), department)) return unknown_department(department);
    const auto mapping = supervision_mapping();
    const auto directory = parts_.identity.directory();
    const auto calendar = parts_.calendars.current();
    const Watch watch{engine::date_in_china(now), now, calendar->calendar};
    std::map<std::string, std::string> roles;
    for (const auto& role : parts_.administration.roles().roles)
        roles[role.name] = role.title;

    Supervision out;
    out.made = now;
    out.departments = *departments;
    std::map<engine::DepartmentCode, DepartmentLine> lines;
    FieldNumbers task_fields({mapping ? mapping->due : std::string()});

    const auto note_limits = [&](const Flow& flow, const storage::DocumentRow& row, bool readable,
                                 DepartmentLine& line) {
        const engine::Document& document = row.document;
        bool late = false, soon = false;
        for (std::size_t i = 0; i < document.timers.size(); ++i) {
            const engine::Timer& timer = flow.definition.timers[i];
            const engine::TimerState& state = document.timers[i];
            const bool running = state.phase == engine::TimerPhase::running;
            if (timer.minimum || timer.reminder) continue;
            if (!running && state.phase != engine::TimerPhase::expired) continue;
            const engine::Date due = engine::date_in_china(state.due - 1);
            if (running && now < state.due) {
                soon = soon ||
                       watch.calendar.working_days_between(watch.today, due) <= kSoonWorkingDays;
                continue;
            }
            late = true;
            ++out.all_late;
            LateItem item;
            item.document = document.id;
            item.late_ms = now - state.due;
            if (out.late.size() == kMostLate && !later(item, out.late.front())) continue;
            item.flow = flow.definition.flow;
            item.flow_title = flow.definition.title;
            if (readable) item.title = row.title;
            item.department = document.department;
            item.limit = timer.name;
            item.limit_title = timer.title;
            item.basis = timer.basis;
            item.due = due;
            item.working_days = watch.late_by(due);
            item.next = next_steps(flow, document, *directory, roles, &timer);
            if (out.late.size() == kMostLate) {
                std::pop_heap(out.late.begin(), out.late.end(), later);
                out.late.pop_back();
            }
            out.late.push_back(std::move(item));
            std::push_heap(out.late.begin(), out.late.end(), later);
        }
        line.late += late ? 1 : 0;
        line.due_soon += !late && soon ? 1 : 0;
    };
    const auto note_task = [&](const Flow& flow, const storage::DocumentRow& row, bool readable,
                               DepartmentLine& line, storage::Reader& reader) -> Result<void> {
        const engine::Document& document = row.document;
        TaskItem item;
        item.document = document.id;
        item.department = document.department;
        item.due = date_in(document, task_fields.of(flow.definition)[0]);
        item.next = next_steps(flow, document, *directory, roles);
        item.finished = item.next.empty();
        for (const engine::Place& place : document.places) {
            if (place.state == engine::kNone || !item.state.empty()) continue;
            item.state = flow.definition.states[place.state].name;
            item.state_title = flow.definition.states[place.state].title;
        }
        if (item.due && !item.finished) {
            item.working_days_late = watch.late_by(*item.due);
            // Past its day, though no working day has gone by since.
            const bool late = watch.today > *item.due;
            if (!late)
                item.working_days_left =
                    watch.calendar.working_days_between(watch.today, *item.due);
            line.tasks_late += late ? 1 : 0;
        }
        ++line.tasks;
        line.tasks_finished += item.finished ? 1 : 0;
        ++out.all_tasks;
        if (row.source.starts_with("plan:")) {
            item.plan = row.source.substr(5);
            item.plan_id = row.source_id;
        }
        if (out.tasks.size() >= kMostTasks) return {};
        item.attachments = document.attachments.size();
        if (readable) {
            item.title = row.title;
            TRY(const auto openings, reader.openings(document.id));
            for (const std::string& field : mapping->evidence) {
                const std::string text = text_in(flow.definition, document, openings, field);
                if (!text.empty()) item.evidence += (item.evidence.empty() ? "" : "\n") + text;
            }
        }
        out.tasks.push_back(std::move(item));
        return {};
    };
    // Looked at where it lies: only what somebody still has to act on, and tasks.
    const auto wanted = [&](const Flow& flow, const engine::Document& document) {
        if (document.purged) return false;
        if (mapping && document.flow == mapping->task_flow) return true;
        return std::any_of(document.places.begin(), document.places.end(),
                           [&](const engine::Place& place) {
                               return place.state != engine::kNone &&
                                      !flow.definition.states[place.state].final;
                           }) ||
               std::any_of(document.timers.begin(), document.timers.end(),
                           [](const engine::TimerState& timer) {
                               return timer.phase != engine::TimerPhase::idle;
                           });
    };
    const auto visit = [&](const Flow& flow, const storage::DocumentRow& row,
                           storage::Reader& reader) -> Result<void> {
        const engine::Document& document = row.document;
        DepartmentLine& line = lines[document.department];
        const bool readable = may_read(actor, flow, document);
        line.open += std::any_of(document.places.begin(), document.places.end(),
                                 [&](const engine::Place& place) {
                                     return place.state != engine::kNone &&
                                            !flow.definition.states[place.state].final;
                                 })
                         ? 1
                         : 0;
        note_limits(flow, row, readable, line);
        if (mapping && document.flow == mapping->task_flow)
            TRY_VOID(note_task(flow, row, readable, line, reader));
        return {};
    };
    const auto pass = [&]() -> Result<void> {
        if (!ledger_.nearly_there())
            return each_row(parts_.store, parts_.flows, *departments, wanted, visit);
        TRY_VOID(ledger_.catch_up());
        std::vector<engine::DocumentId> ids = ledger_.unfinished(), tasks;
        if (mapping) tasks = ledger_.of_flows({mapping->task_flow});
        std::vector<engine::DocumentId> both;
        std::set_union(ids.begin(), ids.end(), tasks.begin(), tasks.end(), std::back_inserter(both),
                       std::greater<>());
        return each_of(parts_.store, parts_.flows, both, *departments,
                       [&](const Flow& flow, const storage::DocumentRow& row,
                           storage::Reader& reader) -> Result<void> {
                           if (!wanted(flow, row.document)) return {};
                           return visit(flow, row, reader);
                       });
    };
    if (const auto passed = pass(); !passed) return passed.error();
    for (auto& [code, line] : lines) {
        line.code = code;
        line.title = title_of(*directory, code);
        out.lines.push_back(std::move(line));
    }
    std::sort(out.late.begin(), out.late.end(), later);
    std::sort(out.tasks.begin(), out.tasks.end(), [](const TaskItem& a, const TaskItem& b) {
        const auto day = [](const TaskItem& item) {
            return item.due.value_or(engine::to_date(9999, 12, 31));
        };
        return std::tuple(day(a), a.document) < std::tuple(day(b), b.document);
    });
    return out;
}

}  // namespace gongkai::app
