#include "tests/engine/fixture.hpp"

#include <map>
#include <stdexcept>

namespace gongkai::engine::testing {

namespace {

const language::Rulebook& rulebook(const std::string& folder) {
    static std::map<std::string, language::Rulebook> compiled;
    const auto known = compiled.find(folder);
    if (known != compiled.end()) return known->second;
    // "workflows" are the rules that are shipped.
    const std::string root = GONGKAI_SOURCE_DIR;
    const auto sources =
        language::load_directory(folder == "workflows" ? root + "/workflows"
                                                       : root + "/tests/engine/fixtures/" + folder)
            .value();
    auto compilation = language::compile(sources);
    std::string trouble;
    for (const auto& diagnostic : compilation.diagnostics) {
        trouble += language::render(diagnostic);
    }
    if (!compilation.rulebook) throw std::runtime_error(trouble);
    return compiled.emplace(folder, std::move(*compilation.rulebook)).first->second;
}

}  // namespace

std::shared_ptr<const language::Flow> fixture(const std::string& folder, const std::string& flow) {
    for (const auto& candidate : rulebook(folder).flows) {
        if (candidate->definition.flow == flow) return candidate;
    }
    throw std::runtime_error("no flow " + flow + " in " + folder);
}

std::vector<std::shared_ptr<const language::Flow>> fixtures(const std::string& folder) {
    return rulebook(folder).flows;
}

const Calendar& test_calendar() {
    static const auto day = [](int month, int date) { return to_date(2026, month, date); };
    static const Calendar calendar =
        Calendar::make("national", {{2026,
                                     true,
                                     {{"元旦", day(1, 1), day(1, 3)},
                                      {"春节", day(2, 15), day(2, 23)},
                                      {"清明节", day(4, 4), day(4, 6)},
                                      {"劳动节", day(5, 1), day(5, 5)},
                                      {"端午节", day(6, 19), day(6, 21)},
                                      {"中秋节", day(9, 25), day(9, 27)},
                                      {"国庆节", day(10, 1), day(10, 7)}},
                                     {{"元旦", day(1, 4)},
                                      {"春节", day(2, 14)},
                                      {"春节", day(2, 28)},
                                      {"劳动节", day(5, 9)},
                                      {"国庆节", day(9, 20)},
                                      {"国庆节", day(10, 10)}}}})
            .value();
    return calendar;
}

Digest test_content_hash(const Definition& definition,
                         const std::vector<std::optional<Value>>& fields,
                         const std::vector<Attachment>& attachments) {
    std::uint64_t hash = 1469598103934665603ULL;  // FNV-1a
    const auto mix = [&](std::uint64_t byte) { hash = (hash ^ (byte & 0xFF)) * 1099511628211ULL; };
    const auto mix_number = [&](std::int64_t number) {
        for (int shift = 0; shift < 64; shift += 8)
            mix(static_cast<std::uint64_t>(number) >> shift);
    };
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (!definition.fields[i].content || !fields[i]) continue;
        mix_number(static_cast<std::int64_t>(i));
        std::visit(
            [&](const auto& value) {
                using T = std::decay_t<decltype(value)>;
                if constexpr (std::is_same_v<T, Committed>) {
                    for (const std::uint8_t byte : value.commitment)
                        mix(byte);
                } else if constexpr (std::is_same_v<T, Date>) {
                    mix_number(value.days);
                } else if constexpr (std::is_same_v<T, Choice>) {
                    mix_number(value.index);
                } else if constexpr (std::is_same_v<T, Instant>) {
                    mix_number(value.ms);
                } else {
                    mix_number(static_cast<std::int64_t>(value));
                }
            },
            *fields[i]);
    }
    for (const Attachment& attachment : attachments) {
        for (const std::uint8_t byte : attachment.digest)
            mix(byte);
    }
    Digest digest{};
    for (int i = 0; i < 8; ++i)
        digest[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(hash >> (8 * i));
    return digest;
}

}  // namespace gongkai::engine::testing
