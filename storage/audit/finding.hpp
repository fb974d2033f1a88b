// What verification found wrong. The codes are permanent: docs/audit_format.md section 7 lists
// them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gongkai::storage::audit {

struct Finding {
    std::string code;
    std::optional<std::uint64_t> leaf;
    std::string message;  // English, for an auditor
};

// Keeps the first `most` findings and counts all: one flipped byte early in a large record can be
// found a million times.
class Findings {
  public:
    static constexpr std::size_t most = 1000;

    void add(std::string code, std::optional<std::uint64_t> leaf, std::string message) {
        ++count_;
        if (kept_.size() < most) kept_.push_back({std::move(code), leaf, std::move(message)});
    }
    bool empty() const noexcept { return count_ == 0; }
    std::uint64_t count() const noexcept { return count_; }
    const std::vector<Finding>& kept() const noexcept { return kept_; }

  private:
    std::vector<Finding> kept_;
    std::uint64_t count_ = 0;
};

}  // namespace gongkai::storage::audit
