#include "app/administration.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "app/admin_act.hpp"
#include "app/content.hpp"
#include "app/log.hpp"
#include "storage/audit/hash.hpp"

namespace gongkai::app {

using engine::Error;
using engine::ErrorCode;

namespace {

const std::vector<std::string> kThreeOfficers{kSystemAdmin, kSecurityAdmin, kAuditor};

}  // namespace

Administration::Administration(storage::Store& store, Identity& identity, RecordClock& clock,
                               Randomness& randomness, Metrics& metrics)
    : store_(store),
      identity_(identity),
      clock_(clock),
      randomness_(randomness),
      metrics_(metrics) {
    set_roles({});
}

void Administration::set_roles(RoleCatalog catalog) {
    const std::pair<const char*, const char*> officers[] = {
        {kSystemAdmin, "系统管理员"}, {kSecurityAdmin, "安全保密管理员"}, {kAuditor, "安全审计员"}};
    for (const auto& officer : officers) {
        const bool listed =
            std::any_of(catalog.roles.begin(), catalog.roles.end(),
                        [&](const RoleCatalog::Role& role) { return role.name == officer.first; });
        if (!listed) catalog.roles.push_back({officer.first, officer.second});
    }
    catalog.exclusive.push_back(kThreeOfficers);
    const std::lock_guard lock(mutex_);
    catalog_ = std::move(catalog);
}

RoleCatalog Administration::roles() const {
    const std::lock_guard lock(mutex_);
    return catalog_;
}

std::optional<Denied> Administration::may(const AdminRequest& request, const Act& act) const {
    if (!identity_.valid(request.principal))
        return denied("not_allowed", "the session has ended", "会话已结束");
    if (act.own) return std::nullopt;
    if (role_for(request, act) != nullptr) return std::nullopt;
    const std::string also = act.also == nullptr ? "" : std::string(" or ") + act.also;
    const std::string also_zh = act.also == nullptr ? "" : std::string("、") + act.also;
    return denied("not_allowed", std::string("only a ") + act.role + also + " may do this",
                  std::string("仅限角色 ") + act.role + also_zh);
}

const char* Administration::role_for(const AdminRequest& request, const Act& act) const {
    if (request.principal.machine) return nullptr;
    const auto directory = identity_.directory();
    for (const char* role : {act.role, act.also}) {
        if (role != nullptr && directory->holds(request.principal.person, role)) return role;
    }
    return nullptr;
}

Denied Administration::refuse(const AdminRequest& request, const Act& act, Denied why) {
    const Instant now = clock_.now();
    if (!refusals_.allows(request.principal.person, now)) {
        ++metrics_.refusals_unrecorded;
        return why;
    }
    AdminAct leaf;
    leaf.command = act.command;
    leaf.reason = why.code;
    leaf.actor = request.principal.person;
    leaf.request = request.request_id;
    const auto write = [&](storage::Transaction& transaction) -> Result<void> {
        // In the job: times of the record do not go back.
        leaf.at = clock_.now();
        TRY(const std::string bytes, admin_leaf(leaf));
        TRY_VOID(transaction.write_leaf(0, bytes));
        return {};
    };
    // The answer is no whether or not it could be written down.
    if (const auto written = store_.run(write); !written)
        log_event(LogLevel::error, "refusal_not_recorded", {{"why", written.error().message}});
    return why;
}

Administration::Number Administration::carry_out(const AdminRequest& request, const Act& act,
                                                 const Change& change) {
    if (auto why = may(request, act)) return refuse(request, act, std::move(*why));
    AdminAct leaf;
    leaf.command = act.command;
    leaf.actor = request.principal.person;
    if (!act.own) leaf.role = role_for(request, act);
    leaf.request = request.request_id;
    std::uint64_t number = 0;
    bool repeated = false;
    bool key_reused = false;
    const auto job = [&](storage::Transaction& transaction) -> Result<void> {
        repeated = key_reused = false;
        const PersonId actor = request.principal.person;
        if (request.idempotency) {
            const auto& idempotency = *request.idempotency;
            TRY(const auto known, transaction.find_idempotency(actor, idempotency.key));
            if (known) {
                key_reused = known->fingerprint != idempotency.fingerprint;
                repeated = true;
                number = std::strtoull(known->response.c_str(), nullptr, 10);
                return {};
            }
        }
        TRY(number, change(transaction));
        leaf.at = clock_.now();
        leaf.events = act.events(number);
        TRY(const std::string bytes, admin_leaf(leaf));
        TRY_VOID(transaction.write_leaf(0, bytes));
        if (request.idempotency) {
            TRY_VOID(transaction.write_idempotency({actor, request.idempotency->key,
                                                    request.idempotency->fingerprint, 0,
                                                    std::to_string(number), leaf.at}));
        }
        return {};
    };
    if (auto done = store_.run(job); !done) return std::move(done).error();
    if (key_reused) {
        return denied("key_reused", "the idempotency key was used for another request",
                      "幂等键已用于另一请求");
    }
    if (repeated) return number;
    ++metrics_.administrative;
    if (auto reloaded = identity_.reload(); !reloaded) return std::move(reloaded).error();
    return number;
}

std::optional<Denied> Administration::known_roles(const DirectorySnapshot& directory,
                                                  const std::vector<storage::RoleHolding>& roles,
                                                  bool machine) const {
    const RoleCatalog catalog = this->roles();
    for (std::size_t i = 0; i < roles.size(); ++i) {
        const std::string where = "/roles/" + std::to_string(i);
        const storage::RoleHolding& holding = roles[i];
        const bool known = std::any_of(catalog.roles.begin(), catalog.roles.end(),
                                       [&](const auto& role) { return role.name == holding.role; });
        if (!known)
            return denied("unknown_role", holding.role + " is not a role", "没有这个角色",
                          where + "/role");
        if (directory.department(holding.department) == nullptr)
            return denied("unknown_department", holding.department + " is not a department",
                          "没有这个部门", where + "/department");
        const bool officer = std::find(kThreeOfficers.begin(), kThreeOfficers.end(),
                                       holding.role) != kThreeOfficers.end();
        if (machine && officer)
            return denied("incompatible_roles", "a machine does not administer",
                          "系统账号不得担任管理员", where + "/role");
        if (std::find(roles.begin(), roles.begin() + static_cast<std::ptrdiff_t>(i), holding) !=
            roles.begin() + static_cast<std::ptrdiff_t>(i))
            return denied("invalid_value", "the role is listed twice", "角色重复", where);
    }
    return std::nullopt;
}

std::optional<Denied> Administration::compatible(const DirectorySnapshot& directory) const {
    const auto groups = roles().exclusive;
    const Instant now = clock_.now();
    // Everyone's own roles, and what they may come to exercise for others.
    std::map<PersonId, std::set<std::string>> held;
    const auto& all = directory.directory();
    for (const storage::Person& person : all.people) {
        for (const storage::RoleHolding& holding : person.roles)
            held[person.id].insert(holding.role);
    }
    for (const storage::Deputy& deputy : all.deputies) {
        if (deputy.revoked || deputy.until <= now) continue;
        const storage::Person* principal = directory.person(deputy.principal);
        if (principal == nullptr) continue;
        for (const storage::RoleHolding& holding : principal->roles) {
            const bool lent = deputy.roles.empty() ||
                              std::find(deputy.roles.begin(), deputy.roles.end(), holding.role) !=
                                  deputy.roles.end();
            if (lent) held[deputy.deputy].insert(holding.role);
        }
    }
    for (const auto& [person, roles] : held) {
        for (const auto& group : groups) {
            std::string first;
            for (const std::string& role : group) {
                if (roles.count(role) == 0 || role == first) continue;
                if (first.empty()) {
                    first = role;
                    continue;
                }
                return denied("incompatible_roles",
                              "person " + std::to_string(person) + " would come to hold both " +
                                  first + " and " + role,
                              "三员分立：" + first + " 与 " + role + " 不得由一人兼任");
            }
        }
    }
    return std::nullopt;
}

std::optional<Denied> Administration::still_administered(
    const storage::Directory& directory) const {
    for (const char* role : {kSystemAdmin, kSecurityAdmin}) {
        const bool somebody = std::any_of(
            directory.people.begin(), directory.people.end(), [&](const storage::Person& person) {
                return person.active &&
                       std::any_of(person.roles.begin(), person.roles.end(),
                                   [&](const auto& holding) { return holding.role == role; });
            });
        if (!somebody)
            return denied("last_administrator", std::string("nobody would be ") + role,
                          std::string("将无人担任 ") + role);
    }
    return std::nullopt;
}

AdminResult<storage::Directory> Administration::directory(const Principal& principal) const {
    if (!identity_.valid(principal))
        return denied("not_allowed", "the session has ended", "会话已结束");
    const auto snapshot = identity_.directory();
    storage::Directory view = snapshot->directory();
    for (storage::Person& person : view.people)
        person.password_hash.clear();
    for (storage::MachineKey& key : view.keys)
        key.secret_hash = {};
    for (storage::Subscriber& subscriber : view.subscribers)
        subscriber.secret.clear();
    const bool sees_all = std::any_of(
        kThreeOfficers.begin(), kThreeOfficers.end(),
        [&](const std::string& role) { return snapshot->holds(principal.person, role); });
    if (sees_all) return view;
    view.keys.clear();
    view.subscribers.clear();
    std::erase_if(view.deputies, [&](const storage::Deputy& deputy) {
        return deputy.principal != principal.person && deputy.deputy != principal.person;
    });
    std::erase_if(view.people, [](const storage::Person& person) { return !person.active; });
    for (storage::Person& person : view.people) {
        if (person.id == principal.person) continue;
        person.roles.clear();
        person.login.clear();
    }
    return view;
}

}  // namespace gongkai::app
