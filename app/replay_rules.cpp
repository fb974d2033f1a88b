#include "app/replay_rules.hpp"

#include "storage/audit/files.hpp"
#include "storage/audit/hash.hpp"

namespace gongkai::app {

namespace fs = std::filesystem;
using engine::Error;
using engine::ErrorCode;

namespace {

constexpr std::uint64_t most_bytes = 16 << 20;

std::map<std::string, fs::path> files_in(const fs::path& folder) {
    std::map<std::string, fs::path> files;
    std::error_code failure;
    for (fs::directory_iterator entry(folder, failure), end; !failure && entry != end;
         entry.increment(failure)) {
        const std::string name = entry->path().filename().string();
        files.emplace(name.substr(0, name.find('.')), entry->path());
    }
    return files;
}

Result<std::string> source_of(const std::map<std::string, fs::path>& files, const Digest& digest) {
    const std::string name = storage::audit::to_hex(digest);
    const auto found = files.find(name);
    if (found == files.end()) return Error{ErrorCode::not_found, name + " is not there"};
    TRY(std::string bytes, storage::audit::read_file(found->second, most_bytes));
    if (storage::audit::sha256(bytes) != digest)
        return Error{ErrorCode::not_found, name + " has other bytes"};
    return bytes;
}

Result<std::shared_ptr<const Flow>> compile(const std::map<std::string, fs::path>& files,
                                            const Digest& digest) {
    TRY(const std::string source, source_of(files, digest));
    auto flow = Flow::from_source(source);
    if (!flow) return Error{ErrorCode::malformed, flow.error().message};
    if ((*flow)->definition.digest != digest)
        return Error{ErrorCode::malformed, "is not written as definitions are"};
    return flow;
}

Result<std::shared_ptr<const engine::Calendar>> read(const std::map<std::string, fs::path>& files,
                                                     const Digest& digest) {
    TRY(const std::string source, source_of(files, digest));
    auto calendar = calendar_from(source);
    if (!calendar) return Error{ErrorCode::malformed, calendar.error().message};
    return std::make_shared<const engine::Calendar>(std::move(*calendar));
}

}  // namespace

ReplayRules::ReplayRules(const fs::path& bundle)
    : definitions_(files_in(bundle / "definitions")), calendars_(files_in(bundle / "calendars")) {}

Result<std::shared_ptr<const Flow>> ReplayRules::flow(const Digest& digest) {
    auto found = flows_read_.find(digest);
    if (found == flows_read_.end())
        found = flows_read_.emplace(digest, compile(definitions_, digest)).first;
    return found->second;
}

Result<std::shared_ptr<const engine::Calendar>> ReplayRules::calendar(const Digest& digest) {
    auto found = calendars_read_.find(digest);
    if (found == calendars_read_.end())
        found = calendars_read_.emplace(digest, read(calendars_, digest)).first;
    return found->second;
}

}  // namespace gongkai::app
