// YAML, as little of it as rules need: mappings, lists and plain text.
//
// Refused, with a diagnostic at the place: aliases and anchors (but in files where they may stand),
// tags, directives, duplicate keys, keys that are not text, a second document, bytes that are not
// UTF-8, a byte order mark, control characters, and whatever exceeds the limits below. The tree is
// built from events, so that a bomb of aliases or of depth is refused before anything grows.
//
// Every scalar stays the text that was written: 012 is "012", no is "no". Only an empty value,
// `null` and `~` have no text.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "language/diagnostic.hpp"

namespace gongkai::language {

inline constexpr std::size_t kMaxFileBytes = 1024 * 1024;
inline constexpr std::size_t kMaxYamlDepth = 32;
inline constexpr std::size_t kMaxYamlNodes = 100'000;

struct Node {
    enum class Kind { empty, text, list, map };
    struct Entry;

    Kind kind = Kind::empty;
    Span span;            // of a text: from its first to its last byte, quotes included; of a list
                          // or map: its first byte
    std::string text;     // of a text
    bool quoted = false;  // "...", '...' or a block: never a parameter
    bool broken = false;  // what stood here was wrong, and has been reported
    std::vector<Node> items;     // of a list
    std::vector<Entry> entries;  // of a map, in the order of the file; keys are distinct. Of a text
                                 // in a part: what the parameters `$name` within it stand for

    bool is_text() const { return kind == Kind::text; }
    bool is_list() const { return kind == Kind::list; }
    bool is_map() const { return kind == Kind::map; }
    // The value under this key, or nullptr.
    const Node* find(std::string_view key) const;
};

struct Node::Entry {
    std::string key;
    Span key_span;
    Node value;
};

// `expanded`: an alias stands for a copy of what its anchor names, and counts as that. Catalogues
// that were made elsewhere have them; rules never do.
enum class Aliases { refused, expanded };

// nullopt after at least one error was reported. An empty file is an error.
std::optional<Node> parse_yaml(FileId file, Reporter& reporter, Aliases aliases = Aliases::refused);

// The place in the file of `length` bytes of node.text from `offset` on. Exact for text on one
// line; for folded text the place is found by following its visible characters.
Span span_within(const Node& node, std::size_t offset, std::size_t length,
                 const Reporter& reporter);

}  // namespace gongkai::language
