// Inside app/: the pieces that commands, events and what reads them back are made of.
#pragma once

#include <boost/json/value.hpp>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/command.hpp"
#include "engine/definition.hpp"
#include "engine/document.hpp"
#include "engine/result.hpp"
#include "storage/audit/canonical_json.hpp"

namespace gongkai::app {

const char* to_string(engine::Ballot ballot) noexcept;
const char* to_string(engine::Scope scope) noexcept;
const char* to_string(engine::Publication publication) noexcept;

void write_committed(storage::audit::CanonicalWriter& writer, const engine::Committed& text);
void write_attachments(storage::audit::CanonicalWriter& writer,
                       const std::vector<engine::Attachment>& list);
void write_field_value(storage::audit::CanonicalWriter& writer, const engine::Field& field,
                       const std::optional<engine::Value>& value);

// Members in the order of their names.
void write_fields(storage::audit::CanonicalWriter& writer, const engine::Definition& definition,
                  const std::vector<engine::FieldChange>& changes);
void write_assignment(storage::audit::CanonicalWriter& writer, const engine::Assignment& whom);
// A document's number, in a string.
void write_id(storage::audit::CanonicalWriter& writer, std::uint64_t id);
void write_instant(storage::audit::CanonicalWriter& writer, engine::Instant at);
void write_digest(storage::audit::CanonicalWriter& writer, const engine::Digest& digest);

void write_tags(storage::audit::CanonicalWriter& writer, const std::vector<std::string>& tags);
void write_parent(storage::audit::CanonicalWriter& writer, const engine::ParentLink& parent);

// nullopt where the JSON is not what write_...() writes.
std::optional<engine::Committed> read_committed(const boost::json::value& json);
std::optional<std::vector<engine::Attachment>> read_attachments(const boost::json::value& json);
// The outer nullopt: not a value of this field; the inner one: null, the field was cleared.
std::optional<std::optional<engine::Value>> read_field_value(const engine::Field& field,
                                                             const boost::json::value& json);

}  // namespace gongkai::app
