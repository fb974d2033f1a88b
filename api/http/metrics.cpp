#include "api/http/metrics.hpp"

#include <fmt/core.h>
#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <map>
#include <string_view>

namespace gongkai::api {

namespace {

// Seconds. Half of the answers take less than a millisecond; a checkpoint of the database makes the
// tail.
const prometheus::Histogram::BucketBoundaries boundaries = {
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0};

std::string escaped(std::string_view help) {
    std::string out;
    for (const char c : help) {
        if (c == '\\')
            out += "\\\\";
        else if (c == '\n')
            out += "\\n";
        else
            out += c;
    }
    return out;
}

void append(std::string& out, std::string& last_name, const app::MetricSample& sample) {
    if (sample.name != last_name) {
        out += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n", sample.name, escaped(sample.help),
                           sample.counter ? "counter" : "gauge");
        last_name = sample.name;
    }
    out += sample.labels.empty()
               ? fmt::format("{} {}\n", sample.name, sample.value)
               : fmt::format("{}{{{}}} {}\n", sample.name, sample.labels, sample.value);
}

}  // namespace

struct HttpMetrics::Impl {
    prometheus::Registry registry;
    prometheus::Family<prometheus::Counter>& requests =
        prometheus::BuildCounter()
            .Name("gongkai_http_requests_total")
            .Help("Answered requests by operation and status")
            .Register(registry);
    prometheus::Family<prometheus::Histogram>& seconds =
        prometheus::BuildHistogram()
            .Name("gongkai_http_request_seconds")
            .Help("From the complete head to the last byte of the answer")
            .Register(registry);
    prometheus::Family<prometheus::Counter>& refused =
        prometheus::BuildCounter()
            .Name("gongkai_http_refused_total")
            .Help("Requests that the edge itself refused, by the reason")
            .Register(registry);

    struct Operation {
        std::string name;
        prometheus::Histogram* seconds = nullptr;
        std::vector<std::pair<unsigned, prometheus::Counter*>> by_status;  // few: looked through
    };
    // Requests without a route share one. I/O thread only.
    std::unordered_map<const Route*, Operation> operations;
    std::map<std::string_view, prometheus::Counter*> faults;
    std::vector<std::function<std::vector<app::MetricSample>()>> sources;

    Operation& operation(const Route* route) {
        auto& found = operations[route];
        if (!found.seconds) {
            found.name = route ? route->operation : "none";
            found.seconds = &seconds.Add({{"operation", found.name}}, boundaries);
        }
        return found;
    }

    prometheus::Counter& by_status(Operation& of, unsigned status) {
        for (const auto& [known, counter] : of.by_status)
            if (known == status) return *counter;
        auto& counter = requests.Add({{"operation", of.name}, {"status", std::to_string(status)}});
        of.by_status.emplace_back(status, &counter);
        return counter;
    }
};

HttpMetrics::HttpMetrics() : impl_(std::make_unique<Impl>()) {}
HttpMetrics::~HttpMetrics() = default;

void HttpMetrics::count(const Served& served) {
    auto& operation = impl_->operation(served.request ? served.request->route : nullptr);
    impl_->by_status(operation, served.status).Increment();
    if (served.request)
        operation.seconds->Observe(std::chrono::duration<double>(served.took).count());
    if (served.fault.empty()) return;
    auto*& counter = impl_->faults[served.fault];
    if (!counter) counter = &impl_->refused.Add({{"reason", std::string(served.fault)}});
    counter->Increment();
}

void HttpMetrics::watch(const Server& server) {
    add_source([&server] {
        const auto counts = server.counts();
        const auto sample = [](std::string name, std::string help, bool counter, auto value) {
            app::MetricSample out;
            out.name = std::move(name);
            out.help = std::move(help);
            out.counter = counter;
            out.value = static_cast<double>(value);
            return out;
        };
        return std::vector<app::MetricSample>{
            sample("gongkai_http_connections", "Open connections", false, counts.open),
            sample("gongkai_http_accepted_total", "Accepted connections", true, counts.accepted),
            sample("gongkai_http_connections_refused_total", "Connections over the limit", true,
                   counts.refused),
            sample("gongkai_http_accept_errors_total", "Failures to accept, such as EMFILE", true,
                   counts.accept_errors),
            sample("gongkai_http_draining", "1 while the server is shutting down", false,
                   counts.draining ? 1 : 0)};
    });
}

void HttpMetrics::add_source(std::function<std::vector<app::MetricSample>()> source) {
    impl_->sources.push_back(std::move(source));
}

std::string HttpMetrics::text() const {
    std::string out = prometheus::TextSerializer().Serialize(impl_->registry.Collect());
    std::string last_name;
    for (const auto& source : impl_->sources)
        for (const auto& sample : source())
            append(out, last_name, sample);
    return out;
}

Response HttpMetrics::scrape() const {
    auto response = text_response(200, text());
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    return response;
}

}  // namespace gongkai::api
