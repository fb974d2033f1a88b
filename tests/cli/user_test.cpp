// gongkai user: the people of an installation, from the command line of its machine.
#include "app/identity.hpp"
#include "tests/cli/program.hpp"

namespace gongkai::cli::testing {

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

// The words that all of them need.
struct Desk {
    Installation place;
    std::map<std::string, std::string> passwords;

    std::vector<std::string> words(std::vector<std::string> first) const {
        first.insert(first.begin(), "user");
        for (const char* word : {"--data", "--workflows"}) {
            first.emplace_back(word);
            first.push_back(first.back() == "--data" ? place.words() : rules_folder());
        }
        return first;
    }
    void init() {
        const Ran ran = gongkai(words({"init", "--department", "office=办公室", "--department",
                                       "employment=就业促进科", "--json"}));
        INFO(told(ran));
        REQUIRE(ran.exit == 0);
        const json::value said = ran.json();
        for (const auto& account : said.at("accounts").as_array())
            passwords[std::string(account.at("login").as_string())] =
                std::string(account.at("password").as_string());
    }
    // By somebody, with their password on stdin.
    Ran as(const std::string& login, std::vector<std::string> first) {
        first.insert(first.end(), {"--as", login, "--json"});
        return gongkai(words(std::move(first)), passwords.at(login) + "\n");
    }
    bool can_log_in(const std::string& login, const std::string& password) {
        const auto server = place.serve();
        return std::holds_alternative<app::LoggedIn>(server->identity().login(login, password));
    }
};

void refused(const Ran& ran, int exit, const char* what) {
    INFO(told(ran));
    CHECK(ran.exit == exit);
    CHECK(ran.err.find(what) != std::string::npos);
    CHECK(ran.out.empty());
}

}  // namespace

TEST_CASE("cli user: from an empty folder to people who work, and the record vouches for it") {
    Desk desk;
    desk.init();
    REQUIRE(desk.passwords.size() == 3);
    CHECK(desk.passwords.at("sysadmin").size() == 16);
    refused(gongkai(desk.words({"init"})), 3, "there are people already");

    const Ran added = desk.as("sysadmin", {"add", "lihua", "--name", "李华"});
    INFO(told(added));
    REQUIRE(added.exit == 0);
    CHECK(added.json().at("person").to_number<int>() == 4);
    CHECK(desk.as("secadmin", {"roles", "lihua", "clerk@employment", "leader@office"}).exit == 0);
    const Ran password = gongkai(desk.words({"password", "lihua", "--generate", "--json"}));
    REQUIRE(password.exit == 0);
    CHECK(desk.can_log_in("lihua", std::string(password.json().at("password").as_string())));
    CHECK(gongkai(desk.words({"password", "lihua"}), "eine lange 口令 von hier\n").exit == 0);
    CHECK(desk.can_log_in("lihua", "eine lange 口令 von hier"));

    CHECK(desk.as("sysadmin", {"add", "city-oa", "--name", "市OA", "--machine"}).exit == 0);
    const Ran key = desk.as("secadmin", {"key", "city-oa", "--expires", "2099-01-31"});
    INFO(told(key));
    REQUIRE(key.exit == 0);
    const std::string secret(key.json().at("secret").as_string());
    CHECK(desk.place.serve()->identity().authenticate(secret).has_value());
    CHECK(desk.as("secadmin", {"key", "--revoke", "1"}).exit == 0);
    CHECK_FALSE(desk.place.serve()->identity().authenticate(secret).has_value());

    CHECK(desk.as("sysadmin", {"disable", "lihua"}).exit == 0);
    CHECK_FALSE(desk.can_log_in("lihua", "eine lange 口令 von hier"));
    CHECK(desk.as("sysadmin", {"enable", "lihua"}).exit == 0);
    CHECK(desk.can_log_in("lihua", "eine lange 口令 von hier"));
    CHECK(desk.as("secadmin", {"roles", "lihua", "--none"}).exit == 0);

    const Ran list = gongkai({"user", "list", "--data", desk.place.words(), "--json"});
    REQUIRE(list.exit == 0);
    const json::value people = list.json();
    REQUIRE(people.at("people").as_array().size() == 5);
    CHECK(people.at("people").at(3).at("login").as_string() == "lihua");
    CHECK(people.at("people").at(3).at("roles").as_array().empty());
    CHECK(people.at("people").at(4).at("machine").as_bool());
    CHECK(list.out.find("argon2") == std::string::npos);

    const std::string bundle = desk.place.folder / "bundle";
    REQUIRE(gongkai({"audit", "export", "--data", desk.place.words(), bundle}).exit == 0);
    const Ran verified = gongkai({"audit", "verify", bundle, "--json"});
    INFO(told(verified));
    CHECK(verified.exit == 0);
    CHECK(verified.json().at("acts").to_number<int>() > 12);
}

TEST_CASE("cli user: what an administrator may not do is refused here as well") {
    Desk desk;
    desk.init();
    refused(desk.as("secadmin", {"add", "lihua", "--name", "李华"}), 1, "not_allowed");
    refused(desk.as("auditor", {"roles", "sysadmin", "clerk@office"}), 1, "not_allowed");
    refused(desk.as("secadmin", {"roles", "secadmin", "clerk@office"}), 1, "own_roles");
    refused(desk.as("secadmin", {"roles", "sysadmin", "clerk@office"}), 1, "last_administrator");
    refused(desk.as("secadmin", {"roles", "auditor", "dancer@office"}), 1, "unknown_role");
    refused(desk.as("secadmin", {"roles", "auditor", "clerk@moon"}), 1, "unknown_department");
    refused(desk.as("secadmin", {"roles", "auditor", "auditor@office", "system_admin@office"}), 1,
            "incompatible_roles");
    refused(desk.as("secadmin", {"roles", "nobody", "clerk@office"}), 3, "nobody has the login");
    refused(desk.as("sysadmin", {"add", "Li Hua", "--name", "李华"}), 1, "invalid_value");
    refused(desk.as("sysadmin", {"add", "auditor", "--name", "李华"}), 1, "login_taken");
    refused(desk.as("secadmin", {"key", "auditor"}), 1, "unknown_person");
    refused(desk.as("secadmin", {"key", "auditor", "--expires", "soon"}), 3, "--expires");
    refused(desk.as("secadmin", {"roles", "auditor", "clerk"}), 3, "ROLE@DEPARTMENT");
    const auto wrong = desk.words({"add", "lihua", "--name", "李华", "--as", "sysadmin"});
    refused(gongkai(wrong, "not the password\n"), 1, "and this password");
    refused(gongkai(wrong), 3, "is expected on stdin");
    refused(gongkai(desk.words({"add", "lihua", "--name", "李华", "--as", "ghost"}), "x\n"), 1,
            "and this password");
    refused(gongkai(desk.words({"password", "auditor"}), "short\n"), 3, "at least 10 characters");
    refused(gongkai(desk.words({"password", "ghost"}), "a long password\n"), 3,
            "nobody has the login");
    const Ran list = gongkai({"user", "list", "--data", desk.place.words()});
    CHECK(list.out.find("lihua") == std::string::npos);
}

TEST_CASE("cli user: beside a server people are listed, and the API is named for the rest") {
    Desk desk;
    desk.init();
    const auto server = desk.place.serve();
    CHECK(gongkai({"user", "list", "--data", desk.place.words()}).exit == 0);
    const Ran add = desk.as("sysadmin", {"add", "lihua", "--name", "李华"});
    refused(add, 4, "in use by another process");
    CHECK(add.err.find("POST /api/v1/people") != std::string::npos);
    refused(gongkai(desk.words({"password", "auditor", "--generate"})), 4,
            "PUT /api/v1/people/{id}/password");
    refused(gongkai(desk.words({"init"})), 4, "GET /api/v1/people");
    CHECK(server->identity().directory()->directory().people.size() == 3);
}

TEST_CASE("cli user: nothing is made up where there is no installation") {
    Desk desk;
    desk.passwords["sysadmin"] = "whatever";
    refused(desk.as("sysadmin", {"add", "lihua", "--name", "李华"}), 3, "no installation");
    refused(gongkai(desk.words({"password", "x", "--generate"})), 3, "no installation");
    refused(gongkai({"user", "list", "--data", desk.place.words()}), 3, "no installation");
    refused(gongkai(desk.words({"init", "--department", "office"})), 3, "CODE=TITLE");
    refused(gongkai(desk.words({"init", "--ask"}), "a first password\nshort\n"), 3, "");
    CHECK_FALSE(fs::exists(desk.place.data / "files" / "x"));
}

TEST_CASE("cli user: the words are checked, and a password is none of them") {
    CHECK(gongkai({"user"}).exit == 2);
    CHECK(gongkai({"user", "password", "lihua", "--password", "secret"}).exit == 2);
    CHECK(gongkai({"user", "password", "lihua", "secret"}).exit == 2);
    CHECK(gongkai({"user", "add", "lihua", "--name", "李华"}).exit == 2);
    CHECK(gongkai({"user", "roles", "lihua", "--as", "secadmin"}).exit == 2);
    CHECK(gongkai({"user", "key", "--as", "secadmin"}).exit == 2);
    for (const char* verb :
         {"init", "list", "add", "roles", "password", "disable", "enable", "key"}) {
        const Ran ran = gongkai({"user", verb, "--help"});
        INFO(told(ran));
        CHECK(ran.exit == 0);
        CHECK(ran.out.find("--data") != std::string::npos);
        CHECK(ran.out.find("--json") != std::string::npos);
    }
}

}  // namespace gongkai::cli::testing
