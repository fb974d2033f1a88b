#include "app/page/zip.hpp"

#include <archive.h>
#include <archive_entry.h>

#include <memory>

namespace gongkai::app {

namespace {

using engine::Error;
using engine::ErrorCode;

// 1980-01-02, the first day that a ZIP can name in every time zone.
constexpr std::time_t kTime = 315'619'200;

la_ssize_t take(archive*, void* into, const void* bytes, std::size_t size) {
    try {
        static_cast<std::string*>(into)->append(static_cast<const char*>(bytes), size);
    } catch (const std::bad_alloc&) {
        return -1;
    }
    return static_cast<la_ssize_t>(size);
}

struct Free {
    void operator()(archive* one) const { archive_write_free(one); }
    void operator()(archive_entry* one) const { archive_entry_free(one); }
};

}  // namespace

engine::Result<std::string> zip(std::span<const ZipPart> parts) {
    std::string out;
    const std::unique_ptr<archive, Free> writer(archive_write_new());
    const auto failed = [&] {
        const char* why = writer ? archive_error_string(writer.get()) : nullptr;
        return Error{ErrorCode::io,
                     std::string("a ZIP cannot be made: ") + (why ? why : "no memory")};
    };
    if (!writer || archive_write_set_format_zip(writer.get()) != ARCHIVE_OK ||
        archive_write_set_bytes_in_last_block(writer.get(), 1) != ARCHIVE_OK ||
        archive_write_open2(writer.get(), &out, nullptr, &take, nullptr, nullptr) != ARCHIVE_OK)
        return failed();
    for (const ZipPart& part : parts) {
        const std::unique_ptr<archive_entry, Free> entry(archive_entry_new());
        if (!entry) return failed();
        archive_entry_set_pathname(entry.get(), part.name.c_str());
        archive_entry_set_size(entry.get(), static_cast<la_int64_t>(part.bytes.size()));
        archive_entry_set_filetype(entry.get(), AE_IFREG);
        archive_entry_set_perm(entry.get(), 0644);
        archive_entry_set_mtime(entry.get(), kTime, 0);
        if (archive_write_header(writer.get(), entry.get()) != ARCHIVE_OK) return failed();
        if (archive_write_data(writer.get(), part.bytes.data(), part.bytes.size()) !=
            static_cast<la_ssize_t>(part.bytes.size()))
            return failed();
    }
    if (archive_write_close(writer.get()) != ARCHIVE_OK) return failed();
    return out;
}

}  // namespace gongkai::app
