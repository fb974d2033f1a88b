// Inside app/: one leaf on its way through the replay.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "app/replay.hpp"
#include "engine/command.hpp"

namespace gongkai::app {

// One leaf about a document, with what it is judged by.
struct Replay::Case {
    const storage::audit::Leaf& leaf;
    std::uint64_t index = 0;
    std::span<const storage::audit::BundleText> texts;  // of the leaf, as far as they are there
    storage::audit::Findings& findings;
    std::shared_ptr<const Flow> flow = nullptr;
    std::shared_ptr<const Flow> target = nullptr;  // of a migration
    std::shared_ptr<const engine::Calendar> calendar = nullptr;
    std::optional<engine::Document> document = std::nullopt;  // before the leaf
    engine::Command command = {};

    bool is_step() const { return leaf.kind == storage::audit::LeafKind::step; }
    template <class T>
    bool is() const {
        return std::holds_alternative<T>(command);
    }
    void found(const char* code, const std::string& what) const {
        findings.add(code, index, "document " + std::to_string(*leaf.document) + ": " + what);
    }
};

}  // namespace gongkai::app
