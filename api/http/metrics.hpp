// What the server tells Prometheus. The counting is prometheus-cpp's, behind this header.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "api/http/router.hpp"
#include "api/http/server.hpp"
#include "app/metrics.hpp"

namespace gongkai::api {

// Requests by operation and status, their time, what the edge refused, connections; and whatever
// further sources report. A request costs two look-ups and about 0.1 µs.
class HttpMetrics {
  public:
    HttpMetrics();
    ~HttpMetrics();
    HttpMetrics(const HttpMetrics&) = delete;
    HttpMetrics& operator=(const HttpMetrics&) = delete;

    // For ServerConfig::served. I/O thread only.
    void count(const Served& served);
    // Adds the connections of this server to the exposition. It must live as long as text() is
    // called.
    void watch(const Server& server);
    // Asked at every scrape, on the thread that calls text(). Samples of one name must be
    // neighbours.
    void add_source(std::function<std::vector<app::MetricSample>()> source);

    // The exposition format 0.0.4. Any thread, also while count() runs; the sources are added
    // before.
    std::string text() const;
    // The same as a response.
    Response scrape() const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace gongkai::api
