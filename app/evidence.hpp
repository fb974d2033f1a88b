// What the record can show: proofs of single leaves, the last checkpoint, and that one checkpoint
// extends another. docs/audit_format.md says how each is verified without this program.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "app/application.hpp"
#include "app/identity.hpp"

namespace gongkai::app {

struct SignedCheckpoint {
    std::string note;  // signed note, as it is kept
    std::string vkey;
    std::uint64_t size = 0;
    engine::Digest root{};
};

struct LeafLine {
    storage::RecordId record = storage::kNoRecord;
    engine::DocumentId document = 0;  // 0: administration
    engine::Digest hash{};
    std::string bytes;
};

// Any thread that may block.
class Evidence {
  public:
    explicit Evidence(Application& application) : application_(application) {}

    // The proof file of one record of a document, with everything that the document's readers may
    // open. kNoRecord: its newest step. Signs a checkpoint first where the last one does not cover
    // it yet. Errors: `not_found` also for a document that the principal may not read;
    // `invalid_argument` where this installation signs nothing.
    Result<std::string> proof(const Principal& principal, engine::DocumentId document,
                              storage::RecordId record = storage::kNoRecord);
    // The same for whoever may read the database itself, as its operator does: nobody is asked.
    // `unavailable` also where the record is open for reading only and the leaf not signed yet.
    Result<std::string> proof_for_operator(engine::DocumentId document,
                                           storage::RecordId record = storage::kNoRecord);
    // The proof of a published page: of the step that published it, with the published texts only.
    Result<std::string> public_proof(engine::DocumentId document);

    // The last one. Error `invalid_argument` where nothing is signed here.
    Result<SignedCheckpoint> checkpoint();
    // RFC 9162 section 2.1.4. Error `not_found` unless first <= second <= the present size.
    Result<std::vector<engine::Digest>> consistency(std::uint64_t first, std::uint64_t second);
    // In order; for auditors: the caller asks may_audit() first.
    Result<std::vector<LeafLine>> leaves(storage::RecordId first, std::size_t limit);
    bool may_audit(const Principal& principal) const;

  private:
    struct Contents;
    struct Subject;
    Result<std::string> proof_of(const Subject& subject, storage::RecordId record);
    Result<SignedCheckpoint> covering(std::uint64_t index);
    Result<std::string> prove(const storage::StoredLeaf& leaf, Contents contents);

    Application& application_;
};

}  // namespace gongkai::app
