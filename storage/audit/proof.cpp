#include "storage/audit/proof.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "storage/audit/canonical_json.hpp"

namespace gongkai::storage::audit {

namespace {

namespace json = boost::json;

constexpr std::string_view proof_format = "gongkai-proof 1";

// What a proof file says, with the openings' own claim of what they open.
struct Claims {
    Proof proof;
    std::vector<Hash> commitments;  // one for each of proof.openings
};

const json::value* member(const json::object& object, const char* name, std::size_t& taken) {
    const json::value* value = object.if_contains(name);
    if (value != nullptr) ++taken;
    return value;
}

bool take_text(const json::object& object, const char* name, std::size_t& taken, std::string& out) {
    const json::value* value = member(object, name, taken);
    if (value == nullptr || !value->is_string()) return false;
    out = value->get_string();
    return true;
}

bool take_number(const json::object& object, const char* name, std::size_t& taken,
                 std::uint64_t& out) {
    const json::value* value = member(object, name, taken);
    if (value == nullptr || !value->is_int64() || value->get_int64() < 0) return false;
    out = static_cast<std::uint64_t>(value->get_int64());
    return true;
}

bool take_opening(const json::value& value, Claims& claims) {
    const json::object* object = value.if_object();
    std::size_t taken = 0;
    std::string commitment;
    std::string salt;
    Opening opening;
    if (object == nullptr || !take_text(*object, "commitment", taken, commitment) ||
        !take_text(*object, "salt", taken, salt) ||
        !take_text(*object, "text", taken, opening.text) || taken != object->size())
        return false;
    const auto hash = hash_from_hex(commitment);
    const auto salt_bytes = bytes_from_hex(salt);
    if (!hash || !salt_bytes || salt_bytes->size() != opening.salt.size()) return false;
    std::copy(salt_bytes->begin(), salt_bytes->end(), opening.salt.begin());
    claims.commitments.push_back(*hash);
    claims.proof.openings.push_back(std::move(opening));
    return true;
}

// The claims, or what is wrong with the file.
std::optional<std::string> read_claims(std::string_view file, Claims& claims) {
    if (file.ends_with('\n')) file.remove_suffix(1);
    const auto value = parse_canonical(file);
    if (!value) return value.error().message;
    const json::object* object = value->if_object();
    if (object == nullptr) return "not an object";
    Proof& proof = claims.proof;
    std::size_t taken = 0;
    std::string format;
    if (!take_text(*object, "format", taken, format) || format != proof_format)
        return "format is not \"gongkai-proof 1\"";
    if (!take_text(*object, "leaf", taken, proof.leaf)) return "leaf is not a string";
    if (!take_number(*object, "index", taken, proof.index)) return "index is not a number";
    if (!take_number(*object, "size", taken, proof.size)) return "size is not a number";
    if (!take_text(*object, "checkpoint", taken, proof.checkpoint))
        return "checkpoint is not a string";
    if (!take_text(*object, "vkey", taken, proof.vkey)) return "vkey is not a string";
    const json::value* path = member(*object, "path", taken);
    if (path == nullptr || !path->is_array()) return "path is not an array";
    for (const json::value& node : path->get_array()) {
        const auto hash = node.is_string() ? hash_from_hex(node.get_string()) : std::nullopt;
        if (!hash) return "path has something that is not a hash";
        proof.path.push_back(*hash);
    }
    if (object->contains("content")) {
        proof.content.emplace();
        if (!take_text(*object, "content", taken, *proof.content)) return "content is not a string";
    }
    const json::value* openings = member(*object, "openings", taken);
    if (openings == nullptr || !openings->is_array()) return "openings is not an array";
    for (const json::value& opening : openings->get_array()) {
        if (!take_opening(opening, claims)) return "openings has something that is not an opening";
    }
    if (taken != object->size()) return "it has a member that is not known";
    return std::nullopt;
}

void judge_openings(const Claims& claims, ProofReport& report) {
    const Proof& proof = claims.proof;
    for (std::size_t i = 0; i < proof.openings.size(); ++i) {
        const Opening& opening = proof.openings[i];
        const std::string where = "opening " + std::to_string(i + 1);
        if (commit(opening.salt, opening.text) != claims.commitments[i]) {
            report.findings.add("opening_mismatch", proof.index,
                                where + ": salt and text do not give the commitment");
            continue;
        }
        OpenedText opened{{}, opening.text};
        for (const std::string& place : find_commitment(proof.leaf, claims.commitments[i]))
            opened.places.push_back("leaf" + place);
        if (proof.content) {
            for (const std::string& place : find_commitment(*proof.content, claims.commitments[i]))
                opened.places.push_back("content" + place);
        }
        if (opened.places.empty())
            report.findings.add("opening_unknown", proof.index,
                                where + " is of a commitment that stands nowhere");
        else
            report.opened.push_back(std::move(opened));
    }
}

void judge_tree(const Proof& proof, const ProofOptions& options, ProofReport& report) {
    std::optional<VerifierKey> key = options.key;
    if (!key) {
        report.key_from_proof = true;
        auto own = VerifierKey::parse(proof.vkey);
        if (!own) {
            report.findings.add("key_malformed", std::nullopt, "vkey: " + own.error().message);
            return;
        }
        key = std::move(*own);
    }
    auto checkpoint = open_checkpoint(proof.checkpoint, key->name(), {*key});
    if (!checkpoint) {
        report.findings.add(checkpoint.error().code == engine::ErrorCode::malformed
                                ? "checkpoint_malformed"
                                : "checkpoint_signature",
                            std::nullopt, checkpoint.error().message);
        return;
    }
    report.checkpoint = *checkpoint;
    if (proof.size != checkpoint->size)
        report.findings.add("proof_inclusion", proof.index,
                            "the checkpoint is over another number of leaves");
    else if (!verify_inclusion(leaf_hash(proof.leaf), proof.index, proof.size, proof.path,
                               checkpoint->root))
        report.findings.add("proof_inclusion", proof.index,
                            "the path does not lead to the checkpoint's root");
}

}  // namespace

engine::Result<std::string> encode_proof(const Proof& proof) {
    std::string out;
    CanonicalWriter writer(out);
    writer.begin_object().key("checkpoint").string(proof.checkpoint);
    if (proof.content) writer.key("content").string(*proof.content);
    writer.key("format").string(proof_format);
    writer.key("index").integer(static_cast<std::int64_t>(proof.index));
    writer.key("leaf").string(proof.leaf);
    writer.key("openings").begin_array();
    for (const Opening& opening : proof.openings) {
        const Hash commitment = commit(opening.salt, opening.text);
        writer.begin_object().key("commitment").hex(commitment.data(), commitment.size());
        writer.key("salt").hex(opening.salt.data(), opening.salt.size());
        writer.key("text").string(opening.text).end_object();
    }
    writer.end_array().key("path").begin_array();
    for (const Hash& node : proof.path)
        writer.hex(node.data(), node.size());
    writer.end_array().key("size").integer(static_cast<std::int64_t>(proof.size));
    writer.key("vkey").string(proof.vkey).end_object();
    TRY_VOID(writer.finish());
    out += '\n';
    return out;
}

ProofReport verify_proof(std::string_view file, const ProofOptions& options) {
    ProofReport report;
    Claims claims;
    if (const auto wrong = read_claims(file, claims)) {
        report.findings.add("proof_malformed", std::nullopt, *wrong);
        return report;
    }
    const Proof& proof = claims.proof;
    report.index = proof.index;
    auto leaf = decode_leaf(proof.leaf);
    if (leaf)
        report.leaf = std::move(*leaf);
    else
        report.findings.add("leaf_malformed", proof.index, leaf.error().message);
    judge_tree(proof, options, report);
    if (report.leaf && proof.content && report.leaf->content != sha256(*proof.content))
        report.findings.add("content_mismatch", proof.index,
                            "the content description does not have the hash that the leaf says");
    judge_openings(claims, report);
    if (report.leaf) {
        for (const Hash& hash : options.attachments) {
            const auto& listed = report.leaf->attachments;
            if (std::find(listed.begin(), listed.end(), hash) == listed.end())
                report.findings.add(
                    "attachment_unknown", proof.index,
                    "the leaf does not list the file with the hash " + to_hex(hash));
        }
    }
    return report;
}

}  // namespace gongkai::storage::audit
