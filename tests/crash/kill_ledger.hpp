// What the clients of a server that is killed know: what they were told, and what they have asked
// for without hearing of it. Plain values; a desk fills them, a folder is held against them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/value.hpp"
#include "storage/store.hpp"

namespace gongkai::crash {

struct KnownFile {
    engine::Digest digest{};
    std::uint64_t size = 0;
    bool operator==(const KnownFile&) const = default;
};

struct KnownStep {
    std::string request;            // id that it was answered with; empty: nobody was told of it
    engine::Digest content{};       // as that answer had it
    engine::PersonId keyed_by = 0;  // whose Idempotency-Key it came with; 0: without
    std::string key;
};

// The clients' own idea of a document: worked out from what was asked for, not read back.
struct KnownDocument {
    engine::DocumentId id = 0;  // 0: not told yet
    std::string department;
    std::string state = "drafting";
    std::string title, body;
    std::vector<KnownFile> files;
    std::string source_id;  // of one that was handed in
    bool marked = false;    // the body bears a 密级 mark: it can only be sealed
    bool claimed = false;
    std::vector<KnownStep> steps;  // the document's revision is their number

    std::uint32_t revision() const { return static_cast<std::uint32_t>(steps.size()); }
    bool sealed() const { return state == "sealed"; }
};

// A refused attempt, which is in the record.
struct KnownRefusal {
    engine::DocumentId document = 0;
    std::string reason;
    std::string request;  // empty: nobody was told of it
    storage::RecordId record = storage::kNoRecord;
};

// Something that was asked for. `after` is the document if it is carried out.
struct Attempt {
    std::string login;
    std::string method, target, body;
    std::string if_match, key;  // each may be empty
    std::string upload;         // bytes of a new file that the request names: handed in first
    std::string refusal;        // the reason that it must be refused for; empty: a step
    std::size_t document = 0;   // of the desk; the number of its documents for a new one
    KnownDocument after;
    // Found on the disk although nobody was told of it: repeated, it must be answered as it was.
    bool carried_out = false;
};

// Of one client.
struct Ledger {
    std::vector<KnownDocument> documents;
    std::vector<KnownRefusal> refusals;  // that were told of since the last look at the disk
    std::optional<Attempt> open;         // asked for, and not heard of
    std::vector<std::string> sessions;   // tokens that were told since the last life
};

}  // namespace gongkai::crash
