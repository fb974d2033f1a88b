// The program itself, as a process of its own: `gongkai serve` on a port of the system's choice.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace gongkai::bench {

class ServerProcess {
  public:
    // Sets up the sample bureau in `data`, if there is nobody yet. Returns when it listens; ends
    // the benchmark where it does not.
    ServerProcess(const std::string& program, const std::string& data,
                  std::vector<std::string> more = {});
    ~ServerProcess();  // SIGTERM, and waits
    ServerProcess(const ServerProcess&) = delete;
    ServerProcess& operator=(const ServerProcess&) = delete;

    std::uint16_t port() const { return port_; }
    double seconds_to_listen() const { return seconds_to_listen_; }
    // By login; only of the start that set up the bureau.
    const std::map<std::string, std::string>& passwords() const { return passwords_; }

    double cpu_seconds() const;          // of all its threads so far
    std::uint64_t resident_kib() const;  // now
    std::uint64_t peak_kib() const;

  private:
    pid_t process_ = 0;
    std::uint16_t port_ = 0;
    double seconds_to_listen_ = 0;
    std::map<std::string, std::string> passwords_;
};

// One answer over a connection of its own; "" where the status is not 2xx.
std::string ask(std::uint16_t port, const std::string& method, const std::string& target,
                const std::string& token, const std::string& body);

}  // namespace gongkai::bench
