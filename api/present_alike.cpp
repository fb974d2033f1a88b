#include "api/present_alike.hpp"

#include "api/present.hpp"
#include "engine/time.hpp"

namespace gongkai::api {

namespace {

void write_count(json::Writer& out, const app::AlikeCount& count) {
    out.begin_object().member("name", count.group.name).member("title", count.group.title);
    write_texts(out, "basis", count.group.basis);
    out.member("count", count.count).key("months").begin_array();
    for (const app::AlikeMonth& month : count.months) {
        out.begin_object().member("month", month.month).member("count", month.count).end_object();
    }
    out.end_array().end_object();
}

void write_row(json::Writer& out, const app::AlikeRow& row, const app::AlikeView& view) {
    out.begin_object();
    write_summary(out, row.document);
    out.member("opened", engine::to_string(row.opened));
    if (!row.number.empty()) out.member("number", row.number);
    write_texts(out, "tags", row.tags);
    out.key("alike").begin_array();
    for (const app::AlikeReason& reason : row.reasons) {
        const language::AlikeGroup& group = view.groups[reason.group].group;
        out.begin_object().member("group", group.name).member("title", group.title);
        if (!group.near.empty()) out.member("nearness", reason.nearness);
        out.end_object();
    }
    out.end_array().end_object();
}

}  // namespace

std::string alike_json(const app::AlikeView& view) {
    json::Writer out(4096);
    out.begin_object()
        .member("document", std::to_string(view.id))
        .member("flow", view.flow->definition.flow)
        .member("since", engine::to_string(view.since))
        .member("looked_at", view.looked_at)
        .member("complete", view.complete)
        .member("left_out", view.left_out)
        .key("groups")
        .begin_array();
    for (const app::AlikeCount& count : view.groups)
        write_count(out, count);
    out.end_array().key("documents").begin_array();
    for (const app::AlikeRow& row : view.rows)
        write_row(out, row, view);
    return out.end_array().end_object().take();
}

}  // namespace gongkai::api
