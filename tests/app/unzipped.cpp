#include "tests/app/unzipped.hpp"

#include <archive.h>
#include <archive_entry.h>

#include <catch2/catch.hpp>
#include <memory>

namespace gongkai::app::testing {

Files unzipped(const std::string& bytes) {
    Files files;
    const std::unique_ptr<archive, int (*)(archive*)> reader(archive_read_new(), archive_read_free);
    archive_read_support_format_zip(reader.get());
    REQUIRE(archive_read_open_memory(reader.get(), bytes.data(), bytes.size()) == ARCHIVE_OK);
    archive_entry* entry = nullptr;
    while (archive_read_next_header(reader.get(), &entry) == ARCHIVE_OK) {
        std::string& text = files[archive_entry_pathname(entry)];
        char buffer[4096];
        for (la_ssize_t got = 0;
             (got = archive_read_data(reader.get(), buffer, sizeof buffer)) > 0;)
            text.append(buffer, static_cast<std::size_t>(got));
    }
    return files;
}

}  // namespace gongkai::app::testing
