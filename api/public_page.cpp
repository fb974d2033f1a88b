#include "api/public_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "api/http/file.hpp"
#include "api/json/document.hpp"
#include "app/page/page.hpp"

namespace gongkai::api {

namespace {

using app::html_text;

const engine::Field* field_of(const app::Flow* flow, std::string_view name) {
    if (flow == nullptr) return nullptr;
    const auto id = flow->definition.field(name);
    return id == engine::kNone ? nullptr : &flow->definition.fields[id];
}

std::string title_among(const std::vector<engine::NamedChoice>& words, std::string_view name) {
    for (const auto& word : words)
        if (word.name == name) return word.title;
    return std::string(name);
}

// Paragraphs at empty lines, breaks at the others.
std::string paragraphs(std::string_view text) {
    std::string out = "<p>";
    while (!text.empty()) {
        const auto end = text.find('\n');
        auto line = text.substr(0, end);
        text.remove_prefix(end == text.npos ? text.size() : end + 1);
        if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
        if (line.empty())
            out += "</p>\n<p>";
        else
            out += html_text(line) + "<br>\n";
    }
    return out + "</p>\n";
}

std::string table(const engine::Field* field, const json::Value& rows) {
    std::vector<std::string> columns;
    if (field != nullptr)
        for (const auto& column : field->columns)
            columns.push_back(column.name);
    for (std::size_t i = 0; field == nullptr && i < rows.size(); ++i) {
        const auto row = rows.element(i);
        for (std::size_t k = 0; k < row.size(); ++k)
            if (std::find(columns.begin(), columns.end(), row.key(k)) == columns.end())
                columns.emplace_back(row.key(k));
    }
    std::string out = "<table>\n<thead><tr>";
    for (const auto& column : columns)
        out += "<th>" + html_text(field != nullptr ? title_among(field->columns, column) : column) +
               "</th>";
    out += "</tr></thead>\n<tbody>\n";
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto row = rows.element(i);
        if (row.kind() != json::Kind::object) continue;
        out += "<tr>";
        for (const auto& column : columns) {
            const auto at = row.find(column);
            const bool given =
                at != json::Value::npos && row.element(at).kind() == json::Kind::text;
            out += "<td>" + (given ? html_text(row.element(at).text()) : "") + "</td>";
        }
        out += "</tr>\n";
    }
    return out + "</tbody></table>\n";
}

std::string value_html(const engine::Field* field, const json::Value& value) {
    switch (value.kind()) {
        case json::Kind::text:
            if (field != nullptr && field->type == engine::FieldType::choice)
                return "<p>" + html_text(title_among(field->choices, value.text())) + "</p>\n";
            return paragraphs(value.text());
        case json::Kind::boolean:
            return value.boolean() ? "<p>是</p>\n" : "<p>否</p>\n";
        case json::Kind::list:
            return table(field, value);
        default:
            return "<p>" + html_text(value.to_json()) + "</p>\n";
    }
}

// In the order in which the flow lists its fields.
std::string fields_html(const std::string& fields, const app::Flow* flow) {
    const auto parsed = json::parse(fields);
    if (!parsed || parsed->root().kind() != json::Kind::object) return "";
    const auto root = parsed->root();
    std::vector<std::string_view> names;
    for (std::size_t i = 0; i < root.size(); ++i)
        if (root.key(i) != "title") names.push_back(root.key(i));  // the heading
    const auto place = [flow](std::string_view name) {
        return flow == nullptr ? engine::kNone : flow->definition.field(name);
    };
    std::stable_sort(names.begin(), names.end(),
                     [&](auto a, auto b) { return place(a) < place(b); });
    std::string out;
    for (const std::string_view name : names) {
        const auto* field = field_of(flow, name);
        out += "<section>\n<h2>" + html_text(field != nullptr ? field->title : name) + "</h2>\n" +
               value_html(field, root.element(root.find(name))) + "</section>\n";
    }
    return out;
}

// Under a heading for each thing that other documents are to this one.
std::string links_html(const std::vector<storage::PublicLink>& links) {
    std::vector<std::string_view> headings;
    for (const storage::PublicLink& link : links) {
        if (std::find(headings.begin(), headings.end(), link.relation_title) == headings.end())
            headings.push_back(link.relation_title);
    }
    std::string out;
    for (const std::string_view heading : headings) {
        out += "<section>\n<h2>" + html_text(heading) + "</h2>\n<ul>\n";
        for (const storage::PublicLink& link : links) {
            if (link.relation_title != heading) continue;
            out += "<li><a href=\"/public/documents/" + std::to_string(link.document) + "\">" +
                   html_text(link.title) + "</a>" + (link.draft ? "（征求意见稿）" : "") +
                   "</li>\n";
        }
        out += "</ul>\n</section>\n";
    }
    return out;
}

// "2026-03-02 09:05": what the reader's own clock shows.
std::string time_in_china(engine::Instant at) {
    const std::int64_t of_day = (at.ms + engine::china_offset_ms) % engine::ms_per_day;
    return engine::to_string(engine::date_in_china(at)) +
           fmt::format(" {:02}:{:02}", of_day / engine::ms_per_hour,
                       of_day % engine::ms_per_hour / 60'000);
}

}  // namespace

std::string public_page(const app::PublishedPage& page, const app::Flow* flow) {
    const storage::PublicDocument& document = page.document;
    const std::string id = std::to_string(document.document);
    const std::string title = html_text(document.title);
    std::string out =
        "<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
        title + "</title>\n</head>\n<body>\n<main>\n<h1>" + title + "</h1>\n";
    if (document.draft) out += "<p><strong>征求意见稿</strong></p>\n";
    if (document.withdrawn) out += "<p><strong>已撤稿</strong></p>\n";
    out += "<p>" + html_text(flow != nullptr ? flow->definition.title : document.flow) +
           "，<time datetime=\"" + engine::to_string(document.published_at) + "\">" +
           time_in_china(document.published_at) + "</time></p>\n";
    out += fields_html(document.fields, flow);
    if (!document.attachments.empty()) {
        out += "<section>\n<h2>附件</h2>\n<ul>\n";
        for (const auto& attachment : document.attachments)
            out += "<li><a href=\"/public/v1/documents/" + id + "/attachments/" +
                   to_hex(attachment.digest) + "\">" + html_text(attachment.name) + "</a></li>\n";
        out += "</ul>\n</section>\n";
    }
    out += links_html(page.links);
    out += "<footer>\n<p><a href=\"/public/v1/documents/" + id +
           "/proof\">证明文件</a>（可离线验证）；内容摘要 <code>" + to_hex(document.content) +
           "</code></p>\n</footer>\n</main>\n</body>\n</html>\n";
    return out;
}

}  // namespace gongkai::api
