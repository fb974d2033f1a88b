#include "tests/crash/server_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace gongkai::crash {

namespace {

using std::chrono::steady_clock;

[[noreturn]] void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> out;
    for (std::string& text : texts)
        out.push_back(text.data());
    out.push_back(nullptr);
    return out;
}

std::vector<std::string> arguments(const ServerStart& start) {
    std::vector<std::string> out = {
        start.program, "serve",       "--data",
        start.data,    "--workflows", GONGKAI_SOURCE_DIR "/tests/crash/rules",
        "--port",      "0",           "--json"};
    if (start.sample) out.push_back("--sample");
    if (start.receiver != 0)
        out.push_back("--allow-target=127.0.0.1:" + std::to_string(start.receiver));
    return out;
}

std::vector<std::string> environment(const ServerStart& start) {
    std::vector<std::string> out = start.environment;
    for (char** one = environ; *one != nullptr; ++one)
        out.emplace_back(*one);
    return out;
}

}  // namespace

std::filesystem::path gongkai_program() {
    return GONGKAI_BINARY_DIR "/cli/gongkai";
}

std::filesystem::path faulty_program() {
    return GONGKAI_BINARY_DIR "/tests/crash_faulty_server";
}

ServerProcess::ServerProcess(const ServerStart& start) : began_(steady_clock::now()) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) fail("pipe");
    out_ = ends[0];
    this->start(start, ends[1]);
    ::close(ends[1]);
}

void ServerProcess::start(const ServerStart& start, int out) {
    // Everything that allocates comes before fork(): other threads may hold the heap's lock then.
    std::vector<std::string> words = arguments(start);
    std::vector<std::string> variables = environment(start);
    const std::vector<char*> argv = pointers(words);
    const std::vector<char*> envp = pointers(variables);
    const int log = ::open(start.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (log < 0) fail(start.log.c_str());
    const pid_t parent = ::getpid();
    process_ = ::fork();
    if (process_ < 0) fail("fork");
    if (process_ == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (::getppid() != parent) ::_exit(127);  // died in between
        ::dup2(out, STDOUT_FILENO);
        ::dup2(log, STDERR_FILENO);
        ::execve(argv[0], argv.data(), envp.data());
        ::_exit(127);
    }
    ::close(log);
}

ServerProcess::~ServerProcess() {
    if (!status_) {
        kill();
        wait();
    }
    ::close(out_);
}

std::optional<boost::json::object> ServerProcess::listening() {
    std::string line;
    while (line.find('\n') == line.npos) {
        pollfd ready{out_, POLLIN, 0};
        const int polled = ::poll(&ready, 1, 60'000);
        if (polled < 0 && errno == EINTR) continue;
        if (polled <= 0) return std::nullopt;
        char bytes[4096];
        const ssize_t count = ::read(out_, bytes, sizeof bytes);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return std::nullopt;
        line.append(bytes, static_cast<std::size_t>(count));
    }
    started_in_ =
        std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - began_);
    boost::system::error_code malformed;
    const boost::json::value said = boost::json::parse(line, malformed);
    if (malformed || !said.is_object()) return std::nullopt;
    const auto& object = said.get_object();
    const auto* port = object.if_contains("port");
    if (port == nullptr) return std::nullopt;
    port_ = port->to_number<std::uint16_t>(malformed);
    return object;
}

void ServerProcess::kill() {
    ::kill(process_, SIGKILL);
}

void ServerProcess::ask_to_stop() {
    ::kill(process_, SIGTERM);
}

int ServerProcess::wait() {
    if (status_) return *status_;
    int status = 0;
    while (::waitpid(process_, &status, 0) < 0) {
        if (errno != EINTR) fail("waitpid");
    }
    status_ = status;
    return status;
}

std::string describe_end(int status) {
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) return "was killed";
    if (WIFSIGNALED(status)) return "ended by signal " + std::to_string(WTERMSIG(status));
    return "exited with " + std::to_string(WEXITSTATUS(status));
}

}  // namespace gongkai::crash
