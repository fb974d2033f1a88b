#include "tests/crash/kill_harness.hpp"

#include <fmt/core.h>
#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <random>
#include <thread>

#include "app/application.hpp"
#include "app/audit.hpp"
#include "tests/crash/folder_check.hpp"
#include "tests/crash/kill_bureau.hpp"
#include "tests/crash/kill_desk.hpp"

namespace gongkai::crash {

namespace {

namespace fs = std::filesystem;
using std::chrono::microseconds;
using std::chrono::steady_clock;

constexpr unsigned kDesks = 6;
constexpr int kKillsOfAFolder = 25;

enum class Moment { under_load, while_starting, while_stopping };

microseconds since(steady_clock::time_point moment) {
    return std::chrono::duration_cast<microseconds>(steady_clock::now() - moment);
}

class Harness {
  public:
    explicit Harness(const KillOptions& options)
        : options_(options),
          random_(options.seed),
          flow_(notice_flow()),
          bureau_(set_up_bureau(folder_.path(), receiver_.port())) {}

    KillReport run() {
        const auto began = steady_clock::now();
        start_anew();
        while (tally().cuts < options_.kills && !(options_.stop_at_harm && harmed_)) {
            if (harmed_ || kills_of_folder_ == kKillsOfAFolder) {
                if (!harmed_) stop_in_good_order();
                start_anew();
            }
            live(choose());
        }
        if (!harmed_) stop_in_good_order();
        report_.round_mean = since(began) / std::max(1, tally().cuts);
        measure_starts();
        return report_;
    }

  private:
    Tally& tally() { return report_.tally; }
    std::uint64_t below(std::uint64_t n) { return random_() % n; }

    Moment choose() {
        const std::uint64_t n = below(10);
        return n == 0   ? Moment::while_starting
               : n == 1 ? Moment::while_stopping
                        : Moment::under_load;
    }

    void start_anew() {
        harmed_ = false;
        kills_of_folder_ = 0;
        ++report_.folders;
        std::error_code ignored;
        fs::remove_all(data(), ignored);
        fs::remove(log(), ignored);
        fs::copy(bureau_.data, data(), fs::copy_options::recursive);
        receiver_.forget();
        desks_.clear();
        for (unsigned i = 0; i < kDesks; ++i)
            desks_.push_back(std::make_unique<Desk>(bureau_, random_(), i));
        check_ = std::make_unique<FolderCheck>(data(), bureau_.leaves, flow_);
    }

    fs::path data() const { return folder_.path() / "run"; }
    fs::path log() const { return folder_.path() / "run.log"; }
    ServerStart start() const {
        return {options_.program, data(), log(), false, bureau_.receiver, options_.environment};
    }

    // One life of the server, to its violent end.
    void live(Moment moment) {
        ServerProcess server(start());
        if (moment == Moment::while_starting) {
            // A moment to be killed at, not something to wait for.
            std::this_thread::sleep_for(microseconds(below(30'000)));
        } else {
            if (!await(server)) return;
            if (below(3) != 0) {
                load(server, moment, 1 + below(150));
            } else {
                // Not at an answer, but at any moment.
                std::thread killer([&server, at = microseconds(below(120'000))] {
                    std::this_thread::sleep_for(at);
                    server.kill();
                });
                load(server, Moment::under_load, ~std::uint64_t{0});
                killer.join();
            }
        }
        server.kill();
        ended(server.wait(), moment);
    }

    bool await(ServerProcess& server) {
        if (server.listening()) {
            starts_.push_back(server.started_in());
            return true;
        }
        server.kill();
        harm({&Tally::broken, "the server does not start: it " + describe_end(server.wait())});
        return false;
    }

    // Everybody works until the server is gone. It is killed, or asked to stop, at the moment when
    // the last of so many answers was heard.
    void load(ServerProcess& server, Moment moment, std::uint64_t answers) {
        std::atomic<std::uint64_t> left = answers;
        std::atomic<std::uint64_t> heard = 0;
        const auto delay = microseconds(below(20'000));
        const std::function<void()> answered = [&] {
            ++heard;
            if (left.fetch_sub(1) != 1) return;
            if (moment == Moment::while_stopping) {
                server.ask_to_stop();
                std::this_thread::sleep_for(delay);
            }
            server.kill();
        };
        std::vector<std::thread> threads;
        for (const auto& desk : desks_)
            threads.emplace_back([&] { desk->work(server.port(), answered); });
        for (std::thread& thread : threads)
            thread.join();
        tally().acknowledged += heard;
    }

    void ended(int status, Moment moment) {
        const bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
        // Asked to stop, it may be quicker than the kill.
        if (!killed && !(moment == Moment::while_stopping && status == 0))
            harm({&Tally::broken, "the server " + describe_end(status)});
        if (killed) {
            ++tally().cuts;
            ++kills_of_folder_;
            if (moment == Moment::while_starting) ++report_.while_starting;
            if (moment == Moment::while_stopping) ++report_.while_stopping;
        }
        look(kills_of_folder_ % 10 == 0);
    }

    void look(bool whole) {
        std::vector<Ledger*> ledgers;
        for (const auto& desk : desks_) {
            for (const std::string& complaint : desk->complaints())
                harm({&Tally::disagreed, complaint});
            ledgers.push_back(&desk->ledger());
        }
        const std::uint64_t before = check_->leaves();
        for (const Harm& one : check_->look(ledgers, whole, receiver_.told()))
            harm(one);
        report_.leaves += check_->leaves() - before;
        for (const Ledger* ledger : ledgers)
            report_.repeated += ledger->open && ledger->open->carried_out ? 1 : 0;
    }

    // What was open is repeated, and the server stops as an operator stops it.
    void stop_in_good_order() {
        ServerProcess server(start());
        if (!await(server)) return;
        for (const auto& desk : desks_)
            if (!desk->repeat_open(server.port())) break;
        if (!everything_told(server.port()))
            harm({&Tally::lost, "a step that nobody was told of in the end"});
        server.ask_to_stop();
        if (const int status = server.wait(); status != 0)
            harm({&Tally::broken, "the server " + describe_end(status)});
        look(true);
        for (const std::string& name : check_->litter())
            harm({&Tally::disagreed, "left behind: " + name});
        verify();
    }

    // The record as an auditor takes it away: all of it is signed, and every step of all these
    // lives is decided again.
    void verify() {
        const fs::path bundle = folder_.path() / "bundle";
        std::error_code ignored;
        fs::remove_all(bundle, ignored);
        app::ApplicationOptions options;
        options.data = data();
        options.read_only = true;
        const auto application = app::Application::open(std::move(options));
        if (!application) return harm({&Tally::broken, application.error().message});
        const auto exported = app::export_record(**application, bundle);
        if (!exported) return harm({&Tally::broken, exported.error().message});
        if (exported->leaves != check_->leaves())
            harm({&Tally::lost,
                  fmt::format("{} of {} leaves are signed", exported->leaves, check_->leaves())});
        app::AuditOptions audit;
        audit.key = (*application)->verifier_key();
        const auto report = app::verify_record(bundle, audit);
        if (!report) return harm({&Tally::broken, report.error().message});
        for (const auto& finding : report->bundle.findings.kept())
            harm({&Tally::disagreed, finding.message});
        report_.decided_again += report->replay.steps + report->replay.refusals;
    }

    // Waits for the receiver, for a minute at most.
    bool everything_told(std::uint16_t port) {
        const auto behind = [this] {
            const auto told = receiver_.told();
            for (const auto& desk : desks_) {
                for (const KnownDocument& known : desk->ledger().documents) {
                    const auto steps = told.find(known.id);
                    if (steps == told.end() || steps->second.back().revision != known.revision())
                        return true;
                }
            }
            return false;
        };
        api::testing::HttpClient client(port);
        const auto end = steady_clock::now() + std::chrono::minutes(1);
        while (behind()) {
            if (steady_clock::now() > end) return false;
            ask(client, {"GET", "/healthz", "", {}, ""});
        }
        return true;
    }

    // The next life begins with a new folder.
    void harm(const Harm& one) {
        if (!harmed_) ++(tally().*one.kind);
        harmed_ = true;
        if (!tally().first.empty()) return;
        tally().first =
            fmt::format("kill {} of seed {}: {}", tally().cuts, options_.seed, one.what);
        if (options_.keep.empty()) return;
        std::error_code ignored;
        fs::remove_all(options_.keep, ignored);
        fs::create_directories(options_.keep, ignored);
        fs::copy(data(), options_.keep / "data", fs::copy_options::recursive, ignored);
        fs::copy(log(), options_.keep / "log", ignored);
    }

    void measure_starts() {
        if (starts_.empty()) return;
        std::sort(starts_.begin(), starts_.end());
        report_.start_median = starts_[starts_.size() / 2];
        report_.start_longest = starts_.back();
    }

    KillOptions options_;
    KillReport report_;
    std::mt19937_64 random_;
    Folder folder_;
    StepReceiver receiver_;
    std::shared_ptr<const app::Flow> flow_;
    Bureau bureau_;
    std::vector<std::unique_ptr<Desk>> desks_;
    std::unique_ptr<FolderCheck> check_;
    std::vector<microseconds> starts_;
    int kills_of_folder_ = 0;
    bool harmed_ = false;
};

}  // namespace

KillReport kill_server(const KillOptions& options) {
    return Harness(options).run();
}

}  // namespace gongkai::crash
