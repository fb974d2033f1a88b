// A tariff (信息处理费, 条例 42, 国办函〔2020〕109号): progressive bands, each for what lies in it.
// Pure.
//
// One request is charged by one method, never by two (the caller names it).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gongkai::engine {

struct TariffBand {
    std::int64_t from = 1;           // the first unit of the band
    std::optional<std::int64_t> to;  // the last one; nullopt: without end
    std::int64_t each = 0;           // yuan a unit
    // Of a band without end: after every `every` units a unit costs `more` yuan more; 0: never.
    std::int64_t every = 0, more = 0;
};

struct TariffMethod {
    std::string name;         // permanent: "per_item"
    std::string title;        // 按件计收
    std::string unit;         // 件
    std::string count_field;  // that the number of units stands in; may be empty
    // A document is charged for the last unit alone: those before are documents of their own.
    bool last_only = false;
    std::vector<TariffBand> bands;  // without a gap or an overlap, from 1 on; the last without end
};

struct Tariff {
    std::string name, title;
    std::vector<std::string> basis;
    std::vector<TariffMethod> methods;
    // Fields of a document that method and amount stand in; empty: it is written down nowhere.
    std::string method_field, amount_field;

    const TariffMethod* method(std::string_view wanted) const;  // nullptr where there is none
};

// One line of the explanation: units `from` to `to` at `each` yuan.
struct FeeLine {
    std::int64_t from = 0, to = 0, each = 0, amount = 0;
    bool operator==(const FeeLine&) const = default;
};
struct Fee {
    std::vector<FeeLine> lines;  // those that are free too
    std::int64_t total = 0;      // yuan: the sum of the lines
    std::int64_t last_unit = 0;  // yuan for the last unit alone; 0 where there is none
};

inline constexpr std::int64_t kMostFeeUnits = 100'000;

// `count` from 0 to kMostFeeUnits; nullopt outside.
std::optional<Fee> fee_of(const TariffMethod& method, std::int64_t count);

}  // namespace gongkai::engine
