// A flow ready for use: the checked definition with its policy, and what the use-cases ask of it
// again and again, worked out once.
#pragma once

#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/definition.hpp"
#include "engine/result.hpp"
#include "language/alike_group.hpp"
#include "storage/store.hpp"

namespace gongkai::language {
struct Flow;
}

namespace gongkai::app {

using engine::Digest;
using engine::Result;

// Immutable; shared between threads.
struct Flow {
    engine::Definition definition;
    engine::Policy policy;
    std::vector<language::AlikeGroup> alike;  // see app/alike.hpp
    std::string source;  // what `definition.digest` is the SHA-256 of, see docs/audit_format.md

    // Fields that the system fills in (engine::kNone where the flow does not have them): the
    // attribute that the last line of the body states, and whether the body carries a mark of
    // secrecy.
    engine::FieldId title = engine::kNone;
    engine::FieldId body = engine::kNone;
    engine::FieldId catalog_item = engine::kNone;  // a code of the catalogue (app/catalog.hpp)
    engine::FieldId body_note = engine::kNone;
    engine::FieldId secrecy_mark = engine::kNone;
    std::vector<engine::FieldId> published;  // sorted by name

    // Who may read a document of this flow because of a role (app/authorize.hpp).
    std::vector<std::string> own_roles;                // in the document's own department; sorted
    std::vector<std::string> anywhere_roles;           // sorted
    std::vector<engine::Assignment> department_roles;  // in a named department

    // `source`: language::bundle() of the files, whose SHA-256 is the definition's digest.
    static std::shared_ptr<const Flow> make(engine::Definition definition, engine::Policy policy,
                                            std::string source,
                                            std::vector<language::AlikeGroup> alike = {});
    static std::shared_ptr<const Flow> make(const language::Flow& flow);
    // Compiles the same flow again. Error `malformed`.
    static Result<std::shared_ptr<const Flow>> from_source(std::string_view source);
};

// The flows by name (the current version) and by digest (every version that a document is pinned
// to). Any thread; a look-up is one hash map hit.
class Flows {
  public:
    // The store must outlive it.
    explicit Flows(storage::Store& store);

    // Makes these the current flows and keeps their sources in the store (one job). Versions known
    // by digest stay known.
    Result<void> activate(std::vector<std::shared_ptr<const Flow>> flows);
    // The same without keeping their sources: where nothing may be written.
    void adopt(std::vector<std::shared_ptr<const Flow>> flows);

    // nullptr where there is none.
    std::shared_ptr<const Flow> current(std::string_view name) const;
    // All current ones, by name.
    std::vector<std::shared_ptr<const Flow>> all() const;
    // An old version is read from the store and compiled the first time. Error `not_found` where
    // the store does not know it either.
    Result<std::shared_ptr<const Flow>> by_digest(const Digest& digest) const;
    // Only what is in memory; nullptr otherwise.
    std::shared_ptr<const Flow> known(const Digest& digest) const;

  private:
    struct DigestHash {
        std::size_t operator()(const Digest& digest) const noexcept;
    };
    struct Table {
        std::vector<std::shared_ptr<const Flow>> current;
        std::unordered_map<Digest, std::shared_ptr<const Flow>, DigestHash> versions;
    };
    std::shared_ptr<const Table> table() const;

    storage::Store& store_;
    mutable std::mutex mutex_;
    mutable std::shared_ptr<const Table> table_;
};

}  // namespace gongkai::app
