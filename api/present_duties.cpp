#include "api/present_duties.hpp"

#include "api/present.hpp"
#include "engine/time.hpp"

namespace gongkai::api {

namespace {

// In the order of engine::Period, in the words of duties.yaml.
constexpr std::string_view kPeriods[] = {"working day", "day",       "week", "month",
                                         "quarter",     "half year", "year"};

void write_occurrence(json::Writer& out, const char* key, const engine::Occurrence& occurrence) {
    out.key(key)
        .begin_object()
        .member("day", engine::to_string(occurrence.day))
        .member("opens_on", engine::to_string(occurrence.from));
}

void write_alike(json::Writer& out, const app::Duties::SeriesView& view) {
    const engine::DutyAlike& alike = *view.series.duty.alike;
    const bool months = alike.within.unit == engine::Unit::months;
    out.key("alike")
        .begin_object()
        .member("flow", alike.flow)
        .member("by", alike.by)
        .member("people", alike.people)
        .member("at_least", alike.at_least)
        .member("within", std::to_string(alike.within.count) + (months ? " months" : " days"))
        .member("waiting", view.waiting)
        .key("opened")
        .begin_array();
    for (const engine::DocumentId id : view.opened)
        out.value(std::to_string(id));
    out.end_array().end_object();
}

}  // namespace

std::string duties_json(const std::vector<app::Duties::SeriesView>& duties) {
    json::Writer out(4096);
    out.begin_object().key("duties").begin_array();
    for (const app::Duties::SeriesView& view : duties) {
        const engine::Duty& duty = view.series.duty;
        out.begin_object()
            .member("name", duty.name)
            .member("title", duty.title)
            .member("flow", duty.flow)
            .member("every", kPeriods[static_cast<std::size_t>(duty.period)])
            .member("department", view.series.department);
        write_texts(out, "basis", duty.basis);
        if (const auto& item = view.series.item)
            out.member("item", item->code).member("item_title", item->title);
        if (duty.alike) write_alike(out, view);
        write_occurrence(out, "next", view.next);
        out.end_object();
        if (view.last) {
            write_occurrence(out, "last", *view.last);
            if (view.document) out.member("document", std::to_string(*view.document));
            out.end_object();
        }
        out.end_object();
    }
    return out.end_array().end_object().take();
}

}  // namespace gongkai::api
