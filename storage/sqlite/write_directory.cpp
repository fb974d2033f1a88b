// Departments, people, deputies, keys, sessions, subscribers, sources: seldom written, read as a
// whole.
#include <functional>

#include "storage/sqlite/writer_transaction.hpp"

namespace gongkai::storage::sqlite {

Result<void> WriterTransaction::changed_directory() {
    return connection_
        .statement("UPDATE meta SET value = value + 1 WHERE name = 'directory_version'")
        .run();
}

// Parameter 1 of `sql` is the id, null for the next free one; `bind` sets the others.
Result<std::uint32_t> WriterTransaction::upsert(Sql sql, std::uint32_t id,
                                                const std::function<void(Statement&)>& bind) {
    Statement& put = connection_.statement(sql);
    id == 0 ? put.bind_null(1) : put.bind(1, id);
    bind(put);
    TRY_VOID(put.run());
    TRY_VOID(changed_directory());
    return id == 0 ? static_cast<std::uint32_t>(connection_.last_rowid()) : id;
}

Result<void> WriterTransaction::put_department(const Department& department) {
    return write([&]() -> Result<void> {
        TRY_VOID(connection_
                     .statement("INSERT OR REPLACE INTO departments(code, title, parent, active) "
                                "VALUES(?1, ?2, ?3, ?4)")
                     .bind_text(1, department.code)
                     .bind_text(2, department.title)
                     .bind_text(3, department.parent)
                     .bind(4, department.active ? 1 : 0)
                     .run());
        return changed_directory();
    });
}

Result<PersonId> WriterTransaction::put_person(const Person& person) {
    Statement& taken = connection_.statement("SELECT id FROM people WHERE login = ?1");
    {
        const Cursor cursor(taken);
        TRY(const bool known, seen(taken.bind_text(1, person.login).step()));
        if (known && taken.id(0) != person.id)
            return Error{ErrorCode::conflict, "the login " + person.login + " is taken"};
    }
    return write([&]() -> Result<PersonId> {
        constexpr Sql put =
            "INSERT INTO people(id, login, name, machine, active, password_hash) "
            "VALUES(?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT(id) DO UPDATE SET login = ?2, name = ?3, "
            "machine = ?4, active = ?5, password_hash = ?6";
        TRY(const PersonId id, upsert(put, person.id, [&person](Statement& s) {
                s.bind_text(2, person.login)
                    .bind_text(3, person.name)
                    .bind(4, person.machine ? 1 : 0)
                    .bind(5, person.active ? 1 : 0)
                    .bind_text(6, person.password_hash);
            }));
        TRY_VOID(
            connection_.statement("DELETE FROM person_roles WHERE person = ?1").bind(1, id).run());
        std::int64_t position = 0;
        for (const RoleHolding& holding : person.roles) {
            TRY_VOID(connection_
                         .statement("INSERT INTO person_roles(person, position, role, department) "
                                    "VALUES(?1, ?2, ?3, ?4)")
                         .bind(1, id)
                         .bind(2, position++)
                         .bind_text(3, holding.role)
                         .bind_text(4, holding.department)
                         .run());
        }
        return id;
    });
}

Result<std::uint32_t> WriterTransaction::put_deputy(const Deputy& deputy) {
    return write([&]() -> Result<std::uint32_t> {
        constexpr Sql put =
            "INSERT INTO deputies(id, principal, deputy, valid_from, valid_until, revoked) "
            "VALUES(?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT(id) DO UPDATE SET principal = ?2, "
            "deputy = ?3, valid_from = ?4, valid_until = ?5, revoked = ?6";
        TRY(const std::uint32_t id, upsert(put, deputy.id, [&deputy](Statement& s) {
                s.bind(2, deputy.principal)
                    .bind(3, deputy.deputy)
                    .bind(4, deputy.from.ms)
                    .bind(5, deputy.until.ms)
                    .bind(6, deputy.revoked ? 1 : 0);
            }));
        TRY_VOID(
            connection_.statement("DELETE FROM deputy_roles WHERE deputy = ?1").bind(1, id).run());
        std::int64_t position = 0;
        for (const std::string& role : deputy.roles) {
            TRY_VOID(connection_
                         .statement("INSERT INTO deputy_roles(deputy, position, role) "
                                    "VALUES(?1, ?2, ?3)")
                         .bind(1, id)
                         .bind(2, position++)
                         .bind_text(3, role)
                         .run());
        }
        return id;
    });
}

Result<std::uint32_t> WriterTransaction::put_key(const MachineKey& key) {
    return write([&] {
        constexpr Sql put =
            "INSERT INTO machine_keys(id, person, secret_hash, label, created, expires, revoked) "
            "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT(id) DO UPDATE SET person = ?2, "
            "secret_hash = ?3, label = ?4, created = ?5, expires = ?6, revoked = ?7";
        return upsert(put, key.id, [&key](Statement& s) {
            s.bind(2, key.person)
                .bind_digest(3, key.secret_hash)
                .bind_text(4, key.label)
                .bind(5, key.created.ms)
                .bind(7, key.revoked ? 1 : 0);
            key.expires ? s.bind(6, key.expires->ms) : s.bind_null(6);
        });
    });
}

Result<std::uint32_t> WriterTransaction::put_subscriber(const Subscriber& subscriber) {
    return write([&] {
        constexpr Sql put =
            "INSERT INTO subscribers(id, name, url, secret, source, active) "
            "VALUES(?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT(id) DO UPDATE SET name = ?2, url = ?3, "
            "secret = ?4, source = ?5, active = ?6";
        return upsert(put, subscriber.id, [&subscriber](Statement& s) {
            s.bind_text(2, subscriber.name)
                .bind_text(3, subscriber.url)
                .bind_text(4, subscriber.secret)
                .bind_text(5, subscriber.source)
                .bind(6, subscriber.active ? 1 : 0);
        });
    });
}

Result<void> WriterTransaction::put_session(const Session& session) {
    return write([&]() -> Result<void> {
        TRY_VOID(connection_.statement("DELETE FROM sessions WHERE expires <= ?1")
                     .bind(1, session.created.ms)
                     .run());
        return connection_
            .statement(
                "INSERT OR REPLACE INTO sessions(token_hash, person, created, expires) "
                "VALUES(?1, ?2, ?3, ?4)")
            .bind_digest(1, session.token_hash)
            .bind(2, session.person)
            .bind(3, session.created.ms)
            .bind(4, session.expires.ms)
            .run();
    });
}

Result<void> WriterTransaction::drop_session(const Digest& token_hash) {
    return write([&] {
        return connection_.statement("DELETE FROM sessions WHERE token_hash = ?1")
            .bind_digest(1, token_hash)
            .run();
    });
}

Result<void> WriterTransaction::drop_sessions_of(PersonId person) {
    return write([&] {
        return connection_.statement("DELETE FROM sessions WHERE person = ?1")
            .bind(1, person)
            .run();
    });
}

Result<void> WriterTransaction::put_source(const Digest& digest, const std::string& kind,
                                           const std::string& name, const std::string& text) {
    Statement& find = connection_.statement("SELECT 1 FROM sources WHERE digest = ?1");
    {
        const Cursor cursor(find);
        TRY(const bool known, seen(find.bind_digest(1, digest).step()));
        if (known) return {};
    }
    return write([&] {
        return connection_
            .statement("INSERT INTO sources(digest, kind, name, text) VALUES(?1, ?2, ?3, ?4)")
            .bind_digest(1, digest)
            .bind_text(2, kind)
            .bind_text(3, name)
            .bind_text(4, text)
            .run();
    });
}

}  // namespace gongkai::storage::sqlite
