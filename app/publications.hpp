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

// Reading for the portal: through the connection that can see the publication tables only.
class Publications {
  public:
    explicit Publications(storage::Store& store) : store_(store) {}
    Result<std::optional<storage::PublicDocument>> find(engine::DocumentId id);
    // Newest first; of all flows where `flow` is empty; `limit` at most 200.
    Result<storage::PublicPage> list(const std::string& flow, std::optional<std::uint64_t> before,
                                     std::size_t limit);
    Result<std::optional<storage::PublicAttachment>> attachment(engine::DocumentId id,
                                                                const engine::Digest& digest);

  private:
    storage::Store& store_;
};

}  // namespace gongkai::app
