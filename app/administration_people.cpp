// People, their roles, passwords and deputies.
#include <algorithm>

#include "app/admin_act.hpp"
#include "app/content.hpp"

namespace gongkai::app {

using engine::Error;
using engine::ErrorCode;
using storage::audit::CanonicalWriter;

namespace {

Denied unknown_person() {
    return denied("unknown_person", "there is no such person", "没有此人");
}

// The directory as it would be with this person in place of the one with the same number.
storage::Directory with(const DirectorySnapshot& directory, const storage::Person& changed) {
    storage::Directory next = directory.directory();
    for (storage::Person& person : next.people) {
        if (person.id == changed.id) person = changed;
    }
    return next;
}

}  // namespace

AdminResult<PersonId> Administration::add_person(const AdminRequest& request,
                                                 const NewPerson& person) {
    const std::lock_guard one(acting_);
    if (!is_login(person.login))
        return denied("invalid_value", "a login has 2 to 64 of a-z 0-9 . _ -",
                      "登录名为 2 至 64 位小写字母、数字或 . _ -", "/login");
    if (!is_label(person.name))
        return denied("invalid_value", "a name has 1 to 100 characters", "姓名为 1 至 100 字",
                      "/name");
    storage::Person row;
    row.login = person.login;
    row.name = person.name;
    row.machine = person.machine;
    Act act;
    act.command = admin_json("add_person", [&](CanonicalWriter& writer) {
        writer.key("machine").boolean(person.machine);
    });
    act.events = [&](std::uint64_t id) { return person_event(row, static_cast<PersonId>(id)); };
    const auto change = [&](storage::Transaction& transaction) -> Result<std::uint64_t> {
        TRY(const PersonId id, transaction.put_person(row));
        return std::uint64_t{id};
    };
    Number result = carry_out(request, act, change);
    if (auto* why = std::get_if<Denied>(&result)) return std::move(*why);
    if (auto* error = std::get_if<Error>(&result)) {
        if (error->code == ErrorCode::conflict)
            return denied("login_taken", "somebody has this login", "登录名已被使用", "/login");
        return std::move(*error);
    }
    return static_cast<PersonId>(std::get<std::uint64_t>(result));
}

AdminResult<Nothing> Administration::rename_person(const AdminRequest& request, PersonId id,
                                                   const std::string& name) {
    const std::lock_guard one(acting_);
    const auto directory = identity_.directory();
    const storage::Person* found = directory->person(id);
    if (found == nullptr) return unknown_person();
    if (!is_label(name))
        return denied("invalid_value", "a name has 1 to 100 characters", "姓名为 1 至 100 字",
                      "/name");
    storage::Person row = *found;
    row.name = name;
    Act act;
    act.command = admin_json("rename_person",
                             [&](CanonicalWriter& writer) { writer.key("person").integer(id); });
    act.events = [&](std::uint64_t) { return person_event(row, id); };
    return nothing(
        carry_out(request, act, [&](storage::Transaction& transaction) -> Result<std::uint64_t> {
            TRY_VOID(transaction.put_person(row));
            return std::uint64_t{0};
        }));
}

AdminResult<Nothing> Administration::set_active(const AdminRequest& request, PersonId id,
                                                bool active) {
    const std::lock_guard one(acting_);
    const auto directory = identity_.directory();
    const storage::Person* found = directory->person(id);
    if (found == nullptr) return unknown_person();
    storage::Person row = *found;
    row.active = active;
    Act act;
    act.command = admin_json(active ? "enable_person" : "disable_person",
                             [&](CanonicalWriter& writer) { writer.key("person").integer(id); });
    act.events = [&](std::uint64_t) { return person_event(row, id); };
    if (!active && !may(request, act)) {
        if (auto why = still_administered(with(*directory, row)))
            return refuse(request, act, std::move(*why));
    }
    const auto change = [&](storage::Transaction& transaction) -> Result<std::uint64_t> {
        TRY_VOID(transaction.put_person(row));
        if (!active) TRY_VOID(transaction.drop_sessions_of(id));
        return std::uint64_t{0};
    };
    auto result = nothing(carry_out(request, act, change));
    if (!active && std::holds_alternative<Nothing>(result)) identity_.forget_sessions_of(id);
    return result;
}

AdminResult<Nothing> Administration::set_roles_of(const AdminRequest& request, PersonId id,
                                                  const std::vector<storage::RoleHolding>& roles) {
    const std::lock_guard one(acting_);
    const auto directory = identity_.directory();
    const storage::Person* found = directory->person(id);
    if (found == nullptr) return unknown_person();
    if (auto why = known_roles(*directory, roles, found->machine)) return std::move(*why);
    storage::Person row = *found;
    row.roles = roles;
    Act act;
    act.role = kSecurityAdmin;
    act.command = admin_json("set_roles", [&](CanonicalWriter& writer) {
        writer.key("person").integer(id);
        write_roles(writer, roles);
    });
    act.events = [&](std::uint64_t) { return person_event(row, id); };
    if (!may(request, act)) {
        if (id == request.principal.person)
            return refuse(
                request, act,
                denied("own_roles", "nobody gives roles to themselves", "不得给自己授予角色"));
        const storage::Directory next = with(*directory, row);
        if (auto why = compatible(DirectorySnapshot(next)))
            return refuse(request, act, std::move(*why));
        if (auto why = still_administered(next)) return refuse(request, act, std::move(*why));
    }
    return nothing(
        carry_out(request, act, [&](storage::Transaction& transaction) -> Result<std::uint64_t> {
            TRY_VOID(transaction.put_person(row));
            return std::uint64_t{0};
        }));
}

AdminResult<Nothing> Administration::set_password(const AdminRequest& request, PersonId id,
                                                  const std::string& password,
                                                  const std::optional<std::string>& present) {
    const std::lock_guard one(acting_);
    const auto directory = identity_.directory();
    const storage::Person* found = directory->person(id);
    const bool own = id == request.principal.person;
    Act act;
    act.role = kSecurityAdmin;
    act.own = own;
    act.command = admin_json("set_password",
                             [&](CanonicalWriter& writer) { writer.key("person").integer(id); });
    act.events = [&](std::uint64_t) {
        return admin_event("password",
                           [&](CanonicalWriter& writer) { writer.key("person").integer(id); });
    };
    if (auto why = may(request, act)) return refuse(request, act, std::move(*why));
    if (found == nullptr) return unknown_person();
    if (found->machine)
        return denied("invalid_value", "a machine account has keys, no password",
                      "系统账号只用密钥，不用口令");
    if (own) {
        auto right = identity_.check_password(id, present.value_or(""));
        if (!right) return std::move(right).error();
        if (!*right)
            return denied("wrong_password", "the present password is another", "原口令不正确",
                          "/present");
    }
    if (const auto unfit = Identity::unfit_password(found->login, password))
        return denied("unfit_password", *unfit, "口令不符合要求（至少 10 个字符）", "/password");
    auto hash = identity_.hash_password(password);
    if (!hash) return std::move(hash).error();
    storage::Person row = *found;
    row.password_hash = *hash;
    const auto change = [&](storage::Transaction& transaction) -> Result<std::uint64_t> {
        TRY_VOID(transaction.put_person(row));
        TRY_VOID(transaction.drop_sessions_of(id));
        return std::uint64_t{0};
    };
    auto result = nothing(carry_out(request, act, change));
    if (std::holds_alternative<Nothing>(result)) identity_.forget_sessions_of(id);
    return result;
}

AdminResult<std::uint32_t> Administration::appoint_deputy(const AdminRequest& request,
                                                          const NewDeputy& deputy) {
    const std::lock_guard one(acting_);
    constexpr std::int64_t longest_ms = 366 * engine::ms_per_day;
    const auto directory = identity_.directory();
    const storage::Person* principal = directory->person(deputy.principal);
    const storage::Person* substitute = directory->person(deputy.deputy);
    if (principal == nullptr || substitute == nullptr || !substitute->active) {
        return unknown_person();
    }
    if (deputy.principal == deputy.deputy || substitute->machine || principal->machine)
        return denied("invalid_value", "nobody deputises for themselves, nor a machine",
                      "代理人须为他人，且不得为系统账号", "/deputy");
    if (deputy.until <= deputy.from || deputy.until - deputy.from > longest_ms ||
        deputy.until <= clock_.now())
        return denied("period_invalid", "a deputy is appointed for at most 366 days",
                      "代理期限无效（最长 366 天）", "/until");
    for (const std::string& role : deputy.roles) {
        const bool held =
            std::any_of(principal->roles.begin(), principal->roles.end(),
                        [&](const storage::RoleHolding& holding) { return holding.role == role; });
        if (!held)
            return denied("unknown_role", "the person does not hold " + role,
                          "被代理人没有角色 " + role, "/roles");
    }
    storage::Deputy row;
    row.principal = deputy.principal;
    row.deputy = deputy.deputy;
    row.roles = deputy.roles;
    row.from = deputy.from;
    row.until = deputy.until;
    Act act;
    act.role = kSecurityAdmin;
    act.own = deputy.principal == request.principal.person;
    const auto members = [&](CanonicalWriter& writer) {
        writer.key("deputy").integer(row.deputy);
        writer.key("ends").string(engine::to_string(row.until));
        writer.key("from").string(engine::to_string(row.from));
        writer.key("principal").integer(row.principal);
        writer.key("roles").begin_array();
        for (const std::string& role : row.roles)
            writer.string(role);
        writer.end_array();
    };
    act.command = admin_json("appoint_deputy", members);
    act.events = [&](std::uint64_t id) {
        return admin_event("deputy", [&](CanonicalWriter& writer) {
            writer.key("appointment").integer(static_cast<std::int64_t>(id));
        });
    };
    if (!may(request, act)) {
        storage::Directory next = directory->directory();
        next.deputies.push_back(row);
        if (auto why = compatible(DirectorySnapshot(std::move(next))))
            return refuse(request, act, std::move(*why));
    }
    const auto change = [&](storage::Transaction& transaction) -> Result<std::uint64_t> {
        TRY(const std::uint32_t id, transaction.put_deputy(row));
        return std::uint64_t{id};
    };
    Number result = carry_out(request, act, change);
    if (auto* why = std::get_if<Denied>(&result)) return std::move(*why);
    if (auto* error = std::get_if<Error>(&result)) return std::move(*error);
    return static_cast<std::uint32_t>(std::get<std::uint64_t>(result));
}

AdminResult<Nothing> Administration::recall_deputy(const AdminRequest& request,
                                                   std::uint32_t deputy) {
    const std::lock_guard one(acting_);
    const auto directory = identity_.directory();
    const auto& all = directory->directory().deputies;
    const auto found = std::find_if(all.begin(), all.end(),
                                    [&](const storage::Deputy& row) { return row.id == deputy; });
    if (found == all.end())
        return denied("not_found", "there is no such appointment", "没有该代理");
    storage::Deputy row = *found;
    row.revoked = true;
    Act act;
    act.role = kSecurityAdmin;
    act.own = row.principal == request.principal.person;
    const auto members = [&](CanonicalWriter& writer) {
        writer.key("appointment").integer(deputy);
    };
    act.command = admin_json("recall_deputy", members);
    act.events = [&](std::uint64_t) { return admin_event("deputy_recalled", members); };
    return nothing(
        carry_out(request, act, [&](storage::Transaction& transaction) -> Result<std::uint64_t> {
            TRY_VOID(transaction.put_deputy(row));
            return std::uint64_t{0};
        }));
}

}  // namespace gongkai::app
