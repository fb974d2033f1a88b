// The sample bureau behind the REST API, as a user of it meets it: the shipped rules, the whole
// service on a port of the system's choice, a clock that is set by hand. Every exchange is held
// against the contract.
#pragma once

#include <boost/json.hpp>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/service.hpp"
#include "app/application.hpp"
#include "app/clock.hpp"
#include "language/source.hpp"
#include "tests/api/http_testing.hpp"
#include "tests/app/office.hpp"
#include "tests/rest/contract.hpp"

namespace gongkai::api::testing {

namespace json = boost::json;
using Fields = std::vector<std::pair<std::string, std::string>>;  // header fields

struct Answer {
    unsigned status = 0;  // 0: the connection ended before an answer
    std::string head, body;
    json::value json;  // null where the body is no JSON

    std::string header(std::string_view name) const {
        return Reply{status, "", head, ""}.header(name);
    }
    // By JSON Pointer; null, "", 0 where there is none such.
    const json::value& at(std::string_view pointer) const;
    std::string text(std::string_view pointer) const;
    std::int64_t number(std::string_view pointer) const;
    std::size_t size(std::string_view pointer) const;
    std::string code() const { return text("/code"); }
    // What the answer says without what names this one request.
    std::string without_request() const;
};

// The answer as text, for a message of a failed check.
std::string show(const Answer& answer);

// Every file of workflows/.
const std::vector<language::SourceFile>& shipped_rules();

class Bureau;

// Somebody with a token, or without one.
class Caller {
  public:
    Caller(Bureau& bureau, std::string token) : bureau_(&bureau), token_(std::move(token)) {}
    const std::string& token() const { return token_; }

    Answer get(const std::string& target, Fields more = {}) const;
    Answer post(const std::string& target, const json::value& body, Fields more = {}) const;
    Answer put(const std::string& target, const json::value& body, Fields more = {}) const;
    Answer patch(const std::string& target, const json::value& body, Fields more = {}) const;
    Answer del(const std::string& target, Fields more = {}) const;
    // Any body, as bytes. The type is "application/json" unless `more` names one.
    Answer send(const std::string& method, const std::string& target, const std::string& body,
                Fields more = {}) const;
    // With the bytes as a file of the person; the answer of the upload.
    Answer upload(const std::string& bytes) const;

  private:
    Bureau* bureau_;
    std::string token_;
};

struct BureauOptions {
    std::string start = "2026-03-02T01:00:00.000Z";  // a Monday
    std::function<void(app::ApplicationOptions&)> application;
    std::function<void(ServiceOptions&)> service;
};

class Bureau {
  public:
    explicit Bureau(BureauOptions options = {});
    ~Bureau();
    Bureau(const Bureau&) = delete;
    Bureau& operator=(const Bureau&) = delete;

    // Logged in, the first time over HTTP. The machine "city-oa" comes with its key.
    Caller as(const std::string& login);
    // Another session of the same person.
    Caller login(const std::string& login);
    Caller anonymous() { return {*this, ""}; }
    engine::PersonId id(const std::string& login) const;
    const std::string& password(const std::string& login) const { return passwords_.at(login); }

    // Time passes; sessions that end with it are opened again when they are needed.
    void advance_days(int days);

    // The request as it stands; the answer is held against the contract.
    Answer ask(const std::string& method, const std::string& target, const std::string& body,
               const Fields& headers);

    // Ids of the operations that were granted to anybody so far.
    const std::set<std::string>& granted() const { return granted_; }

    std::uint64_t leaves();
    std::uint16_t port() const { return port_; }
    app::Application& application() { return *application_; }
    Service& service() { return *service_; }
    std::filesystem::path data() const { return folder_.path() / "data"; }

    // Drains and closes, as a server that is stopped; nobody can ask until open().
    void close();
    // On the same data. Sessions go on. Error: as Application::open().
    engine::Result<void> open();

    app::ManualClock clock;

  private:
    void set_up();
    void bring_in_catalog();
    app::ApplicationOptions application_options();

    BureauOptions options_;
    app::testing::Folder folder_;
    std::unique_ptr<app::Application> application_;
    std::unique_ptr<Service> service_;
    std::unique_ptr<Client> client_;
    std::uint16_t port_ = 0;
    std::map<std::string, std::string> passwords_, tokens_;
    std::set<std::string> granted_;
};

// ---- documents of the flow "execution", by lihua of the department employment

// The members of a complete draft; `more` replaces or adds fields, null takes one away.
json::object new_document(const json::object& more = {});
// Opened; its id.
std::string draft(Bureau& bureau, const json::object& more = {});
// One action, with fields; must be granted.
Answer act(Bureau& bureau, const std::string& login, const std::string& id,
           const std::string& action, const json::object& fields = {},
           const std::string& comment = "");
// The same, whatever comes of it.
Answer try_to(Bureau& bureau, const std::string& login, const std::string& id,
              const std::string& action, const json::object& fields = {},
              const std::string& comment = "");
// By everybody in turn up to the state with that name ("release/publication/ready"); "published"
// for the end of the way.
void bring_to(Bureau& bureau, const std::string& id, const std::string& state);
// The name of the (only) state.
std::string state_of(Bureau& bureau, const std::string& id);

}  // namespace gongkai::api::testing
