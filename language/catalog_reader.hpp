// Reads a catalogue of disclosure items (政务公开事项标准目录): what is to be published, by when,
// by which flow. The layout of the shipped files is explained at the top of
// workflows/catalog/*.yaml.
//
// Catalogues that were made elsewhere are read as well: lists and deadlines written out or as YAML
// aliases, deadlines as {text, days, unit, start}, levels as {county: true}, and the Chinese words
// for flows, methods and levels.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/definition.hpp"
#include "language/diagnostic.hpp"
#include "language/source.hpp"

namespace gongkai::language {

// A flow that items may name, by either.
struct CatalogFlow {
    std::string name;   // service
    std::string title;  // 服务公开
};

struct CatalogDeadline {
    std::string title;  // as the catalogue words it
    // At most one of these; none: what the title says is all there is.
    std::optional<engine::Amount> within;
    std::optional<engine::Amount> at_least;
    std::string before;  // month and day of each year: 01-31
    std::string from;    // formed, decided, approved, ...; may be empty
    std::optional<engine::Amount> withdraw_within;
};

struct CatalogEntry {
    std::string code;    // JY-1.1; letters, digits, '.', '_', '-'; at most 40
    std::string domain;  // 就业
    std::string level1, level2;
    std::vector<std::string> content, basis, channels;
    CatalogDeadline deadline;
    std::string audience;             // 全社会
    std::string method;               // proactive or on_request
    std::vector<std::string> levels;  // province, city, county, township, village
    std::string flow;
    std::string verified;                 // how far the entry was verified; may be empty
    std::string note;                     // may be empty
    std::optional<std::int32_t> version;  // 1, 2, ...; of the item itself
};

struct CatalogFile {
    std::string name;  // the key `catalog`, or the file's own name without its ending
    std::string title;
    std::string authority;
    std::vector<CatalogEntry> entries;
};

struct CatalogReading {
    std::vector<CatalogFile> files;  // in their order; empty when there was an error
    std::vector<Diagnostic> diagnostics;
};

// What a time limit may count from: the words of CatalogDeadline::from.
std::span<const std::string_view> catalog_starts();

// Together: a code may stand in one of them only.
CatalogReading read_catalog(std::span<const SourceFile> files, std::span<const CatalogFlow> flows);

}  // namespace gongkai::language
