// Which descriptions ask for the same thing: a table that can be read without the program.
#include "app/likeness.hpp"

#include <catch2/catch.hpp>

using gongkai::app::kMostCompared;
using gongkai::app::PlainText;

namespace {

struct Pair {
    const char *a, *b;
    bool same_numbers;
    int least, most;  // percent
};

constexpr Pair kPairs[] = {
    // The same, written differently: width, spaces, punctuation, capitals.
    {"2024年就业补助资金使用情况", "２０２４年　就业补助资金 使用情况。", true, 100, 100},
    {"楚人社发〔2024〕12号", "楚人社发[2024]12号", true, 100, 100},
    {"ＣＸ-OA 系统采购合同", "cx oa系统采购合同", true, 100, 100},
    {"《工伤认定办法》（修订）", "工伤认定办法 修订", true, 100, 100},
    // Chinese numerals that count, also with leading zeros.
    {"二〇二四年第三批见习单位名单", "2024年第3批见习单位名单", true, 100, 100},
    {"十二月的招聘会安排", "12月的招聘会安排", true, 100, 100},
    {"2024年09月的名单", "2024年9月的名单", true, 80, 99},
    // ... and those that do not: a word stays a word.
    {"统一社会保险标准", "统1社会保险标准", false, 60, 99},
    // Turned round, with words around it.
    {"申请公开2024年就业补助资金的使用情况", "就业补助资金2024年使用情况", true, 60, 99},
    {"我想了解公益性岗位安置人员名单，谢谢", "公益性岗位安置人员的名单", true, 60, 99},
    // Another year, batch, document: near in words, and not the same thing.
    {"2024年就业补助资金使用情况", "2025年就业补助资金使用情况", false, 60, 99},
    {"二〇二四年就业补助资金使用情况", "二〇二五年就业补助资金使用情况", false, 60, 99},
    {"第一批见习单位名单", "第二批见习单位名单", false, 50, 99},
    {"楚人社发〔2024〕12号", "楚人社发〔2024〕21号", false, 50, 99},
    {"1.2万元以上的合同", "12万元以上的合同", false, 60, 100},
    {"就业补助资金使用情况", "2024年就业补助资金使用情况", false, 60, 99},
    // Other things.
    {"2024年就业补助资金使用情况", "2024年工伤认定决定书", true, 0, 40},
    {"事业单位招聘公告", "失业保险金发放标准", true, 0, 20},
    {"表", "表", true, 100, 100},
    {"表", "单", true, 0, 0},
    {"", "", true, 0, 0},
    {"，。", "，。", true, 0, 0},
    {"a", "", true, 0, 0},
};

}  // namespace

TEST_CASE("likeness: what asks for the same thing, and what only looks like it") {
    for (const Pair& pair : kPairs) {
        INFO(pair.a << " | " << pair.b);
        const PlainText a(pair.a), b(pair.b);
        const int nearness = a.nearness(b);
        CHECK(nearness == b.nearness(a));
        CHECK(nearness >= pair.least);
        CHECK(nearness <= pair.most);
        CHECK(a.same_numbers(b) == pair.same_numbers);
        // The quick look never rules out what is near.
        CHECK((nearness == 0 || a.may_be_near(b, nearness)));
    }
}

TEST_CASE("likeness: Dice of the pairs of characters, by hand") {
    // 甲乙 乙丙 | 甲乙 乙丁: one of two and two.
    CHECK(PlainText("甲乙丙").nearness(PlainText("甲乙丁")) == 50);
    // A pair counts as often as it stands in both: 好好 好好 | 好好.
    CHECK(PlainText("好好好").nearness(PlainText("好好")) == 66);
}

TEST_CASE("likeness: bytes that are no text, and texts without end") {
    CHECK(PlainText("\xff\xfe就业\xe4").nearness(PlainText("就业")) == 100);
    std::string longer;
    while (longer.size() < 3 * (kMostCompared + 500))
        longer += "就";
    std::string other = longer;
    other += "业";
    CHECK(PlainText(longer).characters().size() == kMostCompared);
    CHECK(PlainText(longer).nearness(PlainText(other)) == 100);
}
