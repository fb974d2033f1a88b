// Inside app/: the definitions and calendars of a bundle, by digest, compiled when a leaf first
// names them.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "app/calendars.hpp"
#include "app/flow.hpp"
#include "engine/calendar.hpp"
#include "engine/result.hpp"

namespace gongkai::app {

class ReplayRules {
  public:
    // Only the names of the files are read here.
    explicit ReplayRules(const std::filesystem::path& bundle);

    // Errors, the same each time: `not_found` (no such file, or other bytes in it: the verification
    // of the bundle says so), `malformed` (cannot be compiled or read).
    Result<std::shared_ptr<const Flow>> flow(const Digest& digest);
    Result<std::shared_ptr<const engine::Calendar>> calendar(const Digest& digest);

  private:
    using Paths = std::map<std::string, std::filesystem::path>;  // by the digest in the name
    template <class T>
    using Read = std::map<Digest, Result<std::shared_ptr<const T>>>;

    Paths definitions_, calendars_;
    Read<Flow> flows_read_;
    Read<engine::Calendar> calendars_read_;
};

}  // namespace gongkai::app
