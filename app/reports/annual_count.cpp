#include "app/reports/annual_count.hpp"

#include <algorithm>

namespace gongkai::app {

namespace {

using engine::Date;
using engine::Definition;
using engine::Document;
using engine::FieldId;

void count(AnnualCell& cell, const Document& document) {
    ++cell.value;
    cell.documents.push_back(document.id);
}

struct FaultWords {
    const char *code, *message, *message_zh;
};
constexpr FaultWords kFaults[] = {
    {"report_contradicting_dates", "a date of these lies before the one that it follows",
     "以下文件的日期先后矛盾"},
    {"report_unconfirmed_figures", "these figures of the year are not confirmed yet",
     "以下年度执法数据尚未核对确认"},
    {"report_without_applicant", "these requests name no kind of applicant",
     "以下申请没有写明申请人类别"},
    {"report_without_date", "these do not say from when on they count", "以下文件没有写明起算日期"},
    {"report_without_kind", "these do not say of which kind they are", "以下文件没有写明类别"},
    {"report_without_outcome", "these were concluded without an outcome",
     "以下事项已办结，但没有办理结果"},
};

// Where the choice counts; nullopt where there is none.
std::optional<std::size_t> counts_as(const language::ChoiceMap& map, const std::string* choice) {
    if (choice == nullptr) return std::nullopt;
    const auto found = map.counts_as.find(*choice);
    if (found == map.counts_as.end()) return std::nullopt;
    return found->second;
}

std::vector<std::string> rule_names(const language::AnnualMapping::Rules& rules) {
    std::vector<std::string> names{rules.made, rules.kinds.field, rules.validity.field};
    names.insert(names.end(), rules.ended.begin(), rules.ended.end());
    return names;
}

std::vector<std::string> enforcement_names(const language::AnnualMapping::Enforcement& figures) {
    std::vector<std::string> names{figures.year};
    names.insert(names.end(), figures.figures.begin(), figures.figures.end());
    return names;
}

void sort(AnnualCell& cell) {
    std::sort(cell.documents.begin(), cell.documents.end());
}

}  // namespace

const std::vector<FieldId>& FieldNumbers::of(const Definition& definition) {
    const auto [at, fresh] = versions_.try_emplace(definition.digest);
    if (fresh) {
        for (const std::string& name : names_)
            at->second.push_back(definition.field(name));
    }
    return at->second;
}

std::optional<Date> date_in(const Document& document, FieldId field) {
    if (field == engine::kNone || !document.fields[field]) return std::nullopt;
    const auto* date = std::get_if<Date>(&*document.fields[field]);
    return date == nullptr ? std::nullopt : std::optional(*date);
}

std::optional<std::int64_t> number_in(const Document& document, FieldId field) {
    if (field == engine::kNone || !document.fields[field]) return std::nullopt;
    const auto* number = std::get_if<std::int64_t>(&*document.fields[field]);
    return number == nullptr ? std::nullopt : std::optional(*number);
}

const std::string* choice_in(const Definition& definition, const Document& document,
                             FieldId field) {
    if (field == engine::kNone || !document.fields[field]) return nullptr;
    const auto* choice = std::get_if<engine::Choice>(&*document.fields[field]);
    const auto& choices = definition.fields[field].choices;
    if (choice == nullptr || choice->index >= choices.size()) return nullptr;
    return &choices[choice->index].name;
}

std::string text_in(const Definition& definition, const Document& document,
                    const std::vector<storage::Opening>& openings, const std::string& name) {
    const FieldId field = definition.field(name);
    if (field == engine::kNone || !document.fields[field]) return {};
    const auto* committed = std::get_if<engine::Committed>(&*document.fields[field]);
    for (const storage::Opening& opening : openings) {
        if (committed != nullptr && opening.commitment == committed->commitment)
            return opening.text;
    }
    return {};
}

bool in_any_state(const Definition& definition, const Document& document,
                  const std::vector<std::string>& states) {
    for (const engine::Place& place : document.places) {
        if (place.state == engine::kNone) continue;
        const std::string& here = definition.states[place.state].name;
        for (const std::string& state : states) {
            if (here == state || here.starts_with(state + "/")) return true;
        }
    }
    return false;
}

AnnualCount::AnnualCount(const language::AnnualMapping& mapping, int year)
    : mapping_(mapping),
      year_{engine::to_date(year, 1, 1), engine::to_date(year, 12, 31)},
      request_fields_({mapping.requests.received, mapping.requests.concluded,
                       mapping.requests.applicants.field, mapping.requests.results.field}),
      remedy_fields_({mapping.remedies.filed, mapping.remedies.closed, mapping.remedies.kinds.field,
                      mapping.remedies.results.field}),
      rule_fields_(rule_names(mapping.rules)),
      enforcement_fields_(enforcement_names(mapping.enforcement)),
      text_fields_({mapping.texts.year}) {
    report_.year = year;
}

void AnnualCount::fault(const char* code, engine::DocumentId document) {
    faults_[code].push_back(document);
}

void AnnualCount::add(const Definition& definition, const Document& document) {
    // One flow may be behind several tables.
    if (document.flow == mapping_.requests.flow) add_request(definition, document);
    if (document.flow == mapping_.remedies.flow) add_remedy(definition, document);
    if (document.flow == mapping_.rules.flow) add_rule(definition, document);
    if (document.flow == mapping_.enforcement.flow) add_enforcement(definition, document);
    if (document.flow == mapping_.texts.flow) add_texts(definition, document);
}

// Each request is in one row of 一 and 二 and in one of 三 and 四, or in none. Totals are counted
// for themselves: they also have what fits into no row.
void AnnualCount::add_request(const Definition& definition, const Document& document) {
    if (in_any_state(definition, document, mapping_.requests.leave_out)) return;
    const auto& fields = request_fields_.of(definition);
    const auto received = date_in(document, fields[0]);
    const auto concluded = date_in(document, fields[1]);
    if (!received) {
        // Not received yet in the sense of 条例 31 (a web form that nobody has confirmed): no
        // request. One that was answered must have been received some day.
        if (year_.has(concluded)) fault("report_without_date", document.id);
        return;
    }
    if (concluded && *concluded < *received) {
        if (year_.has(received) || year_.has(concluded))
            fault("report_contradicting_dates", document.id);
        return;
    }
    if (*received > year_.last || (concluded && *concluded < year_.first)) return;
    const auto column =
        counts_as(mapping_.requests.applicants, choice_in(definition, document, fields[2]));
    if (!column) fault("report_without_applicant", document.id);
    const auto into = [&](std::size_t row, bool total_only = false) {
        auto& cells = report_.requests[row];
        ++cells[kTotalColumn].value;
        if (!column) return;
        if (total_only) {
            ++cells[*column].value;
        } else {
            count(cells[*column], document);
        }
    };
    into(*received < year_.first ? kCarriedOver : kNewReceived);
    if (!year_.has(concluded)) return into(kCarriedForward);
    into(kTotalProcessed, true);
    const auto result =
        counts_as(mapping_.requests.results, choice_in(definition, document, fields[3]));
    if (!result) return fault("report_without_outcome", document.id);
    into(kFirstResult + *result);
}

void AnnualCount::add_remedy(const Definition& definition, const Document& document) {
    if (in_any_state(definition, document, mapping_.remedies.leave_out)) return;
    const auto& fields = remedy_fields_.of(definition);
    const auto filed = date_in(document, fields[0]);
    const auto closed = date_in(document, fields[1]);
    if (!filed) {
        if (year_.has(closed)) fault("report_without_date", document.id);
        return;
    }
    if (closed && *closed < *filed) {
        if (year_.has(filed) || year_.has(closed)) fault("report_contradicting_dates", document.id);
        return;
    }
    if (*filed > year_.last || (closed && *closed < year_.first)) return;
    const auto kind =
        counts_as(mapping_.remedies.kinds, choice_in(definition, document, fields[2]));
    if (!kind) return fault("report_without_kind", document.id);
    auto& cells = report_.remedies[*kind];
    ++cells[4].value;
    if (!year_.has(closed)) return count(cells[3], document);
    const auto result =
        counts_as(mapping_.remedies.results, choice_in(definition, document, fields[3]));
    if (!result) return fault("report_without_outcome", document.id);
    count(cells[*result], document);
}

void AnnualCount::add_rule(const Definition& definition, const Document& document) {
    if (in_any_state(definition, document, mapping_.rules.leave_out)) return;
    const auto& fields = rule_fields_.of(definition);
    const auto made = date_in(document, fields[0]);
    std::optional<Date> ended;
    const auto ends = [&](Date date) { ended = ended ? std::min(*ended, date) : date; };
    for (std::size_t i = 3; i < fields.size(); ++i) {
        if (const auto date = date_in(document, fields[i])) ends(*date);
    }
    const auto validity =
        counts_as(mapping_.rules.validity, choice_in(definition, document, fields[2]));
    // Ended by the clock, or before its time: then it did so no later than it came to rest there.
    if (validity && *validity == 1) ends(engine::date_in_china(document.places.front().since));
    if (!made) return fault("report_without_date", document.id);
    if (*made > year_.last) return;
    if (ended && *ended < *made) return fault("report_contradicting_dates", document.id);
    const auto kind = counts_as(mapping_.rules.kinds, choice_in(definition, document, fields[1]));
    if (!kind) return fault("report_without_kind", document.id);
    auto& row = report_.rules[*kind];
    if (year_.has(made)) count(row.made, document);
    if (year_.has(ended)) count(row.repealed, document);
    if (!ended || *ended > year_.last) count(row.valid, document);
    if (*made < year_.first && (!ended || *ended >= year_.first)) count(row.valid_before, document);
}

void AnnualCount::add_enforcement(const Definition& definition, const Document& document) {
    const auto& fields = enforcement_fields_.of(definition);
    const auto year = number_in(document, fields[0]);
    if (!year || *year != report_.year) return;
    if (!in_any_state(definition, document, mapping_.enforcement.confirmed_in))
        return fault("report_unconfirmed_figures", document.id);
    for (std::size_t i = 0; i < report_.enforcement.size(); ++i) {
        const auto figure = number_in(document, fields[1 + i]);
        if (!figure || *figure == 0) continue;
        report_.enforcement[i].value += *figure;
        report_.enforcement[i].documents.push_back(document.id);
    }
}

void AnnualCount::add_texts(const Definition& definition, const Document& document) {
    const auto year = number_in(document, text_fields_.of(definition)[0]);
    // Of two for one year the later one speaks.
    if (year && *year == report_.year && !document.purged)
        report_.text_document = std::max(report_.text_document, document.id);
}

AnnualReport AnnualCount::report() && {
    for (auto& rule : report_.rules) {
        for (AnnualCell* cell : {&rule.made, &rule.repealed, &rule.valid, &rule.valid_before})
            sort(*cell);
    }
    for (AnnualCell& cell : report_.enforcement)
        sort(cell);
    for (auto& row : report_.requests)
        std::for_each(row.begin(), row.end(), sort);
    for (auto& kind : report_.remedies)
        std::for_each(kind.begin(), kind.end(), sort);
    return std::move(report_);
}

std::vector<ReportFault> AnnualCount::faults() const {
    std::vector<ReportFault> faults;
    for (const FaultWords& words : kFaults) {
        const auto found = faults_.find(words.code);
        if (found == faults_.end()) continue;
        ReportFault fault{words.code, words.message, words.message_zh, {}, found->second};
        std::sort(fault.documents.begin(), fault.documents.end());
        faults.push_back(std::move(fault));
    }
    return faults;
}

}  // namespace gongkai::app
