// The words of `gongkai import`, `gongkai document` and `gongkai catalog`.
#include <CLI/CLI.hpp>

#include "cli/document.hpp"
#include "cli/import.hpp"
#include "cli/verbs.hpp"

namespace gongkai::cli {

namespace {

void add_as(CLI::App& verb, std::string& as) {
    verb.add_option("--as", as, "login of the person who does it")->required();
}

void add_set(CLI::App& verb, std::vector<std::string>& set) {
    verb.add_option("--set", set,
                    "a field by name or title; VALUE may be @FILE, of a table it is JSON; may be "
                    "repeated")
        ->type_name("NAME=VALUE")
        ->allow_extra_args(false);
}

void add_import_options(CLI::App& verb, ImportOptions& options) {
    add_as(verb, options.as);
    verb.add_flag("--dry-run", options.dry_run,
                  "say what would happen and write nothing; beside a server as well");
    add_installation_options(verb, options);
}

void add_import_verbs(CLI::App& app, Run& run) {
    auto* import = app.add_subcommand(
        "import", "take documents or a catalogue from files into a stopped server's data");
    import->require_subcommand(1);

    static DocumentImportOptions documents;
    auto* verb = import->add_subcommand(
        "document", "files with the elements of a 公文, as drafts of a flow; safe to repeat");
    verb->add_option("files", documents.files, "text or Markdown, UTF-8")->required();
    verb->add_option("--flow", documents.flow, "the flow that they go into")->required();
    verb->add_option("--department", documents.department, "code of the department")->required();
    add_set(*verb, documents.set);
    add_import_options(*verb, documents);
    verb->callback([&run] { run = [] { return import_documents(documents); }; });

    static CatalogImportOptions catalog;
    verb = import->add_subcommand("catalog", "disclosure items (政务公开事项标准目录)");
    auto* files = verb->add_option("files", catalog.files, "YAML as in workflows/catalog/");
    auto* shipped =
        verb->add_flag("--shipped", catalog.shipped, "the catalogues that the program ships with");
    add_import_options(*verb, catalog);
    verb->callback([&run, files, shipped] {
        if (files->count() + shipped->count() == 0) throw CLI::RequiredError("a file or --shipped");
        run = [] { return import_catalog(catalog); };
    });
}

void add_catalog_verbs(CLI::App& app, Run& run) {
    auto* group = app.add_subcommand("catalog", "the catalogue of disclosure items");
    group->require_subcommand(1);
    static CatalogListOptions list;
    auto* verb = group->add_subcommand("list", "its items; beside a server as well");
    verb->add_option("--catalog", list.catalog, "only of this catalogue");
    verb->add_option("--flow", list.flow, "only of this flow");
    verb->add_option("--level1", list.level1, "only of this 一级事项");
    verb->add_flag("--ended", list.ended, "also items that have ended");
    add_data_options(*verb, list);
    verb->callback([&run] { run = [] { return list_catalog(list); }; });
}

template <class Options>
CLI::App* add_document_verb(CLI::App& group, Options& options, const char* name, const char* what) {
    auto* verb = group.add_subcommand(name, what);
    if constexpr (std::is_base_of_v<OneDocumentOptions, Options>)
        verb->add_option("document", options.document, "its number")->required();
    add_as(*verb, options.as);
    add_installation_options(*verb, options);
    return verb;
}

void add_looking_verbs(CLI::App& group, Run& run) {
    static DocumentListOptions list;
    auto* verb = add_document_verb(group, list, "list", "documents that the person may see");
    verb->add_option("--flow", list.flow, "only of this flow");
    verb->add_option("--state", list.state, "only in this state, or in one of this part");
    verb->add_option("--attribute", list.attribute, "only with this attribute");
    verb->add_option("--department", list.department, "only of this department");
    verb->add_option("--limit", list.limit, "how many")->check(CLI::Range(1, 200));
    verb->callback([&run] { run = [] { return list_documents(list); }; });

    static OneDocumentOptions show, history, actions;
    verb = add_document_verb(group, show, "show", "a document as it stands");
    verb->callback([&run] { run = [] { return show_document(show); }; });
    verb = add_document_verb(group, history, "history", "its steps and refused attempts");
    verb->callback([&run] { run = [] { return show_history(history); }; });
    verb = add_document_verb(group, actions, "actions",
                             "what the person could do with it, and why not the rest");
    verb->callback([&run] { run = [] { return show_actions(actions); }; });

    static DocumentAlikeOptions alike;
    verb = add_document_verb(group, alike, "alike",
                             "documents of its flow that are like it: repeats, the same applicant");
    verb->add_option("--months", alike.months, "how far back (12)")->check(CLI::Range(1, 120));
    verb->callback([&run] { run = [] { return show_alike(alike); }; });

    static DocumentLetterOptions letter;
    verb = add_document_verb(group, letter, "letter",
                             "write a letter about it; without a name: which there are");
    verb->add_option("letter", letter.letter, "name of the letter");
    verb->add_option("--docx", letter.docx, "write it to this file, for a word processor");
    verb->add_option("--html", letter.html, "write it to this file, for a browser");
    verb->callback([&run] { run = [] { return write_letter(letter); }; });
}

void add_changing_verbs(CLI::App& group, Run& run) {
    static DocumentChangeOptions edit;
    auto* verb = add_document_verb(group, edit, "edit", "change fields of it");
    add_set(*verb, edit.set);
    verb->get_option("--set")->required();
    verb->callback([&run] { run = [] { return edit_document(edit); }; });

    static DocumentActOptions act;
    verb = add_document_verb(group, act, "act", "take an action on it");
    verb->add_option("action", act.action, "name of the action, see `document actions`")
        ->required();
    verb->add_option("--state", act.state, "where two active states have the action");
    verb->add_option("--comment", act.comment, "what is said with it");
    add_set(*verb, act.set);
    verb->callback([&run] { run = [] { return act_on_document(act); }; });
}

}  // namespace

void add_document_verbs(CLI::App& app, Run& run) {
    add_import_verbs(app, run);
    auto* document = app.add_subcommand(
        "document", "look at documents; act on those of a stopped server's data");
    document->require_subcommand(1);
    add_looking_verbs(*document, run);
    add_changing_verbs(*document, run);
    add_catalog_verbs(app, run);
}

}  // namespace gongkai::cli
