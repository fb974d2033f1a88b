#include <boost/json.hpp>

#include "app/reports/annual.hpp"

namespace gongkai::app {

namespace {

namespace json = boost::json;

// "denied.stateSecret" into nested objects.
void put(json::object& into, std::string_view path, json::value value) {
    const std::size_t dot = path.find('.');
    if (dot == path.npos) {
        into[path] = std::move(value);
        return;
    }
    json::value& inner = into[path.substr(0, dot)];
    if (!inner.is_object()) inner = json::object();
    put(inner.as_object(), path.substr(dot + 1), std::move(value));
}

json::array ids(const std::vector<engine::DocumentId>& documents) {
    json::array out;
    for (const engine::DocumentId id : documents)
        out.emplace_back(std::to_string(id));
    return out;
}

}  // namespace

std::string annual_json(const AnnualReport& report, bool with_documents) {
    json::object out{{"year", report.year},
                     {"title", report.title},
                     {"office", report.office},
                     {"made", engine::to_string(report.made)},
                     {"unfinished", report.unfinished}};
    json::array basis;
    for (const std::string& one : report.basis)
        basis.emplace_back(one);
    out["basis"] = std::move(basis);
    if (report.text_document != 0) {
        out["document"] = std::to_string(report.text_document);
        out["texts"] = json::object{
            {"overview", report.overview}, {"problems", report.problems}, {"other", report.other}};
    }
    json::object cells;
    for (const std::string& name : annual_cells()) {
        const std::int64_t figure = figure_of(report, name).value_or(0);
        const bool money = name == "table2.fees.amount";
        // 万元, as the form has it; a text, so that no digit is lost on the way.
        put(out, name, money ? json::value(in_ten_thousands(figure)) : json::value(figure));
        if (!with_documents) continue;
        const auto documents = documents_of(report, name);
        if (!documents.empty()) cells[name] = ids(documents);
    }
    if (with_documents) out["cells"] = std::move(cells);
    return json::serialize(out);
}

}  // namespace gongkai::app
