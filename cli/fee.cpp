#include "cli/fee.hpp"

#include <fmt/format.h>

#include "cli/shipped.hpp"
#include "language/rulebook.hpp"
#include "language/tariff_reader.hpp"

namespace gongkai::cli {

namespace {

using engine::Error;
using engine::ErrorCode;
using engine::Result;

Result<engine::Tariff> tariff_of(const FeeOptions& options) {
    std::vector<language::SourceFile> files;
    if (options.workflows.empty()) {
        files = shipped_files();
    } else {
        TRY(files, language::load_directory(options.workflows));
    }
    for (const language::SourceFile& file : files) {
        if (file.path != language::kInformationFeePath) continue;
        auto reading = language::read_tariff(file);
        if (reading.tariff) return std::move(*reading.tariff);
        return Error{ErrorCode::malformed, "\n" + language::render(reading.diagnostics)};
    }
    return Error{ErrorCode::not_found, std::string("there is no ") + language::kInformationFeePath};
}

void print(const FeeOptions& options, const engine::TariffMethod& method, const engine::Fee& fee) {
    if (options.json) {
        std::string lines;
        for (const engine::FeeLine& line : fee.lines)
            lines +=
                fmt::format("{}{{\"from\":{},\"to\":{},\"each_yuan\":{},\"yuan\":{}}}",
                            lines.empty() ? "" : ",", line.from, line.to, line.each, line.amount);
        fmt::print(
            "{{\"method\":\"{}\",\"count\":{},\"total_yuan\":{},\"last_unit_yuan\":{},"
            "\"lines\":[{}]}}\n",
            method.name, options.count, fee.total, fee.last_unit, lines);
        return;
    }
    fmt::print("{}\n", method.title);
    for (const engine::FeeLine& line : fee.lines)
        fmt::print("  {}-{} {}: {} × {} = {} 元\n", line.from, line.to, method.unit,
                   line.to - line.from + 1, line.each, line.amount);
    fmt::print("  合计 {} 元\n", fee.total);
}

}  // namespace

int quote_fee(const FeeOptions& options) {
    const auto tariff = tariff_of(options);
    if (!tariff) return failed(tariff.error());
    const engine::TariffMethod* method = tariff->method(options.method);
    if (method == nullptr) {
        std::string names;
        for (const engine::TariffMethod& one : tariff->methods)
            names += " " + one.name;
        complain("--method is one of" + names);
        return kUsage;
    }
    const auto fee = engine::fee_of(*method, options.count);
    if (!fee) {
        complain(fmt::format("--count is 0 to {}", engine::kMostFeeUnits));
        return kUsage;
    }
    print(options, *method, *fee);
    return kOk;
}

}  // namespace gongkai::cli
