#include "app/audit.hpp"

namespace gongkai::app {

namespace {

constexpr std::uint64_t kProgressEvery = 64;  // leaves

}  // namespace

Result<AuditReport> verify_record(const std::filesystem::path& folder,
                                  const AuditOptions& options) {
    std::error_code ignored;
    const std::uintmax_t all = std::filesystem::file_size(folder / "leaves.jsonl", ignored);
    std::uint64_t done = 0;
    Replay replay(folder);
    storage::audit::VerifyOptions verify;
    verify.key = options.key;
    verify.checkpoints = options.checkpoints;
    verify.visit = [&](const storage::audit::BundleLeaf& leaf, storage::audit::Findings& findings) {
        replay(leaf, findings);
        done += leaf.bytes.size() + 1;
        if (options.progress && leaf.index % kProgressEvery == 0 && !ignored)
            options.progress(done, all);
    };
    AuditReport report;
    TRY(report.bundle, storage::audit::verify_bundle(folder, verify));
    report.replay = replay.report();
    return report;
}

}  // namespace gongkai::app
