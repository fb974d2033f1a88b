// Measuring: a folder to work in, a clock for time and CPU, percentiles.
#pragma once

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "engine/result.hpp"

namespace gongkai::bench {

// A new folder, removed with everything in it; on the file system of GONGKAI_BENCH_DIR, where that
// is set (a RAM disk says nothing about syncing).
class Folder {
  public:
    Folder() {
        const char* base = std::getenv("GONGKAI_BENCH_DIR");
        std::string name =
            (base ? std::filesystem::path(base) : std::filesystem::temp_directory_path()) /
            "gongkai-bench-XXXXXX";
        if (::mkdtemp(name.data()) == nullptr) {
            std::perror("mkdtemp");
            std::exit(1);
        }
        path_ = name;
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    const std::filesystem::path& path() const { return path_; }
    std::string operator/(const std::string& name) const { return (path_ / name).string(); }

  private:
    std::filesystem::path path_;
};

struct Usage {
    double seconds = 0;      // on the clock
    double cpu_seconds = 0;  // of all threads
};

class Stopwatch {
  public:
    Stopwatch() : begin_(std::chrono::steady_clock::now()), cpu_begin_(cpu()) {}
    Usage read() const {
        const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - begin_;
        return {passed.count(), cpu() - cpu_begin_};
    }

  private:
    static double cpu() {
        rusage usage{};
        getrusage(RUSAGE_SELF, &usage);
        const auto seconds = [](const timeval& t) {
            return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
        };
        return seconds(usage.ru_utime) + seconds(usage.ru_stime);
    }
    std::chrono::steady_clock::time_point begin_;
    double cpu_begin_;
};

// The value below which `share` of them lie; they are sorted by the call.
inline double percentile(std::vector<double>& values, double share) {
    if (values.empty()) return 0;
    std::sort(values.begin(), values.end());
    const auto at = static_cast<std::size_t>(share * static_cast<double>(values.size() - 1) + 0.5);
    return values[at];
}

template <class T>
T must(engine::Result<T> result) {
    if (!result) {
        std::fprintf(stderr, "failed: %s\n", result.error().message.c_str());
        std::exit(1);
    }
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

}  // namespace gongkai::bench
