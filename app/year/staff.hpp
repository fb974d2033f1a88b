// The people of a simulated office: who is there on a day, and who stands in for whom.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "app/application.hpp"
#include "app/year/chance.hpp"

namespace gongkai::app {

struct Worker {
    std::string login;
    Principal principal;
};

class Staff {
  public:
    // The sample bureau and those whom the plan adds, into an empty installation. Errors:
    // `conflict` where there is anybody already, `malformed` where the plan names nobody's login,
    // an unknown role or department.
    static Result<Staff> settle(Application& application, const language::OfficeYear& year);
    // The catalogue is brought in by who administers the system. Error `malformed`.
    static Result<void> bring_in(Application& application, const std::vector<RuleFile>& catalogs);

    // A new day: whose holiday begins appoints the deputy; who is away is drawn.
    Result<void> begin(engine::Date day, Chance& chance);
    // In the order of the directory. Machines never work, and those who administer do no work of an
    // office.
    const std::vector<Worker>& present() const { return present_; }
    // The page that the public writes on; it opens documents only. nullptr: the rules have none.
    const Worker* portal() const { return portal_ ? &*portal_ : nullptr; }

  private:
    Application* application_ = nullptr;
    const language::OfficeYear* year_ = nullptr;
    std::vector<Worker> all_, present_;
    std::optional<Worker> portal_;
};

}  // namespace gongkai::app
