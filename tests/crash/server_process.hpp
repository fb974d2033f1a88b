// `gongkai serve` as an operator starts it: a process of its own, which can be killed.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <boost/json.hpp>

namespace gongkai::crash {

// The program of this build.
std::filesystem::path gongkai_program();
// The same program with mistakes in it, see faulty/server.cpp.
std::filesystem::path faulty_program();

struct ServerStart {
    std::filesystem::path program = gongkai_program();
    std::filesystem::path data;
    std::filesystem::path log;               // what it says to stderr is added here
    bool sample = false;                     // sets up the sample bureau
    std::uint16_t receiver = 0;              // port of this machine that may be told of steps
    std::vector<std::string> environment{};  // "NAME=value", beside this process's own
};

class ServerProcess {
  public:
    // Returns at once. The rules are those of tests/crash/rules, the port is the system's choice.
    explicit ServerProcess(const ServerStart& start);
    // Killed where it still runs. It also dies with the thread that started it, however that ends.
    ~ServerProcess();
    ServerProcess(const ServerProcess&) = delete;
    ServerProcess& operator=(const ServerProcess&) = delete;

    // Waits for the line that says where it listens. nullopt: it ended instead, or said nothing for
    // a minute.
    std::optional<boost::json::object> listening();
    std::uint16_t port() const { return port_; }
    // From the start of the process to that line.
    std::chrono::microseconds started_in() const { return started_in_; }

    // SIGKILL, SIGTERM: any thread, until wait() is called.
    void kill();
    void ask_to_stop();
    // Waits for its end; the status as waitpid() gives it, the same at every call.
    int wait();

  private:
    void start(const ServerStart& start, int out);
    pid_t process_ = -1;
    int out_ = -1;
    std::uint16_t port_ = 0;
    std::chrono::steady_clock::time_point began_;
    std::chrono::microseconds started_in_{};
    std::optional<int> status_;
};

// "was killed", "exited with 4".
std::string describe_end(int status);

}  // namespace gongkai::crash
