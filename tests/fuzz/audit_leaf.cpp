// Everything of the record that is read from outside: leaves, canonical JSON, notes, checkpoints,
// proofs.
#include <cstdint>
#include <cstdlib>

#include "storage/audit/canonical_json.hpp"
#include "storage/audit/proof.hpp"

namespace {

void must(bool condition) {
    if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace gongkai::storage::audit;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);

    // What is read is written back the same, and the two readers of canonical JSON agree.
    const auto value = parse_canonical(bytes);
    must(is_canonical(bytes) == value.has_value());
    std::string again;
    if (value) must(write_canonical(*value, again).has_value() && again == bytes);

    const auto leaf = decode_leaf(bytes);
    again.clear();
    if (leaf) must(encode_leaf(*leaf, again).has_value() && again == bytes);

    const auto checkpoint = parse_checkpoint(bytes);
    if (checkpoint) must(bytes.starts_with(checkpoint_text(*checkpoint)));
    const auto note = parse_note(bytes);
    if (note) must(bytes.starts_with(note->text) && !note->signatures.empty());
    if (const auto key = VerifierKey::parse(bytes))
        must(*VerifierKey::parse(key->to_string()) == *key);
    // Nobody can make a proof without the key.
    static const VerifierKey nobody = SigningKey::generate("nobody").value().verifier();
    must(!verify_proof(bytes, {nobody, {}}).verified());
    return 0;
}
