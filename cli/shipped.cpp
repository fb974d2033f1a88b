#include "cli/shipped.hpp"

#include "embedded/workflows.hpp"

namespace gongkai::cli {

std::vector<language::SourceFile> shipped_files() {
    std::vector<language::SourceFile> files;
    for (const embedded::File& file : embedded::workflows()) {
        files.push_back({std::string(file.path), std::string(file.bytes)});
    }
    return files;
}

std::vector<language::SourceFile> shipped_rules() {
    auto files = shipped_files();
    std::erase_if(files, [](const language::SourceFile& file) {
        return file.path.starts_with("calendars/") || file.path.starts_with("catalog/") ||
               file.path.starts_with("letters/");
    });
    return files;
}

}  // namespace gongkai::cli
