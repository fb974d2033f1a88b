// The shipped flows and the sample bureau, for walks of real documents from draft to publication.
#pragma once

#include <catch2/catch.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "app/application.hpp"
#include "app/import.hpp"

namespace gongkai::app::testing {

// Any file, byte for byte.
std::string bytes_of(const std::filesystem::path& path);
// A file of the source tree.
std::filesystem::path in_source(const std::string& path);

class Bureau {
  public:
    Bureau();
    ~Bureau();
    Bureau(const Bureau&) = delete;
    Bureau& operator=(const Bureau&) = delete;

    Principal as(const std::string& login) const;
    // A draft of the clerk of 就业促进科.
    ImportAnswer import(const std::filesystem::path& file, const std::string& flow,
                        std::vector<PlainField> fields = {});
    Outcome submit(const std::string& login, engine::DocumentId document, Input input);
    // Fails the test where it is refused, with everything that this person could do instead.
    Done act(const std::string& login, engine::DocumentId document, const std::string& action,
             std::vector<PlainField> fields = {});
    // What the public sees of the field.
    std::string published(engine::DocumentId document, const std::string& field);

    std::filesystem::path folder;
    ManualClock clock;
    SeededRandomness randomness{20'261'123};
    std::unique_ptr<Application> application;
};

std::string describe(const Outcome& outcome);
Done done(const Outcome& outcome);

}  // namespace gongkai::app::testing
