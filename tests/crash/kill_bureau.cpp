#include "tests/crash/kill_bureau.hpp"

#include <cstdlib>
#include <stdexcept>

#include "tests/crash/server_process.hpp"

namespace gongkai::crash {

namespace fs = std::filesystem;
namespace json = boost::json;
using api::testing::HttpClient;

Folder::Folder() {
    std::string name = (fs::temp_directory_path() / "gongkai-kill-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
    path_ = name;
}

Folder::~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

// ---- one request

std::string HttpAnswer::header(std::string_view name) const {
    return api::testing::Reply{status, "", head, ""}.header(name);
}

std::string HttpAnswer::text(std::string_view member) const {
    const auto* object = json.if_object();
    const auto* value = object != nullptr ? object->if_contains(member) : nullptr;
    const auto* text = value != nullptr ? value->if_string() : nullptr;
    return text != nullptr ? std::string(*text) : std::string();
}

std::uint64_t HttpAnswer::number(std::string_view member) const {
    const auto* object = json.if_object();
    const auto* value = object != nullptr ? object->if_contains(member) : nullptr;
    boost::system::error_code none;
    return value != nullptr && value->is_number() ? value->to_number<std::uint64_t>(none) : 0;
}

std::string to_bytes(const HttpAsk& ask) {
    std::string bytes = ask.method + " " + ask.target + " HTTP/1.1\r\nHost: test\r\n";
    bytes += "Content-Length: " + std::to_string(ask.body.size()) + "\r\n";
    if (!ask.token.empty()) bytes += "Authorization: Bearer " + ask.token + "\r\n";
    bool typed = ask.body.empty();
    for (const auto& [name, value] : ask.fields) {
        bytes.append(name).append(": ").append(value).append("\r\n");
        typed = typed || name == "Content-Type";
    }
    if (!typed) bytes += "Content-Type: application/json\r\n";
    return bytes + "\r\n" + ask.body;
}

HttpAnswer ask(HttpClient& client, const HttpAsk& ask) {
    const auto reply = client.ask(to_bytes(ask));
    // What was cut off in the middle was not said.
    const std::string length = reply.header("Content-Length");
    if (reply.status == 0 || (!length.empty() && length != std::to_string(reply.body.size())))
        return {};
    HttpAnswer answer{reply.status, reply.head, {}};
    boost::system::error_code malformed;
    if (reply.header("Content-Type").find("json") != std::string::npos)
        answer.json = json::parse(reply.body, malformed);
    if (malformed) answer.json = nullptr;
    return answer;
}

std::string describe(const HttpAnswer& answer) {
    return std::to_string(answer.status) + " " + json::serialize(answer.json);
}

// ---- the bureau

namespace {

json::object must(const HttpAnswer& answer, unsigned status, const char* what) {
    if (answer.status == status && answer.json.is_object()) return answer.json.get_object();
    throw std::runtime_error(std::string(what) + ": " + describe(answer));
}

void log_in(HttpClient& client, const std::string& login, Account& account) {
    if (account.token.empty()) {
        const json::object body{{"login", login}, {"password", account.password}};
        const auto session = ask(client, {"POST", "/api/v1/sessions", "", {}, serialize(body)});
        must(session, 201, "a login");
        account.token = session.text("token");
    }
    const auto self = must(ask(client, {"GET", "/api/v1/me", account.token, {}, ""}), 200, "/me");
    account.id = self.at("id").to_number<engine::PersonId>();
}

// To a port of this machine. Only what the server was allowed is ever connected to.
void subscribe(HttpClient& client, const Bureau& bureau, std::uint32_t id, std::uint16_t port) {
    const json::object subscriber{{"name", "told"},
                                  {"url", "http://127.0.0.1:" + std::to_string(port) + "/steps"}};
    const auto answer =
        ask(client,
            {"POST", "/api/v1/subscribers", bureau.token("sysadmin"), {}, serialize(subscriber)});
    must(answer, 201, "a subscriber");
    if (answer.number("id") != id) throw std::runtime_error("another number of a subscriber");
}

}  // namespace

Bureau set_up_bureau(const fs::path& folder, std::uint16_t receiver) {
    Bureau bureau;
    bureau.data = folder / "data";
    ServerProcess server({.data = bureau.data, .log = folder / "log", .sample = true});
    const auto said = server.listening();
    if (!said) throw std::runtime_error("the server " + describe_end(server.wait()));
    for (const json::value& one : said->at("accounts").as_array()) {
        const auto& account = one.as_object();
        auto& known = bureau.accounts[std::string(account.at("login").as_string())];
        if (const auto* key = account.if_contains("key")) known.token = key->as_string();
        if (const auto* word = account.if_contains("password")) known.password = word->as_string();
    }
    HttpClient client(server.port());
    for (const char* login : {"lihua", "zhaomin", "sunli", "zhoujie", "sysadmin", "city-oa"})
        log_in(client, login, bureau.accounts.at(login));
    subscribe(client, bureau, kUnreachable, 9);
    subscribe(client, bureau, kReceiver, receiver != 0 ? receiver : 9);
    bureau.receiver = receiver;
    bureau.leaves = must(ask(client, {"GET", "/readyz", "", {}, ""}), 200, "/readyz")
                        .at("leaves")
                        .to_number<std::uint64_t>();
    server.ask_to_stop();
    if (const int status = server.wait(); status != 0)
        throw std::runtime_error("the server " + describe_end(status));
    return bureau;
}

}  // namespace gongkai::crash
