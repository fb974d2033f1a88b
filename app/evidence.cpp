#include "app/evidence.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <optional>

#include "app/content.hpp"
#include "storage/audit/canonical_json.hpp"
#include "storage/audit/leaf.hpp"
#include "storage/audit/merkle.hpp"
#include "storage/audit/proof.hpp"

namespace gongkai::app {

using engine::Error;
using engine::ErrorCode;
namespace audit = storage::audit;

// The document that something is to be proved of, as it is now.
struct Evidence::Subject {
    const engine::Document& document;
    const Flow& flow;
    storage::RecordId last_record;
};

struct Evidence::Contents {
    std::optional<std::string> description;
    std::vector<audit::Opening> openings;
};

namespace {

Error nothing_there() {
    return {ErrorCode::not_found, "no such document or record"};
}

audit::NodeReader nodes_of(storage::Reader& reader) {
    return [&reader](audit::NodeId node) { return reader.tree_node(node.level, node.index); };
}

// The one record with that number.
Result<storage::StoredLeaf> leaf_of(storage::Reader& reader, storage::RecordId record) {
    TRY(auto found, reader.history(record, 1));
    if (found.empty() || found.front().record != record) return nothing_there();
    return std::move(found.front());
}

// Of the openings, those of commitments that stand in the leaf or in the description.
std::vector<audit::Opening> fitting(const std::vector<storage::Opening>& all,
                                    const std::string& leaf,
                                    const std::optional<std::string>& description) {
    auto wanted = audit::hashes_in(leaf);
    if (description) {
        const auto more = audit::hashes_in(*description);
        wanted.insert(wanted.end(), more.begin(), more.end());
    }
    std::sort(wanted.begin(), wanted.end());
    std::vector<audit::Opening> out;
    for (const auto& opening : all)
        if (std::binary_search(wanted.begin(), wanted.end(), opening.commitment))
            out.push_back({opening.salt, opening.text});
    return out;
}

// The text behind the opening of a published field, or of the name of a file ("attachments/0").
std::optional<std::string> text_of(const storage::PublicDocument& page,
                                   const boost::json::object& fields, std::string_view name) {
    constexpr std::string_view files = "attachments/";
    if (name.starts_with(files)) {
        name.remove_prefix(files.size());
        std::size_t index = 0;
        const auto [end, fault] = std::from_chars(name.data(), name.data() + name.size(), index);
        if (fault != std::errc{} || index >= page.attachments.size()) return std::nullopt;
        return page.attachments[index].name;
    }
    const auto* value = fields.if_contains(name);
    if (value == nullptr) return std::nullopt;
    if (const auto* text = value->if_string()) return std::string(*text);
    std::string canonical;
    if (!audit::write_canonical(*value, canonical)) return std::nullopt;
    return canonical;
}

}  // namespace

bool Evidence::may_audit(const Principal& principal) const {
    return application_.identity().directory()->holds(principal.person, kAuditor);
}

Result<SignedCheckpoint> Evidence::checkpoint() {
    const auto* folder = application_.checkpoint_folder();
    const auto key = application_.verifier_key();
    if (folder == nullptr || !key)
        return Error{ErrorCode::invalid_argument, "this installation signs no checkpoints"};
    TRY(auto note, folder->last_note());
    if (!note) return Error{ErrorCode::not_found, "nothing was signed yet"};
    TRY(const auto checkpoint, audit::open_checkpoint(*note, application_.origin(), {*key}));
    return SignedCheckpoint{std::move(*note), key->to_string(), checkpoint.size, checkpoint.root};
}

Result<SignedCheckpoint> Evidence::covering(std::uint64_t index) {
    auto last = checkpoint();
    if (last ? last->size > index : last.error().code != ErrorCode::not_found) return last;
    if (!application_.store().writable())
        return Error{
            ErrorCode::unavailable,
            "the leaf is not under a checkpoint yet; a running server signs within seconds"};
    TRY_VOID(application_.checkpoint());
    TRY(auto fresh, checkpoint());
    if (fresh.size <= index)
        return Error{ErrorCode::unavailable, "the leaf is not under a checkpoint yet"};
    return fresh;
}

Result<std::string> Evidence::prove(const storage::StoredLeaf& leaf, Contents contents) {
    audit::Proof proof;
    proof.leaf = leaf.bytes;
    proof.content = std::move(contents.description);
    proof.openings = std::move(contents.openings);
    TRY_VOID(application_.store().read([&](storage::Reader& reader) -> Result<void> {
        TRY(const auto index, reader.leaf_index(leaf.record));
        if (!index) return Error{ErrorCode::unavailable, "the leaf is not in the tree yet"};
        proof.index = *index;
        return {};
    }));
    TRY(auto signed_by, covering(proof.index));
    proof.size = signed_by.size;
    proof.checkpoint = std::move(signed_by.note);
    proof.vkey = std::move(signed_by.vkey);
    TRY_VOID(application_.store().read([&](storage::Reader& reader) -> Result<void> {
        TRY(proof.path, audit::inclusion_proof(proof.index, proof.size, nodes_of(reader)));
        return {};
    }));
    return audit::encode_proof(proof);
}

Result<std::string> Evidence::proof(const Principal& principal, engine::DocumentId document,
                                    storage::RecordId record) {
    TRY(const auto view, application_.documents().find(principal, document));
    return proof_of({view.document, *view.flow, view.last_record}, record);
}

Result<std::string> Evidence::proof_for_operator(engine::DocumentId document,
                                                 storage::RecordId record) {
    std::optional<storage::DocumentRow> row;
    TRY_VOID(application_.store().read([&](storage::Reader& reader) -> Result<void> {
        TRY(row, reader.find_document(document));
        return {};
    }));
    if (!row) return nothing_there();
    TRY(const auto flow, application_.flows().by_digest(row->document.definition));
    return proof_of({row->document, *flow, row->last_record}, record);
}

Result<std::string> Evidence::proof_of(const Subject& subject, storage::RecordId record) {
    const engine::Document& document = subject.document;
    storage::StoredLeaf found;
    Contents contents;
    TRY_VOID(application_.store().read([&](storage::Reader& reader) -> Result<void> {
        auto at = record == storage::kNoRecord ? subject.last_record : record;
        std::optional<audit::Leaf> leaf;
        // The newest record may be that of a refused attempt: the newest step is behind it.
        for (;;) {
            TRY(found, leaf_of(reader, at));
            if (found.document != document.id) return nothing_there();
            TRY(leaf, audit::decode_leaf(found.bytes));
            if (record != storage::kNoRecord || leaf->kind == audit::LeafKind::step) break;
            at = found.previous;
        }
        if (leaf->content && *leaf->content == document.content && !document.purged) {
            contents.description.emplace();
            write_content(subject.flow.definition, document.fields, document.attachments,
                          *contents.description);
        }
        TRY(const auto openings, reader.openings(document.id));
        contents.openings = fitting(openings, found.bytes, contents.description);
        return {};
    }));
    return prove(found, std::move(contents));
}

Result<std::string> Evidence::public_proof(engine::DocumentId document) {
    TRY(const auto page, application_.publications().find(document));
    if (!page) return nothing_there();
    Contents contents;
    boost::system::error_code fault;
    const auto openings = boost::json::parse(page->proof_openings, fault);
    const auto fields = boost::json::parse(page->fields, fault);
    if (!fault && openings.is_object() && fields.is_object()) {
        const auto& members = openings.get_object();
        if (const auto* text = members.if_contains("content"); text && text->is_string())
            contents.description = std::string(text->get_string());
        if (const auto* list = members.if_contains("openings"); list && list->is_array()) {
            for (const auto& item : list->get_array()) {
                const auto* field = item.is_object() ? item.get_object().if_contains("field") : 0;
                const auto* salt = item.is_object() ? item.get_object().if_contains("salt") : 0;
                if (!field || !salt || !field->is_string() || !salt->is_string()) continue;
                const auto bytes = audit::bytes_from_hex(std::string_view(salt->get_string()));
                auto text =
                    text_of(*page, fields.get_object(), std::string_view(field->get_string()));
                audit::Opening opening;
                if (!bytes || bytes->size() != opening.salt.size() || !text) continue;
                std::copy(bytes->begin(), bytes->end(), opening.salt.begin());
                opening.text = std::move(*text);
                contents.openings.push_back(std::move(opening));
            }
        }
    }
    storage::StoredLeaf found;
    TRY_VOID(application_.store().read([&](storage::Reader& reader) -> Result<void> {
        TRY(found, leaf_of(reader, page->record));
        return {};
    }));
    return prove(found, std::move(contents));
}

Result<std::vector<engine::Digest>> Evidence::consistency(std::uint64_t first,
                                                          std::uint64_t second) {
    std::vector<engine::Digest> path;
    TRY_VOID(application_.store().read([&](storage::Reader& reader) -> Result<void> {
        TRY(const auto size, reader.tree_size());
        if (first > second || second > size)
            return Error{ErrorCode::not_found, "the record has no such sizes"};
        TRY(path, audit::consistency_proof(first, second, nodes_of(reader)));
        return {};
    }));
    return path;
}

Result<std::vector<LeafLine>> Evidence::leaves(storage::RecordId first, std::size_t limit) {
    std::vector<LeafLine> out;
    TRY_VOID(application_.store().read([&](storage::Reader& reader) -> Result<void> {
        TRY(auto stored, reader.leaves(first, limit));
        for (auto& leaf : stored) {
            const auto hash = audit::leaf_hash(leaf.bytes);
            out.push_back({leaf.record, leaf.document, hash, std::move(leaf.bytes)});
        }
        return {};
    }));
    return out;
}

}  // namespace gongkai::app
