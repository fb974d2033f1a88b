#include "cli/document.hpp"

#include <fmt/format.h>

#include "api/present.hpp"
#include "app/record_json.hpp"
#include "cli/given.hpp"
#include "cli/outcome.hpp"

namespace gongkai::cli {

namespace {

using engine::Result;

std::string states_of(const app::Flow& flow, const engine::Document& document) {
    std::string out;
    for (const engine::Place& place : document.places) {
        if (place.state == engine::kNone) continue;
        const engine::State& state = flow.definition.states[place.state];
        out += fmt::format("{}{} ({})", out.empty() ? "" : ", ", state.title, state.name);
    }
    return out;
}

std::string title_of(const app::Flow& flow, engine::FieldId id, const std::string& choice) {
    for (const engine::NamedChoice& one : flow.definition.fields[id].choices) {
        if (one.name == choice) return one.title;
    }
    return choice;
}

std::string in_words(const app::Flow& flow, const app::FieldView& field) {
    struct Visitor {
        const app::Flow& flow;
        engine::FieldId id;
        std::string operator()(std::monostate) const { return ""; }
        std::string operator()(bool flag) const { return flag ? "是" : "否"; }
        std::string operator()(std::int64_t number) const { return std::to_string(number); }
        std::string operator()(const std::string& text) const { return title_of(flow, id, text); }
        std::string operator()(const app::Rows& rows) const {
            std::string out;
            for (const app::Row& row : rows) {
                out += "\n    ";
                for (std::size_t i = 0; i < row.size(); ++i)
                    out += (i == 0 ? "" : " | ") + row[i].second;
            }
            return out;
        }
    };
    return std::visit(Visitor{flow, field.field}, field.value);
}

void print(const app::DocumentView& view) {
    const app::Flow& flow = *view.flow;
    const engine::Definition& definition = flow.definition;
    fmt::print("{}  {}\n", view.document.id, view.title);
    fmt::print("flow: {} ({}), revision {}, department {}\n", definition.title, definition.flow,
               view.document.revision, view.document.department);
    fmt::print("now in: {}\n", states_of(flow, view.document));
    if (!view.source.empty()) fmt::print("handed in as: {} {}\n", view.source, view.source_id);
    for (const engine::Signature& signature : view.document.signatures) {
        const auto name = view.people.find(signature.signer);
        fmt::print("signed: {} by {}{}\n", definition.signatures[signature.kind].title,
                   name == view.people.end() ? std::to_string(signature.signer) : name->second,
                   signature.content == view.document.content ? "" : " (void: on another content)");
    }
    for (const app::AttachmentView& attachment : view.attachments)
        fmt::print("attachment: {} ({} bytes)\n", attachment.name, attachment.size);
    for (const app::FieldView& field : view.fields) {
        if (field.field == flow.body) continue;
        fmt::print("{}: {}\n", definition.fields[field.field].title, in_words(flow, field));
    }
    for (const app::FieldView& field : view.fields) {
        if (field.field == flow.body) fmt::print("\n{}\n", in_words(flow, field));
    }
}

void print(app::Application& application, const app::OffersView& view) {
    const engine::Definition& definition = view.flow->definition;
    constexpr const char* kinds[] = {"act",      "edit",    "vote",  "claim", "release",
                                     "withdraw", "consult", "renew", "relate"};
    for (const engine::Offer& offer : view.offers) {
        const bool act = offer.kind == engine::Offer::Kind::act;
        const std::string what = act ? definition.actions[offer.action].title + " (" +
                                           definition.actions[offer.action].name + ")"
                                     : kinds[static_cast<std::size_t>(offer.kind)];
        fmt::print("{} in {}: {}\n", what, definition.states[offer.state].name,
                   offer.allowed() ? "allowed" : "not now");
        std::string fields;
        for (const engine::FieldId id : offer.asks)
            fields += fmt::format("{}{} ({})", fields.empty() ? "" : ", ",
                                  definition.fields[id].title, definition.fields[id].name);
        if (!fields.empty())
            fmt::print("    {}: {}\n", act ? "asks for" : "what may be changed", fields);
        if (offer.comment_required) fmt::print("    asks for a comment\n");
        for (const engine::Refusal& blocker : offer.blockers)
            fmt::print("  {}\n", cli::in_words(application, blocker, view.flow.get()));
    }
}

void print(const app::HistoryPage& page) {
    for (const app::HistoryEntry& entry : page.entries) {
        std::string behalf;
        if (entry.on_behalf_of != 0) behalf = " for " + entry.on_behalf_of_name;
        fmt::print("{}  r{:<4} {:<8} {}{}\n    {}\n", engine::to_string(entry.at), entry.revision,
                   entry.reason.empty() ? entry.kind : "refused",
                   entry.actor_name.empty() ? entry.actor_kind : entry.actor_name, behalf,
                   entry.command);
        if (!entry.reason.empty()) fmt::print("    refused: {}\n", entry.reason);
        if (entry.comment) fmt::print("    comment: {}\n", *entry.comment);
    }
}

// Changes one document: `input` makes the command of the flow that it follows.
int change(const DocumentChangeOptions& options,
           const std::function<app::Input(std::vector<app::PlainField>)>& input) {
    const auto desk = desk_to_change(options, options.as);
    if (!desk) return failed(desk.error());
    app::Documents& documents = desk->application->documents();
    const auto view = documents.find(desk->principal, options.document);
    if (!view) return failed(view.error());
    auto fields = fields_given(*view->flow, options.set);
    if (!fields) return failed(fields.error());
    app::StepRequest request;
    request.principal = desk->principal;
    request.request_id = "cli";
    request.document = options.document;
    request.expected_revision = view->document.revision;
    request.input = input(std::move(*fields));
    const app::Outcome outcome = documents.run(std::move(request));
    const std::string words = options.json ? as_json(*desk->application, outcome)
                                           : cli::in_words(*desk->application, outcome);
    fmt::print("{}\n", words);
    const auto closed = desk->application->close();
    return closed ? exit_of(outcome) : failed(closed.error());
}

}  // namespace

int list_documents(const DocumentListOptions& options) {
    const auto desk = desk_to_read(options, options.as);
    if (!desk) return failed(desk.error());
    app::ListFilter filter;
    filter.flow = options.flow;
    filter.state = options.state;
    filter.attribute = options.attribute;
    filter.department = options.department;
    filter.limit = options.limit;
    const auto list = desk->application->documents().list(desk->principal, filter);
    if (!list) return failed(list.error());
    if (options.json) {
        fmt::print("{}\n", api::documents_json(*list));
        return kOk;
    }
    for (const app::DocumentSummary& row : list->rows) {
        std::string states;
        for (const engine::StateId state : row.states)
            states += (states.empty() ? "" : ", ") + row.flow->definition.states[state].title;
        fmt::print("{}  {:<10} {}  [{}]\n", row.id, row.flow->definition.flow,
                   row.title.empty() ? "(no title)" : row.title, states);
    }
    if (list->next) fmt::print(stderr, "there are more: --limit, at most 200, or a filter\n");
    return kOk;
}

int show_document(const OneDocumentOptions& options) {
    const auto desk = desk_to_read(options, options.as);
    if (!desk) return failed(desk.error());
    const auto view = desk->application->documents().find(desk->principal, options.document);
    if (!view) return failed(view.error());
    if (options.json) {
        fmt::print("{}\n", api::document_json(*view));
    } else {
        print(*view);
    }
    return kOk;
}

int show_history(const OneDocumentOptions& options) {
    const auto desk = desk_to_read(options, options.as);
    if (!desk) return failed(desk.error());
    app::HistoryPage all;
    storage::RecordId from = storage::kNoRecord;
    for (bool more = true; more;) {
        auto page = desk->application->documents().history(desk->principal, options.document, from);
        if (!page) return failed(page.error());
        std::move(page->entries.begin(), page->entries.end(), std::back_inserter(all.entries));
        all.people.insert(page->people.begin(), page->people.end());
        more = page->next.has_value();
        from = page->next.value_or(0);
    }
    if (options.json) {
        fmt::print("{}\n", api::history_json(all));
    } else {
        print(all);
    }
    return kOk;
}

int show_actions(const OneDocumentOptions& options) {
    const auto desk = desk_to_read(options, options.as);
    if (!desk) return failed(desk.error());
    const auto offers = desk->application->documents().offers(desk->principal, options.document);
    if (!offers) return failed(offers.error());
    if (options.json) {
        api::Edge edge(*desk->application, {});
        fmt::print("{}\n", api::offers_json(edge, *offers));
    } else {
        print(*desk->application, *offers);
    }
    return kOk;
}

int edit_document(const DocumentChangeOptions& options) {
    return change(options, [](std::vector<app::PlainField> fields) -> app::Input {
        return app::input::Edit{std::move(fields), std::nullopt};
    });
}

int act_on_document(const DocumentActOptions& options) {
    return change(options, [&](std::vector<app::PlainField> fields) -> app::Input {
        app::input::Act act;
        act.action = options.action;
        act.state = options.state;
        act.fields = std::move(fields);
        if (!options.comment.empty()) act.comment = options.comment;
        return act;
    });
}

}  // namespace gongkai::cli
