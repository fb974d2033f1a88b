#include "cli/draw.hpp"

#include <fmt/core.h>

#include <boost/json.hpp>

#include "app/diagram.hpp"
#include "cli/installation.hpp"
#include "language/rulebook.hpp"

namespace gongkai::cli {

namespace {

namespace json = boost::json;
using engine::Error;
using engine::ErrorCode;
using engine::Result;

// What is to be drawn.
struct Subject {
    std::shared_ptr<const app::Flow> flow;
    std::optional<engine::Document> document;
};

Result<Subject> stored(const DrawOptions& options) {
    DataOptions data;
    data.data = options.data;
    TRY(const auto application, app::Application::open(read_only_options(data)));
    std::optional<storage::DocumentRow> row;
    TRY_VOID(application->store().read([&](storage::Reader& reader) -> Result<void> {
        TRY(row, reader.find_document(*options.document));
        return {};
    }));
    if (!row)
        return Error{ErrorCode::not_found,
                     "there is no document " + std::to_string(*options.document)};
    TRY(auto flow, application->flows().by_digest(row->document.definition));
    return Subject{std::move(flow), std::move(row->document)};
}

app::Picture picture_of(const std::string& format) {
    if (format == "dot") return app::Picture::graphviz;
    if (format == "svg") return app::Picture::svg;
    return app::Picture::mermaid;
}

void print(const DrawOptions& options, const Subject& subject) {
    const std::string picture = app::draw(*subject.flow, picture_of(options.format),
                                          subject.document ? &*subject.document : nullptr);
    if (!options.json) {
        fmt::print("{}", picture);
        return;
    }
    json::object out{
        {"flow", subject.flow->definition.flow}, {"format", options.format}, {"picture", picture}};
    if (subject.document) {
        json::array states;
        for (const engine::Place& place : subject.document->places) {
            if (place.state != engine::kNone)
                states.push_back(json::string(subject.flow->definition.states[place.state].name));
        }
        out["document"] = std::to_string(subject.document->id);
        out["states"] = std::move(states);
    }
    fmt::print("{}\n", json::serialize(out));
}

}  // namespace

int draw(const DrawOptions& options) {
    if (options.document) {
        const auto subject = stored(options);
        if (!subject) {
            return failed(subject.error());
        }
        print(options, *subject);
        return kOk;
    }
    const LoadedFlows loaded = load_flows(options);
    if (loaded.exit != kOk) return loaded.exit;
    if (loaded.flows.size() > 1) {
        std::string names;
        for (const auto& flow : loaded.flows)
            names += " " + flow->definition.flow;
        complain("one picture is of one flow: name it with --flow, one of" + names);
        return kUsage;
    }
    print(options, {app::Flow::make(*loaded.flows.front()), std::nullopt});
    return kOk;
}

}  // namespace gongkai::cli
