#include "engine/tariff.hpp"

#include <algorithm>

namespace gongkai::engine {

const TariffMethod* Tariff::method(std::string_view wanted) const {
    const auto found = std::find_if(methods.begin(), methods.end(),
                                    [&](const TariffMethod& one) { return one.name == wanted; });
    return found == methods.end() ? nullptr : &*found;
}

std::optional<Fee> fee_of(const TariffMethod& method, std::int64_t count) {
    if (count < 0 || count > kMostFeeUnits) return std::nullopt;
    Fee fee;
    for (const TariffBand& band : method.bands) {
        const std::int64_t end = std::min(count, band.to.value_or(count));
        std::int64_t each = band.each;
        for (std::int64_t from = band.from; from <= end; each += band.more) {
            const std::int64_t to = band.every > 0 ? std::min(end, from + band.every - 1) : end;
            fee.lines.push_back({from, to, each, (to - from + 1) * each});
            fee.total += fee.lines.back().amount;
            fee.last_unit = each;
            from = to + 1;
        }
    }
    return fee;
}

}  // namespace gongkai::engine
