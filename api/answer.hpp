// What a handler gives back, and how every kind of "no" becomes a problem: one place for all
// statuses.
//
//   the engine's Refusal   status_of(Reason), with article, who could act and from when
//   app::Invalid           400 invalid_body with the pointer of the fault
//   app::Denied            status_of_denial(code)
//   engine::Error          status_of(ErrorCode): the world failed
//   ApiProblem             what only this room can find wrong
#pragma once

#include <boost/system/result.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "api/http/message.hpp"
#include "api/http/problem.hpp"
#include "app/administration.hpp"
#include "app/outcome.hpp"
#include "engine/refusal.hpp"
#include "engine/result.hpp"

namespace gongkai::api {

template <class T>
using Parsed = boost::system::result<T, Problem>;
using Answer = Parsed<Response>;

// What Parsed<T>::value() throws where a problem was not looked at: a bug of the caller.
[[noreturn]] inline void throw_exception_from_error(const Problem& problem,
                                                    const boost::source_location&) {
    throw std::logic_error("problem not looked at: " + problem.code);
}

enum class ApiProblem : std::uint8_t {
    unauthenticated,         // 401
    invalid_credentials,     // 401
    too_many_attempts,       // 429 a login that failed too often
    too_many_requests,       // 429
    if_match_required,       // 428
    invalid_header,          // 400 If-Match or Idempotency-Key
    invalid_query,           // 400
    idempotency_key_reused,  // 422
    read_only,               // 503 the record does not extend its checkpoint
    no_checkpoint,           // 503 nothing is signed in this installation
    conflict,                // 409
    letter_incomplete,       // 422 a letter names what the document lacks
    letter_not_applicable,   // 409 a letter cannot be issued now
    request_incomplete,      // 422 an application lacks what the law asks for
    request_not_taken,       // 409 the public cannot do this now
};
Problem problem(ApiProblem kind);

unsigned status_of(engine::Reason reason);
unsigned status_of(engine::ErrorCode code);
// 500 for a code that is not in the table.
unsigned status_of_denial(std::string_view code);

// Every permanent code that this server may answer with, sorted; the contract lists the same.
std::vector<std::string> all_problem_codes();

// Without the message of the error: that is for the log, not for whoever asked.
Problem problem_of(const engine::Error& error);
// Of app::Evidence, whose `invalid_argument` is an installation that signs nothing.
Problem problem_of_proof(const engine::Error& error);
Problem problem_of(const app::Invalid& invalid);
Problem problem_of(const app::Denied& denied);

template <class T>
Parsed<T> known(engine::Result<T> result) {
    if (!result) return problem_of(result.error());
    if constexpr (std::is_void_v<T>)
        return {};
    else
        return std::move(result).value();
}

}  // namespace gongkai::api
