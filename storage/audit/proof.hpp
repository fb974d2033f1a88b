// The proof of one leaf, in one file that is verified without anything else: docs/audit_format.md
// section 5. A published page carries the proof of the step that published it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/result.hpp"
#include "storage/audit/checkpoint.hpp"
#include "storage/audit/finding.hpp"
#include "storage/audit/leaf.hpp"

namespace gongkai::storage::audit {

struct Proof {
    std::string leaf;  // bytes
    std::uint64_t index = 0;
    std::uint64_t size = 0;
    std::vector<Hash> path;
    std::string checkpoint;              // signed note over exactly `size` leaves
    std::string vkey;                    // VerifierKey::to_string()
    std::optional<std::string> content;  // the content description, whose SHA-256 the leaf holds
    std::vector<Opening> openings;       // of commitments in the leaf or in `content`
};

// The file's bytes, newline included. Error `malformed` where a text is not UTF-8. Whether it
// proves anything is verify_proof()'s to say.
Result<std::string> encode_proof(const Proof& proof);

struct ProofOptions {
    std::optional<VerifierKey> key;  // without one the proof's own is believed
    std::vector<Hash> attachments;   // SHA-256 of files that the leaf should list
};

// A text that was opened, and where it stands.
struct OpenedText {
    std::vector<std::string>
        places;  // "leaf" or "content" and a JSON Pointer, e.g. "content/fields/body"
    std::string text;
};

struct ProofReport {
    std::uint64_t index = 0;
    std::optional<Leaf> leaf;
    std::optional<Checkpoint> checkpoint;  // if believed
    std::vector<OpenedText> opened;
    bool key_from_proof = false;
    Findings findings;

    bool verified() const noexcept { return findings.empty(); }
};

// Never fails: what cannot be read is a finding.
ProofReport verify_proof(std::string_view file, const ProofOptions& options);

}  // namespace gongkai::storage::audit
