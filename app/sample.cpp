#include "app/sample.hpp"

#include "app/intake.hpp"

#include <algorithm>

namespace gongkai::app {

namespace {

struct Holder {
    const char* login;
    const char* name;
    const char* title;
    std::vector<storage::RoleHolding> roles;
    bool machine = false;
};

// Everyone is made up. Enough people that nobody has to sign what they wrote or cleared.
std::vector<Holder> holders() {
    return {
        {"lihua", "李华", "就业科经办人", {{"clerk", "employment"}}},
        {"wangfang", "王芳", "就业科科室负责人", {{"section_head", "employment"}}},
        {"zhaomin", "赵敏", "养老保险科经办人", {{"clerk", "pension"}}},
        {"chenjun", "陈军", "养老保险科科室负责人", {{"section_head", "pension"}}},
        {"yangmei", "杨梅", "办公室核稿人", {{"office_reviewer", "office"}}},
        {"liuyang", "刘洋", "政务公开工作机构", {{"disclosure_officer", "office"}}},
        {"songyan", "宋岩", "政务公开工作机构负责人", {{"disclosure_head", "office"}}},
        {"sunli", "孙丽", "保密审查员", {{"secrecy_officer", "office"}}},
        {"gaofeng", "高峰", "合法性审查人员", {{"legal_officer", "legal"}}},
        {"huangwei", "黄伟", "分管领导", {{"deputy_leader", "leadership"}}},
        {"zhoujie", "周杰", "主要领导", {{"leader", "leadership"}}},
        {"majun", "马俊", "网站责任人", {{"webmaster", "office"}}},
        {"tangning", "唐宁", "督查审计人员", {{"supervisor", "audit"}}},
        // Those who look after petitions and public opinion.
        {"helin", "何琳", "群众诉求专办员", {{"petition_officer", "office"}}},
        {"renjing", "任静", "政务舆情专员", {{"opinion_officer", "office"}}},
        {"hebin", "何斌", "政策法规科科室负责人", {{"section_head", "legal"}}},
        {"xiezhi", "谢智", "专家", {{"expert", "legal"}}},
        {"luotao", "罗涛", "专家", {{"expert", "legal"}}},
        {"fanying", "范英", "专家", {{"expert", "legal"}}},
        {"sysadmin", "系统管理员", "系统管理员", {{kSystemAdmin, "office"}}},
        {"secadmin", "安全保密管理员", "安全保密管理员", {{kSecurityAdmin, "office"}}},
        {"auditor", "安全审计员", "安全审计员", {{kAuditor, "audit"}}},
        // What the office itself publishes (回应、选登的答复、年度报告、指南) passes its own
        // section.
        {"linfang", "林芳", "办公室经办人", {{"clerk", "office"}}},
        {"zhengguo", "郑国", "办公室负责人", {{"section_head", "office"}}},
        {"city-oa",
         "市级协同办公系统",
         "系统账号",
         {{"clerk", "employment"}, {"clerk", "pension"}},
         true},
        {"portal", "公开门户", "系统账号", {{"portal", "office"}}, true},
    };
}

}  // namespace

Result<SampleBureau> create_sample(Administration& administration, Identity& identity,
                                   Randomness& randomness) {
    SampleBureau bureau;
    bureau.departments = {{"bureau", "楚雄市人力资源和社会保障局", "", true},
                          {"leadership", "局领导", "bureau", true},
                          {"office", "办公室", "bureau", true},
                          {"employment", "就业促进科", "bureau", true},
                          {"pension", "养老保险科", "bureau", true},
                          {"legal", "政策法规科", "bureau", true},
                          {"audit", "督查审计科", "bureau", true}};
    // A role that the rules in use do not have is left out, and who would hold nothing with it.
    const RoleCatalog catalog = administration.roles();
    std::vector<Administration::FirstPerson> people;
    for (Holder& holder : holders()) {
        std::erase_if(holder.roles, [&](const storage::RoleHolding& holding) {
            return std::none_of(catalog.roles.begin(), catalog.roles.end(),
                                [&](const auto& role) { return role.name == holding.role; });
        });
        if (holder.roles.empty()) continue;
        SampleAccount account;
        account.login = holder.login;
        account.name = holder.name;
        account.title = holder.title;
        account.roles = holder.roles;
        // 72 random bits: 12 characters.
        if (!holder.machine) account.password = random_token(randomness, 9);
        people.push_back(
            {{account.login, account.name, holder.machine}, account.roles, account.password});
        bureau.accounts.push_back(std::move(account));
    }
    TRY(const auto ids, administration.bootstrap(bureau.departments, people));
    for (std::size_t i = 0; i < ids.size(); ++i) {
        // The portal is this server itself, which needs no key.
        if (!people[i].person.machine || people[i].person.login == kPortalLogin) continue;
        // By the security administrator of the sample: keys are theirs to issue.
        const auto directory = identity.directory();
        const storage::Person* officer = directory->person("secadmin");
        if (officer == nullptr) continue;
        auto issued = administration.issue_key({{officer->id, false, {}}, "sample", std::nullopt},
                                               ids[i], "sample", std::nullopt);
        if (auto* error = std::get_if<engine::Error>(&issued)) return std::move(*error);
        if (auto* key = std::get_if<Administration::IssuedKey>(&issued))
            bureau.accounts[i].key = std::move(key->key);
    }
    return bureau;
}

}  // namespace gongkai::app
