// Inside of the readers of catalogues: one file, or one item, out of its nodes.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "language/catalog_reader.hpp"
#include "language/shape.hpp"
#include "language/yaml_document.hpp"

namespace gongkai::language {

// A word of a list, and the other words for the same.
struct CatalogWord {
    std::string_view name;
    std::array<std::string_view, 2> others;
};

// 1 to 40 letters, digits, '.', '_' and '-'.
bool is_item_code(std::string_view text);

class CatalogParser {
  public:
    CatalogParser(FileId file, Reporter& reporter, std::span<const CatalogFlow> flows)
        : file_(file), shape_(reporter), flows_(flows) {}

    // Each code that was met, with its place.
    using Codes = std::map<std::string, Span>;
    CatalogFile read(const Node& root, Codes& codes);
    // An item that stands alone, without groups and defaults that it could name. As far as it is
    // right; nullopt where it is no mapping.
    std::optional<CatalogEntry> read_item(const Node& node, const std::string& domain,
                                          Codes& codes);

  private:
    using Group = std::map<std::string, const Node*>;

    void read_groups(const Node& root);
    void named_group(const Node* node, Group& group, const char* what, const char* what_zh);
    void read_defaults(const Node& root);
    std::string read_code(const Node& node, Codes& codes);
    std::vector<std::string> texts(const Node* node, const Group& group);
    CatalogDeadline deadline(const Node* node);
    CatalogDeadline deadline_of(const Node& map);
    std::optional<engine::Amount> days(const Node& map, const char* count);
    std::optional<std::string> synonym(const Node& node, std::span<const CatalogWord> words);
    std::vector<std::string> levels(const Node* node);
    std::string flow(const Node& node);
    std::string line(const Node* node);
    std::string month_day(const Node& node);
    void unknown(const Node& node, const Group& group);

    FileId file_;
    Shape shape_;
    std::span<const CatalogFlow> flows_;
    Group content_, basis_, channels_, deadlines_;
    const Node* default_channels_ = nullptr;
    const Node* default_deadline_ = nullptr;
    const Node* default_audience_ = nullptr;
    const Node* default_method_ = nullptr;
    const Node* default_levels_ = nullptr;
};

}  // namespace gongkai::language
