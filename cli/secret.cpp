#include "cli/secret.hpp"

#include <fmt/core.h>
#include <termios.h>
#include <unistd.h>

#include <iostream>

namespace gongkai::cli {

namespace {

// The terminal does not show what is typed, as long as this lives.
class Hidden {
  public:
    Hidden() {
        hidden_ = ::tcgetattr(STDIN_FILENO, &before_) == 0;
        if (!hidden_) return;
        termios without = before_;
        without.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        without.c_lflag |= ECHONL;
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &without);
    }
    ~Hidden() {
        if (hidden_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    }
    Hidden(const Hidden&) = delete;
    Hidden& operator=(const Hidden&) = delete;

  private:
    termios before_{};
    bool hidden_ = false;
};

bool at_terminal() {
    return ::isatty(STDIN_FILENO) == 1;
}

}  // namespace

engine::Result<std::string> read_secret(const std::string& prompt) {
    if (at_terminal()) fmt::print(stderr, "{}: ", prompt);
    std::string line;
    {
        const Hidden hidden;
        if (!std::getline(std::cin, line))
            return engine::Error{engine::ErrorCode::invalid_argument,
                                 prompt + " is expected on stdin"};
    }
    if (!line.empty() && line.back() == '\r') line.pop_back();
    return line;
}

engine::Result<std::string> read_new_secret(const std::string& prompt) {
    TRY(std::string first, read_secret(prompt));
    if (!at_terminal()) return first;
    TRY(const std::string second, read_secret("Once more"));
    if (first != second)
        return engine::Error{engine::ErrorCode::invalid_argument, "the two are different"};
    return first;
}

}  // namespace gongkai::cli
