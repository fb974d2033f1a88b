#include "storage/sqlite/texts.hpp"

#include <cstring>
#include <map>

#include "storage/audit/hash.hpp"
#include "storage/varint.hpp"

namespace gongkai::storage::sqlite {

namespace {

Result<TextNumber> append(Connection& connection, TextNumber previous, std::string_view commitment,
                          std::string_view salt, std::string_view text) {
    TRY_VOID(connection
                 .statement("INSERT INTO texts(previous, commitment, salt, text) "
                            "VALUES(?1, ?2, ?3, ?4)")
                 .bind_id(1, previous)
                 .bind_blob(2, commitment)
                 .bind_blob(3, salt)
                 .bind_blob(4, text)
                 .run());
    return static_cast<TextNumber>(connection.last_rowid());
}

Error damaged(TextNumber number) {
    return Error{ErrorCode::malformed, "the stored text " + std::to_string(number) + " is damaged"};
}

}  // namespace

Result<TextNumber> append_opening(Connection& connection, TextNumber previous,
                                  const Opening& opening) {
    return append(connection, previous, audit::as_view(opening.commitment),
                  audit::as_view(opening.salt), opening.text);
}

Result<TextNumber> append_title(Connection& connection, TextNumber previous,
                                std::string_view title) {
    return append(connection, previous, {}, {}, title);
}

Result<std::vector<Opening>> read_openings(Connection& connection, TextNumber newest) {
    std::map<Digest, Opening> found;
    Statement& find = connection.statement(
        "SELECT previous, commitment, salt, text FROM texts WHERE number = ?1");
    for (TextNumber number = newest; number != 0;) {
        const Cursor cursor(find);
        TRY(const bool known, find.bind_id(1, number).step());
        // A chain that does not lead to older rows would never end.
        if (!known || find.id(0) >= number) return damaged(number);
        const TextNumber here = std::exchange(number, find.id(0));
        if (find.bytes(1).empty()) continue;  // a title
        Opening opening;
        TRY(opening.commitment, find.digest(1));
        const std::string_view salt = find.bytes(2);
        if (salt.size() != opening.salt.size()) return damaged(here);
        std::memcpy(opening.salt.data(), salt.data(), salt.size());
        opening.text = find.text(3);
        found.insert_or_assign(opening.commitment, std::move(opening));
    }
    std::vector<Opening> out;
    out.reserve(found.size());
    for (auto& [commitment, opening] : found)
        out.push_back(std::move(opening));
    return out;
}

Result<std::string> read_title(Connection& connection, TextNumber number) {
    if (number == 0) return std::string();
    Statement& find = connection.statement("SELECT text FROM texts WHERE number = ?1");
    const Cursor cursor(find);
    TRY(const bool known, find.bind_id(1, number).step());
    if (!known) return damaged(number);
    return find.text(0);
}

Result<void> erase_texts(Connection& connection, TextNumber newest) {
    Statement& find = connection.statement("SELECT previous FROM texts WHERE number = ?1");
    for (TextNumber number = newest; number != 0;) {
        const TextNumber here = number;
        {
            const Cursor cursor(find);
            TRY(const bool known, find.bind_id(1, here).step());
            if (!known || find.id(0) >= here) return damaged(here);
            number = find.id(0);
        }
        TRY_VOID(connection
                     .statement("UPDATE texts SET commitment = zeroblob(length(commitment)), "
                                "salt = zeroblob(length(salt)), text = zeroblob(length(text)) "
                                "WHERE number = ?1")
                     .bind_id(1, here)
                     .run());
    }
    return {};
}

// ---- the public projection
// ------------------------------------------------------------------------

namespace {

enum PublicationBit : unsigned { is_draft = 1, is_withdrawn = 2 };

}  // namespace

void encode_publication(const PublicDocument& document, std::string& out) {
    const auto& [id, draft, withdrawn, flow, title, fields, attachments, proof_openings, content,
                 department, published_at, record] = document;
    std::size_t bound = 1 + 8 * kMaxVarint + sizeof(Digest) + flow.size() + title.size() +
                        fields.size() + proof_openings.size() + department.size();
    for (const PublicAttachment& attachment : attachments)
        bound += sizeof(Digest) + 2 * kMaxVarint + attachment.name.size();
    out.resize(bound);
    RawWriter to(out.data());
    to.byte((draft ? is_draft : 0U) | (withdrawn ? is_withdrawn : 0U));
    to.number(id);
    to.text(flow);
    to.text(title);
    to.text(fields);
    to.number(attachments.size());
    for (const auto& [digest, size, name] : attachments) {
        to.digest(digest);
        to.number(size);
        to.text(name);
    }
    to.text(proof_openings);
    to.digest(content);
    to.text(department);
    to.signed_number(published_at.ms);
    out.resize(static_cast<std::size_t>(to.at() - out.data()));
}

Result<PublicDocument> decode_publication(std::string_view bytes) {
    RawReader in(bytes);
    PublicDocument document;
    const unsigned bits = in.byte_up_to(is_draft | is_withdrawn);
    document.draft = (bits & is_draft) != 0;
    document.withdrawn = (bits & is_withdrawn) != 0;
    document.document = in.number();
    document.flow = in.text();
    document.title = in.text();
    document.fields = in.text();
    document.attachments.resize(in.count());
    for (PublicAttachment& attachment : document.attachments) {
        in.digest(attachment.digest);
        attachment.size = in.number();
        attachment.name = in.text();
    }
    document.proof_openings = in.text();
    in.digest(document.content);
    document.department = in.text();
    document.published_at.ms = in.signed_number();
    if (in.good() && in.at_end()) return document;
    return Error{ErrorCode::malformed, "a stored publication is damaged"};
}

Result<std::optional<PublicDocument>> read_publication(Connection& connection, DocumentId id) {
    Statement& query = connection.statement(
        "SELECT record, body FROM publications WHERE document = ?1 AND live = 1");
    const Cursor cursor(query);
    TRY(const bool known, query.bind_id(1, id).step());
    if (!known) return std::optional<PublicDocument>();
    TRY(PublicDocument found, decode_publication(query.bytes(1)));
    found.record = query.id(0);
    return std::optional(std::move(found));
}

}  // namespace gongkai::storage::sqlite
