#include "cli/progress.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace gongkai::cli {

std::string bar(std::uint64_t done, std::uint64_t all, std::size_t width) {
    const double part =
        all == 0 ? 1.0 : std::min(1.0, static_cast<double>(done) / static_cast<double>(all));
    const auto full = static_cast<std::size_t>(part * static_cast<double>(width));
    return std::string(full, '#') + std::string(width - full, '-') +
           fmt::format(" {:>3} %", static_cast<int>(part * 100));
}

ProgressBar::ProgressBar(std::string what)
    : what_(std::move(what)), shown_(::isatty(STDERR_FILENO) == 1) {}

ProgressBar::~ProgressBar() {
    if (drawn_) fmt::print(stderr, "\r\033[K");
}

void ProgressBar::operator()(std::uint64_t done, std::uint64_t all) {
    const auto now = std::chrono::steady_clock::now();
    if (!shown_ || now < next_) return;
    next_ = now + std::chrono::milliseconds(100);
    drawn_ = true;
    fmt::print(stderr, "\r{} {}", what_, bar(done, all, 40));
    std::fflush(stderr);
}

}  // namespace gongkai::cli
