// Texts that a purge must be able to erase: openings and titles.
//
// SQLite's secure_delete clears what is deleted, but not the copies that stay in the free room of
// a page after its cells were moved by a split or a merge (3.40: rebuildPage). So these rows are
// only ever appended, which moves no other row, and erased by writing zeros over them in place,
// row of the same length for row. They are never deleted. The rows of one document are a chain
// from the newest (DocumentKeys::last_text) to the oldest, so there is no index that a step would
// have to write.
#pragma once

#include "storage/sqlite/connection.hpp"
#include "storage/store.hpp"

namespace gongkai::storage::sqlite {

using TextNumber = std::uint64_t;  // 0: none

// Both return the number of the new row, which is the newest of the chain then.
Result<TextNumber> append_opening(Connection& connection, TextNumber previous,
                                  const Opening& opening);
Result<TextNumber> append_title(Connection& connection, TextNumber previous,
                                std::string_view title);

// Sorted by commitment, each once.
Result<std::vector<Opening>> read_openings(Connection& connection, TextNumber newest);
// Empty where `number` is 0.
Result<std::string> read_title(Connection& connection, TextNumber number);

// All of the chain.
Result<void> erase_texts(Connection& connection, TextNumber newest);

// The public projection, as one blob of the table `publications`: appended and erased likewise.
// Without `record`, which is the key of the row.
void encode_publication(const PublicDocument& document, std::string& out);
Result<PublicDocument> decode_publication(std::string_view bytes);
// The live one, with its record.
Result<std::optional<PublicDocument>> read_publication(Connection& connection, DocumentId id);

}  // namespace gongkai::storage::sqlite
