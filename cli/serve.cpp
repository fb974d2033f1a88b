#include "cli/serve.hpp"

#include <fmt/core.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <chrono>
#include <cstdio>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "api/service.hpp"
#include "app/log.hpp"
#include "app/sample.hpp"
#include "cli/import.hpp"

namespace gongkai::cli {

namespace {

namespace json = boost::json;
using engine::Error;
using engine::Result;

sigset_t signals_of_ours() {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR1})
        sigaddset(&set, signal);
    return set;
}

// Waits for signals on a thread of its own: every other thread has them blocked, so no handler ever
// runs in the middle of something. While it serves, a signal drains it; before and after, it ends
// the process at once: nothing is acknowledged then, and every start bears to be killed.
class SignalThread {
  public:
    explicit SignalThread(const ServeOptions& options) : options_(options) {
        thread_ = std::thread([this] { wait(); });
    }
    ~SignalThread() {
        ::pthread_kill(thread_.native_handle(), SIGUSR1);
        thread_.join();
    }
    SignalThread(const SignalThread&) = delete;
    SignalThread& operator=(const SignalThread&) = delete;

    void serves(app::Application& application, api::Service& service) {
        const std::lock_guard lock(mutex_);
        application_ = &application;
        service_ = &service;
    }
    void serves_no_more() {
        const std::lock_guard lock(mutex_);
        application_ = nullptr;
        service_ = nullptr;
    }

  private:
    void wait() {
        const sigset_t set = signals_of_ours();
        for (;;) {
            int signal = 0;
            if (::sigwait(&set, &signal) != 0 || signal == SIGUSR1) return;
            const std::lock_guard lock(mutex_);
            if (signal == SIGHUP) {
                reload();
            } else if (service_ == nullptr) {
                ::_exit(128 + signal);
            } else {
                drain();
            }
        }
    }

    void drain() {
        app::log_event(app::LogLevel::info, "draining");
        service_->drain(asked_before_ ? std::chrono::seconds(0)
                                      : std::chrono::seconds(options_.drain_seconds));
        asked_before_ = true;
    }

    void reload() {
        if (application_ == nullptr) return;
        auto options = application_options(options_);
        const auto reloaded = options ? application_->reload_rules(std::move(options->rules))
                                      : Result<void>(options.error());
        if (reloaded) {
            app::log_event(app::LogLevel::info, "rules_reloaded");
        } else {
            app::log_event(app::LogLevel::error, "rules_not_reloaded",
                           {{"why", reloaded.error().message}});
        }
    }

    const ServeOptions& options_;
    std::mutex mutex_;
    app::Application* application_ = nullptr;
    api::Service* service_ = nullptr;
    bool asked_before_ = false;
    std::thread thread_;
};

struct CloseFile {
    void operator()(std::FILE* file) const {
        if (file != stderr) std::fclose(file);
    }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

json::array accounts_json(const app::SampleBureau& bureau) {
    json::array accounts;
    for (const auto& account : bureau.accounts) {
        json::object one{{"login", account.login}, {"name", account.name}};
        if (!account.password.empty()) one["password"] = account.password;
        if (!account.key.empty()) one["key"] = account.key;
        accounts.push_back(std::move(one));
    }
    return accounts;
}

void say_accounts(const app::SampleBureau& bureau) {
    fmt::print(
        "A sample bureau was set up. Its people are made up; their passwords are shown only now:"
        "\n\n");
    for (const auto& account : bureau.accounts) {
        fmt::print("  {:<10} {:<24} {}\n", account.login,
                   account.password.empty() ? account.key : account.password, account.title);
    }
    fmt::print("\n");
}

void say_where(const std::string& base, const std::optional<app::SampleBureau>& bureau) {
    fmt::print("Gongkai serves on {} (Ctrl-C stops it).\n", base);
    fmt::print("  The contract of the API:  {}/openapi.yaml\n", base);
    fmt::print("  What the public may read: {}/public/v1/documents, .../public/v1/catalog\n", base);
    fmt::print("Try:\n");
    if (bureau && !bureau->accounts.empty()) {
        const auto& first = bureau->accounts.front();
        fmt::print(
            "  curl -s {}/api/v1/sessions -H 'Content-Type: application/json' \\\n"
            "       -d '{{\"login\":\"{}\",\"password\":\"{}\"}}'\n",
            base, first.login, first.password);
    } else {
        fmt::print("  curl -s {}/public/v1/checkpoint\n", base);
    }
}

void say_listening(const ServeOptions& options, std::uint16_t port,
                   const std::optional<app::SampleBureau>& bureau) {
    const bool v6 = options.address.find(':') != std::string::npos;
    const std::string host = v6 ? "[" + options.address + "]" : options.address;
    const std::string base = fmt::format("http://{}:{}", host, port);
    if (options.json) {
        json::object line{{"listening", base}, {"port", port}};
        if (bureau) line["accounts"] = accounts_json(*bureau);
        fmt::print("{}\n", json::serialize(line));
    } else {
        if (bureau) say_accounts(*bureau);
        say_where(base, bureau);
    }
    std::fflush(stdout);
}

// The sample goes into an empty installation; into one that has people already, nothing does.
Result<std::optional<app::SampleBureau>> sample(app::Application& application,
                                                const std::vector<app::RuleFile>& rules) {
    if (!application.identity().directory()->directory().people.empty()) return std::nullopt;
    TRY(auto bureau, app::create_sample(application.administration(), application.identity(),
                                        application.randomness()));
    // By the office whose affair the catalogue is.
    TRY_VOID(bring_in_catalogs(application, rules, "liuyang"));
    return std::optional(std::move(bureau));
}

Result<int> serve_until_stopped(const ServeOptions& options, SignalThread& signals) {
    File log;
    if (options.access_log == "-") {
        log.reset(stderr);
    } else if (!options.access_log.empty()) {
        log.reset(std::fopen(options.access_log.c_str(), "ae"));
        if (!log) return Error{engine::ErrorCode::io, options.access_log + " cannot be written"};
    }
    TRY(auto application_options, application_options(options));
    application_options.origin = options.origin;
    application_options.outbox.thread = true;
    application_options.outbox.allowed_targets = options.allowed_targets;
    const std::vector<app::RuleFile> rules = application_options.rules;
    TRY(const auto application, app::Application::open(std::move(application_options)));
    std::optional<app::SampleBureau> bureau;
    if (options.sample) {
        TRY(bureau, sample(*application, rules));
    }
    api::ServiceOptions service_options;
    service_options.address = options.address;
    service_options.port = options.port;
    if (log) {
        service_options.access_log = [file = log.get()](std::string_view lines) {
            std::fwrite(lines.data(), 1, lines.size(), file);
            std::fflush(file);
        };
    }
    api::Service service(*application, std::move(service_options));
    TRY(const auto port, service.listen());
    signals.serves(*application, service);
    say_listening(options, port, bureau);
    const auto ended = service.run();
    signals.serves_no_more();
    TRY_VOID(application->close());
    return ended == api::Service::Ended::drained ? kOk : kFailed;
}

}  // namespace

int serve(const ServeOptions& options) {
    // Every step builds a document, a leaf and an answer and lets go of them again. By default
    // glibc gives that memory back to the system after each and asks for it anew: a tenth of the
    // CPU.
    ::mallopt(M_TOP_PAD, 4 * 1024 * 1024);
    ::mallopt(M_TRIM_THRESHOLD, 32 * 1024 * 1024);
    const sigset_t set = signals_of_ours();
    ::pthread_sigmask(SIG_BLOCK, &set, nullptr);  // inherited by every thread
    SignalThread signals(options);
    const auto ended = serve_until_stopped(options, signals);
    if (ended) return *ended;
    return failed(ended.error());
}

}  // namespace gongkai::cli
