#include "language/tariff_reader.hpp"

#include <fmt/format.h>

#include <array>

#include "language/shape.hpp"
#include "language/yaml_document.hpp"

namespace gongkai::language {

namespace {

template <std::size_t N>
using Words = std::array<std::string_view, N>;

constexpr Words<5> kTariff{"tariff", "title", "basis", "written_in", "methods"};
constexpr Words<2> kTariffRequired{"tariff", "methods"};
constexpr Words<2> kWritten{"method", "amount"};
constexpr Words<5> kMethod{"title", "unit", "count", "last_only", "bands"};
constexpr Words<2> kMethodRequired{"unit", "bands"};
constexpr Words<5> kBand{"from", "to", "each", "every", "more"};
constexpr Words<2> kBandRequired{"from", "each"};

const KeyTable kTariffKeys{"tariff", "a tariff", "收费标准", kTariff, kTariffRequired};
const KeyTable kWrittenKeys{"written_in", "what names the fields", "收费字段", kWritten, kWritten};
const KeyTable kMethodKeys{"method", "a method", "计收方式", kMethod, kMethodRequired};
const KeyTable kBandKeys{"band", "a band", "档次", kBand, kBandRequired};

constexpr std::int64_t kMostUnits = 1'000'000;
constexpr std::int64_t kMostYuan = 100'000;

class Reader {
  public:
    explicit Reader(Reporter& reporter) : shape_(reporter) {}

    engine::Tariff read(const Node& root) {
        engine::Tariff tariff;
        if (!shape_.map(root, kTariffKeys)) return tariff;
        if (const Node* name = root.find("tariff")) tariff.name = shape_.name(*name).text;
        const Heading heading = shape_.heading(root);
        tariff.title = heading.title;
        tariff.basis = heading.basis;
        if (const Node* written = root.find("written_in");
            written != nullptr && shape_.map(*written, kWrittenKeys)) {
            tariff.method_field = name(*written, "method");
            tariff.amount_field = name(*written, "amount");
        }
        const Node* methods = root.find("methods");
        if (methods == nullptr) return tariff;
        shape_.named(*methods, "methods", "计收方式", [&](const Name& name, const Node& node) {
            tariff.methods.push_back(method(name, node));
        });
        if (tariff.methods.empty()) {
            shape_.error(methods->span, "missing_key",
                         {"a tariff has at least one method", "收费标准至少有一种计收方式"});
        }
        return tariff;
    }

  private:
    std::string name(const Node& node, const char* key) {
        const Node* value = node.find(key);
        return value == nullptr ? std::string() : shape_.name(*value).text;
    }

    engine::TariffMethod method(const Name& name, const Node& node) {
        engine::TariffMethod out;
        out.name = out.title = name.text;
        if (!shape_.map(node, kMethodKeys)) return out;
        if (const Node* title = node.find("title")) out.title = shape_.text(*title);
        if (const Node* unit = node.find("unit")) out.unit = shape_.text(*unit);
        out.count_field = this->name(node, "count");
        if (const Node* last = node.find("last_only")) out.last_only = shape_.flag(*last);
        const Node* bands = node.find("bands");
        if (bands == nullptr) return out;
        next_ = 1;
        end_ = nullptr;
        const Node* last = nullptr;
        shape_.each(*bands, [&](const Node& one) {
            if (const auto read = band(one)) out.bands.push_back(*read);
            last = &one;
        });
        if (last == nullptr || (!out.bands.empty() && out.bands.back().to)) {
            shape_.error(end_ != nullptr ? end_->span : bands->span, "tariff_end",
                         {"the last band must be without end: what is above it has no price",
                          "最后一档不得写“to”，否则超出部分没有收费标准"});
        }
        return out;
    }

    std::optional<engine::TariffBand> band(const Node& node) {
        if (!shape_.map(node, kBandKeys)) return std::nullopt;
        engine::TariffBand out;
        const Node* from = node.find("from");
        const Node* to = node.find("to");
        const auto number = [&](const char* key, std::int64_t least, std::int64_t most,
                                std::int64_t& into) {
            const Node* value = node.find(key);
            if (value == nullptr) return true;
            const auto read = shape_.number(*value, least, most);
            into = read.value_or(0);
            return read.has_value();
        };
        std::int64_t end = 0;
        const bool whole =
            number("from", 1, kMostUnits, out.from) && number("to", 1, kMostUnits, end) &&
            number("each", 0, kMostYuan, out.each) && number("every", 1, kMostUnits, out.every) &&
            number("more", 1, kMostYuan, out.more);
        if (!whole || from == nullptr) return std::nullopt;
        if (to != nullptr) out.to = end;
        if ((out.every == 0) != (out.more == 0) || (out.every > 0 && to != nullptr)) {
            shape_.error(node.span, "conflicting_keys",
                         {"`every` and `more` go together, in the last band only",
                          "“every”和“more”须同时写，且只能用于最后一档"});
        }
        check_order(out, *from, to);
        end_ = to;
        return out;
    }

    // Without a gap, without an overlap, from 1 on.
    void check_order(const engine::TariffBand& band, const Node& from, const Node* to) {
        if (!next_) {
            shape_.error(from.span, "tariff_overlap",
                         {"the band before this one has no end", "前一档没有写“to”，两档重叠"});
        } else if (band.from < *next_) {
            const bool descends = band.from < start_;
            const Message message =
                descends ? Message{fmt::format("bands go upwards; this one begins at {}, before "
                                               "the one above",
                                               band.from),
                                   fmt::format("档次应由低到高，本档自{}起，低于前一档", band.from)}
                         : Message{fmt::format("{} lies in the band above as well", band.from),
                                   fmt::format("{}已在前一档内，两档重叠", band.from)};
            shape_.error(
                from.span, descends ? "tariff_order" : "tariff_overlap", message,
                {fmt::format("it should begin at {}", *next_), fmt::format("应自{}起", *next_)});
        } else if (band.from > *next_) {
            shape_.error(
                from.span, "tariff_gap",
                {fmt::format("there is no price for {} to {}", *next_, band.from - 1),
                 fmt::format("{}至{}没有收费标准", *next_, band.from - 1)},
                {fmt::format("it should begin at {}", *next_), fmt::format("应自{}起", *next_)});
        }
        if (band.to && *band.to < band.from) {
            shape_.error(to->span, "tariff_order",
                         {"the band ends before it begins", "本档的止数小于起数"});
        }
        start_ = band.from;
        next_ = band.to ? std::optional(std::max(*band.to, band.from) + 1) : std::nullopt;
    }

    Shape shape_;
    std::optional<std::int64_t> next_ = 1;  // where the next band is to begin; nullopt: nowhere
    std::int64_t start_ = 0;                // of the band before
    const Node* end_ = nullptr;             // `to` of the band before
};

}  // namespace

TariffReading read_tariff(const SourceFile& file) {
    TariffReading out;
    Reporter reporter;
    if (const auto tree = parse_yaml(reporter.add(file), reporter)) {
        auto tariff = Reader(reporter).read(*tree);
        if (!reporter.failed()) out.tariff = std::move(tariff);
    }
    out.diagnostics = reporter.take();
    return out;
}

}  // namespace gongkai::language
