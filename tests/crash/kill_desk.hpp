// One client of a server that may be killed at any moment: opens documents and takes them through
// the flow of tests/crash/rules, attaches files, tries what must be refused, repeats what was
// answered already, and, in its next life, what was not. It is told what to do by a seed.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "tests/crash/kill_bureau.hpp"
#include "tests/crash/kill_ledger.hpp"

namespace gongkai::crash {

class Desk {
  public:
    // `number` tells it from the others of the same run. The bureau must outlive it.
    Desk(const Bureau& bureau, std::uint64_t seed, unsigned number);

    // Works until the connection ends, or an answer is not what it must be; `answered` is called
    // for every step that was acknowledged, before the next one is asked for.
    void work(std::uint16_t port, const std::function<void()>& answered);
    // What was not heard of, once more, and nothing else. False where that failed.
    bool repeat_open(std::uint16_t port);

    Ledger& ledger() { return ledger_; }
    // Answers that must not be; empty while all is well.
    const std::vector<std::string>& complaints() const { return complaints_; }

  private:
    std::uint64_t below(std::uint64_t n) { return random_() % n; }
    bool chance(unsigned percent) { return below(100) < percent; }
    std::string words(std::size_t most);

    // What to do next.
    Attempt choose();
    Attempt open();
    Attempt in_drafting(std::size_t document);
    Attempt in_review(std::size_t document);
    Attempt in_issuing(std::size_t document);
    Attempt edit(std::size_t document, bool attach);
    Attempt act(std::size_t document, const std::string& login, const std::string& action,
                const std::string& to);
    Attempt claim(std::size_t document);
    Attempt refused(std::size_t document, const std::string& login, const std::string& action,
                    const std::string& reason);
    Attempt stale(std::size_t document);
    std::vector<std::size_t> unfinished() const;

    // Each: false where the connection has ended, or all is not well.
    bool look_back();
    bool carry_out(Attempt attempt);
    bool hand_in(const std::string& login, const std::string& bytes);
    bool repeat_last();
    bool log_in();
    bool stepped(const Attempt& attempt, const HttpAnswer& answer);
    bool turned_away(const Attempt& attempt, const HttpAnswer& answer);
    HttpAnswer send(const Attempt& attempt);
    bool complain(const Attempt& attempt, const HttpAnswer& answer, const std::string& what);

    const Bureau& bureau_;
    std::mt19937_64 random_;
    unsigned number_;
    std::string department_, drafter_;
    std::uint64_t named_ = 0;  // keys and source ids given so far
    Ledger ledger_;
    std::optional<Attempt> last_;  // the last one with a key that was answered
    std::vector<std::string> complaints_;
    std::unique_ptr<api::testing::HttpClient> client_;
    std::function<void()> answered_;
};

}  // namespace gongkai::crash
