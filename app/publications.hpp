// What the public may see, and how it gets there.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "app/flow.hpp"
#include "engine/document.hpp"
#include "storage/store.hpp"

namespace gongkai::app {

// The projection of a document that was just published: its published fields with plain values,
// its attachments, and what an offline proof needs. PublicDocument::proof_openings is
//   {"content": "<content description, app/content.hpp>",
//    "openings": [{"commitment": hex, "field": name, "salt": hex}, ...]}
// The text behind an opening is the field's value, of a table its canonical JSON; the field
// "attachments/0" is the name of the first file.
storage::PublicDocument publish(const Flow& flow, const engine::Document& document,
                                std::span<const storage::Opening> openings, bool draft,
                                engine::Instant now);
// The stub of a document that was withdrawn (撤稿): the title that it was published under and the
// reason, nothing else; its proof_openings has no "content". `before`: what is public now, where it
// can be read.
storage::PublicDocument withdraw(const Flow& flow, const engine::Document& document,
                                 std::span<const storage::Opening> openings,
                                 const std::optional<storage::PublicDocument>& before,
                                 engine::Instant now);

// What the public may be told of the documents under this one, once both are public: those of the
// relations that the flow has a `public_link` for. They are ids and words of the flow, no text of a
// document, and when they are read what is public of either decides: so no step of the one has to
// touch the publication of the other.
std::vector<storage::LinkBelow> public_links(const engine::Definition& definition,
                                             const engine::Document& document);

// A published document as the portal shows it.
struct PublishedPage {
    storage::PublicDocument document;
    std::vector<storage::PublicLink> links;
};

// Reading for the portal: through the connection that can see the publication tables only.
class Publications {
  public:
    explicit Publications(storage::Store& store) : store_(store) {}
    Result<std::optional<storage::PublicDocument>> find(engine::DocumentId id);
    // With what it is linked with, of one moment.
    Result<std::optional<PublishedPage>> page(engine::DocumentId id);
    // Newest first; of all flows where `flow` is empty; `limit` at most 200.
    Result<storage::PublicPage> list(const std::string& flow, std::optional<std::uint64_t> before,
                                     std::size_t limit);
    Result<std::optional<storage::PublicAttachment>> attachment(engine::DocumentId id,
                                                                const engine::Digest& digest);

  private:
    storage::Store& store_;
};

}  // namespace gongkai::app
