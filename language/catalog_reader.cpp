#include "language/catalog_reader.hpp"

#include <fmt/format.h>

#include <map>
#include <utility>

#include "language/catalog_parser.hpp"

namespace gongkai::language {

CatalogReading read_catalog(std::span<const SourceFile> files, std::span<const CatalogFlow> flows) {
    CatalogReading out;
    Reporter reporter;
    CatalogParser::Codes codes;
    std::map<std::string, std::string> names;
    for (const SourceFile& file : files) {
        const FileId id = reporter.add(file);
        const auto root = parse_yaml(id, reporter, Aliases::expanded);
        if (!root) continue;
        CatalogFile read = CatalogParser(id, reporter, flows).read(*root, codes);
        if (const auto [first, fresh] = names.emplace(read.name, file.path); !fresh) {
            reporter.error(file.path, "duplicate_catalog",
                           {fmt::format("{} is the catalogue {} as well", first->second, read.name),
                            fmt::format("{} 也是目录 {}", first->second, read.name)});
        }
        out.files.push_back(std::move(read));
    }
    if (reporter.failed()) out.files.clear();
    out.diagnostics = reporter.take();
    return out;
}

}  // namespace gongkai::language
