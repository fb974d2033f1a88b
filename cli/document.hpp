// document: what the REST API does with documents, without HTTP. Looking goes beside a server;
// changing needs its data to be free.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/installation.hpp"

namespace gongkai::cli {

struct DocumentOptions : InstallationOptions {
    std::string as;  // login: what this person may see and do
};

struct DocumentListOptions : DocumentOptions {
    std::string flow, state, attribute, department;
    std::size_t limit = 50;
};
int list_documents(const DocumentListOptions& options);

struct OneDocumentOptions : DocumentOptions {
    std::uint64_t document = 0;
};
int show_document(const OneDocumentOptions& options);
int show_history(const OneDocumentOptions& options);
// Documents of its flow that are like it, as far as the person may read them.
struct DocumentAlikeOptions : OneDocumentOptions {
    int months = 12;
};
int show_alike(const DocumentAlikeOptions& options);
// What the person could do with it, and why not the rest.
int show_actions(const OneDocumentOptions& options);

struct DocumentLetterOptions : OneDocumentOptions {
    std::string letter;      // its name
    std::string docx, html;  // files to write; must not exist
};
// Without a file: which letters can be issued, which lack what.
int write_letter(const DocumentLetterOptions& options);

struct DocumentChangeOptions : OneDocumentOptions {
    std::vector<std::string> set;
};
int edit_document(const DocumentChangeOptions& options);

struct DocumentActOptions : DocumentChangeOptions {
    std::string action, state, comment;
};
int act_on_document(const DocumentActOptions& options);

}  // namespace gongkai::cli
