#include "app/duties.hpp"

#include <algorithm>
#include <charconv>
#include <future>

#include "app/log.hpp"
#include "language/unicode.hpp"
#include "storage/audit/leaf.hpp"

namespace gongkai::app {

namespace {

// A refused one is tried again after so long: somebody may have mended the rules or the directory.
constexpr std::int64_t kRefusedMs = engine::ms_per_hour;
// ... one that failed in the store, after this.
constexpr std::int64_t kFailedMs = 60 * engine::ms_per_second;
// A clock that was set back and has run on for so long is believed: it had been ahead.
constexpr std::int64_t kSetBackMs = engine::ms_per_hour;

PlainValue value_of(const engine::DutyField& field, const engine::Field& what,
                    const Duties::Series& series, engine::Date day, engine::Date today) {
    using Source = engine::DutyField::Source;
    const std::int64_t year = engine::year_of(day);
    if (field.source == Source::today) return engine::to_string(today);
    if (field.source == Source::day) return engine::to_string(day);
    if (field.source == Source::year) return year;
    if (field.source == Source::last_year) return year - 1;
    if (series.crowd && field.source == Source::documents)
        return static_cast<std::int64_t>(series.crowd->documents);
    if (series.crowd && field.source == Source::people)
        return static_cast<std::int64_t>(series.crowd->people);
    if (what.type == engine::FieldType::flag) return field.text == "yes";
    if (what.type == engine::FieldType::text) {
        std::string text = engine::with_day(field.text, day);
        if (series.item) text = engine::with_item(std::move(text), *series.item);
        return series.crowd ? engine::with_crowd(std::move(text), *series.crowd) : text;
    }
    if (what.type == engine::FieldType::number) {
        std::int64_t number = 0;
        const char* end = field.text.data() + field.text.size();
        // The duty may be of other rules than the flow, for a moment: then the step says so.
        if (std::from_chars(field.text.data(), end, number).ptr == end) return number;
    }
    return field.text;
}

bool chooses(const engine::DutyItems& items, const std::string& catalog, const std::string& from) {
    const auto has = [](const std::vector<std::string>& list, const std::string& one) {
        return std::find(list.begin(), list.end(), one) != list.end();
    };
    return has(items.from, from) && (items.catalogs.empty() || has(items.catalogs, catalog));
}

// The newest that was to be opened; of what is daily, of the last weeks.
std::optional<engine::Occurrence> newest(const engine::Duty& duty, engine::Date today,
                                         const engine::Calendar& calendar) {
    constexpr int kLongestHoliday = 21;
    for (int back = 0; back <= kLongestHoliday; ++back) {
        if (const auto one = engine::due(duty, today - back, calendar)) return one;
    }
    return std::nullopt;
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

std::string Duties::Series::source() const {
    return std::string(kDutySource) + duty.name;
}
std::string Duties::Series::number(const engine::Occurrence& occurrence) const {
    if (crowd) return department + '/' + crowd->key;
    const std::string of_item = item ? '/' + item->code : std::string();
    return department + of_item + '/' + engine::to_string(occurrence.day);
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

Result<std::vector<Duties::Item>> Duties::items() const {
    TRY(const auto stored, catalog_.all());
    std::vector<Item> out;
    for (const storage::CatalogItem& one : stored) {
        const ItemLimit limit = limit_of(one);
        // A leap year, so that every day of a year is one.
        out.push_back({{one.code, language::shortened(limit.title, engine::kItemTitleMax)},
                       one.catalog,
                       limit.from,
                       engine::parse_date("2024-" + limit.before)});
    }
    return out;
}

std::vector<Duties::Series> Duties::series_of(const List& duties,
                                              const std::vector<Item>& items) const {
    const auto directory = identity_.directory();
    std::vector<Series> out;
    for (const engine::Duty& duty : duties) {
        for (const engine::DepartmentCode& code : duty.departments) {
            // The rules name it before it exists, or after it was closed.
            const storage::Department* department = directory->department(code);
            if (department == nullptr || !department->active) continue;
            if (!duty.items) {
                out.push_back({duty, code, std::nullopt, std::nullopt});
                continue;
            }
            for (const Item& one : items) {
                if (!chooses(*duty.items, one.catalog, one.from)) continue;
                if (!duty.items->own_day) {
                    out.push_back({duty, code, one.item, std::nullopt});
                } else if (one.day) {
                    const engine::Civil day = engine::to_civil(*one.day);
                    out.push_back({engine::on_day_of_year(duty, day.month, day.day), code, one.item,
                                   std::nullopt});
                }
            }
        }
    }
    return out;
}

std::vector<Duties::Due> Duties::due_on(engine::Date today, const List& duties, Instant now) {
    const auto calendar = calendars_.current();
    if (const std::uint64_t size = store_.head().size; size != items_at_) {
        auto read = items();
        const std::string why = read ? std::string() : read.error().message;
        if (read) {
            items_ = std::move(*read);
            items_at_ = size;
        } else if (why != items_trouble_) {
            log_event(LogLevel::warning, "duty_failed", {{"why", why}});
        }
        items_trouble_ = why;
    }
    std::vector<Due> out;
    for (Series& series : series_of(duties, items_)) {
        const auto occurrence = engine::due(series.duty, today, calendar->calendar);
        if (!occurrence) continue;
        if (!series.duty.alike) {
            out.push_back({std::move(series), *occurrence});
            continue;
        }
        for (engine::DutyCrowd& crowd : found_crowds(series, *occurrence, today, now)) {
            Due& due = out.emplace_back(Due{series, *occurrence});
            due.series.crowd = std::move(crowd);
        }
    }
    return out;
}

Result<std::vector<Duties::SeriesView>> Duties::view(Instant now) const {
    const auto duties = all();
    const auto calendar = calendars_.current();
    const engine::Date today = engine::date_in_china(now);
    TRY(const auto in_force, items());
    std::vector<SeriesView> out;
    for (Series& series : series_of(*duties, in_force)) {
        SeriesView view{std::move(series), {}, {}, {}, 0, {}};
        view.next = engine::next(view.series.duty, today, calendar->calendar);
        view.last = newest(view.series.duty, today, calendar->calendar);
        if (view.series.duty.alike) {
            TRY(Opened opened, opened_for_crowds(view.series));
            TRY(const auto crowds, open_crowds(view.series, opened, today));
            view.waiting = crowds.size();
            view.opened = std::move(opened.documents);
        }
        out.push_back(std::move(view));
    }
    const auto query = [&](storage::Reader& reader) -> Result<void> {
        for (SeriesView& view : out) {
            if (!view.last || view.series.duty.alike) continue;
            const Series& series = view.series;
            TRY(view.document, reader.find_external(series.source(), series.number(*view.last)));
        }
        return {};
    };
    TRY_VOID(store_.read(query));
    return out;
}

Result<bool> Duties::wanted(const Due& due) {
    TRY(const bool began, record_began_by(due.occurrence.from));
    if (!began) return false;
    bool opened = false;
    const auto query = [&](storage::Reader& reader) -> Result<void> {
        TRY(const auto document,
            reader.find_external(due.series.source(), due.series.number(due.occurrence)));
        opened = document.has_value();
        return {};
    };
    TRY_VOID(store_.read(query));
    return !opened;
}

Outcome Duties::hand_in(const Due& due, const Flow& flow, engine::Date today) {
    const Series& series = due.series;
    input::HandIn hand_in{
        series.source(), series.number(due.occurrence), series.duty.flow, series.department, {},
        std::nullopt};
    for (const engine::DutyField& field : series.duty.fields) {
        const engine::FieldId id = flow.definition.field(field.name);
        if (id == engine::kNone) continue;
        hand_in.fields.push_back({field.name, value_of(field, flow.definition.fields[id], series,
                                                       due.occurrence.day, today)});
    }
    std::promise<Outcome> promise;
    documents_.submit_scheduled(0, std::move(hand_in), [&promise](Outcome outcome) {
        promise.set_value(std::move(outcome));
    });
    return promise.get_future().get();
}

bool Duties::open(const Due& due, engine::Date today, Instant now) {
    const std::string number = due.series.number(due.occurrence);
    Instant& not_before = not_before_[due.series.source() + ' ' + number];
    if (now < not_before) return false;
    not_before = now + kRefusedMs;
    const auto warn = [&](std::string_view event, const std::string& why) {
        log_event(LogLevel::warning, event,
                  {{"duty", due.series.duty.name}, {"number", number}, {"why", why}});
    };
    const auto flow = flows_.current(due.series.duty.flow);
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

bool Duties::set_back(engine::Date today, Instant now) {
    if (!latest_ || today >= *latest_) {
        behind_since_.reset();
        return false;
    }
    // It may have been set back once more.
    behind_since_ = behind_since_ ? std::min(*behind_since_, now) : now;
    if (now < *behind_since_ + kSetBackMs) return true;
    behind_since_.reset();
    return false;
}

std::size_t Duties::open_due(Instant now) {
    const auto duties = all();
    const engine::Date today = engine::date_in_china(now);
    if (set_back(today, now)) return 0;
    if (latest_ != today || seen_ != duties) not_before_.clear();
    if (seen_ != duties) found_.clear();
    latest_ = today;
    seen_ = duties;
    std::size_t opened = 0;
    for (const Due& due : due_on(today, *duties, now))
        opened += open(due, today, now) ? 1 : 0;
    return opened;
}

}  // namespace gongkai::app
