#include "app/admin_leaf.hpp"

#include <algorithm>

#include "app/admin_act.hpp"
#include "app/content.hpp"
#include "storage/audit/leaf.hpp"

namespace gongkai::app {

engine::Result<std::string> admin_leaf(const AdminAct& act) {
    namespace audit = storage::audit;
    audit::Leaf leaf;
    leaf.kind = act.reason.empty() ? audit::LeafKind::admin : audit::LeafKind::refusal;
    leaf.command = act.command;
    leaf.events = act.events;
    leaf.reason = act.reason;
    leaf.actor = act.actor;
    if (!act.role.empty()) leaf.grants.push_back({act.role, {}, 0});
    leaf.request = act.request;
    leaf.time_ms = act.at.ms;
    std::string bytes;
    TRY_VOID(audit::encode_leaf(leaf, bytes));
    return bytes;
}

using storage::audit::CanonicalWriter;

bool is_login(const std::string& login) {
    if (login.size() < 2 || login.size() > 64) return false;
    return std::all_of(login.begin(), login.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
    });
}

bool is_label(const std::string& text) {
    const auto length = count_code_points(text);
    return length && *length >= 1 && *length <= 100 &&
           std::none_of(text.begin(), text.end(),
                        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

void write_roles(CanonicalWriter& writer, const std::vector<storage::RoleHolding>& roles) {
    writer.key("roles").begin_array();
    for (const storage::RoleHolding& holding : roles) {
        writer.begin_object();
        writer.key("department").string(holding.department);
        writer.key("role").string(holding.role).end_object();
    }
    writer.end_array();
}

std::string person_event(const storage::Person& person, PersonId id) {
    return admin_event("person", [&](CanonicalWriter& writer) {
        writer.key("active").boolean(person.active);
        writer.key("machine").boolean(person.machine);
        writer.key("person").integer(id);
        write_roles(writer, person.roles);
    });
}

}  // namespace gongkai::app
