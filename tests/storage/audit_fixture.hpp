// A small record with everything in it, and both verifiers on whatever became of it.
#pragma once

#include <boost/json.hpp>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "storage/audit/bundle.hpp"
#include "storage/audit/proof.hpp"

namespace gongkai::storage::audit {

struct TemporaryFolder {
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    std::filesystem::path path;
};

std::string contents(const std::filesystem::path& path);
void overwrite(const std::filesystem::path& path, std::string_view bytes);

struct Record {
    SigningKey key = SigningKey::generate("records.example.gov.cn/gongkai").value();
    std::vector<std::string> leaves;
    std::vector<std::vector<Opening>> openings;  // of each leaf
    std::vector<std::string> rows;               // node blobs
    Frontier frontier;
    std::vector<std::string> history;  // signed notes
    std::string content;               // content description of the published document
    std::map<std::uint64_t, std::pair<std::uint64_t, Hash>>
        last;  // of each document: revision, leaf hash

    // Appends a leaf as it is. Returns its index.
    std::uint64_t append(const Leaf& leaf, std::vector<Opening> opened = {});
    // Appends with revision and previous leaf filled in.
    std::uint64_t step(std::uint64_t document, const std::string& comment = {});
    std::uint64_t refusal(std::uint64_t document);
    std::uint64_t admin();
    void sign();  // a checkpoint over all leaves so far

    NodeReader reader() const;
    BundleSource source() const;
    Proof proof_of(std::uint64_t index) const;
};

Leaf a_step_of(const Record& record, std::uint64_t document);

// Three documents, 23 leaves, seven checkpoints; the last leaf publishes document 9007199254740993.
Record a_record();

// What a verifier said, in a form that two of them can be compared in.
struct Said {
    int exit = 0;
    std::multiset<std::string> findings;  // "code" or "code@leaf"
    std::uint64_t leaves = 0;

    bool has(const std::string& code) const;
};

Said said(const BundleReport& report);
Said said(const ProofReport& report);
// Runs tools/verify_audit.mjs with these arguments and --json. Starting Node is what costs time
// here: many proofs are verified in one run, which gives one answer each.
std::vector<Said> second_verifier_on_all(const std::vector<std::string>& arguments);
Said second_verifier(const std::vector<std::string>& arguments);

}  // namespace gongkai::storage::audit
