#include "storage/sqlite/snapshot_reader.hpp"

namespace gongkai::storage::sqlite {

namespace {

// Runs the query to its end and gives every row to `take`.
template <class Take>
Result<void> each(Statement& query, Take&& take) {
    const Cursor cursor(query);
    for (;;) {
        TRY(const bool row, query.step());
        if (!row) return {};
        TRY_VOID(take(query));
    }
}

Error owner_missing() {
    return Error{ErrorCode::malformed, "a stored role belongs to nobody"};
}

std::uint32_t id32(const Statement& row, int column) {
    return static_cast<std::uint32_t>(row.integer(column));
}

}  // namespace

Result<Directory> read_directory(Connection& connection) {
    Directory out;
    TRY_VOID(each(
        connection.statement("SELECT code, title, parent, active FROM departments ORDER BY code"),
        [&out](Statement& row) -> Result<void> {
            out.departments.push_back({row.text(0), row.text(1), row.text(2), row.integer(3) != 0});
            return {};
        }));
    TRY_VOID(each(connection.statement("SELECT id, login, name, machine, active, password_hash "
                                       "FROM people ORDER BY id"),
                  [&out](Statement& row) -> Result<void> {
                      out.people.push_back({id32(row, 0),
                                            row.text(1),
                                            row.text(2),
                                            row.integer(3) != 0,
                                            row.integer(4) != 0,
                                            row.text(5),
                                            {}});
                      return {};
                  }));
    // Both lists are ordered by person: one walk.
    std::size_t person = 0;
    TRY_VOID(each(connection.statement("SELECT person, role, department FROM person_roles "
                                       "ORDER BY person, position"),
                  [&out, &person](Statement& row) -> Result<void> {
                      while (person < out.people.size() && out.people[person].id != id32(row, 0))
                          ++person;
                      if (person == out.people.size()) return owner_missing();
                      out.people[person].roles.push_back({row.text(1), row.text(2)});
                      return {};
                  }));
    TRY_VOID(each(connection.statement("SELECT id, principal, deputy, valid_from, valid_until, "
                                       "revoked FROM deputies ORDER BY id"),
                  [&out](Statement& row) -> Result<void> {
                      out.deputies.push_back({id32(row, 0),
                                              id32(row, 1),
                                              id32(row, 2),
                                              {},
                                              Instant{row.integer(3)},
                                              Instant{row.integer(4)},
                                              row.integer(5) != 0});
                      return {};
                  }));
    std::size_t deputy = 0;
    TRY_VOID(each(
        connection.statement("SELECT deputy, role FROM deputy_roles ORDER BY deputy, position"),
        [&out, &deputy](Statement& row) -> Result<void> {
            while (deputy < out.deputies.size() && out.deputies[deputy].id != id32(row, 0))
                ++deputy;
            if (deputy == out.deputies.size()) return owner_missing();
            out.deputies[deputy].roles.push_back(row.text(1));
            return {};
        }));
    TRY_VOID(each(connection.statement("SELECT id, person, secret_hash, label, created, expires, "
                                       "revoked FROM machine_keys ORDER BY id"),
                  [&out](Statement& row) -> Result<void> {
                      MachineKey key;
                      key.id = id32(row, 0);
                      key.person = id32(row, 1);
                      TRY(key.secret_hash, row.digest(2));
                      key.label = row.text(3);
                      key.created.ms = row.integer(4);
                      if (!row.is_null(5)) key.expires = Instant{row.integer(5)};
                      key.revoked = row.integer(6) != 0;
                      out.keys.push_back(std::move(key));
                      return {};
                  }));
    TRY_VOID(each(connection.statement(
                      "SELECT id, name, url, secret, source, active FROM subscribers ORDER BY id"),
                  [&out](Statement& row) -> Result<void> {
                      out.subscribers.push_back({id32(row, 0), row.text(1), row.text(2),
                                                 row.text(3), row.text(4), row.integer(5) != 0});
                      return {};
                  }));
    TRY_VOID(each(connection.statement("SELECT value FROM meta WHERE name = 'directory_version'"),
                  [&out](Statement& row) -> Result<void> {
                      out.version = row.id(0);
                      return {};
                  }));
    return out;
}

}  // namespace gongkai::storage::sqlite
