// The jobs that the store is given between two power cuts, and how what it holds is read back.
#pragma once

#include <map>
#include <random>
#include <string>
#include <vector>

#include "storage/store.hpp"

namespace gongkai::crash {

enum class JobKind { step, refusal, failing };

struct PlannedJob {
    JobKind kind = JobKind::step;
    storage::StepRecord step;
    storage::IdempotencyRecord key;
};

// One job's work: writes the step or the leaf, and the idempotency key. `failing` does so as well,
// and then returns an error, so that nothing of it may remain.
storage::Result<void> write_job(storage::Transaction& transaction, const PlannedJob& job);

// Makes up jobs that fit onto each other.
class Plan {
  public:
    explicit Plan(std::uint64_t seed) : random_{seed} {}

    PlannedJob next();
    // To go back to where a batch began that was not committed: copy it before, assign it after.
    // The random numbers go on.
    struct Documents {
        std::map<storage::DocumentId, std::uint32_t> revisions;
        std::uint64_t jobs = 0;
    };
    Documents documents;

  private:
    std::uint64_t below(std::uint64_t n) { return random_() % n; }
    std::mt19937_64 random_;
};

// Everything that readers can see, and the idempotency keys of jobs from `first_job` to before
// `end_job`, as text. The same for two stores that were given the same jobs.
storage::Result<std::string> photograph(storage::Store& store, std::uint64_t first_job,
                                        std::uint64_t end_job);

}  // namespace gongkai::crash
