#include "storage/document_codec.hpp"

#include "storage/varint.hpp"

namespace gongkai::storage {

using engine::Digest;
using engine::Document;
using engine::Error;
using engine::ErrorCode;
using engine::kNone;

namespace {

// Version 2 has related documents or parents behind what version 1 has. A document without either
// is still written as version 1. Version 3 has the due moments that were missed behind all that,
// and the relations even where there are none.
constexpr unsigned kVersion = 1;
constexpr unsigned kVersionRelated = 2;
constexpr unsigned kVersionMissed = 3;

// Every structure is taken apart with a structured binding: a member that is added to the engine
// breaks the build here instead of being lost on the way to the disk.

// How a content hash is written: signatures and votes mostly repeat one that is there already.
enum HashRef : unsigned { same_as_document, same_as_last, explicit_hash };

// ---- sizes: an upper bound, so that writing needs no check
// ----------------------------------------

constexpr std::size_t kDigest = sizeof(Digest);
constexpr std::size_t kPlaceBound = 1 + 6 * kMaxVarint;
constexpr std::size_t kFieldBound = 1 + kDigest + kMaxVarint;
constexpr std::size_t kAttachmentBound = 2 * kDigest + 2 * kMaxVarint;
constexpr std::size_t kSignatureBound = 4 * kMaxVarint + 1 + kDigest;
constexpr std::size_t kVoteBound = 4 * kMaxVarint + 2 + kDigest;
constexpr std::size_t kTimerBound = 1 + 3 * kMaxVarint;
constexpr std::size_t kConsultationBound = 8 * kMaxVarint + 2 + kDigest;

std::size_t bound(const Document& d) {
    std::size_t size = 1 + 4 + 16 * kMaxVarint + 3 * kDigest + d.flow.size() + d.department.size() +
                       d.places.size() * kPlaceBound + d.fields.size() * kFieldBound +
                       d.attachments.size() * kAttachmentBound + d.drafters.size() * kMaxVarint +
                       d.signatures.size() * kSignatureBound + d.votes.size() * kVoteBound +
                       d.timers.size() * kTimerBound + d.consultations.size() * kConsultationBound +
                       (1 + d.missed.size()) * (1 + kMaxVarint);
    for (const auto& vote : d.votes)
        size += vote.department.size();
    for (const auto& consultation : d.consultations)
        size += consultation.whom.role.size() + consultation.whom.department.size();
    for (const auto& related : d.related) {
        size += 3 * kMaxVarint + 1;
        for (const std::string& tag : related.tags)
            size += kMaxVarint + tag.size();
    }
    for (const auto& parent : d.parents)
        size += 3 * kMaxVarint + parent.flow.size() + parent.relation.size();
    return size;
}

// ---- writing
// --------------------------------------------------------------------------------------

constexpr unsigned bit_if(bool condition, unsigned bit) {
    return condition ? bit : 0;
}

enum PlaceBit : unsigned {
    has_state = 1,
    has_via = 2,
    has_moved_by = 4,
    has_moved_for = 8,
    has_claimed_by = 16,
    is_touched = 32,
    has_since = 64,
};

void write(RawWriter& out, const engine::Place& place) {
    const auto& [state, via, moved_by, moved_for, claimed_by, touched, since] = place;
    out.byte(bit_if(state != kNone, has_state) | bit_if(via != kNone, has_via) |
             bit_if(moved_by != 0, has_moved_by) | bit_if(moved_for != 0, has_moved_for) |
             bit_if(claimed_by != 0, has_claimed_by) | bit_if(touched, is_touched) |
             bit_if(since.ms != 0, has_since));
    if (state != kNone) out.number(state);
    if (via != kNone) out.number(via);
    if (moved_by != 0) out.number(moved_by);
    if (moved_for != 0) out.number(moved_for);
    if (claimed_by != 0) out.number(claimed_by);
    if (since.ms != 0) out.signed_number(since.ms);
}

void write(RawWriter& out, const engine::Committed& committed) {
    const auto& [commitment, size] = committed;
    out.digest(commitment);
    out.number(size);
}

enum FieldTag : unsigned { absent, no, yes, integer, date, choice, committed_text, moment };

void write(RawWriter& out, const std::optional<engine::Value>& field) {
    static_assert(std::variant_size_v<engine::Value> == 6);
    if (!field) {
        out.byte(absent);
    } else if (const auto* flag = std::get_if<bool>(&*field)) {
        out.byte(*flag ? yes : no);
    } else if (const auto* number = std::get_if<std::int64_t>(&*field)) {
        out.byte(integer);
        out.signed_number(*number);
    } else if (const auto* day = std::get_if<engine::Date>(&*field)) {
        out.byte(date);
        out.signed_number(day->days);
    } else if (const auto* chosen = std::get_if<engine::Choice>(&*field)) {
        out.byte(choice);
        out.number(chosen->index);
    } else if (const auto* at = std::get_if<engine::Instant>(&*field)) {
        out.byte(moment);
        out.signed_number(at->ms);
    } else {
        out.byte(committed_text);
        write(out, std::get<engine::Committed>(*field));
    }
}

void write(RawWriter& out, const engine::Attachment& attachment) {
    const auto& [digest, size, name] = attachment;
    out.digest(digest);
    out.number(size);
    write(out, name);
}

// The hashes seen so far, the same in writing and reading.
struct Hashes {
    const Digest* document;
    Digest last{};

    void write(RawWriter& out, const Digest& digest) {
        if (digest == *document) {
            out.byte(same_as_document);
        } else if (digest == last) {
            out.byte(same_as_last);
        } else {
            out.byte(explicit_hash);
            out.digest(digest);
            last = digest;
        }
    }
    void read(RawReader& in, Digest& digest) {
        switch (in.byte_up_to(explicit_hash)) {
            case same_as_document:
                digest = *document;
                return;
            case same_as_last:
                digest = last;
                if (last == *document) in.fail();
                return;
            default:
                in.digest(digest);
                if (digest == *document || digest == last) in.fail();
                last = digest;
        }
    }
};

void write(RawWriter& out, const engine::Signature& signature, Hashes& hashes) {
    const auto& [kind, signer, on_behalf_of, content, at] = signature;
    out.number(kind);
    out.number(signer);
    out.number(on_behalf_of);
    hashes.write(out, content);
    out.signed_number(at.ms);
}

void write(RawWriter& out, const engine::CastVote& vote, Hashes& hashes) {
    const auto& [state, voter, on_behalf_of, department, ballot, content] = vote;
    out.number(state);
    out.number(voter);
    out.number(on_behalf_of);
    out.text(department);
    out.byte(static_cast<unsigned>(ballot));
    hashes.write(out, content);
}

// Most timers of a document are idle: one byte.
enum TimerBit : unsigned {
    phase_bits = 3,
    is_provisional = 4,
    is_extended = 8,
    unit_shift = 4,
    unit_bits = 3 << unit_shift,
    has_count = 64,
    has_instants = 128,
};

void write(RawWriter& out, const engine::TimerState& timer) {
    const auto& [phase, provisional, extended, unit, count, from, due] = timer;
    const bool instants = from.ms != 0 || due.ms != 0;
    out.byte(static_cast<unsigned>(phase) | bit_if(provisional, is_provisional) |
             bit_if(extended, is_extended) | (static_cast<unsigned>(unit) << unit_shift) |
             bit_if(count != 0, has_count) | bit_if(instants, has_instants));
    if (count != 0) out.signed_number(count);
    if (!instants) return;
    out.signed_number(from.ms);
    out.signed_number(due.ms);
}

void write(RawWriter& out, const std::optional<engine::Instant>& missed) {
    out.byte(missed ? 1 : 0);
    if (missed) out.signed_number(missed->ms);
}

void write(RawWriter& out, const engine::Consultation& consultation) {
    const auto& [number, region, asked_by, whom, question, answered, answered_by] = consultation;
    const auto& [role, scope, department] = whom;
    out.number(number);
    out.number(region);
    out.number(asked_by);
    out.text(role);
    out.number(static_cast<std::uint64_t>(scope));
    out.text(department);
    write(out, question);
    out.byte(answered ? 1 : 0);
    out.number(answered_by);
}

void write(RawWriter& out, const engine::RelatedDocument& related) {
    const auto& [relation, document, tags, publication] = related;
    out.number(relation);
    out.number(document);
    out.number(tags.size());
    for (const std::string& tag : tags)
        out.text(tag);
    out.byte(static_cast<unsigned>(publication));
}

void write(RawWriter& out, const engine::ParentLink& parent) {
    const auto& [document, flow, relation] = parent;
    out.number(document);
    out.text(flow);
    out.text(relation);
}

// ---- reading
// --------------------------------------------------------------------------------------

template <class T>
T nonzero(RawReader& in) {
    const T value = in.number_as<T>();
    if (value == 0) in.fail();
    return value;
}

void read(RawReader& in, engine::Place& place) {
    const unsigned bits = in.byte_up_to(127);
    const auto id = [&in] {
        const auto value = in.number_as<std::uint16_t>();
        if (value == kNone) in.fail();
        return value;
    };
    if (bits & has_state) place.state = id();
    if (bits & has_via) place.via = id();
    if (bits & has_moved_by) place.moved_by = nonzero<engine::PersonId>(in);
    if (bits & has_moved_for) place.moved_for = nonzero<engine::PersonId>(in);
    if (bits & has_claimed_by) place.claimed_by = nonzero<engine::PersonId>(in);
    place.touched = (bits & is_touched) != 0;
    if (bits & has_since) {
        place.since.ms = in.signed_number();
        if (place.since.ms == 0) in.fail();
    }
}

void read(RawReader& in, engine::Committed& committed) {
    in.digest(committed.commitment);
    committed.size = in.number_as<std::uint32_t>();
}

void read(RawReader& in, std::optional<engine::Value>& field) {
    switch (in.byte_up_to(moment)) {
        case absent:
            return;
        case no:
            field.emplace(false);
            return;
        case yes:
            field.emplace(true);
            return;
        case integer:
            field.emplace(in.signed_number());
            return;
        case date:
            field.emplace(engine::Date{in.signed_number_as<std::int32_t>()});
            return;
        case choice:
            field.emplace(engine::Choice{in.number_as<std::uint16_t>()});
            return;
        case moment:
            field.emplace(engine::Instant{in.signed_number()});
            return;
        default:
            read(in, field.emplace().emplace<engine::Committed>());
    }
}

void read(RawReader& in, engine::Attachment& attachment) {
    in.digest(attachment.digest);
    attachment.size = in.number();
    read(in, attachment.name);
}

void read(RawReader& in, engine::Signature& signature, Hashes& hashes) {
    signature.kind = in.number_as<engine::SignatureId>();
    signature.signer = in.number_as<engine::PersonId>();
    signature.on_behalf_of = in.number_as<engine::PersonId>();
    hashes.read(in, signature.content);
    signature.at.ms = in.signed_number();
}

void read(RawReader& in, engine::CastVote& vote, Hashes& hashes) {
    vote.state = in.number_as<engine::StateId>();
    vote.voter = in.number_as<engine::PersonId>();
    vote.on_behalf_of = in.number_as<engine::PersonId>();
    vote.department = in.text();
    vote.ballot =
        static_cast<engine::Ballot>(in.byte_up_to(static_cast<unsigned>(engine::Ballot::abstain)));
    hashes.read(in, vote.content);
}

void read(RawReader& in, engine::TimerState& timer) {
    const unsigned bits = in.byte();
    static_assert(static_cast<unsigned>(engine::TimerPhase::expired) == phase_bits);
    static_assert(static_cast<unsigned>(engine::Unit::months) << unit_shift == unit_bits);
    timer.phase = static_cast<engine::TimerPhase>(bits & phase_bits);
    timer.provisional = (bits & is_provisional) != 0;
    timer.extended = (bits & is_extended) != 0;
    timer.unit = static_cast<engine::Unit>((bits & unit_bits) >> unit_shift);
    if (bits & has_count) {
        timer.count = in.signed_number();
        if (timer.count == 0) in.fail();
    }
    if (bits & has_instants) {
        timer.from.ms = in.signed_number();
        timer.due.ms = in.signed_number();
        if (timer.from.ms == 0 && timer.due.ms == 0) in.fail();
    }
}

void read(RawReader& in, std::optional<engine::Instant>& missed) {
    if (in.byte_up_to(1) != 0) missed = engine::Instant{in.signed_number()};
}

void read(RawReader& in, engine::Consultation& consultation) {
    consultation.number = in.number_as<std::uint32_t>();
    consultation.region = in.number_as<engine::RegionId>();
    consultation.asked_by = in.number_as<engine::PersonId>();
    consultation.whom.role = in.text();
    consultation.whom.scope =
        static_cast<engine::Scope>(in.byte_up_to(static_cast<unsigned>(engine::Scope::department)));
    consultation.whom.department = in.text();
    read(in, consultation.question);
    consultation.answered = in.byte_up_to(1) != 0;
    consultation.answered_by = in.number_as<engine::PersonId>();
}

engine::Publication read_publication(RawReader& in, unsigned byte) {
    if (byte > static_cast<unsigned>(engine::Publication::withdrawn)) in.fail();
    return static_cast<engine::Publication>(in.good() ? byte : 0);
}

void read(RawReader& in, engine::RelatedDocument& related) {
    related.relation = in.number_as<engine::RelationId>();
    related.document = in.number();
    related.tags.resize(in.count());
    for (std::string& tag : related.tags)
        tag = in.text();
    related.publication = read_publication(in, in.byte());
}

void read(RawReader& in, engine::ParentLink& parent) {
    parent.document = in.number();
    parent.flow = in.text();
    parent.relation = in.text();
}

template <class T, class... More>
void write_all(RawWriter& out, const std::vector<T>& all, More&... more) {
    out.number(all.size());
    for (const T& one : all)
        write(out, one, more...);
}

template <class T, class... More>
void read_all(RawReader& in, std::vector<T>& all, More&... more) {
    all.resize(in.count());
    for (T& one : all) {
        if (!in.good()) return;
        read(in, one, more...);
    }
}

}  // namespace

void encode_document(const Document& document, std::string& out) {
    const auto& [id, flow, definition, revision, department, places, fields, attachments, content,
                 drafters, signatures, votes, timers, missed, consultations, publication,
                 published_content, purged, related, parents] = document;
    // Written beside `out` first: growing a string to the bound would clear all of it.
    thread_local std::vector<char> scratch;
    if (const std::size_t size = bound(document); scratch.size() < size) scratch.resize(2 * size);
    RawWriter to(scratch.data());
    Hashes hashes{&content};
    const bool relations = !related.empty() || !parents.empty() || !missed.empty();
    to.byte(!missed.empty() ? kVersionMissed : relations ? kVersionRelated : kVersion);
    to.number(id);
    to.text(flow);
    to.digest(definition);
    to.number(revision);
    to.text(department);
    write_all(to, places);
    write_all(to, fields);
    write_all(to, attachments);
    to.digest(content);
    to.number(drafters.size());
    for (const engine::PersonId person : drafters)
        to.number(person);
    write_all(to, signatures, hashes);
    write_all(to, votes, hashes);
    write_all(to, timers);
    write_all(to, consultations);
    to.byte(static_cast<unsigned>(publication) | (purged ? 0x80U : 0U));
    hashes.write(to, published_content);
    if (relations) {
        write_all(to, related);
        write_all(to, parents);
    }
    if (!missed.empty()) write_all(to, missed);
    out.append(scratch.data(), to.at());
}

engine::Result<Document> decode_document(std::string_view bytes) {
    RawReader in(bytes);
    const unsigned version = in.byte();
    if (version < kVersion || version > kVersionMissed)
        return Error{ErrorCode::malformed,
                     "stored document of unknown format version " + std::to_string(version)};
    Document document;
    Hashes hashes{&document.content};
    document.id = in.number();
    document.flow = in.text();
    in.digest(document.definition);
    document.revision = in.number_as<std::uint32_t>();
    document.department = in.text();
    read_all(in, document.places);
    read_all(in, document.fields);
    read_all(in, document.attachments);
    in.digest(document.content);
    document.drafters.resize(in.count());
    for (engine::PersonId& person : document.drafters)
        person = in.number_as<engine::PersonId>();
    read_all(in, document.signatures, hashes);
    read_all(in, document.votes, hashes);
    read_all(in, document.timers);
    read_all(in, document.consultations);
    const unsigned publication = in.byte();
    document.publication = read_publication(in, publication & 0x7F);
    document.purged = (publication & 0x80) != 0;
    hashes.read(in, document.published_content);
    if (version >= kVersionRelated) {
        read_all(in, document.related);
        read_all(in, document.parents);
    }
    if (version == kVersionRelated && document.related.empty() && document.parents.empty())
        in.fail();
    if (version == kVersionMissed) {
        read_all(in, document.missed);
        // What needs no more than an earlier version is written as that.
        if (document.missed.empty() || !document.missed.back()) in.fail();
    }
    if (!in.good() || !in.at_end())
        return Error{ErrorCode::malformed, "stored document " + std::to_string(document.id) +
                                               " is damaged: " + std::to_string(bytes.size()) +
                                               " bytes that do not make one"};
    return document;
}

}  // namespace gongkai::storage
