// Acts of administration, judged and taken over by the replay.
#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "app/admin_act.hpp"
#include "app/identity.hpp"
#include "app/replay_directory.hpp"

namespace gongkai::app {

namespace audit = storage::audit;
namespace json = boost::json;
using engine::PersonId;
using storage::audit::CanonicalWriter;

namespace {

// Whose affair an act is. `own`: everyone's about themselves.
struct Affair {
    const char* type;
    const char* role;
    bool own = false;
    const char* also = nullptr;  // whose else
};
constexpr std::array kAffairs{Affair{"put_department", kSystemAdmin},
                              Affair{"add_person", kSystemAdmin},
                              Affair{"rename_person", kSystemAdmin},
                              Affair{"enable_person", kSystemAdmin},
                              Affair{"disable_person", kSystemAdmin},
                              Affair{"add_subscriber", kSystemAdmin},
                              Affair{"set_subscriber", kSystemAdmin},
                              Affair{"replay_message", kSystemAdmin},
                              Affair{"load_calendar", kSystemAdmin},
                              Affair{"import_catalog", kSystemAdmin, false, kDisclosureOfficer},
                              Affair{"set_roles", kSecurityAdmin},
                              Affair{"issue_key", kSecurityAdmin},
                              Affair{"revoke_key", kSecurityAdmin},
                              Affair{"set_password", kSecurityAdmin, true},
                              Affair{"appoint_deputy", kSecurityAdmin, true},
                              Affair{"recall_deputy", kSecurityAdmin, true}};

const Affair* affair(std::string_view type) {
    const auto found = std::find_if(kAffairs.begin(), kAffairs.end(),
                                    [&](const Affair& one) { return type == one.type; });
    return found == kAffairs.end() ? nullptr : &*found;
}

// What is missing or wrong reads as nothing; the comparison of the events' bytes finds it.
std::string text_of(const json::object& object, const char* name) {
    const json::value* value = object.if_contains(name);
    if (value == nullptr || !value->is_string()) return {};
    return std::string(std::string_view(value->get_string()));
}

std::uint32_t id_of(const json::object& object, const char* name) {
    const json::value* value = object.if_contains(name);
    if (value == nullptr || !value->is_int64()) return 0;
    const std::int64_t number = value->get_int64();
    return number < 0 || number > 0xFFFFFFFF ? 0 : static_cast<std::uint32_t>(number);
}

bool flag_of(const json::object& object, const char* name) {
    const json::value* value = object.if_contains(name);
    return value != nullptr && value->is_bool() && value->get_bool();
}

const json::array& array_of(const json::object& object, const char* name) {
    static const json::array none;
    const json::value* value = object.if_contains(name);
    return value != nullptr && value->is_array() ? value->get_array() : none;
}

std::vector<storage::RoleHolding> roles_of(const json::object& object) {
    std::vector<storage::RoleHolding> roles;
    for (const json::value& item : array_of(object, "roles")) {
        if (!item.is_object()) continue;
        roles.push_back(
            {text_of(item.get_object(), "role"), text_of(item.get_object(), "department")});
    }
    return roles;
}

}  // namespace

struct ReplayedDirectory::Act {
    const audit::Leaf& leaf;
    std::string type;
    json::object command;
    json::object event;  // the only one
    PersonId person() const { return id_of(command, "person"); }
};

bool ReplayedDirectory::is_first(std::uint64_t index, std::int64_t time) const {
    if (bootstrap_ && bootstrap_->last_leaf + 1 == index) return bootstrap_->time == time;
    return people_.empty();
}

void ReplayedDirectory::administer(const audit::Leaf& leaf, std::uint64_t index,
                                   audit::Findings& findings) {
    const auto command = audit::parse_canonical(leaf.command);
    const auto events = audit::parse_canonical(leaf.events);
    Act act{leaf, {}, {}, {}};
    if (command && command->is_object()) act.command = command->get_object();
    if (events && events->is_array() && events->get_array().size() == 1 &&
        events->get_array().front().is_object())
        act.event = events->get_array().front().get_object();
    act.type = text_of(act.command, "type");
    const auto found = [&](const char* code, const std::string& what) {
        findings.add(code, index, act.type + ": " + what);
    };
    std::optional<std::string> wrong;
    if (act.type == "bootstrap") {
        if (!is_first(index, leaf.time_ms)) {
            found("admin_not_allowed", "there were people already");
            return;
        }
        bootstrap_ = Bootstrap{index, leaf.time_ms};
        wrong = bootstrap(act);
    } else if (const auto why = not_allowed(leaf, act)) {
        // It is not taken over: who acts by it is found as well.
        found("admin_not_allowed", *why);
        return;
    } else if (act.type == "add_person" || act.type == "rename_person" ||
               act.type == "enable_person" || act.type == "disable_person" ||
               act.type == "set_roles") {
        wrong = change_person(act);
    } else if (act.type == "appoint_deputy" || act.type == "recall_deputy") {
        wrong = change_deputy(act);
    }
    if (wrong) found("admin_events", *wrong);
}

std::optional<std::string> ReplayedDirectory::not_allowed(const audit::Leaf& leaf,
                                                          const Act& act) const {
    // Of a later version, or from the command line (reset_password): nothing that gives a role.
    const Affair* which = affair(act.type);
    if (which == nullptr) return std::nullopt;
    if (!active(leaf.actor, leaf.time_ms, false))
        return "there is no person " + std::to_string(leaf.actor);
    if (leaf.grants.empty()) {
        PersonId whose = 0;
        if (act.type == "set_password") whose = act.person();
        if (act.type == "appoint_deputy") whose = id_of(act.command, "principal");
        if (act.type == "recall_deputy") {
            const auto found = appointments_.find(id_of(act.command, "appointment"));
            if (found != appointments_.end()) whose = found->second.principal;
        }
        if (which->own && whose == leaf.actor) return std::nullopt;
    }
    const std::string role = leaf.grants.size() == 1 ? leaf.grants[0].role : std::string();
    const bool by_role = role == which->role || (which->also != nullptr && role == which->also);
    if (!by_role || people_.at(leaf.actor).machine || !held_role(leaf.actor, role, leaf.time_ms))
        return std::string("the actor was no ") + which->role;
    if (act.type == "set_roles" && act.person() == leaf.actor)
        return "nobody gives roles to themselves";
    if (act.type == "set_roles") {
        const char* const officers[] = {kSystemAdmin, kSecurityAdmin, kAuditor};
        const auto roles = roles_of(act.command);
        const auto given =
            std::count_if(std::begin(officers), std::end(officers), [&](const char* officer) {
                return std::any_of(roles.begin(), roles.end(),
                                   [&](const auto& one) { return one.role == officer; });
            });
        if (given > 1) return "two of the three administrators' roles in one hand";
    }
    return std::nullopt;
}

std::optional<std::string> ReplayedDirectory::bootstrap(const Act& act) {
    if (text_of(act.event, "type") == "department") return std::nullopt;
    storage::Person row;
    row.machine = flag_of(act.event, "machine");
    row.roles = roles_of(act.event);
    const PersonId id = id_of(act.event, "person");
    if (id == 0 || people_.count(id) != 0 || person_event(row, id) != act.leaf.events)
        return "the event is none of a new person or department";
    stand(id, row.machine, {act.leaf.time_ms, true, std::move(row.roles)});
    return std::nullopt;
}

std::optional<std::string> ReplayedDirectory::change_person(const Act& act) {
    const bool is_new = act.type == "add_person";
    const PersonId id = is_new ? id_of(act.event, "person") : act.person();
    const Standing* before = standing(id);
    if (id == 0 || is_new != (before == nullptr))
        return is_new ? "the number is somebody else's" : "there is no such person";
    storage::Person row;
    row.machine = is_new ? flag_of(act.command, "machine") : people_.at(id).machine;
    row.active =
        is_new || act.type == "enable_person" || (act.type != "disable_person" && before->active);
    if (!is_new) row.roles = act.type == "set_roles" ? roles_of(act.command) : before->roles;
    if (person_event(row, id) != act.leaf.events)
        return "the event says another thing than the act does";
    stand(id, row.machine, {act.leaf.time_ms, row.active, std::move(row.roles)});
    return std::nullopt;
}

std::optional<std::string> ReplayedDirectory::change_deputy(const Act& act) {
    const bool appoints = act.type == "appoint_deputy";
    const std::uint32_t id = id_of(appoints ? act.event : act.command, "appointment");
    const auto known = appointments_.find(id);
    const std::string event =
        admin_event(appoints ? "deputy" : "deputy_recalled",
                    [&](CanonicalWriter& writer) { writer.key("appointment").integer(id); });
    if (id == 0 || appoints != (known == appointments_.end()) || event != act.leaf.events)
        return "the event says another thing than the act does";
    if (!appoints) {
        if (!known->second.recalled) known->second.recalled = act.leaf.time_ms;
        return std::nullopt;
    }
    Appointment appointment;
    appointment.principal = id_of(act.command, "principal");
    appointment.deputy = id_of(act.command, "deputy");
    for (const json::value& role : array_of(act.command, "roles")) {
        if (role.is_string()) appointment.roles.emplace_back(std::string_view(role.get_string()));
    }
    const auto from = engine::parse_instant(text_of(act.command, "from"));
    const auto until = engine::parse_instant(text_of(act.command, "ends"));
    if (!from || !until || appointment.roles.size() != array_of(act.command, "roles").size())
        return "the act cannot be read";
    appointment.from = *from;
    appointment.until = *until;
    appointment.since = act.leaf.time_ms;
    deputies_[appointment.deputy].push_back(id);
    appointments_.emplace(id, std::move(appointment));
    return std::nullopt;
}

}  // namespace gongkai::app
