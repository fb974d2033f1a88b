// How near two texts are, for finding repeats. Chinese has no breaks between words, so what is
// compared are pairs of neighbouring characters.
//
// A text is first made plain: full-width forms become ASCII, capitals small, Chinese numerals that
// count something (第三批, 二〇二四年, 十二月) Arabic; spaces and punctuation are left out. Only
// the first kMostCompared characters of it count.
//
// Nearness is the Dice coefficient of the pairs, in percent rounded down: twice the number of pairs
// that both have (each as often as it stands in both), by the number of pairs of both. The numbers
// in the texts can be asked for besides: what somebody wants to know of 2024 is not what another
// wants to know of 2025, near as the words are.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gongkai::app {

inline constexpr std::size_t kMostCompared = 2'000;

class PlainText {
  public:
    explicit PlainText(std::string_view utf8);

    bool empty() const { return characters_.empty(); }
    // The whole of it as UTF-32: equal where the texts differ in form only.
    const std::u32string& characters() const { return characters_; }
    // 0 .. 100; 0 where one of them is empty.
    int nearness(const PlainText& other) const;
    // Whether it could be so near at all: cheap, for many comparisons.
    bool may_be_near(const PlainText& other, int percent) const;
    // Whether the same numbers stand in both, in whatever order and how often.
    bool same_numbers(const PlainText& other) const { return numbers_ == other.numbers_; }

  private:
    std::u32string characters_;
    std::vector<std::uint64_t> pairs_;     // sorted
    std::vector<std::u32string> numbers_;  // each once, sorted, without leading zeros
};

}  // namespace gongkai::app
