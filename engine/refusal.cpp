#include "engine/refusal.hpp"

#include <array>
#include <string_view>

namespace gongkai::engine {

namespace {

struct Words {
    const char* code;
    const char* en;
    const char* zh;
};

constexpr std::array<Words, kReasonCount> kWords{{
    {"already_open", "The document exists already.", "公文已存在。"},
    {"no_such_document", "There is no such document.", "公文不存在。"},
    {"flow_mismatch", "The document follows another version of the flow.",
     "公文适用另一版本的流程。"},
    {"purged", "The content was purged as classified; only its record is left.",
     "内容因涉密已清除，仅保留记录。"},
    {"revision_conflict", "Somebody changed the document first; read it again.",
     "公文已被他人更新，请重新读取。"},
    {"unknown_action", "The flow has no such action.", "流程中没有此操作。"},
    {"unknown_relation", "The flow has no such relation.", "流程中没有此种关联。"},
    {"ambiguous_action", "Several active steps have this action; name the step.",
     "多个环节都有此操作，请指明环节。"},
    {"wrong_state", "The document is not at this step.", "公文不在此环节。"},
    {"not_relatable", "No document can be related in this way at this step.",
     "此环节不能关联此类公文。"},
    {"system_only", "Only a deadline can trigger this.", "此操作仅由期限触发。"},
    {"not_due", "The deadline has not run out.", "期限尚未届满。"},
    {"role_missing", "You do not hold a role that may do this.", "您没有执行此操作的角色。"},
    {"department_mismatch", "You hold the role in another department only.",
     "您仅在其他部门担任此角色。"},
    {"incompatible_roles", "You hold roles that exclude each other.",
     "您担任的角色互斥（三员分立）。"},
    {"claimed_by_other", "Somebody else has claimed this task.", "任务已由他人签收。"},
    {"not_claimed", "You have not claimed this task.", "您未签收此任务。"},
    {"own_draft", "Nobody reviews what they drafted, in person or through a deputy.",
     "本人起草的不得由本人审查，代理亦同。"},
    {"own_signature", "Nobody signs twice in one chain of review.",
     "同一审签链中不得由同一人重复签署。"},
    {"already_voted", "You have voted already, in person or as a deputy.", "您已表决（含代理）。"},
    {"not_a_seat", "All seats have voted, or your department has.", "席位已满，或您的部门已表决。"},
    {"not_withdrawable", "This step cannot be taken back by you.", "此环节不能由您撤回。"},
    {"touched", "The next step is already being worked on.", "下一环节已开始办理，不能撤回。"},
    {"too_early", "The minimum time has not passed.", "法定最短期限未满。"},
    {"consultation_open", "A consultation has not been answered yet.", "征求意见尚未答复。"},
    {"unknown_consultation", "There is no such open consultation.", "没有此项待答复的征求意见。"},
    {"field_not_editable", "The field cannot be changed at this step.", "此环节不能修改该字段。"},
    {"attachments_not_editable", "Attachments cannot be changed at this step.",
     "此环节不能修改附件。"},
    {"field_invalid", "The value does not fit the field.", "字段值不符合要求。"},
    {"nothing_changed", "Nothing would change.", "没有变化。"},
    {"fields_missing", "Required fields are missing.", "缺少必填字段。"},
    {"guard_failed", "The condition of this action is not met.", "不满足此操作的条件。"},
    {"period_over", "The period within which this could be done has ended.",
     "可以办理此事项的期限已经届满。"},
    {"comment_required", "An opinion in words is required.", "须填写意见。"},
    {"comment_forbidden", "This action takes no opinion.", "此操作不接受意见。"},
    {"department_missing", "Name the department that the document goes to.",
     "须指明公文转交的部门。"},
    {"department_forbidden", "This action hands the document to nobody; leave the department out.",
     "此操作不转交公文，不能指定部门。"},
    {"signature_not_void", "The signature is valid; there is nothing to renew.",
     "签署有效，无需续签。"},
    {"signature_not_renewable", "The signature cannot be renewed at this step.",
     "此环节不能续签。"},
    {"not_the_signer", "Only who signed before may renew the signature.", "仅原签署人可以续签。"},
    {"extension_exhausted", "The deadline was extended already.", "期限已延长过一次。"},
    {"extension_too_long", "The extension is longer than allowed.", "延长超过允许的期限。"},
    {"not_extendable", "There is no running deadline to extend.", "没有可延长的期限。"},
    {"assignee_ineligible", "That person or role cannot be given this task.",
     "该人员或角色不能承办此任务。"},
    {"relation_mismatch", "The other document follows a flow that this relation is not for.",
     "对方公文的流程不适用此种关联。"},
    {"already_related", "The documents are related already.", "两份公文已关联。"},
    {"relation_cycle", "A document cannot come to stand under itself.",
     "公文不能成为自身的下级公文。"},
    {"too_many_related", "No further document can be related.", "关联的公文已达上限。"},
    {"no_migration_path", "The document cannot be moved to this version.",
     "公文不能迁移到该版本。"},
    {"date_in_future", "The date or time has not come yet.", "日期或者时间尚未到来。"},
    {"due_before_start", "The deadline would end before it begins.", "期限的届满日早于起算日。"},
    {"policy_violation", "A rule that holds for all flows forbids it.",
     "违反适用于所有流程的规则。"},
}};

const Words& words(Reason reason) {
    return kWords[static_cast<std::size_t>(reason)];
}

std::string articles(const Refusal& refusal, const char* between) {
    std::string all;
    for (const std::string& article : refusal.basis)
        all.append(all.empty() ? "" : between).append(article);
    return all;
}

struct Wall {
    Date day;
    std::string time;  // in China, HH:MM; empty: the day in full
};

// The end of a period as a wall clock in China shows it: its last day, or in hours the time.
Wall wall(Instant until) {
    const Date day = date_in_china(until);
    const std::int64_t minutes = (until - start_of_day(day)) / ms_per_minute;
    if (until == start_of_day(day)) return {day - 1, ""};
    const auto two = [](std::int64_t n) { return (n < 10 ? "0" : "") + std::to_string(n); };
    return {day, two(minutes / 60) + ":" + two(minutes % 60)};
}

}  // namespace

std::string detail_en(const Refusal& refusal) {
    if (refusal.reason != Reason::period_over || !refusal.until) return {};
    const Wall end = wall(*refusal.until);
    std::string text = "The period " + refusal.rule_title;
    if (!refusal.basis.empty()) text += " (" + articles(refusal, ", ") + ")";
    if (end.time.empty()) return text + " ended with " + to_string(end.day) + ".";
    return text + " ended on " + to_string(end.day) + " at " + end.time + " (China).";
}

std::string detail_zh(const Refusal& refusal) {
    if (refusal.reason != Reason::period_over || !refusal.until) return {};
    const Wall end = wall(*refusal.until);
    std::string text = "“" + refusal.rule_title + "”的期限";
    if (!refusal.basis.empty()) text += "（" + articles(refusal, "，") + "）";
    text += "已于" + to_string(end.day);
    if (!end.time.empty()) text += " " + end.time;
    return text + "届满。";
}

const char* code(Reason reason) noexcept {
    return words(reason).code;
}
const char* sentence_en(Reason reason) noexcept {
    return words(reason).en;
}
const char* sentence_zh(Reason reason) noexcept {
    return words(reason).zh;
}

std::optional<Reason> reason_of(std::string_view code) noexcept {
    for (std::size_t i = 0; i < kReasonCount; ++i) {
        if (code == kWords[i].code) return static_cast<Reason>(i);
    }
    return std::nullopt;
}

}  // namespace gongkai::engine
