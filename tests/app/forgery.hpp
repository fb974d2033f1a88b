// The dishonest operator: has the database and the signing key, rewrites what the record says, and
// makes hashes, chains and checkpoints right again.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "app/audit.hpp"
#include "storage/audit/leaf.hpp"
#include "tests/app/office.hpp"

namespace gongkai::app::testing {

class Forgery {
  public:
    // Starts from what the office really did.
    explicit Forgery(Office& office);

    std::vector<storage::audit::Leaf> leaves;
    std::map<std::string, std::string> definitions, calendars;  // by name in the folder
    std::vector<storage::Opening> openings;                     // of all documents

    // The number of the n-th leaf whose command has this in it; of a step, or of a refused attempt.
    std::size_t step(const std::string& command, std::size_t n = 0) const;
    std::size_t refusal(const std::string& command) const;
    std::size_t act(const std::string& command) const;
    storage::audit::Leaf& at(std::size_t index) { return leaves.at(index); }
    void drop(std::size_t index);
    void insert(std::size_t index, storage::audit::Leaf leaf);
    // Another definition or calendar in the bundle; its digest.
    engine::Digest add_definition(const std::string& source);
    engine::Digest add_calendar(const std::string& source);

    // What the verification finds, "code" or "code@leaf".
    struct Found {
        std::set<std::string> structure;  // tree, checkpoints and chains alone
        std::set<std::string> all;        // with the replay
    };
    Found found() const;
    AuditReport report(const std::filesystem::path& bundle) const;
    void write(const std::filesystem::path& bundle) const;

  private:
    std::vector<std::string> linked() const;
    storage::audit::SigningKey key_;
};

// Two documents of the office: one published after a deadline had run out and a signature been
// renewed, one sealed; and attempts that were refused.
struct Scene {
    Memory backend;
    Office office{backend.open()};
    engine::DocumentId first = 0, second = 0;

    Scene();
    // The same deed by somebody else, also in what came of it.
    void by_another(storage::audit::Leaf& leaf, const std::string& from,
                    const std::string& to) const;
};

std::set<std::string> codes(const storage::audit::Findings& findings);
// Every finding on a line, for the message of a failed check.
std::string told(const storage::audit::Findings& findings);
// Every `from` in the text replaced.
void replace_all(std::string& text, const std::string& from, const std::string& to);

}  // namespace gongkai::app::testing
