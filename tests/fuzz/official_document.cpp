// Any bytes as the file of a 公文: a document or an error comes back, the body is the end of the
// file as it stands, and nothing is kept of what bears a mark of secrecy.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "app/content.hpp"
#include "app/official_document.hpp"

using namespace gongkai;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const language::SourceFile file{"document.md",
                                    std::string(reinterpret_cast<const char*>(data), size)};
    const app::OfficialDocument document = app::read_official_document(file);
    language::render(document.findings);
    if (document.refused()) return 0;
    require(!document.body.empty() && file.text.ends_with(document.body));
    require(!app::has_secrecy_mark(file.text));
    require(app::count_code_points(document.body).has_value());
    for (const app::Element& element : document.elements) {
        require(!element.name.empty() && !element.value.empty() && element.line > 0);
        require(document.find(element.name) == &element);
    }
    return 0;
}
