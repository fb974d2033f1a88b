// Outcomes of steps on their way from the store's writer to the I/O thread. The writer only puts
// them down; JSON is written by the I/O thread, and one wake-up serves all outcomes of a commit.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "api/http/responder.hpp"
#include "app/outcome.hpp"

namespace gongkai::api {

class Server;
struct Edge;

class Completions : public std::enable_shared_from_this<Completions> {
  public:
    // From here on outcomes are posted to this server; nullptr: they go nowhere.
    void attach(Server* server);

    // What Documents::submit() is given. Copies of the Responder live until it was called.
    std::function<void(app::Outcome)> answer(Edge& edge, Responder responder);
    std::function<void(std::vector<app::Outcome>)> answer_all(Edge& edge, Responder responder);

    // Hands what was put down since the last time to the I/O thread. Any thread; called after each
    // commit.
    void flush();

  private:
    // Any thread; the function runs on the I/O thread, after the next flush().
    void put(std::function<void()> finish);
    void finish_all();

    std::mutex mutex_;
    Server* server_ = nullptr;
    std::vector<std::function<void()>> ready_;
    bool posted_ = false;
};

}  // namespace gongkai::api
