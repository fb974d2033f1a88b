// Any bytes as a catalogue of disclosure items: it comes back read, or with an error; aliases,
// which may stand here, explode into nothing.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "app/catalog.hpp"
#include "language/catalog_reader.hpp"

using namespace gongkai;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::vector<language::SourceFile> files{
        {"catalog/fuzz.yaml", std::string(reinterpret_cast<const char*>(data), size)}};
    const std::vector<language::CatalogFlow> flows{{"service", "服务公开"}};
    const auto reading = language::read_catalog(files, flows);
    require(reading.files.empty() == language::has_errors(reading.diagnostics));
    language::render(reading.diagnostics);
    for (const language::CatalogFile& file : reading.files) {
        for (const language::CatalogEntry& entry : file.entries) {
            require(!entry.code.empty() && entry.flow == "service");
            require(!app::catalog_item(file, entry).details.empty());
        }
    }
    return 0;
}
