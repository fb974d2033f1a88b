// Tariffs: what is read, what is told of a broken one, and every border of the bands.
#include <catch2/catch.hpp>

#include "language/tariff_reader.hpp"
#include "tests/language/fixture.hpp"

using namespace gongkai;
using namespace gongkai::language;

namespace {

using Places = std::vector<std::string>;

engine::Tariff shipped() {
    const auto reading = read_tariff(
        {kInformationFeePath, test::read_text("workflows/tariffs/information_fee.yaml")});
    CHECK(render(reading.diagnostics) == "");
    REQUIRE(reading.tariff);
    return *reading.tariff;
}

std::int64_t fee(const char* method, std::int64_t count) {
    const engine::Tariff tariff = shipped();
    const auto fee = engine::fee_of(*tariff.method(method), count);
    REQUIRE(fee);
    std::int64_t sum = 0, next = 1;
    for (const engine::FeeLine& line : fee->lines) {
        CHECK(line.from == next);
        CHECK(line.amount == (line.to - line.from + 1) * line.each);
        sum += line.amount;
        next = line.to + 1;
    }
    CHECK(sum == fee->total);
    CHECK(next == count + 1);
    return fee->total;
}

Places wrong(const std::string& bands) {
    return test::places(
        read_tariff({"t.yaml", "tariff: t\nmethods:\n  a:\n    unit: 件\n    bands:\n" + bands})
            .diagnostics);
}

}  // namespace

TEST_CASE("tariff: by the item, at every border") {
    struct Row {
        std::int64_t count, yuan;
    };
    for (const Row& row : std::vector<Row>{{0, 0},
                                           {1, 0},
                                           {10, 0},
                                           {11, 100},
                                           {12, 200},
                                           {30, 2'000},
                                           {31, 2'200},
                                           {40, 4'000},
                                           {41, 4'300},
                                           {50, 7'000},
                                           {51, 7'400},
                                           {60, 11'000},
                                           {61, 11'500},
                                           {100, 37'000}}) {
        INFO(row.count);
        CHECK(fee("per_item", row.count) == row.yuan);
    }
    const auto last = engine::fee_of(*shipped().method("per_item"), 41);
    CHECK(last->last_unit == 300);
    CHECK(last->lines ==
          std::vector<engine::FeeLine>{
              {1, 10, 0, 0}, {11, 30, 100, 2'000}, {31, 40, 200, 2'000}, {41, 41, 300, 300}});
}

TEST_CASE("tariff: by the page, at every border") {
    struct Row {
        std::int64_t count, yuan;
    };
    for (const Row& row : std::vector<Row>{{0, 0},
                                           {1, 0},
                                           {30, 0},
                                           {31, 10},
                                           {100, 700},
                                           {101, 720},
                                           {200, 2'700},
                                           {201, 2'740},
                                           {202, 2'780},
                                           {1'000, 34'700}}) {
        INFO(row.count);
        CHECK(fee("per_volume", row.count) == row.yuan);
    }
    const engine::Tariff tariff = shipped();
    CHECK_FALSE(engine::fee_of(tariff.methods[0], -1));
    CHECK_FALSE(engine::fee_of(tariff.methods[0], engine::kMostFeeUnits + 1));
    CHECK(engine::fee_of(tariff.methods[0], engine::kMostFeeUnits));
    CHECK(tariff.method("both") == nullptr);
    // Where a document says it, and that each item is a document of its own.
    CHECK(tariff.method_field == "fee_method");
    CHECK(tariff.amount_field == "fee_charged");
    CHECK(tariff.method("per_item")->count_field == "items_in_month");
    CHECK(tariff.method("per_item")->last_only);
    CHECK(tariff.method("per_volume")->count_field == "pages");
    CHECK_FALSE(tariff.method("per_volume")->last_only);
}

TEST_CASE("tariff: one with a hole, an overlap, a descent or an end is refused where it is") {
    CHECK(wrong("      - {from: 1, to: 2, each: 0}\n      - {from: 3, each: 1}\n") == Places{});
    CHECK(wrong("      - {from: 1, to: 2, each: 0}\n      - {from: 4, each: 1}\n") ==
          Places{"tariff_gap 7:16"});
    CHECK(wrong("      - {from: 2, each: 0}\n") == Places{"tariff_gap 6:16"});
    CHECK(wrong("      - {from: 1, to: 5, each: 0}\n      - {from: 5, each: 1}\n") ==
          Places{"tariff_overlap 7:16"});
    CHECK(wrong("      - {from: 1, each: 0}\n      - {from: 5, each: 1}\n") ==
          Places{"tariff_overlap 7:16"});
    CHECK(wrong("      - {from: 1, to: 9, each: 0}\n      - {from: 10, to: 19, each: 0}\n"
                "      - {from: 3, each: 1}\n") == Places{"tariff_order 8:16"});
    CHECK(wrong("      - {from: 1, to: 9, each: 0}\n      - {from: 10, to: 8, each: 0}\n"
                "      - {from: 11, each: 1}\n") == Places{"tariff_order 7:24"});
    CHECK(wrong("      - {from: 1, to: 9, each: 0}\n") == Places{"tariff_end 6:23"});
    CHECK(wrong("      []\n") == Places{"tariff_end 6:7"});
    CHECK(wrong("      - {from: 1, to: 9, each: 0, every: 2, more: 1}\n      - {from: 10, each: "
                "1}\n") == Places{"conflicting_keys 6:9"});
    CHECK(wrong("      - {from: 1, each: 0, every: 2}\n") == Places{"conflicting_keys 6:9"});
    CHECK(wrong("      - {from: 0, each: 0}\n") == Places{"bad_number 6:16"});
    CHECK(wrong("      - {from: 1, each: -5}\n") == Places{"bad_number 6:25"});
    CHECK(wrong("      - {from: 1}\n") == Places{"missing_key 6:9"});
}
