// What the benchmarks do again and again: a document of usual size goes through the whole flow
// `execution`, from the draft to publication, by the hands of nine people of the sample bureau.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace gongkai::bench {

struct Move {
    const char* login;
    const char* action;  // nullptr: open the document
    // Short texts that come with the action.
    std::vector<std::pair<const char*, const char*>> fields;
};

inline const char* const kStoryFlow = "execution";
inline const char* const kStoryDepartment = "employment";
inline const char* const kStoryItem = "ZD-2.1";  // of the catalogue

inline const std::vector<Move>& story() {
    static const std::vector<Move> moves{
        {"lihua", nullptr, {}},
        {"lihua", "submit", {}},
        {"wangfang", "agree", {{"department_opinion", "同意报批。"}}},
        {"yangmei", "agree", {{"office_opinion", "属性认定准确，同意主动公开。"}}},
        {"zhoujie", "issue", {}},
        {"lihua", "confirm", {{"self_review_opinion", "经自审，内容不涉及国家秘密、工作秘密。"}}},
        {"wangfang", "agree", {{"department_secrecy_opinion", "同意送保密审查。"}}},
        {"sunli", "release", {{"secrecy_opinion", "不涉及国家秘密，可以公开。"}}},
        {"huangwei", "approve", {{"secrecy_approval_opinion", "同意公开。"}}},
        {"majun", "complete", {{"procedure_opinion", "审查程序完备。"}}},
        {"majun", "pass", {{"first_proofreading", "未发现错别字和表述错误。"}}},
        {"yangmei", "pass", {{"second_proofreading", "格式规范，未发现差错。"}}},
        {"zhoujie", "pass", {{"third_proofreading", "同意发布。"}}},
        {"majun", "publish", {}},
    };
    return moves;
}

inline std::string story_title(std::uint64_t number) {
    return "关于做好第" + std::to_string(number) + "批就业创业补助资金发放工作的通知";
}

// About 3 KB.
inline std::string story_body() {
    std::string body;
    for (int i = 1; i <= 12; ++i)
        body +=
            "第" + std::to_string(i) +
            "条 "
            "各乡镇人力资源社会保障服务中心应当核对申领人员名册，公示不少于五个工作日，公示无异议"
            "后报局就业促进科审核，审核结果及时告知申领人并通过政府门户网站向社会公开。\n";
    return body + "\n（此件公开发布）";
}

inline const char* const kStorySummary =
    "明确补助对象、标准、申领程序和监督方式，规定各环节的责任单位与办结时限。";

}  // namespace gongkai::bench
