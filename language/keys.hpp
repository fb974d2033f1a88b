// Which keys a mapping of the language may have. The reader works from these tables, and a test
// holds workflows/schema.json to them in both directions.
#pragma once

#include <span>
#include <string_view>

namespace gongkai::language {

struct KeyTable {
    std::string_view name;     // of the definition in workflows/schema.json
    std::string_view what;     // for diagnostics: "a state"
    std::string_view what_zh;  // 环节
    std::span<const std::string_view> keys;
    std::span<const std::string_view> required;
};

extern const KeyTable kVocabularyKeys;
extern const KeyTable kRoleKeys;
extern const KeyTable kSignatureKeys;
extern const KeyTable kFieldKeys;
extern const KeyTable kAssignmentKeys;  // `assigned: {code: 10}`
extern const KeyTable kFlowKeys;
extern const KeyTable kRelationKeys;
extern const KeyTable kAlikeKeys;
extern const KeyTable kItemColumnKeys;  // item_columns.cpp
extern const KeyTable kPartKeys;
extern const KeyTable kUseKeys;
extern const KeyTable kExitKeys;
extern const KeyTable kParameterKeys;
extern const KeyTable kTaskKeys;
extern const KeyTable kRunKeys;
extern const KeyTable kForkKeys;
extern const KeyTable kBranchKeys;
extern const KeyTable kVotingKeys;  // a state with `countersign`
extern const KeyTable kCountersignKeys;
extern const KeyTable kConsultKeys;
extern const KeyTable kActionKeys;
extern const KeyTable kExtendKeys;
extern const KeyTable kDeadlineKeys;
extern const KeyTable kOriginKeys;
extern const KeyTable kLimitsKeys;  // the file deadlines.yaml
extern const KeyTable kLimitKeys;
extern const KeyTable kPolicyKeys;
extern const KeyTable kRuleKeys;

// All of the above.
std::span<const KeyTable* const> key_tables();

// A word where only one of a few may stand, e.g. `comment: required`.
struct WordTable {
    std::string_view name;  // of the definition in workflows/schema.json
    std::span<const std::string_view> words;
};
extern const WordTable kFieldTypeWords;   // in the order of engine::FieldType
extern const WordTable kActionKindWords;  // in the order of engine::ActionKind
extern const WordTable kCommentWords;     // in the order of engine::CommentRule
extern const WordTable kUnitWords;  // in the order of engine::Unit, as far as it can be written
std::span<const WordTable* const> word_tables();

}  // namespace gongkai::language
