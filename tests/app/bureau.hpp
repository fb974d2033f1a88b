// The sample bureau at work on the shipped flows: people who pick at random from what they are
// offered, and now and then try what they are not. Everything from one seed.
#pragma once

#include <map>
#include <memory>
#include <random>
#include <string>

#include "app/application.hpp"
#include "tests/app/office.hpp"

namespace gongkai::app::testing {

// The files of workflows/.
std::vector<RuleFile> shipped_workflows();

class Bureau {
  public:
    explicit Bureau(std::uint32_t seed);

    // Two documents of each flow, about `steps` random deeds about each, in turns, with people
    // coming and going. Half-way the flows get a second version and the calendar more days.
    void work(std::size_t steps);
    // What was done, by the name of the command; refused attempts as "refused".
    const std::map<std::string, std::size_t>& deeds() const { return deeds_; }

    Folder folder;
    ManualClock clock{*engine::parse_instant("2026-03-02T01:00:00.000Z")};
    SeededRandomness randomness;
    std::unique_ptr<Application> application;

    // Options of this installation, to open it anew.
    ApplicationOptions options();

  private:
    // The library's distributions differ between implementations; a seed should not.
    std::size_t roll(std::size_t sides) { return random_() % sides; }
    Principal anybody();
    PlainValue value(const engine::Field& field);
    std::vector<PlainField> values(const engine::Definition& definition,
                                   const std::vector<engine::FieldId>& fields);
    Input input_of(const Flow& flow, const engine::Offer& offer);
    bool offered(const Principal& who, engine::DocumentId id);
    void blunder(const Principal& who, engine::DocumentId id);
    void people_change();
    void rules_change();
    std::vector<engine::DocumentId> open_documents();
    void turn(engine::DocumentId id);
    void count(const Input& input, const Outcome& outcome);
    bool submit(const Principal& who, engine::DocumentId id, Input input);

    std::mt19937 random_;
    std::map<std::string, std::size_t> deeds_;
};

}  // namespace gongkai::app::testing
