// The rules of workflows/policy.yaml against mistakes planted in the flows that are shipped: each
// must be found, so that what `check` proves of them is worth something.
#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "engine/check.hpp"
#include "language/rulebook.hpp"

using namespace gongkai::engine;
namespace language = gongkai::language;

namespace {

struct Mistake {
    std::string what;
    std::string flow;
    std::string file;
    std::string right;
    std::string wrong;  // instead, wherever `right` stands in the file
    std::string rule;
};

const std::vector<Mistake>& mistakes() {
    static const std::vector<Mistake> all{
        {"who wrote an answer approves it", "petition", "parts/petition_handling.yaml",
         "not_by: [drafter, signer of petition_handling]", "comment: optional",
         "no_answer_without_approval"},
        {"a refusal tells no way", "petition", "petition.yaml",
         "refusal_ground given and refusal_referral given", "refusal_ground given",
         "refused_only_with_ground_and_referral"},
        {"a department objects when its time is over", "petition", "parts/petition_handling.yaml",
         "when: not expired objection", "comment: optional", "objected_only_in_time"},
        {"an assisting department objects when its time is over", "petition_assistance",
         "petition_assistance.yaml", "when: not expired objection", "comment: optional",
         "objected_only_in_time"},
        {"the lead answers before the others have", "petition", "parts/petition_handling.yaml",
         "every assistance in tag assistance_settled\n          and ", "",
         "answered_only_with_assistance"},
        {"a request for a review that came too late is taken on", "petition_review",
         "petition_review.yaml", " and not expired request by review_requested_on", "",
         "review_requested_only_in_time"},
        {"who wrote the opinion of a review signs it", "petition_review", "petition_review.yaml",
         "sign: petition_review, not_by: [drafter]", "sign: petition_review",
         "review_answered_only_when_told"},
        {"a review is answered without anybody told", "petition_review", "petition_review.yaml",
         "needs: [review_told_on]\n        when: review_told_on >= review_requested_on",
         "comment: optional", "review_answered_only_when_told"},
        {"personal data are left in a selected answer", "petition", "petition.yaml",
         "when: personal_data in [none, removed] and ",
         "when: ", "no_personal_data_in_selected_answers"},
        {"one channel is not looked at", "channel_check", "channel_check.yaml",
         "checked_96128 = yes and ", "", "all_channels_are_looked_at"},
        {"who mended a page says that it is mended", "site_defect", "site_defect.yaml",
         "not_by: [drafter, signer of remedy]", "comment: optional",
         "corrected_only_when_rechecked"},
        {"the evidence of a false report is kept", "public_opinion", "public_opinion.yaml",
         "when: not false_information = yes or handed_over_to given", "comment: optional",
         "false_information_is_handed_over"},
        {"what the office does not want published is published under no item", "service",
         "parts/attribute_decision.yaml",
         "when: attribute = proactive and catalog_item given and $authority\n"
         "        asks: [office_opinion]\n        needs: [office_opinion]",
         "when: attribute = proactive and $authority\n"
         "        asks: [office_opinion]\n        needs: [office_opinion]",
         "published_under_an_item"},
        {"a proofread entry of the catalogue is not checked again", "catalog_entry",
         "catalog_entry.yaml",
         "standing: signed issue by another and signed catalog_check by another",
         "standing: signed issue by another", "catalog_entry_is_checked"},
        {"who proposes to end an item checks the proposal", "catalog_entry", "catalog_entry.yaml",
         "sign: catalog_check, not_by: [drafter]", "sign: catalog_check",
         "item_ends_only_with_reason"},
        {"a proofread guide is not checked again", "disclosure_guide", "disclosure_guide.yaml",
         "standing: signed issue by another and signed disclosure_review by another",
         "standing: signed issue by another", "guide_is_checked_against_the_facts"},
        {"who reports a task as done confirms it", "disclosure_task", "disclosure_task.yaml",
         "not_by: [drafter, signer of task_report]", "comment: optional",
         "task_done_only_when_checked"},
        {"who enters a rule in the register checks the entry", "normative_document",
         "normative_document.yaml", "not_by: [drafter]", "comment: optional",
         "registered_only_when_checked"},
        {"a rule is repealed without a date", "normative_document", "normative_document.yaml",
         "needs: [repealed_on, repeal_basis]", "needs: [repeal_basis]",
         "repealed_only_with_date_and_basis"},
        {"who counted checks the figures", "enforcement_figures", "enforcement_figures.yaml",
         "not_by: [drafter, signer of figures_report]", "comment: optional", "figures_are_checked"},
        {"a proofread annual report is not checked again", "annual_report", "annual_report.yaml",
         "standing: signed issue by another and signed figures_check by another",
         "standing: signed issue by another", "annual_report_is_checked_and_signed"},
        {"a policy document is published though its material was withdrawn", "execution",
         "execution.yaml",
         " and (not policy_document = yes or interpretation given or some materials in tag "
         "material_ready)",
         "", "policy_is_published_with_interpretation"},
        {"a plan is concluded with an open task", "plan", "plan.yaml",
         "when: every tasks in tag accepted_task", "comment: optional",
         "plan_concluded_only_when_accepted"},
        {"a task is accepted without evidence", "plan_task", "plan_task.yaml", "needs: [evidence]",
         "needs: [title]", "task_accepted_only_with_evidence"},
        {"who wrote a plan accepts it", "plan", "plan.yaml",
         "sign: acceptance\n        not_by: [drafter]", "sign: acceptance",
         "plan_concluded_only_when_accepted"},
    };
    return all;
}

}  // namespace

TEST_CASE("check: a mistake planted in a shipped flow breaks the rule that forbids it") {
    const auto files = language::load_directory(GONGKAI_SOURCE_DIR "/workflows").value();
    for (const Mistake& mistake : mistakes()) {
        CAPTURE(mistake.what);
        auto changed = files;
        const auto file = std::find_if(changed.begin(), changed.end(),
                                       [&](const auto& one) { return one.path == mistake.file; });
        REQUIRE(file != changed.end());
        std::size_t times = 0;
        for (auto at = file->text.find(mistake.right); at != std::string::npos;
             at = file->text.find(mistake.right, at + mistake.wrong.size())) {
            file->text.replace(at, mistake.right.size(), mistake.wrong);
            ++times;
        }
        REQUIRE(times > 0);
        const auto compilation = language::compile(changed);
        INFO(language::render(compilation.diagnostics));
        REQUIRE(compilation.rulebook);
        const auto& flows = compilation.rulebook->flows;
        const auto flow = std::find_if(flows.begin(), flows.end(), [&](const auto& one) {
            return one->definition.flow == mistake.flow;
        });
        REQUIRE(flow != flows.end());
        const CheckReport report = check((*flow)->definition, (*flow)->policy);
        const bool found = std::any_of(
            report.findings.begin(), report.findings.end(), [&](const Finding& finding) {
                return finding.kind == FindingKind::policy_broken &&
                       finding.subject == mistake.rule && finding.story.size() >= 2;
            });
        CHECK(found);
    }
}
