// The history decided again: a visitor of storage::audit::verify_bundle() that needs the bundle and
// nothing else. Where a changed byte is found by the tree, an illegal step is found here, also one
// that the holder of the signing key wrote.
//
// Of each document it keeps the state that the steps so far lead to. Each step is put to decide()
// with what its leaf states (definition, calendar, time, actor, the one grant that made it lawful)
// and must come out with the same bytes; each refused attempt must be refused for the same reason.
// Who held which role is folded from the administrative leaves. docs/audit_format.md section 8 is
// the specification, section 7 lists the codes of the findings.
//
// After a step that cannot be decided again nothing more is known of its document: the rest of it
// is counted, not judged. Memory: the encoded state of each document, some hundred bytes; nothing a
// leaf.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <unordered_map>

#include "app/replay_directory.hpp"
#include "app/replay_rules.hpp"
#include "engine/decide.hpp"
#include "storage/audit/bundle.hpp"

namespace gongkai::app {

// How much of the history was judged, and by which rules. Those are for the auditor to look at:
// that a document kept its rules says nothing about whether they were the right ones.
struct ReplayReport {
    struct Rules {
        std::string flow;
        std::uint64_t documents = 0;  // opened under it, or moved to it
    };
    std::uint64_t steps = 0;     // decided again
    std::uint64_t refusals = 0;  // decided again
    std::uint64_t acts = 0;      // of administration
    // Refused attempts about no document, and everything after a step that could not be decided
    // again.
    std::uint64_t not_judged = 0;
    std::uint64_t documents_given_up = 0;
    std::map<Digest, Rules> definitions;
    std::set<Digest> calendars;
};

class Replay {
  public:
    explicit Replay(const std::filesystem::path& bundle) : rules_(bundle) {}

    // A storage::audit::LeafVisitor.
    void operator()(const storage::audit::BundleLeaf& leaf, storage::audit::Findings& findings);

    const ReplayReport& report() const { return report_; }

  private:
    struct Case;
    struct Kept {
        std::string document;  // encoded; empty: given up
    };

    void judge(Case& one);
    bool find_rules(Case& one);
    bool read_command(Case& one);
    void judge_actor(const Case& one) const;
    void judge_claim(const Case& one) const;
    void judge_texts(const Case& one) const;
    bool find_target(Case& one);
    // What the leaf says of other documents, and whether its own had heard of them.
    void judge_relations(const Case& one);
    // As the steps so far lead to it; nullopt where that is not known.
    std::optional<engine::Document> known(engine::DocumentId id) const;
    std::optional<bool> stands_above(engine::DocumentId above,
                                     const engine::Document& document) const;
    bool differs(engine::DocumentId id, const std::vector<std::string>& tags,
                 engine::Publication publication);
    void judge_refusal(const Case& one, const engine::Verdict& verdict) const;
    void judge_step(Case& one, const engine::Decision& decision);
    void compare_content(const Case& one, const engine::Document& after) const;
    void give_up(const Case& one);

    ReplayRules rules_;
    ReplayedDirectory directory_;
    std::unordered_map<engine::DocumentId, Kept> documents_;
    std::set<Digest> complained_;  // digests that a finding was made about
    ReplayReport report_;
};

}  // namespace gongkai::app
