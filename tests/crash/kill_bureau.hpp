// The installation that servers are killed on: made once by the real server, with its sample
// bureau, people who are logged in, and two subscribers who are to be told of every step: one can
// never be reached, the other is the receiver of the test. Each run of kills works on a copy.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "engine/value.hpp"
#include "tests/api/http_client.hpp"

namespace gongkai::crash {

// A new, empty folder, removed with everything in it.
class Folder {
  public:
    Folder();
    ~Folder();
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

struct Account {
    engine::PersonId id = 0;
    std::string password;  // empty for a machine
    std::string token;     // of a session, or a machine's key: good for the whole test
};

struct Bureau {
    std::filesystem::path data;
    std::map<std::string, Account> accounts;  // by login
    std::uint64_t leaves = 0;                 // of its record: nothing but administration
    std::uint16_t receiver = 0;

    const std::string& token(const std::string& login) const { return accounts.at(login).token; }
};

// The subscribers, by their ids.
inline constexpr std::uint32_t kUnreachable = 1;
inline constexpr std::uint32_t kReceiver = 2;

// Below `folder`. `receiver`: the port of the second subscriber; 0: it cannot be reached either.
// Throws where the server does not do what it should.
Bureau set_up_bureau(const std::filesystem::path& folder, std::uint16_t receiver = 0);

// ---- one request

struct HttpAnswer {
    unsigned status = 0;  // 0: there was no answer, or only a part of one
    std::string head;
    boost::json::value json;  // null where the body is none

    std::string header(std::string_view name) const;
    // By the name of the member; "" and 0 where there is none such.
    std::string text(std::string_view member) const;
    std::uint64_t number(std::string_view member) const;
};

struct HttpAsk {
    std::string method, target;
    std::string token;
    std::vector<std::pair<std::string, std::string>> fields;
    std::string body;
};

std::string to_bytes(const HttpAsk& ask);
HttpAnswer ask(api::testing::HttpClient& client, const HttpAsk& ask);
// The status, and the body as far as it is JSON.
std::string describe(const HttpAnswer& answer);

}  // namespace gongkai::crash
