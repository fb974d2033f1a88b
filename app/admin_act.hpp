// Inside app/: one act of administration, as it is allowed and written down.
#pragma once

#include <functional>
#include <string>

#include "app/admin_leaf.hpp"
#include "app/administration.hpp"

namespace gongkai::app {

struct Administration::Act {
    const char* role = kSystemAdmin;  // whose affair it is
    const char* also = nullptr;       // ... or whose else
    bool own = false;                 // everyone's own affair: no role is asked for
    std::string command;
    // What the directory holds afterwards; the number is what Change returned.
    std::function<std::string(std::uint64_t number)> events;
};

// {"type": type, ...}: `members` writes the others, whose names must sort before "type".
template <class Members>
std::string admin_json(const char* type, Members members) {
    std::string out;
    storage::audit::CanonicalWriter writer(out);
    writer.begin_object();
    members(writer);
    writer.key("type").string(type).end_object();
    if (!writer.finish()) out.clear();
    return out;
}

// The same as the only element of an array.
template <class Members>
std::string admin_event(const char* type, Members members) {
    return "[" + admin_json(type, members) + "]";
}

inline Denied denied(std::string code, std::string message, std::string message_zh,
                     std::string where = {}) {
    return {std::move(code), std::move(message), std::move(message_zh), std::move(where)};
}

inline AdminResult<Nothing> nothing(AdminResult<std::uint64_t> result) {
    if (auto* why = std::get_if<Denied>(&result)) return std::move(*why);
    if (auto* error = std::get_if<engine::Error>(&result)) return std::move(*error);
    return Nothing{};
}

// 1 to 100 characters on one line.
bool is_label(const std::string& text);
// a-z 0-9 . _ -, 2 to 64 of them.
bool is_login(const std::string& login);

void write_roles(storage::audit::CanonicalWriter& writer,
                 const std::vector<storage::RoleHolding>& roles);
// Of a person as the directory then holds them, without name and login.
std::string person_event(const storage::Person& person, PersonId id);

}  // namespace gongkai::app
