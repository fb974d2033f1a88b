#include "api/directory_json.hpp"

#include "api/present.hpp"

namespace gongkai::api {

namespace {

void write_roles(json::Writer& out, const std::vector<storage::RoleHolding>& roles) {
    out.key("roles").begin_array();
    for (const auto& holding : roles)
        out.begin_object()
            .member("role", holding.role)
            .member_unless_empty("department", holding.department)
            .end_object();
    out.end_array();
}

}  // namespace

void write_self(json::Writer& out, Edge& edge, const app::Principal& principal) {
    const auto directory = edge.app.identity().directory();
    out.begin_object().member("id", principal.person).member("machine", principal.machine);
    if (const auto* person = directory->person(principal.person))
        out.member("login", person->login).member("name", person->name);
    const auto actor = edge.app.identity().actor_of(principal, edge.app.clock().now());
    out.key("roles").begin_array();
    for (const auto& grant : actor.grants) {
        out.begin_object().member("role", grant.role);
        out.member_unless_empty("department", grant.department);
        if (grant.on_behalf_of != 0) {
            out.key("on_behalf_of");
            write_person(out, grant.on_behalf_of, directory->name_of(grant.on_behalf_of));
        }
        out.end_object();
    }
    out.end_array().end_object();
}

void write_department(json::Writer& out, const storage::Department& department) {
    out.begin_object()
        .member("code", department.code)
        .member("title", department.title)
        .member_unless_empty("parent", department.parent)
        .member("active", department.active)
        .end_object();
}

void write_account(json::Writer& out, const storage::Person& person) {
    out.begin_object().member("id", person.id).member_unless_empty("login", person.login);
    out.member("name", person.name)
        .member("machine", person.machine)
        .member("active", person.active);
    write_roles(out, person.roles);
    out.end_object();
}

void write_deputy(json::Writer& out, const storage::Deputy& deputy,
                  const app::DirectorySnapshot& directory) {
    out.begin_object().member("id", deputy.id).key("principal");
    write_person(out, deputy.principal, directory.name_of(deputy.principal));
    out.key("deputy");
    write_person(out, deputy.deputy, directory.name_of(deputy.deputy));
    write_texts(out, "roles", deputy.roles);
    out.member("from", engine::to_string(deputy.from))
        .member("until", engine::to_string(deputy.until))
        .member("revoked", deputy.revoked)
        .end_object();
}

void write_key(json::Writer& out, const storage::MachineKey& key,
               const app::DirectorySnapshot& directory) {
    out.begin_object().member("id", key.id).key("person");
    write_person(out, key.person, directory.name_of(key.person));
    out.member("label", key.label).member("created", engine::to_string(key.created));
    if (key.expires) out.member("expires", engine::to_string(*key.expires));
    out.member("revoked", key.revoked).end_object();
}

void write_subscriber(json::Writer& out, const storage::Subscriber& subscriber) {
    out.begin_object()
        .member("id", subscriber.id)
        .member("name", subscriber.name)
        .member("url", subscriber.url)
        .member_unless_empty("source", subscriber.source)
        .member("active", subscriber.active)
        .end_object();
}

}  // namespace gongkai::api
