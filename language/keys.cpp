#include "language/keys.hpp"

#include <array>

namespace gongkai::language {

namespace {

template <std::size_t N>
using Words = std::array<std::string_view, N>;

constexpr Words<0> kNothing{};

constexpr Words<5> kVocabulary{"roles", "exclusive", "signatures", "fields", "groups"};
constexpr Words<2> kTitled{"title", "basis"};
constexpr Words<11> kField{"title",   "basis",     "type",    "max",      "choices", "columns",
                           "content", "published", "derived", "assigned", "past"};
constexpr Words<1> kFieldRequired{"type"};
constexpr Words<1> kAssignment{"code"};
constexpr Words<13> kFlow{"flow",  "title",  "basis",     "fields",    "uses", "open", "assigns",
                          "start", "states", "deadlines", "relations", "item", "alike"};
constexpr Words<6> kAlike{"title", "basis", "same", "near", "at_least", "numbers"};
constexpr Words<3> kFlowRequired{"flow", "start", "states"};
constexpr Words<9> kPart{"part", "title", "basis",  "exits",    "parameters",
                         "uses", "start", "states", "deadlines"};
constexpr Words<4> kPartRequired{"part", "exits", "start", "states"};
constexpr Words<2> kUse{"part", "with"};
constexpr Words<1> kUseRequired{"part"};
constexpr Words<2> kParameter{"title", "default"};
constexpr Words<4> kRelation{"title", "basis", "flow", "public_link"};
constexpr Words<1> kRelationRequired{"flow"};
constexpr Words<13> kTask{"reassign", "title", "basis",   "tags",    "worklist",
                          "edit",     "renew", "consult", "actions", "deadlines",
                          "enter",    "final", "relates"};
constexpr Words<6> kRun{"title", "basis", "tags", "run", "on", "deadlines"};
constexpr Words<2> kRunRequired{"run", "on"};
constexpr Words<15> kFork{"title",    "basis",    "tags",      "all",   "any",
                          "quorum",   "branches", "join",      "then",  "on",
                          "worklist", "actions",  "deadlines", "enter", "relates"};
constexpr Words<1> kForkRequired{"then"};
constexpr Words<4> kBranch{"title", "basis", "run", "when"};
constexpr Words<1> kBranchRequired{"run"};
constexpr Words<14> kVoting{"reassign", "title",     "basis", "tags",   "countersign",
                            "on",       "worklist",  "edit",  "renew",  "consult",
                            "actions",  "deadlines", "enter", "relates"};
constexpr Words<2> kVotingRequired{"countersign", "on"};
constexpr Words<8> kCountersign{
    "by", "seats", "quorum", "veto", "sign", "not_by", "one_vote_per_department", "comment"};
constexpr Words<3> kCountersignRequired{"by", "seats", "quorum"};
constexpr Words<2> kConsult{"whom", "blocks"};
constexpr Words<1> kConsultRequired{"whom"};
constexpr Words<20> kAction{"assigns", "title",       "basis",        "to",      "by",
                            "needs",   "asks",        "when",         "comment", "sign",
                            "not_by",  "after",       "withdrawable", "kind",    "extend",
                            "restart", "reset_votes", "effects",      "set",     "hand_over"};
constexpr Words<3> kExtend{"deadline", "by", "once"};
constexpr Words<2> kExtendRequired{"deadline", "by"};
constexpr Words<14> kDeadline{"title",     "basis", "limit",    "within", "at_least",
                              "yearly",    "on",    "from",     "in",     "until",
                              "pauses_in", "late",  "reminder", "period"};
constexpr Words<2> kOrigin{"field", "when"};
constexpr Words<1> kOriginRequired{"field"};
constexpr Words<1> kLimits{"deadlines"};
constexpr Words<5> kLimit{"title", "basis", "within", "at_least", "yearly"};
constexpr Words<1> kPolicy{"policy"};
constexpr Words<6> kRule{"title", "basis", "at", "require", "never", "in"};
constexpr Words<1> kRuleRequired{"at"};

constexpr Words<7> kFieldType{"flag", "number", "date", "choice", "text", "table", "moment"};
constexpr Words<4> kActionKind{"forward", "return", "refer_up", "stay"};
constexpr Words<3> kComment{"optional", "required", "forbidden"};
constexpr Words<4> kUnit{"hours", "days", "working days", "months"};

}  // namespace

const KeyTable kVocabularyKeys{"vocabulary", "the vocabulary", "词汇表", kVocabulary, kNothing};
const KeyTable kRoleKeys{"role", "a role", "岗位", kTitled, kNothing};
const KeyTable kSignatureKeys{"signature", "a signature", "签署", kTitled, kNothing};
const KeyTable kFieldKeys{"field", "a field", "字段", kField, kFieldRequired};
const KeyTable kAssignmentKeys{"assignment", "an assigned code", "系统生成的编码", kAssignment,
                               kAssignment};
const KeyTable kFlowKeys{"flow", "a flow", "流程", kFlow, kFlowRequired};
const KeyTable kRelationKeys{"relation", "a relation", "关联", kRelation, kRelationRequired};
const KeyTable kAlikeKeys{"alike", "what makes documents alike", "相同相近的文件", kAlike,
                          kNothing};
const KeyTable kPartKeys{"part", "a part", "部件", kPart, kPartRequired};
const KeyTable kUseKeys{"use", "a use of a part", "部件引用", kUse, kUseRequired};
const KeyTable kExitKeys{"exit", "an exit", "出口", kTitled, kNothing};
const KeyTable kParameterKeys{"parameter", "a parameter", "参数", kParameter, kNothing};
const KeyTable kTaskKeys{"task", "a state", "环节", kTask, kNothing};
const KeyTable kRunKeys{"run", "a state that runs a part", "运行部件的环节", kRun, kRunRequired};
const KeyTable kForkKeys{"fork", "a state that forks", "并行环节", kFork, kForkRequired};
const KeyTable kBranchKeys{"branch", "a branch", "分支", kBranch, kBranchRequired};
const KeyTable kVotingKeys{"voting", "a countersigning state", "会签环节", kVoting,
                           kVotingRequired};
const KeyTable kCountersignKeys{"countersign", "a countersigning", "会签", kCountersign,
                                kCountersignRequired};
const KeyTable kConsultKeys{"consult", "a consultation", "征询", kConsult, kConsultRequired};
const KeyTable kActionKeys{"action", "an action", "操作", kAction, kNothing};
const KeyTable kExtendKeys{"extend", "an extension", "延期", kExtend, kExtendRequired};
const KeyTable kDeadlineKeys{"deadline", "a deadline", "期限", kDeadline, kNothing};
const KeyTable kOriginKeys{"origin", "a day 0", "起算日", kOrigin, kOriginRequired};
const KeyTable kLimitsKeys{"limits", "the limits of the law", "法定期限", kLimits, kLimits};
const KeyTable kLimitKeys{"limit", "a limit of the law", "法定期限", kLimit, kNothing};
const KeyTable kPolicyKeys{"policy_file", "the policy", "政策文件", kPolicy, kPolicy};
const KeyTable kRuleKeys{"rule", "a rule", "规则", kRule, kRuleRequired};

std::span<const KeyTable* const> key_tables() {
    static const std::array<const KeyTable*, 28> kAll{
        &kRelationKeys,  &kAssignmentKeys,  &kVocabularyKeys, &kRoleKeys,   &kSignatureKeys,
        &kFieldKeys,     &kFlowKeys,        &kPartKeys,       &kUseKeys,    &kExitKeys,
        &kParameterKeys, &kTaskKeys,        &kRunKeys,        &kForkKeys,   &kBranchKeys,
        &kVotingKeys,    &kCountersignKeys, &kConsultKeys,    &kActionKeys, &kExtendKeys,
        &kDeadlineKeys,  &kPolicyKeys,      &kRuleKeys,       &kOriginKeys, &kLimitsKeys,
        &kLimitKeys,     &kItemColumnKeys,  &kAlikeKeys};
    return kAll;
}

const WordTable kFieldTypeWords{"field_type", kFieldType};
const WordTable kActionKindWords{"action_kind", kActionKind};
const WordTable kCommentWords{"comment", kComment};
const WordTable kUnitWords{"unit", kUnit};

std::span<const WordTable* const> word_tables() {
    static const std::array<const WordTable*, 4> kAll{&kFieldTypeWords, &kActionKindWords,
                                                      &kCommentWords, &kUnitWords};
    return kAll;
}

}  // namespace gongkai::language
