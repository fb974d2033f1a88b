// A few threads for what may block (reads of the database, password hashes, waiting for a commit),
// with a short queue in front of them: past it, the caller sheds load.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace gongkai::api {

class Workers {
  public:
    Workers(unsigned threads, std::size_t queue);
    ~Workers();  // stop()
    Workers(const Workers&) = delete;
    Workers& operator=(const Workers&) = delete;

    // Any thread. False: the queue is full or the workers have stopped; the job was not taken. A
    // job must not throw.
    bool run(std::function<void()> job);
    // Finishes what was queued and joins the threads.
    void stop();

  private:
    void loop();
    std::size_t capacity_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<std::function<void()>> queue_;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace gongkai::api
