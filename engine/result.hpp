// Result<T>: a value, or the reason why the world failed.
//
// An Error is for a world that failed (unreadable file, full disk, malformed text). It is never
// used for "the law or the flow says no": that is a Refusal (engine/refusal.hpp). A bug is an
// assertion.
#pragma once

#include <boost/system/result.hpp>
#include <stdexcept>
#include <string>

namespace gongkai::engine {

// Permanent: the number may change, the name that to_string() gives may not.
enum class ErrorCode {
    invalid_argument = 1,  // the caller passed something that can never be right
    malformed,             // text that cannot be read (YAML, JSON, a leaf)
    not_found,
    conflict,        // somebody else changed it first
    unavailable,     // try again later: queue full, shutting down
    storage_full,    // SQLITE_FULL: nothing was written, reading goes on
    storage_broken,  // an I/O error or corruption: the process must stop
    integrity,       // the record does not extend its checkpoint, or a hash does not match
    io,              // any other failure of the operating system
};

const char* to_string(ErrorCode code) noexcept;

struct Error {
    ErrorCode code = ErrorCode::invalid_argument;
    std::string message;  // English, for an operator; names the file, the path or the row
};

// What Result<T>::value() throws where an error was not looked at: always a bug of the caller.
[[noreturn]] inline void throw_exception_from_error(const Error& error,
                                                    const boost::source_location&) {
    throw std::logic_error(error.message);
}

template <class T>
using Result = boost::system::result<T, Error>;

}  // namespace gongkai::engine

// Boost 1.81 has no chaining on results. TRY(auto x, expression) binds the value or returns the
// error.
#define GONGKAI_TRY_JOIN2(a, b) a##b
#define GONGKAI_TRY_JOIN(a, b) GONGKAI_TRY_JOIN2(a, b)
#define GONGKAI_TRY_IMPL(temporary, declaration, ...)    \
    auto temporary = (__VA_ARGS__);                      \
    if (!temporary) return std::move(temporary).error(); \
    declaration = std::move(temporary).value()
#define TRY(declaration, ...) \
    GONGKAI_TRY_IMPL(GONGKAI_TRY_JOIN(try_result_, __LINE__), declaration, __VA_ARGS__)
// The same where there is no value to bind.
#define TRY_VOID(...)                                                    \
    do {                                                                 \
        auto try_void_result = (__VA_ARGS__);                            \
        if (!try_void_result) return std::move(try_void_result).error(); \
    } while (false)
