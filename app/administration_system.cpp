// Departments, machine keys, subscribers, dead letters, and the first people of all.
#include <algorithm>

#include "app/admin_act.hpp"
#include "storage/audit/hash.hpp"

namespace gongkai::app {

using engine::Error;
using engine::ErrorCode;
using storage::audit::CanonicalWriter;

namespace {

bool is_code(const std::string& code) {
    return !code.empty() && code.size() <= 64 && std::all_of(code.begin(), code.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    });
}

// Where it leads is checked when something is sent; here only that it is such an address, and
// that no password hides in it.
bool is_address(const std::string& url) {
    const bool http = url.rfind("http://", 0) == 0;
    const bool https = url.rfind("https://", 0) == 0;
    const std::size_t host = https ? 8 : 7;
    return (http || https) && url.size() > host && url.size() <= 2'000 && url[host] != '/' &&
           url.find_first_of("@# \"<>\\^`{|}") == std::string::npos &&
           std::all_of(url.begin(), url.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

// Whether making `parent` the parent of `code` closes a circle.
bool circular(const DirectorySnapshot& directory, const DepartmentCode& code,
              DepartmentCode parent) {
    for (int depth = 0; !parent.empty(); ++depth) {
        if (parent == code || depth > 100) return true;
        const storage::Department* above = directory.department(parent);
        parent = above == nullptr ? DepartmentCode() : above->parent;
    }
    return false;
}

template <class T>
std::optional<AdminResult<T>> failed(AdminResult<std::uint64_t>& result) {
    if (auto* why = std::get_if<Denied>(&result)) return AdminResult<T>(std::move(*why));
    if (auto* error = std::get_if<Error>(&result)) return AdminResult<T>(std::move(*error));
    return std::nullopt;
}

}  // namespace

AdminResult<Nothing> Administration::put_department(const AdminRequest& request,
                                                    const storage::Department& department) {
    const std::lock_guard one(acting_);
    const auto directory = identity_.directory();
    if (!is_code(department.code))
        return denied("invalid_value", "a code has 1 to 64 of a-z 0-9 _ -",
                      "部门代码为 1 至 64 位小写字母、数字、_ 或 -", "/code");
    if (!is_label(department.title))
        return denied("invalid_value", "a title has 1 to 100 characters", "名称为 1 至 100 字",
                      "/title");
    if (!department.parent.empty() && directory->department(department.parent) == nullptr)
        return denied("unknown_department", "there is no such parent", "没有上级部门", "/parent");
    if (circular(*directory, department.code, department.parent))
        return denied("invalid_value", "a department is not above itself", "上级部门形成循环",
                      "/parent");
    Act act;
    const auto members = [&](CanonicalWriter& writer) {
        writer.key("active").boolean(department.active);
        writer.key("department").string(department.code);
        if (!department.parent.empty()) writer.key("parent").string(department.parent);
    };
    act.command = admin_json("put_department", members);
    act.events = [&](std::uint64_t) { return admin_event("department", members); };
    return nothing(
        carry_out(request, act, [&](storage::Transaction& transaction) -> Result<std::uint64_t> {
            TRY_VOID(transaction.put_department(department));
            return std::uint64_t{0};
        }));
}

AdminResult<Administration::IssuedKey> Administration::issue_key(const AdminRequest& request,
                                                                 PersonId machine,
                                                                 const std::string& label,
                                                                 std::optional<Instant> expires) {
    const std::lock_guard one(acting_);
    const auto directory = identity_.directory();
    const storage::Person* person = directory->person(machine);
    if (person == nullptr || !person->machine)
        return denied("unknown_person", "there is no such machine account", "没有该系统账号");
    if (!is_label(label))
        return denied("invalid_value", "a label has 1 to 100 characters", "说明为 1 至 100 字",
                      "/label");
    const Instant now = clock_.now();
    if (expires && *expires <= now)
        return denied("period_invalid", "the key would have expired already", "有效期已过",
                      "/expires");
    auto [key, hash] = identity_.new_machine_key();
    storage::MachineKey row;
    row.person = machine;
    row.secret_hash = hash;
    row.label = label;
    row.created = now;
    row.expires = expires;
    Act act;
    act.role = kSecurityAdmin;
    const auto members = [&](CanonicalWriter& writer) {
        if (expires) writer.key("expires").string(engine::to_string(*expires));
        writer.key("person").integer(machine);
    };
    act.command = admin_json("issue_key", members);
    act.events = [&](std::uint64_t id) {
        return admin_event("key", [&](CanonicalWriter& writer) {
            writer.key("key").integer(static_cast<std::int64_t>(id));
            writer.key("person").integer(machine);
        });
    };
    bool written = false;
    const auto change = [&](storage::Transaction& transaction) -> Result<std::uint64_t> {
        TRY(const std::uint32_t id, transaction.put_key(row));
        written = true;
        return std::uint64_t{id};
    };
    Number result = carry_out(request, act, change);
    if (auto why = failed<IssuedKey>(result)) return std::move(*why);
    return IssuedKey{static_cast<std::uint32_t>(std::get<std::uint64_t>(result)),
                     written ? std::move(key) : std::string()};
}

AdminResult<Nothing> Administration::revoke_key(const AdminRequest& request, std::uint32_t key) {
    const std::lock_guard one(acting_);
    const auto directory = identity_.directory();
    const auto& keys = directory->directory().keys;
    const auto found = std::find_if(keys.begin(), keys.end(),
                                    [&](const storage::MachineKey& row) { return row.id == key; });
    if (found == keys.end()) return denied("not_found", "there is no such key", "没有该密钥");
    storage::MachineKey row = *found;
    row.revoked = true;
    Act act;
    act.role = kSecurityAdmin;
    const auto members = [&](CanonicalWriter& writer) { writer.key("key").integer(key); };
    act.command = admin_json("revoke_key", members);
    act.events = [&](std::uint64_t) { return admin_event("key_revoked", members); };
    return nothing(
        carry_out(request, act, [&](storage::Transaction& transaction) -> Result<std::uint64_t> {
            TRY_VOID(transaction.put_key(row));
            return std::uint64_t{0};
        }));
}

AdminResult<Administration::IssuedSubscriber> Administration::add_subscriber(
    const AdminRequest& request, const NewSubscriber& subscriber) {
    const std::lock_guard one(acting_);
    if (!is_label(subscriber.name))
        return denied("invalid_value", "a name has 1 to 100 characters", "名称为 1 至 100 字",
                      "/name");
    if (!is_address(subscriber.url))
        return denied("invalid_value", "is no http or https address", "不是有效的网址", "/url");
    if (!subscriber.source.empty() && !is_label(subscriber.source))
        return denied("invalid_value", "a source has 1 to 100 characters", "来源为 1 至 100 字",
                      "/source");
    std::array<std::uint8_t, 32> secret{};
    randomness_.fill(secret);
    storage::Subscriber row;
    row.name = subscriber.name;
    row.url = subscriber.url;
    row.source = subscriber.source;
    row.secret = "whsec_" + storage::audit::to_base64(storage::audit::as_view(secret));
    Act act;
    act.command = admin_json("add_subscriber", [](CanonicalWriter&) {});
    act.events = [](std::uint64_t id) {
        return admin_event("subscriber", [&](CanonicalWriter& writer) {
            writer.key("active").boolean(true);
            writer.key("subscriber").integer(static_cast<std::int64_t>(id));
        });
    };
    bool written = false;
    const auto change = [&](storage::Transaction& transaction) -> Result<std::uint64_t> {
        TRY(const std::uint32_t id, transaction.put_subscriber(row));
        written = true;
        return std::uint64_t{id};
    };
    Number result = carry_out(request, act, change);
    if (auto why = failed<IssuedSubscriber>(result)) return std::move(*why);
    return IssuedSubscriber{static_cast<std::uint32_t>(std::get<std::uint64_t>(result)),
                            written ? row.secret : std::string()};
}

AdminResult<Nothing> Administration::set_subscriber_active(const AdminRequest& request,
                                                           std::uint32_t id, bool active) {
    const std::lock_guard one(acting_);
    const auto directory = identity_.directory();
    const auto& all = directory->directory().subscribers;
    const auto found = std::find_if(all.begin(), all.end(),
                                    [&](const storage::Subscriber& row) { return row.id == id; });
    if (found == all.end())
        return denied("not_found", "there is no such subscriber", "没有该订阅方");
    storage::Subscriber row = *found;
    row.active = active;
    Act act;
    const auto members = [&](CanonicalWriter& writer) {
        writer.key("active").boolean(active);
        writer.key("subscriber").integer(id);
    };
    act.command = admin_json("set_subscriber", members);
    act.events = [&](std::uint64_t) { return admin_event("subscriber", members); };
    return nothing(
        carry_out(request, act, [&](storage::Transaction& transaction) -> Result<std::uint64_t> {
            TRY_VOID(transaction.put_subscriber(row));
            return std::uint64_t{0};
        }));
}

AdminResult<Nothing> Administration::replay_message(const AdminRequest& request,
                                                    std::uint64_t number) {
    const std::lock_guard one(acting_);
    Act act;
    const auto members = [&](CanonicalWriter& writer) {
        writer.key("message").integer(static_cast<std::int64_t>(number));
    };
    act.command = admin_json("replay_message", members);
    act.events = [&](std::uint64_t) { return admin_event("message_replayed", members); };
    auto result = nothing(
        carry_out(request, act, [&](storage::Transaction& transaction) -> Result<std::uint64_t> {
            TRY_VOID(transaction.outbox_replay(number));
            return std::uint64_t{0};
        }));
    const auto* error = std::get_if<Error>(&result);
    if (error != nullptr && error->code == ErrorCode::not_found)
        return denied("not_found", "there is no such dead letter", "没有该死信");
    return result;
}

Result<std::vector<PersonId>> Administration::bootstrap(
    const std::vector<storage::Department>& departments, const std::vector<FirstPerson>& people) {
    const std::lock_guard one(acting_);
    if (!identity_.directory()->directory().people.empty())
        return Error{ErrorCode::conflict, "there are people already"};
    const auto invalid = [](std::string what) {
        return Error{ErrorCode::invalid_argument, std::move(what)};
    };
    storage::Directory next;
    next.departments = departments;
    for (const FirstPerson& first : people) {
        storage::Person row;
        row.id = static_cast<PersonId>(next.people.size()) + 1;
        row.login = first.person.login;
        row.name = first.person.name;
        row.machine = first.person.machine;
        row.roles = first.roles;
        if (!is_login(row.login) || !is_label(row.name))
            return invalid("login or name of \"" + row.login + "\"");
        if (!first.password.empty()) {
            if (const auto unfit = Identity::unfit_password(row.login, first.password))
                return invalid(*unfit);
            TRY(row.password_hash, identity_.hash_password(first.password));
        }
        next.people.push_back(std::move(row));
    }
    const DirectorySnapshot snapshot(next);
    for (const storage::Person& person : next.people) {
        if (const auto why = known_roles(snapshot, person.roles, person.machine))
            return invalid(person.login + ": " + why->message);
    }
    if (const auto why = compatible(snapshot)) return invalid(why->message);
    std::vector<PersonId> ids;
    const auto write = [&](storage::Transaction& transaction) -> Result<void> {
        ids.clear();
        AdminAct leaf;
        leaf.at = clock_.now();
        for (const storage::Department& department : departments) {
            TRY_VOID(transaction.put_department(department));
            leaf.command = admin_json("bootstrap", [](CanonicalWriter&) {});
            leaf.events = admin_event("department", [&](CanonicalWriter& writer) {
                writer.key("active").boolean(department.active);
                writer.key("department").string(department.code);
                if (!department.parent.empty()) writer.key("parent").string(department.parent);
            });
            TRY(const std::string bytes, admin_leaf(leaf));
            TRY_VOID(transaction.write_leaf(0, bytes));
        }
        for (storage::Person person : next.people) {
            person.id = 0;
            TRY(const PersonId id, transaction.put_person(person));
            ids.push_back(id);
            leaf.command = admin_json("bootstrap", [](CanonicalWriter&) {});
            leaf.events = person_event(person, id);
            TRY(const std::string bytes, admin_leaf(leaf));
            TRY_VOID(transaction.write_leaf(0, bytes));
        }
        return {};
    };
    TRY_VOID(store_.run(write));
    TRY_VOID(identity_.reload());
    return ids;
}

Result<void> Administration::reset_password(const std::string& login, const std::string& password) {
    const std::lock_guard one(acting_);
    const auto directory = identity_.directory();
    const storage::Person* found = directory->person(login);
    if (found == nullptr || found->machine)
        return Error{ErrorCode::not_found, "nobody has the login " + login};
    if (const auto unfit = Identity::unfit_password(login, password))
        return Error{ErrorCode::invalid_argument, *unfit};
    storage::Person row = *found;
    TRY(row.password_hash, identity_.hash_password(password));
    const auto write = [&](storage::Transaction& transaction) -> Result<void> {
        TRY_VOID(transaction.put_person(row));
        TRY_VOID(transaction.drop_sessions_of(row.id));
        AdminAct leaf;
        leaf.at = clock_.now();
        const auto members = [&](CanonicalWriter& writer) { writer.key("person").integer(row.id); };
        leaf.command = admin_json("reset_password", members);
        leaf.events = admin_event("password", members);
        TRY(const std::string bytes, admin_leaf(leaf));
        TRY_VOID(transaction.write_leaf(0, bytes));
        return {};
    };
    TRY_VOID(store_.run(write));
    identity_.forget_sessions_of(row.id);
    return identity_.reload();
}

}  // namespace gongkai::app
