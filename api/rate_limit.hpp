// How often somebody may ask: a token bucket each. Of one thread only (the I/O thread).
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <unordered_map>

namespace gongkai::api {

struct RateLimit {
    double a_second = 0;  // 0: no limit
    double burst = 0;     // at once, after a pause
};

class RateLimiter {
  public:
    using Time = std::chrono::steady_clock::time_point;
    explicit RateLimiter(RateLimit limit) : limit_(limit) {}
    // Takes one token of that name. The seconds to wait where there is none, else 0.
    unsigned take(std::string_view name, Time now);

  private:
    static constexpr std::size_t most = 50'000;
    struct Bucket {
        double tokens = 0;
        Time at;
    };
    double refilled(const Bucket& bucket, Time now) const;
    RateLimit limit_;
    std::unordered_map<std::string, Bucket> buckets_;
};

}  // namespace gongkai::api
