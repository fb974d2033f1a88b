#include "app/duties.hpp"

#include <charconv>
#include <future>

#include "app/log.hpp"
#include "storage/audit/leaf.hpp"

namespace gongkai::app {

namespace {

// A refused one is tried again after so long: somebody may have mended the rules or the directory.
constexpr std::int64_t kRefusedMs = engine::ms_per_hour;
// ... one that failed in the store, after this.
constexpr std::int64_t kFailedMs = 60 * engine::ms_per_second;

PlainValue value_of(const engine::DutyField& field, const engine::Field& what, engine::Date day,
                    engine::Date today) {
    using Source = engine::DutyField::Source;
    const std::int64_t year = engine::year_of(day);
    if (field.source == Source::today) return engine::to_string(today);
    if (field.source == Source::year) return year;
    if (field.source == Source::last_year) return year - 1;
    if (what.type == engine::FieldType::flag) return field.text == "yes";
    if (what.type == engine::FieldType::text) return engine::with_day(field.text, day);
    if (what.type == engine::FieldType::number) {
        std::int64_t number = 0;
        const char* end = field.text.data() + field.text.size();
        // The duty may be of other rules than the flow, for a moment: then the step says so.
        if (std::from_chars(field.text.data(), end, number).ptr == end) return number;
    }
    return field.text;
}

// Why nothing came of it; empty where something did.
std::string complaint(const Outcome& outcome) {
    if (std::holds_alternative<Done>(outcome)) return {};
    if (const auto* error = std::get_if<engine::Error>(&outcome)) return error->message;
    if (const auto* refused = std::get_if<Refused>(&outcome))
        return std::string(engine::code(refused->refusal.reason));
    if (const auto* invalid = std::get_if<Invalid>(&outcome))
        return invalid->where + ' ' + invalid->code;
    return "refused";
}

}  // namespace

std::string Duties::Due::source() const {
    return std::string(kDutySource) + duty.name;
}
std::string Duties::Due::number() const {
    return department + '/' + engine::to_string(occurrence.day);
}

void Duties::set(std::shared_ptr<const List> duties) {
    const std::lock_guard lock(mutex_);
    duties_ = duties ? std::move(duties) : std::make_shared<const List>();
}

std::shared_ptr<const Duties::List> Duties::all() const {
    const std::lock_guard lock(mutex_);
    return duties_;
}

Result<bool> Duties::record_began_by(engine::Date day) {
    if (record_began_) return *record_began_ <= day;
    const auto query = [&](storage::Reader& reader) -> Result<void> {
        TRY(const auto leaves, reader.leaves(0, 1));
        if (leaves.empty()) return {};
        TRY(const auto leaf, storage::audit::decode_leaf(leaves.front().bytes));
        record_began_ = engine::date_in_china({leaf.time_ms});
        return {};
    };
    TRY_VOID(store_.read(query));
    return record_began_ && *record_began_ <= day;
}

std::vector<Duties::Due> Duties::due_on(engine::Date today, const List& duties) const {
    const auto calendar = calendars_.current();
    const auto directory = identity_.directory();
    std::vector<Due> out;
    for (const engine::Duty& duty : duties) {
        const auto occurrence = engine::due(duty, today, calendar->calendar);
        if (!occurrence) continue;
        for (const engine::DepartmentCode& code : duty.departments) {
            // The rules name it before it exists, or after it was closed.
            const storage::Department* department = directory->department(code);
            if (department != nullptr && department->active)
                out.push_back({duty, *occurrence, code});
        }
    }
    return out;
}

Result<bool> Duties::wanted(const Due& due) {
    TRY(const bool began, record_began_by(due.occurrence.from));
    if (!began) return false;
    bool opened = false;
    const auto query = [&](storage::Reader& reader) -> Result<void> {
        TRY(const auto document, reader.find_external(due.source(), due.number()));
        opened = document.has_value();
        return {};
    };
    TRY_VOID(store_.read(query));
    return !opened;
}

Outcome Duties::hand_in(const Due& due, const Flow& flow, engine::Date today) {
    input::HandIn hand_in{due.source(),   due.number(), due.duty.flow,
                          due.department, {},           std::nullopt};
    for (const engine::DutyField& field : due.duty.fields) {
        const engine::FieldId id = flow.definition.field(field.name);
        if (id == engine::kNone) continue;
        hand_in.fields.push_back(
            {field.name, value_of(field, flow.definition.fields[id], due.occurrence.day, today)});
    }
    std::promise<Outcome> promise;
    documents_.submit_scheduled(0, std::move(hand_in), [&promise](Outcome outcome) {
        promise.set_value(std::move(outcome));
    });
    return promise.get_future().get();
}

bool Duties::open(const Due& due, engine::Date today, Instant now) {
    Instant& not_before = not_before_[due.source() + ' ' + due.number()];
    if (now < not_before) return false;
    not_before = now + kRefusedMs;
    const auto warn = [&](std::string_view event, const std::string& why) {
        log_event(LogLevel::warning, event,
                  {{"duty", due.duty.name}, {"number", due.number()}, {"why", why}});
    };
    const auto flow = flows_.current(due.duty.flow);
    const Result<bool> is_wanted = wanted(due);
    if (is_wanted && (!*is_wanted || !flow)) return false;
    const Outcome outcome = is_wanted ? hand_in(due, *flow, today) : Outcome{is_wanted.error()};
    if (std::holds_alternative<engine::Error>(outcome)) {
        not_before = now + kFailedMs;
        warn("duty_failed", complaint(outcome));
    } else if (const std::string why = complaint(outcome); !why.empty()) {
        warn("duty_refused", why);
    }
    const auto* done = std::get_if<Done>(&outcome);
    return done != nullptr && done->created;
}

std::size_t Duties::open_due(Instant now) {
    const auto duties = all();
    const engine::Date today = engine::date_in_china(now);
    if (latest_ && today < *latest_) return 0;
    if (latest_ != today || seen_ != duties) not_before_.clear();
    latest_ = today;
    seen_ = duties;
    std::size_t opened = 0;
    for (const Due& due : due_on(today, *duties))
        opened += open(due, today, now) ? 1 : 0;
    return opened;
}

}  // namespace gongkai::app
