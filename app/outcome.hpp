// What became of a request to change a document.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "app/flow.hpp"
#include "engine/document.hpp"
#include "engine/refusal.hpp"
#include "engine/result.hpp"
#include "storage/store.hpp"

namespace gongkai::app {

struct ActiveState {
    std::string name;
    std::string title;
    bool final = false;
};

// Carried out and durable.
struct Done {
    engine::DocumentId id = 0;
    std::uint32_t revision = 0;
    std::string flow;
    engine::Digest definition{};
    engine::Digest content{};
    engine::DepartmentCode department;
    storage::RecordId record = storage::kNoRecord;
    bool created = false;
    bool changed = true;  // false: a HandIn that differed in nothing, and wrote nothing
    std::vector<ActiveState> states;
    engine::Publication publication = engine::Publication::none;
    bool purged = false;
};

// The law or the flow says no; the attempt is in the record (`record`) unless this actor had
// too many of them within a minute.
struct Refused {
    engine::Refusal refusal;
    engine::DocumentId id = 0;
    std::uint32_t revision = 0;
    std::shared_ptr<const Flow> flow;  // for the names of fields; nullptr where none was found
    storage::RecordId record = storage::kNoRecord;
};

// What was handed in cannot be read: an unknown field, a date that does not exist, an attachment
// that was never uploaded. Nothing was written.
struct Invalid {
    std::string where;  // JSON Pointer into the request: "/fields/formed_at"
    std::string code;   // permanent: "unknown_field"
    std::string message;
    std::string message_zh;
};

// The same request with the same idempotency key was carried out before: its answer again.
struct Replayed {
    Done done;
};
// The key was used for another request.
struct KeyReused {};

// The person was disabled, or their session ended, between asking and deciding.
struct SignedOut {};

// Error `not_found` also stands for a document that the person may not know of; `unavailable` for a
// full queue.
using Outcome = std::variant<Done, Refused, Invalid, Replayed, KeyReused, SignedOut, engine::Error>;

// As it is kept for a repeated request: canonical JSON without any text of the document.
std::string to_json(const Done& done);
// Without the titles of the states. Error `malformed`.
Result<Done> done_from_json(std::string_view canonical);

}  // namespace gongkai::app
