#include "app/proofs.hpp"

#include <algorithm>
#include <atomic>
#include <future>
#include <thread>

namespace gongkai::app {

namespace {

using std::chrono::steady_clock;

Proof prove_one(const Provable& flow) {
    const auto started = steady_clock::now();
    Proof proof;
    proof.report = engine::check(flow.definition, flow.policy);
    proof.took =
        std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - started);
    return proof;
}

}  // namespace

std::vector<Proof> check_all(std::span<const Provable> flows) {
    std::vector<Proof> proofs(flows.size());
    std::atomic<std::size_t> next = 0;
    const auto work = [&] {
        for (std::size_t i = next++; i < flows.size(); i = next++)
            proofs[i] = prove_one(flows[i]);
    };
    const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
    std::vector<std::future<void>> workers;
    for (std::size_t i = 0; i < std::min(cores, flows.size()); ++i)
        workers.push_back(std::async(std::launch::async, work));
    for (auto& worker : workers)
        worker.get();
    return proofs;
}

}  // namespace gongkai::app
