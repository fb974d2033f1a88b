// gongkai import, document and catalog, as an officer without a server uses them.
#include <fstream>

#include "tests/cli/program.hpp"

namespace gongkai::cli::testing {

namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

const std::string kExamples = GONGKAI_SOURCE_DIR "/examples/documents/";

// The sample bureau on the shipped rules, without a server.
class Office : public Installation {
  public:
    Office() {
        rules = GONGKAI_SOURCE_DIR "/workflows";
        const auto application = serve();
        settle(*application);
        REQUIRE(application->close().has_value());
    }

    Ran as(const std::string& login, std::vector<std::string> all) const {
        for (const std::string& word : {std::string("--as"), login, std::string("--data"), words()})
            all.push_back(word);
        return gongkai(all);
    }
    Ran import(std::vector<std::string> files, std::vector<std::string> more = {}) const {
        std::vector<std::string> all{"import",    "document",     "--flow",
                                     "execution", "--department", "employment"};
        all.insert(all.end(), more.begin(), more.end());
        all.insert(all.end(), files.begin(), files.end());
        return as("lihua", all);
    }
    // Must be granted.
    void act(const std::string& login, const std::string& document, const std::string& action,
             const std::string& set = {}) const {
        std::vector<std::string> all{"document", "act", document, action};
        if (!set.empty()) all.insert(all.end(), {"--set", set});
        const Ran done = as(login, all);
        INFO(login << " " << action << "\n" << told(done));
        REQUIRE(done.exit == 0);
    }
    std::uint64_t leaves() const {
        const Ran ran = gongkai({"audit", "checkpoint", "--data", words(), "--json"});
        REQUIRE(ran.exit == 0);
        return ran.json().at("size").to_number<std::uint64_t>();
    }
};

}  // namespace

TEST_CASE("cli document: a plan goes from its file to publication by the words of the program") {
    const Office office;
    REQUIRE(office.as("liuyang", {"import", "catalog", "--shipped"}).exit == 0);
    const std::string file = kExamples + "training-plan.md";
    const Ran imported = office.import({file}, {"--json"});
    INFO(told(imported));
    REQUIRE(imported.exit == 0);
    const json::value answer = imported.json().at("documents").at(0);
    CHECK(answer.at("source_id").as_string() == "青人社发〔2026〕31号");
    CHECK(answer.at("findings").at(0).at("code").as_string() == "attachment_missing");
    const std::string id(answer.at("outcome").at("id").as_string());

    const Ran listed = office.as("lihua", {"document", "list"});
    CHECK(listed.exit == 0);
    CHECK(listed.out.find(id + "  execution  2026年冬季职业技能培训工作实施方案  [起草]") == 0);
    const Ran early = office.as("lihua", {"document", "act", id, "submit"});
    CHECK(early.exit == 1);
    CHECK(early.out.find("fields_missing") != std::string::npos);
    CHECK(early.out.find("实施步骤 (steps)") != std::string::npos);
    const Ran edited = office.as(
        "lihua", {"document", "edit", id, "--set", "formed_at=2026年11月23日", "--set",
                  "catalog_item=ZD-2.1", "--set",
                  R"(实施步骤=[{"step":"报名","content":"摸底登记","due":"2026-11-20"}])"});
    INFO(told(edited));
    REQUIRE(edited.exit == 0);

    office.act("lihua", id, "submit");
    const Ran own = office.as("lihua", {"document", "act", id, "agree"});
    CHECK(own.exit == 1);
    CHECK(own.out.find("who could: 科室负责人 (section_head) @ own department") !=
          std::string::npos);
    const Ran actions = office.as("wangfang", {"document", "actions", id});
    CHECK(actions.out.find("同意报批 (agree) in release/attribution/department_check: allowed") !=
          std::string::npos);
    office.act("wangfang", id, "agree", "department_opinion=同意");
    office.act("yangmei", id, "agree");
    office.act("zhoujie", id, "issue");
    office.act("lihua", id, "confirm", "self_review_opinion=不涉密");
    office.act("wangfang", id, "agree");
    office.act("sunli", id, "release", "secrecy_opinion=可以公开");
    office.act("huangwei", id, "approve");
    office.act("majun", id, "complete");
    office.act("majun", id, "pass", "first_proofreading=无差错");
    office.act("yangmei", id, "pass", "second_proofreading=无差错");
    office.act("zhoujie", id, "pass", "third_proofreading=无差错");
    office.act("majun", id, "publish");

    const json::value shown = office.as("liuyang", {"document", "show", id, "--json"}).json();
    CHECK(shown.at("publication").as_string() == "published");
    const std::string body(shown.at("fields").at("body").as_string());
    const std::string bytes = contents(file);
    CHECK(body == bytes.substr(bytes.find("\n\n") + 2));
    const Ran history = office.as("lihua", {"document", "history", id, "--json"});
    CHECK(history.json().at("entries").as_array().size() == 17);
    // A second time it finds itself dealt with.
    const Ran again = office.import({file});
    CHECK(again.exit == 0);
    CHECK(again.out.find("document " + id + " is unchanged") != std::string::npos);
}

TEST_CASE("cli import: every file is answered for, and the worst decides") {
    const Office office;
    const std::uint64_t before = office.leaves();
    const Ran secret = office.import({kExamples + "marked-secret.md"});
    CHECK(secret.exit == 1);
    CHECK(secret.out.find("mark of secrecy; nothing was kept") != std::string::npos);
    CHECK(secret.err.find(":8:1: error[secrecy_mark]") != std::string::npos);
    CHECK(office.leaves() == before);

    const Ran mixed = office.import(
        {kExamples + "marked-secret.md", kExamples + "gone.md", kExamples + "duty-roster.md"});
    INFO(told(mixed));
    CHECK(mixed.exit == 3);
    CHECK(mixed.out.find("duty-roster.md: document ") != std::string::npos);
    CHECK(mixed.err.find("error[unreadable_file]") != std::string::npos);
    CHECK(office.leaves() == before + 1);
    // Nothing moves where stderr is no terminal.
    CHECK(mixed.err.find("importing") == std::string::npos);

    const Ran dry = office.import({kExamples + "note-mismatch.md", kExamples + "duty-roster.md"},
                                  {"--dry-run"});
    CHECK(dry.exit == 0);
    CHECK(dry.out.find("note-mismatch.md: would be opened in execution") != std::string::npos);
    CHECK(dry.out.find("duty-roster.md: would be handed in again as ") != std::string::npos);
    CHECK(dry.err.find("warning[attribute_differs]") != std::string::npos);
    CHECK(office.leaves() == before + 1);

    const Ran refused =
        office.as("zhaomin", {"import", "document", "--flow", "execution", "--department",
                              "employment", kExamples + "note-mismatch.md"});
    CHECK(refused.exit == 1);
    CHECK(refused.out.find("department_mismatch") != std::string::npos);
}

TEST_CASE("cli import: words that are off are told, with what was meant") {
    const Office office;
    const std::string plan = kExamples + "training-plan.md";
    const auto with = [&](const std::string& set) { return office.import({plan}, {"--set", set}); };
    const Ran misspelt = with("公开属姓=主动公开");
    CHECK(misspelt.exit == 3);
    CHECK(misspelt.err.find("did you mean `公开属性`?") != std::string::npos);
    CHECK(with("公开属性=公布").err.find("is to be one of") != std::string::npos);
    CHECK(with("steps=一").err.find("is a table: give it as JSON") != std::string::npos);
    CHECK(with(R"(steps=[],"title":"x")").exit == 3);
    CHECK(with("body_note=proactive").exit == 3);
    CHECK(with("no equals sign").exit == 3);
    CHECK(with("title=@" + kExamples + "gone.md").exit == 3);
    CHECK(office.as("nobody", {"document", "list"}).err.find("nobody here has the login") !=
          std::string::npos);
    CHECK(office.as("lihua", {"document", "show", "1"}).exit == 3);
    CHECK(gongkai({"import", "document", plan}).exit == 2);
    CHECK(gongkai({"import", "catalog", "--as", "x"}).exit == 2);
    CHECK(gongkai({"document", "edit", "1", "--as", "x"}).exit == 2);
    CHECK(office.as("lihua", {"document", "list", "--json"}).json().at("documents") ==
          json::array());
}

TEST_CASE("cli import: a server keeps the data to itself, and looking goes on beside it") {
    Office office;
    const Ran opened = office.import({kExamples + "duty-roster.md"}, {"--json"});
    const std::string id(opened.json().at("documents").at(0).at("outcome").at("id").as_string());
    const auto server = office.serve();
    const std::string spooled = (server->attachments().spool_folder() / "upload").string();
    std::ofstream(spooled) << "on its way";
    for (const Ran& ran : {office.import({kExamples + "training-plan.md"}),
                           office.as("lihua", {"document", "act", id, "submit"}),
                           office.as("sysadmin", {"import", "catalog", "--shipped"})}) {
        INFO(told(ran));
        CHECK(ran.exit == 4);
        CHECK(ran.err.find("REST API") != std::string::npos);
    }
    CHECK(contents(spooled) == "on its way");
    CHECK(office.as("lihua", {"document", "show", id}).out.find("值班") != std::string::npos);
    CHECK(office.import({kExamples + "training-plan.md"}, {"--dry-run"}).exit == 0);

    const Ran nowhere = gongkai(
        {"import", "catalog", "--shipped", "--as", "sysadmin", "--data", office.folder / "none"});
    CHECK(nowhere.exit == 3);
    CHECK(nowhere.err.find("no installation") != std::string::npos);
    CHECK_FALSE(fs::exists(office.folder / "none"));
}

TEST_CASE("cli catalog: what is shipped is brought in, listed, and a mistake is pointed at") {
    const Office office;
    const auto bring = [&](const std::string& login, std::vector<std::string> more) {
        more.insert(more.begin(), {"import", "catalog"});
        return office.as(login, more);
    };
    const Ran dry = bring("liuyang", {"--shipped", "--dry-run"});
    CHECK(dry.exit == 0);
    CHECK(dry.out.find("social_insurance: 72 items: 72 added, 0 changed, 0 unchanged; 0 ended "
                       "(dry run)") != std::string::npos);
    const std::uint64_t before = office.leaves();
    CHECK(bring("lihua", {"--shipped"}).exit == 1);
    const Ran brought = bring("liuyang", {"--shipped", "--json"});
    INFO(told(brought));
    REQUIRE(brought.exit == 0);
    CHECK(brought.json().at("catalogs").as_array().size() == 4);
    // One refused attempt and four acts.
    CHECK(office.leaves() == before + 5);
    const Ran listed =
        gongkai({"catalog", "list", "--flow", "execution", "--data", office.words()});
    CHECK(listed.out ==
          "ZD-2.1     execution  重点工作 / 年度重点工作的实施步骤、责任分工、时限、进展、成效\n"
          "ZD-2.2     execution  督查审计 / 督查问效、重点项目审计情况\n");
    const Ran all = gongkai({"catalog", "list", "--json", "--data", office.words()});
    CHECK(all.json().at("items").as_array().size() == 121);

    const std::string own = office.folder / "own.yaml";
    std::ofstream(own)
        << "catalog: general\nitems:\n"
           "  - {id: ZH-1.1, level1: 机构信息, level2: 机构职能, content: &c [职能],\n"
           "     basis: [条例], flow: 管理,\n"
           "     deadline: {text: 20个工作日内, days: 20, unit: working_day}}\n";
    const Ran replaced = bring("sysadmin", {own});
    CHECK(replaced.exit == 0);
    CHECK(replaced.out == "general: 1 items: 0 added, 1 changed, 0 unchanged; 8 ended\n");
    CHECK(gongkai({"catalog", "list", "--catalog", "general", "--ended", "--json", "--data",
                   office.words()})
              .json()
              .at("items")
              .as_array()
              .size() == 9);

    std::ofstream(own)
        << "catalog: general\nitems:\n"
           "  - {id: A, level1: a, level2: b, content: [c], basis: [d], flow: servce}\n";
    const Ran wrong = bring("sysadmin", {own});
    CHECK(wrong.exit == 3);
    CHECK(wrong.err.find("own.yaml:3:67: error[unknown_flow]") != std::string::npos);
    CHECK(wrong.err.find("did you mean `service`?") != std::string::npos);
}

}  // namespace gongkai::cli::testing
