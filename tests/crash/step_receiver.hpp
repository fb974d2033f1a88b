// Another system that is told of every step, and outlives the servers that tell it: a subscriber of
// tests/crash, who takes every message.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "api/http/server.hpp"
#include "engine/value.hpp"

namespace gongkai::crash {

struct ToldStep {
    std::uint32_t revision = 0;
    std::string leaf;  // hash of it, in hexadecimal digits
};

// In the order of arrival, by document; repeated ones stand there as often as they came.
using Told = std::map<engine::DocumentId, std::vector<ToldStep>>;

class StepReceiver {
  public:
    StepReceiver();
    ~StepReceiver();
    StepReceiver(const StepReceiver&) = delete;
    StepReceiver& operator=(const StepReceiver&) = delete;

    std::uint16_t port() const { return server_.port(); }
    Told told() const;
    void forget();

  private:
    api::Router routes();
    api::Response take(const std::string& event);

    mutable std::mutex mutex_;
    Told told_;
    api::Server server_;
    std::thread thread_;
};

}  // namespace gongkai::crash
