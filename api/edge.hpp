// What every handler may use, and the three ways in which a handler runs.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>

#include "api/answer.hpp"
#include "api/completions.hpp"
#include "api/http/metrics.hpp"
#include "api/http/router.hpp"
#include "api/rate_limit.hpp"
#include "api/workers.hpp"
#include "app/application.hpp"
#include "app/evidence.hpp"

namespace gongkai::api {

struct Limits {
    std::uint64_t document_bytes = 4 * 1024 * 1024;     // JSON of one document
    std::uint64_t attachment_bytes = 64 * 1024 * 1024;  // one file
    std::size_t bulk_items = 100;
    // Requests a second of one peer to log in, of one person, and of one peer without a login; 0:
    // no limit (behind a proxy all peers look alike).
    RateLimit login{10, 50};
    RateLimit intake{5, 50};  // of one peer: applications of the public and their status
    RateLimit person{0, 0};
    RateLimit anonymous{0, 0};
};

struct Edge {
    Edge(app::Application& application, Limits given)
        : app(application), evidence(application), limits(given) {}

    app::Application& app;
    app::Evidence evidence;
    Limits limits;
    // Answers of steps go through it; set when the server exists.
    std::shared_ptr<Completions> completions = std::make_shared<Completions>();
    HttpMetrics metrics;
    // Queries; and what costs a tenth of a second or waits for a commit.
    Workers reading{2, 512};
    Workers waiting{2, 32};
};

// The function's answer, with everything that it may throw turned into 500.
using Ask = Answer (*)(Edge&, const Request&);
Response respond(Edge& edge, Ask ask, const Request& request);

// On the I/O thread: for what only looks into memory.
Handler at_once(Edge& edge, Ask ask);
// On a thread that may block: for queries.
Handler on_reader(Edge& edge, Ask ask);
// The same for logins, and for administration, whose calls wait for their commit.
Handler on_waiter(Edge& edge, Ask ask);

// A step: read on the I/O thread, decided and committed on the store's writer, answered through
// one wake-up of the I/O thread for all steps of a commit.
using ReadStep = Parsed<app::StepRequest> (*)(const Request&);
Handler step(Edge& edge, ReadStep read);

}  // namespace gongkai::api
