// Chance that repeats itself: what the people of a simulated year do is a function of the seed.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "language/office_year_reader.hpp"

namespace gongkai::app {

class Chance {
  public:
    explicit Chance(std::uint64_t seed) : state_(seed) {}

    // SplitMix64 (Steele, Lea, Flood 2014).
    std::uint64_t next() {
        state_ += 0x9E3779B97F4A7C15ULL;
        std::uint64_t z = state_;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
        return z ^ (z >> 31);
    }
    // 0 to bound - 1; the bias is below 2^-32 for what is asked here. bound > 0.
    std::size_t below(std::size_t bound) { return static_cast<std::size_t>(next() % bound); }
    std::int64_t in(const language::Range& range) {
        return range.least + static_cast<std::int64_t>(
                                 below(static_cast<std::size_t>(range.most - range.least) + 1));
    }
    bool of_100(std::int64_t share) { return static_cast<std::int64_t>(below(100)) < share; }

    // The place of one of the weights, as likely as it weighs; the size where all are 0.
    std::size_t weighted(std::span<const std::int64_t> weights) {
        std::int64_t all = 0;
        for (const std::int64_t one : weights)
            all += one;
        if (all <= 0) return weights.size();
        auto left = static_cast<std::int64_t>(below(static_cast<std::size_t>(all)));
        for (std::size_t i = 0; i < weights.size(); ++i) {
            if (left < weights[i]) return i;
            left -= weights[i];
        }
        return weights.size();
    }
    template <class T>
    void shuffle(std::vector<T>& list) {
        for (std::size_t i = list.size(); i > 1; --i)
            std::swap(list[i - 1], list[below(i)]);
    }

  private:
    std::uint64_t state_;
};

}  // namespace gongkai::app
