// The bar of long work, on stderr, where that is a terminal; nothing elsewhere.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace gongkai::cli {

class ProgressBar {
  public:
    explicit ProgressBar(std::string what);
    ~ProgressBar();  // takes the bar away
    ProgressBar(const ProgressBar&) = delete;
    ProgressBar& operator=(const ProgressBar&) = delete;

    // Drawn ten times a second at most.
    void operator()(std::uint64_t done, std::uint64_t all);

  private:
    std::string what_;
    bool shown_;
    bool drawn_ = false;
    std::chrono::steady_clock::time_point next_{};
};

// "######----  60 %" for a bar of ten characters.
std::string bar(std::uint64_t done, std::uint64_t all, std::size_t width);

}  // namespace gongkai::cli
