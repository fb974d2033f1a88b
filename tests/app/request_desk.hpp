// An installation on the shipped rules, all in memory and on a clock set by hand, with a desk that
// takes requests for disclosure.
#pragma once

#include <memory>
#include <string>

#include "app/application.hpp"
#include "tests/app/office.hpp"

namespace gongkai::app::testing {

class RequestDesk {
  public:
    explicit RequestDesk(const char* moment, bool on_disk = false);

    void restart();  // what is on disk is still there
    void at(const char* moment) { clock.set(*engine::parse_instant(moment)); }
    Principal as(const std::string& login) const;
    Outcome submit(const std::string& login, engine::DocumentId document, Input input);

    // A request that came over the counter today, in the department `office`.
    engine::DocumentId request(const std::string& name, const std::string& description,
                               const std::string& contact = "0878-3120001",
                               const std::string& department = "office");
    void act(const std::string& login, engine::DocumentId document, const std::string& action,
             std::vector<PlainField> fields = {}, std::optional<std::string> comment = {});
    void edit(engine::DocumentId document, std::vector<PlainField> fields);
    // ... that has its registration number, which comes back.
    std::string registered(engine::DocumentId document);
    DocumentView view(engine::DocumentId document);
    // The words of a field; empty where it has no value.
    std::string text(engine::DocumentId document, const std::string& field);

    Folder folder;
    ManualClock clock;
    SeededRandomness randomness{20'261'127};
    std::unique_ptr<Application> application;

  private:
    void open();
    bool on_disk_;
};

}  // namespace gongkai::app::testing
