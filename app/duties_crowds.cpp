// Duties that look after what many documents ask for.
#include <algorithm>

#include "app/alike_traits.hpp"
#include "app/crowds.hpp"
#include "app/duties.hpp"
#include "app/flow_scan.hpp"
#include "app/log.hpp"

namespace gongkai::app {

namespace {

// A look that failed is tried again after so long.
constexpr std::int64_t kLookAgainMs = 60 * engine::ms_per_second;

void add_numbers(std::string_view text, std::set<std::string>& out) {
    const std::string_view between = engine::kBetweenNumbers;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(between), text.size());
        out.emplace(text.substr(0, end));
        text.remove_prefix(std::min(end + between.size(), text.size()));
    }
}

}  // namespace

Result<Duties::Opened> Duties::opened_for_crowds(const Series& series) const {
    Opened out;
    const std::string source = series.source(), department = series.department + '/';
    const auto take = [&](storage::Reader& reader,
                          const storage::DocumentRow& row) -> Result<void> {
        if (row.source != source || !row.source_id.starts_with(department)) return {};
        out.documents.push_back(row.document.id);
        out.keys.insert(row.source_id.substr(department.size()));
        TRY(const auto flow, flows_.by_digest(row.document.definition));
        TRY(const auto openings, reader.openings(row.document.id));
        for (const engine::DutyField& field : series.duty.fields) {
            if (field.text != "{numbers}") continue;
            const engine::FieldId id = flow->definition.field(field.name);
            add_numbers(text_in(row.document, id, openings), out.numbers);
        }
        return {};
    };
    TRY_VOID(scan_flow(store_, series.duty.flow, 0, take));
    return out;
}

Result<std::vector<engine::DutyCrowd>> Duties::open_crowds(const Series& series,
                                                           const Opened& opened,
                                                           engine::Date today) const {
    TRY(auto crowds, crowds_of(store_, flows_, series.duty, today));
    std::vector<engine::DutyCrowd> out;
    for (Crowd& crowd : crowds) {
        const bool keyed =
            std::any_of(crowd.documents.begin(), crowd.documents.end(),
                        [&](auto id) { return opened.keys.contains(std::to_string(id)); });
        const bool named =
            std::any_of(crowd.numbers.begin(), crowd.numbers.end(),
                        [&](const auto& number) { return opened.numbers.contains(number); });
        if (!keyed && !named && !crowd.answered) out.push_back(std::move(crowd.counted));
    }
    return out;
}

// Looked for once for each occurrence, and again after a restart.
std::vector<engine::DutyCrowd> Duties::found_crowds(const Series& series,
                                                    const engine::Occurrence& occurrence,
                                                    engine::Date today, Instant now) {
    const std::string name = series.source() + ' ' + series.department;
    const auto found = found_.find(name);
    if (found != found_.end() && found->second.day == occurrence.day) return found->second.crowds;
    Instant& not_before = not_before_[name];
    if (now < not_before) return {};
    not_before = now + kLookAgainMs;
    const auto look = [&]() -> Result<std::vector<engine::DutyCrowd>> {
        TRY(const bool began, record_began_by(occurrence.from));
        if (!began) return std::vector<engine::DutyCrowd>{};
        TRY(const Opened opened, opened_for_crowds(series));
        return open_crowds(series, opened, today);
    };
    auto crowds = look();
    if (!crowds) {
        log_event(LogLevel::warning, "duty_failed",
                  {{"duty", series.duty.name}, {"why", crowds.error().message}});
        return {};
    }
    return (found_[name] = Found{occurrence.day, std::move(*crowds)}).crowds;
}

}  // namespace gongkai::app
