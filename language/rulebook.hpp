// The rules as the rest of the program uses them: every flow with its policy, compiled from the
// YAML files of workflows/ and pinned to a digest.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/definition.hpp"
#include "engine/result.hpp"
#include "language/alike_group.hpp"
#include "language/diagnostic.hpp"
#include "language/source.hpp"

namespace gongkai::language {

// Immutable once compiled; shared between threads.
struct Flow {
    engine::Definition definition;
    engine::Policy policy;
    std::vector<AlikeGroup> alike;  // in the order of the file
    // Every file that this flow was compiled from, sorted by path: the flow, its parts,
    // vocabulary.yaml and policy.yaml. recompile() makes the very same flow of them.
    std::vector<SourceFile> sources;
};

struct Role {
    std::string name;
    std::string title;
};

struct Rulebook {
    std::vector<std::shared_ptr<const Flow>> flows;  // by name
    std::vector<Role> roles;                         // in the order of the vocabulary
    std::vector<std::vector<std::string>> exclusive_roles;
    std::vector<engine::Field> fields;  // the whole vocabulary
    std::vector<engine::SignatureKind> signatures;

    // nullptr where there is none.
    std::shared_ptr<const Flow> find(std::string_view flow) const;
    std::shared_ptr<const Flow> find(const engine::Digest& digest) const;
};

struct Compilation {
    std::optional<Rulebook> rulebook;     // only when no diagnostic is an error
    std::vector<Diagnostic> diagnostics;  // warnings too; in the order of the files
};

// Compiles all files of workflows/ together. Total: whatever the bytes are, it comes back with a
// rulebook or with at least one error. Time and memory are bounded by the limits of
// yaml_document.hpp and compiler.hpp.
Compilation compile(std::span<const SourceFile> files);

// One flow again from Flow::sources. The digest is the same as it was. Names in the policy that
// only other flows have, and that compile() would look for there, count as known.
// Error malformed: the sources do not hold exactly one flow that compiles.
engine::Result<std::shared_ptr<const Flow>> recompile(std::span<const SourceFile> sources);

// The files as one text, which can be kept and read again: the line "gongkai rules 1", then for
// each file, in the order of their paths, a line "file BYTES PATH", its bytes and a line feed.
//
//     gongkai rules 1
//     file 1234 decision.yaml
//     flow: decision
//     ...
std::string bundle(std::span<const SourceFile> files);
// Error malformed: it is no such text.
engine::Result<std::vector<SourceFile>> unbundle(std::string_view text);

// Definition::digest: SHA-256 of bundle(Flow::sources).
//
// It covers the policy too: a document keeps to the rules that it started under, and its history
// can be replayed with exactly them. A stricter policy reaches documents on their way by migration.
engine::Digest digest_of(std::span<const SourceFile> files);

// Whether a file of workflows/ belongs to the flows: those in the folders calendars, catalog,
// letters and reports do not, and compile() passes over them.
bool is_rule(std::string_view path);

// All *.yaml below `directory`, sorted by path. Nothing of a file longer than kMaxFileBytes is read
// past that limit (compile() then refuses it). Errors: not_found, io, invalid_argument (more than
// 1,000 files).
engine::Result<std::vector<SourceFile>> load_directory(const std::filesystem::path& directory);

}  // namespace gongkai::language
