// import: documents and catalogues from files into the data of a stopped server.
#pragma once

#include <string>
#include <vector>

#include "cli/installation.hpp"

namespace gongkai::cli {

struct ImportOptions : InstallationOptions {
    std::vector<std::string> files;
    std::string as;        // login of the person who does it
    bool dry_run = false;  // say what would happen, write nothing; beside a server as well
};

struct DocumentImportOptions : ImportOptions {
    std::string flow;
    std::string department;
    std::vector<std::string> set;
};
// Every file is answered for; the worst decides the exit code.
int import_documents(const DocumentImportOptions& options);

struct CatalogImportOptions : ImportOptions {
    bool shipped = false;  // the catalogues that the program ships with
};
int import_catalog(const CatalogImportOptions& options);

// The catalogues among the files of the rules, for a sample: by this person, where there is one.
engine::Result<void> bring_in_catalogs(app::Application& application,
                                       std::vector<app::RuleFile> rules, const std::string& login);

struct CatalogListOptions : DataOptions {
    std::string catalog, flow, level1;
    bool ended = false;
};
int list_catalog(const CatalogListOptions& options);

}  // namespace gongkai::cli
