#include "app/publications.hpp"

#include <algorithm>

#include "app/content.hpp"
#include "app/record_json.hpp"
#include "storage/audit/canonical_json.hpp"
#include "storage/audit/hash.hpp"

namespace gongkai::app {

namespace {

using storage::audit::CanonicalWriter;

const storage::Opening* find(std::span<const storage::Opening> openings,
                             const engine::Committed& text) {
    const auto found = std::find_if(
        openings.begin(), openings.end(),
        [&](const storage::Opening& opening) { return opening.commitment == text.commitment; });
    return found == openings.end() ? nullptr : &*found;
}

// A plain value: text as a string, a table as what its canonical JSON says.
void write_plain(CanonicalWriter& writer, const engine::Field& field, const engine::Value& value,
                 std::span<const storage::Opening> openings) {
    const auto* text = std::get_if<engine::Committed>(&value);
    if (text == nullptr) {
        write_field_value(writer, field, value);
        return;
    }
    const storage::Opening* opening = find(openings, *text);
    if (opening == nullptr) {
        writer.null();
    } else if (field.type == engine::FieldType::table) {
        writer.raw(opening->text);
    } else {
        writer.string(opening->text);
    }
}

void write_opening(CanonicalWriter& writer, const std::string& field,
                   const storage::Opening& opening) {
    writer.begin_object().key("commitment");
    write_digest(writer, opening.commitment);
    writer.key("field").string(field);
    writer.key("salt").hex(opening.salt.data(), opening.salt.size()).end_object();
}

std::string text_of(std::span<const storage::Opening> openings, const engine::Document& document,
                    engine::FieldId field) {
    if (field == engine::kNone || !document.fields[field]) return {};
    const auto* text = std::get_if<engine::Committed>(&*document.fields[field]);
    const storage::Opening* opening = text == nullptr ? nullptr : find(openings, *text);
    return opening == nullptr ? std::string() : opening->text;
}

void must(Result<void> written) {
    // Every text was checked when it came in.
    if (!written) storage::audit::stop_on_bug("a publication that cannot be written");
}

storage::PublicDocument begin(const Flow& flow, const engine::Document& document,
                              std::span<const storage::Opening> openings) {
    storage::PublicDocument projection;
    projection.document = document.id;
    projection.flow = document.flow;
    projection.department = document.department;
    projection.title = text_of(openings, document, flow.title);
    projection.content = document.published_content;
    return projection;
}

}  // namespace

storage::PublicDocument publish(const Flow& flow, const engine::Document& document,
                                std::span<const storage::Opening> openings, bool draft,
                                engine::Instant now) {
    const engine::Definition& definition = flow.definition;
    storage::PublicDocument projection = begin(flow, document, openings);
    projection.draft = draft;
    projection.published_at = now;

    CanonicalWriter fields(projection.fields);
    fields.begin_object();
    for (const engine::FieldId id : flow.published) {
        if (!document.fields[id]) continue;
        fields.key(definition.fields[id].name);
        write_plain(fields, definition.fields[id], *document.fields[id], openings);
    }
    fields.end_object();
    must(fields.finish());

    std::string content;
    write_content(definition, document.fields, document.attachments, content);
    CanonicalWriter proof(projection.proof_openings);
    proof.begin_object().key("content").string(content).key("openings").begin_array();
    for (const engine::FieldId id : flow.published) {
        if (!document.fields[id] || !definition.fields[id].content) continue;
        const auto* text = std::get_if<engine::Committed>(&*document.fields[id]);
        const storage::Opening* opening = text == nullptr ? nullptr : find(openings, *text);
        if (opening != nullptr) write_opening(proof, definition.fields[id].name, *opening);
    }
    for (std::size_t i = 0; i < document.attachments.size(); ++i) {
        const engine::Attachment& attachment = document.attachments[i];
        const storage::Opening* name = find(openings, attachment.name);
        projection.attachments.push_back(
            {attachment.digest, attachment.size, name == nullptr ? std::string() : name->text});
        if (name != nullptr) write_opening(proof, "attachments/" + std::to_string(i), *name);
    }
    proof.end_array().end_object();
    must(proof.finish());
    return projection;
}

storage::PublicDocument withdraw(const Flow& flow, const engine::Document& document,
                                 std::span<const storage::Opening> openings,
                                 const std::optional<storage::PublicDocument>& before,
                                 engine::Instant now) {
    storage::PublicDocument stub = begin(flow, document, openings);
    stub.withdrawn = true;
    stub.published_at = before ? before->published_at : now;
    // The title may have been edited since, and that was never published.
    if (before) stub.title = before->title;
    CanonicalWriter fields(stub.fields);
    fields.begin_object();
    if (!stub.title.empty()) fields.key("title").string(stub.title);
    const engine::FieldId reason = flow.definition.field("withdrawal_reason");
    const std::string why = text_of(openings, document, reason);
    if (!why.empty()) fields.key("withdrawal_reason").string(why);
    fields.end_object();
    must(fields.finish());
    stub.proof_openings = "{\"openings\":[]}";
    return stub;
}

std::vector<storage::LinkBelow> public_links(const engine::Definition& definition,
                                             const engine::Document& document) {
    std::vector<storage::LinkBelow> links;
    for (const engine::RelatedDocument& one : document.related) {
        const engine::Relation& relation = definition.relations[one.relation];
        if (!relation.public_link.empty())
            links.push_back({one.document, relation.name, relation.title, relation.public_link});
    }
    return links;
}

Result<std::optional<PublishedPage>> Publications::page(engine::DocumentId id) {
    std::optional<PublishedPage> page;
    const auto query = [&](storage::PublicReader& reader) -> Result<void> {
        page.reset();
        TRY(auto document, reader.find(id));
        if (!document) return {};
        TRY(auto links, reader.links(id));
        page = PublishedPage{std::move(*document), std::move(links)};
        return {};
    };
    TRY_VOID(store_.read_public(query));
    return page;
}

Result<std::optional<storage::PublicDocument>> Publications::find(engine::DocumentId id) {
    std::optional<storage::PublicDocument> found;
    const auto query = [&](storage::PublicReader& reader) -> Result<void> {
        TRY(found, reader.find(id));
        return {};
    };
    TRY_VOID(store_.read_public(query));
    return found;
}

Result<storage::PublicPage> Publications::list(const std::string& flow,
                                               std::optional<std::uint64_t> before,
                                               std::size_t limit) {
    storage::PublicPage page;
    const auto query = [&](storage::PublicReader& reader) -> Result<void> {
        TRY(page, reader.list(flow, before, std::clamp<std::size_t>(limit, 1, 200)));
        return {};
    };
    TRY_VOID(store_.read_public(query));
    return page;
}

Result<std::optional<storage::PublicAttachment>> Publications::attachment(
    engine::DocumentId id, const engine::Digest& digest) {
    TRY(const auto document, find(id));
    if (!document || document->withdrawn) return std::optional<storage::PublicAttachment>();
    for (const storage::PublicAttachment& attachment : document->attachments) {
        if (attachment.digest == digest) return std::optional(attachment);
    }
    return std::optional<storage::PublicAttachment>();
}

}  // namespace gongkai::app
