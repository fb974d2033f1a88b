#include "api/rate_limit.hpp"

#include <algorithm>
#include <cmath>

namespace gongkai::api {

double RateLimiter::refilled(const Bucket& bucket, Time now) const {
    const std::chrono::duration<double> passed = now - bucket.at;
    return std::min(limit_.burst, bucket.tokens + passed.count() * limit_.a_second);
}

unsigned RateLimiter::take(std::string_view name, Time now) {
    if (limit_.a_second <= 0) return 0;
    // Full buckets say nothing: they are forgotten first.
    if (buckets_.size() >= most)
        std::erase_if(buckets_, [&](const auto& entry) {
            return refilled(entry.second, now) >= limit_.burst;
        });
    if (buckets_.size() >= most) buckets_.clear();
    const auto [found, fresh] = buckets_.try_emplace(std::string(name), Bucket{limit_.burst, now});
    Bucket& bucket = found->second;
    if (!fresh) bucket = {refilled(bucket, now), now};
    if (bucket.tokens >= 1) {
        bucket.tokens -= 1;
        return 0;
    }
    return static_cast<unsigned>(std::ceil((1 - bucket.tokens) / limit_.a_second));
}

}  // namespace gongkai::api
