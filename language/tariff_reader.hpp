// Reads a tariff of workflows/tariffs/; the shipped one explains its layout at the top.
#pragma once

#include <optional>
#include <vector>

#include "engine/tariff.hpp"
#include "language/diagnostic.hpp"
#include "language/source.hpp"

namespace gongkai::language {

inline constexpr const char* kInformationFeePath = "tariffs/information_fee.yaml";

struct TariffReading {
    std::optional<engine::Tariff> tariff;  // nullopt after an error
    std::vector<Diagnostic>
        diagnostics;  // tariff_gap, tariff_overlap, tariff_order, tariff_end ...
};

TariffReading read_tariff(const SourceFile& file);

}  // namespace gongkai::language
