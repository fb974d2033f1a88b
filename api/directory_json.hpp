// Departments, people, roles, deputies, keys and subscribers as JSON. Hashes and secrets are never
// written.
#pragma once

#include "api/edge.hpp"
#include "api/json/writer.hpp"

namespace gongkai::api {

// The person, with roles and whom they deputise for just now.
void write_self(json::Writer& out, Edge& edge, const app::Principal& principal);
void write_department(json::Writer& out, const storage::Department& department);
void write_account(json::Writer& out, const storage::Person& person);
void write_deputy(json::Writer& out, const storage::Deputy& deputy,
                  const app::DirectorySnapshot& directory);
void write_key(json::Writer& out, const storage::MachineKey& key,
               const app::DirectorySnapshot& directory);
void write_subscriber(json::Writer& out, const storage::Subscriber& subscriber);

// The outcome of an administrative call as an answer: 204 where there is nothing to tell.
template <class T>
Parsed<T> told(app::AdminResult<T> result) {
    if (const auto* denied = std::get_if<app::Denied>(&result)) return problem_of(*denied);
    if (const auto* error = std::get_if<engine::Error>(&result)) return problem_of(*error);
    return std::get<T>(std::move(result));
}
inline Answer nothing_or(app::AdminResult<app::Nothing> result) {
    const auto answer = told(std::move(result));
    if (!answer) return answer.error();
    return no_content();
}

}  // namespace gongkai::api
