// The sample bureau on the shipped rules with one request that was handed in at the counter on
// 2025-12-25 and has not been answered.
#pragma once

#include "tests/cli/program.hpp"

namespace gongkai::cli::testing {

class RequestOffice : public Installation {
  public:
    RequestOffice();

    // `gongkai WORDS... --as LOGIN` on its data.
    Ran as(const std::string& login, std::vector<std::string> all) const;
    Ran report(const std::string& login, std::vector<std::string> all) const;
    // How many there are in the record.
    std::uint64_t leaves() const;
    // A file in its folder.
    std::string write(const std::string& name, const std::string& text) const;

    std::string request;  // its number
};

// To be looked at: with GONGKAI_PAGES=folder what a test has written is kept there.
void keep_page(const std::filesystem::path& file);

}  // namespace gongkai::cli::testing
