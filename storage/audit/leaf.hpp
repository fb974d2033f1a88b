// The leaf: what the record says about one step, one refused attempt or one act of administration.
//
// Its bytes are canonical JSON and are stored, hashed and exported exactly as encode_leaf() made
// them. docs/audit_format.md is normative; a second program in another language reads the same
// bytes. Members are added with a new format number and never change their meaning.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/result.hpp"
#include "storage/audit/hash.hpp"

namespace gongkai::storage::audit {

using engine::Result;

inline constexpr int leaf_format = 1;

enum class LeafKind : std::uint8_t {
    step,     // a command that was carried out: raises the document's revision by one
    refusal,  // a command that was refused: the document stays as it was
    admin,    // a change of people, roles, flows or calendars: no document
};

enum class LeafActorKind : std::uint8_t { person, machine, scheduler };

struct LeafGrant {
    std::string role;                // never empty
    std::string department;          // empty: in no department
    std::uint32_t on_behalf_of = 0;  // 0: in their own name
    bool operator==(const LeafGrant&) const = default;
};

struct Leaf {
    LeafKind kind = LeafKind::step;

    // The document. Always there in a step, never in an admin leaf; nullopt in a refusal that was
    // about none.
    std::optional<std::uint64_t> document;
    // Step: the revision after it, from 1 without a gap. Refusal: the revision that the attempt
    // met, 0 where the document did not exist.
    std::uint64_t revision = 0;
    // The leaf hash (SHA-256) of the document's latest step before this leaf; nullopt where there
    // was none, that is in a step with revision 1 and in a refusal with revision 0. Refusals are
    // not linked to: they are side branches.
    std::optional<Hash> previous;

    // Step, and refusal about a document: by what rules and days it was judged.
    std::string flow;
    std::optional<Hash> definition;
    std::optional<Hash> calendar;

    std::string command;  // canonical JSON
    std::string events;   // canonical JSON array; step and admin only, empty in a refusal
    std::string reason;   // permanent code of the refusal; empty otherwise

    // Step only: the document after it.
    std::optional<Hash> content;
    std::vector<Hash> attachments;  // SHA-256 of the files, in the document's order

    // The department that the document belongs to; empty where there is none.
    std::string department;

    LeafActorKind actor_kind = LeafActorKind::person;
    std::uint32_t actor = 0;         // 0: nobody, as for the scheduler
    std::uint32_t on_behalf_of = 0;  // whom the actor said to stand in for (代理); 0: not said
    // Step: the grants that made it lawful. Refusal: those that the actor held.
    std::vector<LeafGrant> grants;

    std::optional<std::uint64_t> expected_revision;  // If-Match, where it was given
    std::string request;                             // request id; may be empty
    std::int64_t time_ms = 0;                        // wall clock, milliseconds since 1970 UTC

    bool operator==(const Leaf&) const = default;
};

// Appends the bytes of the leaf to `out`. Errors (`out` is untouched): `invalid_argument` where
// members are missing or superfluous for the kind, `malformed` where a text is not UTF-8, a number
// is beyond 2^53 - 1, or `command` or `events` is not canonical JSON.
Result<void> encode_leaf(const Leaf& leaf, std::string& out);

// Accepts exactly what encode_leaf() produces for some leaf. Error `malformed` names the member.
Result<Leaf> decode_leaf(std::string_view bytes);

const char* to_string(LeafKind kind) noexcept;
const char* to_string(LeafActorKind kind) noexcept;

// "2026-11-23T08:15:30.123Z" for milliseconds since 1970 UTC; years 1970 to 9999, otherwise
// nullopt.
std::optional<std::string> format_time_ms(std::int64_t time_ms);
std::optional<std::int64_t> parse_time_ms(std::string_view text);

// ---- commitments
// -----------------------------------------------------------------------------------------------
// Free text and personal data never stand in a leaf; their commitment does. The text and its salt
// live in a table from which they can be erased (a classified text must be: 保密法实施条例 第41条),
// and the leaf stays provable.

using Salt = std::array<std::uint8_t, 16>;

Salt new_salt();

// SHA-256(0x02 || salt || text). In a leaf: as 64 lowercase hexadecimal digits.
Hash commit(const Salt& salt, std::string_view utf8);

// What opens a commitment.
struct Opening {
    Salt salt{};
    std::string text;
    bool operator==(const Opening&) const = default;
};

// All strings in `canonical` (JSON) that look like a commitment, sorted, each once: what an
// exporter looks for openings of. Includes other hashes. Empty where the text is not canonical
// JSON.
std::vector<Hash> hashes_in(std::string_view canonical);

// JSON Pointers (RFC 6901) to every string in `canonical` (JSON) that is this commitment; empty
// where there is none or the text is not canonical JSON.
std::vector<std::string> find_commitment(std::string_view canonical, const Hash& commitment);

}  // namespace gongkai::storage::audit
