#include "bench/load/server_process.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace gongkai::bench {

namespace {

[[noreturn]] void fail(const std::string& what) {
    std::fprintf(stderr, "%s\n", what.c_str());
    std::exit(1);
}

std::string proc_line(pid_t process, const std::string& file, const std::string& key) {
    std::ifstream in("/proc/" + std::to_string(process) + "/" + file);
    for (std::string line; std::getline(in, line);) {
        if (line.compare(0, key.size(), key) == 0) return line.substr(key.size());
    }
    return "0";
}

}  // namespace

ServerProcess::ServerProcess(const std::string& program, const std::string& data,
                             std::vector<std::string> more) {
    int out[2];
    if (::pipe2(out, O_CLOEXEC) != 0) fail("pipe failed");
    std::vector<std::string> words{program,  "serve", "--data",   data,
                                   "--port", "0",     "--sample", "--json"};
    words.insert(words.end(), more.begin(), more.end());
    const auto started = std::chrono::steady_clock::now();
    process_ = ::fork();
    if (process_ == 0) {
        ::dup2(out[1], STDOUT_FILENO);
        std::vector<char*> argv;
        for (std::string& word : words)
            argv.push_back(word.data());
        argv.push_back(nullptr);
        ::execv(program.c_str(), argv.data());
        std::perror(program.c_str());
        ::_exit(127);
    }
    ::close(out[1]);
    std::string line;
    for (char byte = 0; ::read(out[0], &byte, 1) == 1 && byte != '\n';)
        line += byte;
    ::close(out[0]);
    seconds_to_listen_ =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
    if (line.empty()) fail(program + " did not start");
    const auto said = boost::json::parse(line).as_object();
    port_ = said.at("port").to_number<std::uint16_t>();
    if (!said.contains("accounts")) return;
    for (const auto& account : said.at("accounts").as_array()) {
        const auto& one = account.as_object();
        if (one.contains("password"))
            passwords_[one.at("login").as_string().c_str()] =
                one.at("password").as_string().c_str();
    }
}

ServerProcess::~ServerProcess() {
    ::kill(process_, SIGTERM);
    ::waitpid(process_, nullptr, 0);
}

double ServerProcess::cpu_seconds() const {
    std::ifstream in("/proc/" + std::to_string(process_) + "/stat");
    std::stringstream text;
    text << in.rdbuf();
    // The second field is the name in brackets; user and system time are fields 14 and 15.
    std::istringstream fields(text.str().substr(text.str().rfind(')') + 2));
    std::string skipped;
    for (int i = 3; i < 14; ++i)
        fields >> skipped;
    double user = 0, system = 0;
    fields >> user >> system;
    return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

std::uint64_t ServerProcess::resident_kib() const {
    return std::strtoull(proc_line(process_, "status", "VmRSS:").c_str(), nullptr, 10);
}

std::uint64_t ServerProcess::peak_kib() const {
    return std::strtoull(proc_line(process_, "status", "VmHWM:").c_str(), nullptr, 10);
}

std::string ask(std::uint16_t port, const std::string& method, const std::string& target,
                const std::string& token, const std::string& body) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
        fail("cannot connect");
    std::string request = method + " " + target + " HTTP/1.1\r\nHost: bench\r\n" +
                          "Connection: close\r\nContent-Type: application/json\r\n";
    if (!token.empty()) request += "Authorization: Bearer " + token + "\r\n";
    if (method != "GET") request += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    request += "\r\n" + body;
    if (::send(fd, request.data(), request.size(), 0) < 0) fail("cannot send");
    std::string answer;
    char buffer[16384];
    for (ssize_t count = 0; (count = ::recv(fd, buffer, sizeof buffer, 0)) > 0;)
        answer.append(buffer, static_cast<std::size_t>(count));
    ::close(fd);
    if (answer.compare(0, 10, "HTTP/1.1 2") != 0) {
        std::fprintf(stderr, "%s %s: %s\n", method.c_str(), target.c_str(), answer.c_str());
        return "";
    }
    return answer.substr(answer.find("\r\n\r\n") + 4);
}

}  // namespace gongkai::bench
