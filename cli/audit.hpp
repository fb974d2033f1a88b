// audit verify | export | prove | checkpoint: the record, for those who do not take it on trust.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/installation.hpp"

namespace gongkai::cli {

struct VerifyOptions : Common {
    std::string bundle;                    // may be empty where there is a proof
    std::string key;                       // a verifier key, or a file that holds one
    std::vector<std::string> checkpoints;  // files
    std::string proof;                     // file
};
// Exit kFound where something was found. Needs no database.
int verify_audit(const VerifyOptions& options);

struct ExportOptions : DataOptions {
    std::string out;
};
int export_audit(const ExportOptions& options);

struct ProveOptions : DataOptions {
    std::uint64_t document = 0;
    std::optional<std::uint64_t> record;  // none: the newest step
};
// The proof on stdout.
int prove_step(const ProveOptions& options);

// The last checkpoint on stdout, as it was signed.
int show_checkpoint(const DataOptions& options);

}  // namespace gongkai::cli
