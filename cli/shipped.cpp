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

}  // namespace gongkai::cli
