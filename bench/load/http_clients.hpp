// Clients that take documents through the story over HTTP, each waiting for the answer to one step
// before it sends the next, on connections that are kept open. One thread for all of them, so that
// they take as little of the machine from the server as they can.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace gongkai::bench {

struct LoadResult {
    std::uint64_t writes = 0;
    std::vector<double> latencies_ms;
    double seconds = 0;
};

struct LoadOptions {
    std::uint16_t port = 0;
    std::size_t clients = 1;
    double seconds = 5;
    bool keys = true;                           // an Idempotency-Key with every step
    std::map<std::string, std::string> tokens;  // by login
};

// Every client finishes the document that it is at when the time is over. Ends the benchmark at
// the first answer that is not 2xx: what is measured are steps that were carried out.
LoadResult take_documents_through(const LoadOptions& options);

}  // namespace gongkai::bench
