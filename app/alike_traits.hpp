// What is compared of one document to find those that are alike, read once and compared often.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "app/flow.hpp"
#include "app/likeness.hpp"
#include "engine/document.hpp"
#include "language/alike_group.hpp"
#include "storage/store.hpp"

namespace gongkai::app {

// Of one document and one group of its flow.
struct AlikeTrait {
    // The fields that must be equal, in their plain form; nullopt where one has no value, which is
    // like nothing.
    std::optional<std::u32string> same;
    PlainText near{""};
};

// Of each group, in its order. The groups may be those of another version of the flow: a field that
// this one does not have has no value.
std::vector<AlikeTrait> traits_of(std::span<const language::AlikeGroup> groups,
                                  const engine::Definition& definition,
                                  const engine::Document& document,
                                  std::span<const storage::Opening> openings);

// How near the two are in this group, in percent: 100 where only equal fields count; nullopt where
// they are not alike.
std::optional<int> alike_in(const language::AlikeGroup& group, const AlikeTrait& a,
                            const AlikeTrait& b);

// Purged, or with a mark of secrecy: never compared with anything, and never counted.
bool kept_apart(const Flow& flow, const engine::Document& document);

// The text of a field, empty where there is none.
std::string text_in(const engine::Document& document, engine::FieldId field,
                    std::span<const storage::Opening> openings);

}  // namespace gongkai::app
