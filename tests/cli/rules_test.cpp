// Rules that cannot be used, as the legal officer meets them who wrote them: `check` and `serve`
// end with the right code, say what is wrong at its place, and leave everything as it was.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <functional>

#include "tests/cli/program.hpp"

namespace gongkai::cli::testing {

namespace {

namespace fs = std::filesystem;

enum { kOk = 0, kFound = 1, kUsage = 2, kBadInput = 3, kFailed = 4 };

// A copy of the shipped rules that may be spoilt.
struct Workflows {
    Folder folder;
    fs::path path = folder.path() / "workflows";
    Workflows() { fs::copy(GONGKAI_SOURCE_DIR "/workflows", path, fs::copy_options::recursive); }

    void append(const std::string& file, const std::string& text) {
        std::ofstream(path / file, std::ios::binary | std::ios::app) << text;
    }
    void replace(const std::string& file, const std::string& from, const std::string& to) {
        std::string text = contents(path / file);
        REQUIRE(text.find(from) != text.npos);
        text.replace(text.find(from), from.size(), to);
        std::ofstream(path / file, std::ios::binary) << text;
    }
};

struct Mistake {
    const char* name;
    std::function<void(Workflows&)> make;
    const char* file;    // that the diagnostic is about
    const char* marker;  // and the text in it that it points at; "" for the whole file
    const char* code;
    const char* says;  // what else it holds
};

// "execution.yaml:9:8: error[yaml_tag]": wherever that text stands in the file by now.
std::string place_of(const Workflows& workflows, const Mistake& mistake) {
    std::string place = mistake.file;
    if (*mistake.marker != '\0') {
        const std::string text = contents(workflows.path / mistake.file);
        const auto at = text.find(mistake.marker);
        REQUIRE(at != text.npos);
        const auto begin = text.rfind('\n', at) + 1;
        const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<long>(at), '\n');
        const auto column = 1 + std::count_if(text.begin() + static_cast<long>(begin),
                                              text.begin() + static_cast<long>(at),
                                              [](char c) { return (c & 0xC0) != 0x80; });
        place += ":" + std::to_string(line) + ":" + std::to_string(column);
    }
    return place + ": error[" + mistake.code + "]";
}

const std::vector<Mistake> kMistakes = {
    {"an alias",
     [](Workflows& w) { w.replace("execution.yaml", "start: drafting", "start: &s drafting"); },
     "execution.yaml", "&s drafting", "yaml_anchor", "write the value out"},
    {"a tag",
     [](Workflows& w) { w.replace("execution.yaml", "start: drafting", "start: !!str drafting"); },
     "execution.yaml", "!!str", "yaml_tag", "every value is plain text"},
    {"a key twice", [](Workflows& w) { w.append("execution.yaml", "\ntitle: 又一个标题\n"); },
     "execution.yaml", "title: 又一个标题", "duplicate_key", "already stands in line"},
    {"a key that there is not",
     [](Workflows& w) { w.replace("execution.yaml", "    worklist: clerk", "    worklst: clerk"); },
     "execution.yaml", "worklst", "unknown_key", "did you mean `worklist`?"},
    {"a step that there is not",
     [](Workflows& w) { w.replace("execution.yaml", "to: supervising", "to: supervision"); },
     "execution.yaml", "supervision, needs", "unknown_state", "did you mean `supervising`?"},
    {"a part that there is not", [](Workflows& w) { fs::remove(w.path / "parts/withdrawal.yaml"); },
     "parts/release.yaml", "parts/withdrawal", "unknown_part",
     "there is no part `parts/withdrawal`"},
    {"a guard on a field that there is not",
     [](Workflows& w) {
         w.replace("execution.yaml", "when: secrecy_mark = yes", "when: secrecy_mrk = yes");
     },
     "execution.yaml", "secrecy_mrk", "unknown_field", "did you mean `secrecy_mark`?"},
    {"ten megabytes",
     [](Workflows& w) { w.append("execution.yaml", std::string(10 * 1024 * 1024, '#')); },
     "execution.yaml", "", "too_large", "more than 1048576 bytes"},
    {"no UTF-8", [](Workflows& w) { w.append("execution.yaml", "# \xB9\xAB\n"); }, "execution.yaml",
     "\xB9\xAB", "not_utf8", ""},
    {"a bomb of aliases",
     [](Workflows& w) {
         w.append("execution.yaml", "x: &a [1,1,1]\ny: &b [*a,*a,*a]\nz: [*b,*b,*b]\n");
     },
     "execution.yaml", "&a [1,1,1]", "yaml_anchor", ""},
    {"a report on a field that there is not",
     [](Workflows& w) { w.replace("reports/annual.yaml", "made: issued_on", "made: isued_on"); },
     "reports/annual.yaml", "isued_on", "unknown_field", "did you mean `issued_on`?"},
    {"a report on a state that there is not",
     [](Workflows& w) { w.replace("reports/annual.yaml", "[dismissed,", "[dismised,"); },
     "reports/annual.yaml", "dismised", "unknown_state", "did you mean `dismissed`?"},
    {"a report on a choice that there is not",
     [](Workflows& w) { w.replace("reports/annual.yaml", "repeat_request", "repeated_request"); },
     "reports/annual.yaml", "repeated_request", "unknown_choice", "repeat_request"},
    {"a choice that counts twice",
     [](Workflows& w) { w.replace("reports/annual.yaml", "[not_held,", "[partial,"); },
     "reports/annual.yaml", "partial, not_this", "duplicate_choice", "one row only"},
    {"supervision of a field that there is not",
     [](Workflows& w) { w.replace("reports/supervision.yaml", "due: due_on", "due: due_onn"); },
     "reports/supervision.yaml", "due_onn", "unknown_field", "due_on"},
    {"a duty of a flow that only people open",
     [](Workflows& w) { w.replace("duties.yaml", "flow: annual_report", "flow: petition"); },
     "duties.yaml", "petition", "not_for_clock", "`clock`"},
    {"no vocabulary", [](Workflows& w) { fs::remove(w.path / "vocabulary.yaml"); },
     "vocabulary.yaml", "", "missing_file", ""}};

}  // namespace

TEST_CASE("cli: rules with a mistake end check and serve with 3 and are told at their place") {
    for (const Mistake& mistake : kMistakes) {
        Workflows workflows;
        mistake.make(workflows);
        const std::string place = place_of(workflows, mistake);
        const std::string data = workflows.folder.path() / "data";
        for (const std::vector<std::string>& words :
             {std::vector<std::string>{"check", workflows.path},
              {"serve", "--port", "0", "--data", data, "--workflows", workflows.path}}) {
            const Ran ended = gongkai(words);
            INFO(mistake.name << ", " << words[0] << ", at " << place << "\n" << ended.err);
            CHECK(ended.exit == kBadInput);
            CHECK(ended.out.empty());
            CHECK(ended.err.find(place) != std::string::npos);
            CHECK(ended.err.find(mistake.says) != std::string::npos);
            // What is only wrong because of it is not told beside it.
            CHECK(ended.err.find("unknown_flow") == std::string::npos);
        }
        INFO(mistake.name);
        CHECK_FALSE(fs::exists(fs::path(data) / "gongkai.db"));
    }
}

TEST_CASE("cli: check --json tells the same as data") {
    Workflows workflows;
    kMistakes[3].make(workflows);
    const Ran ended = gongkai({"check", "--json", workflows.path});
    CHECK(ended.exit == kBadInput);
    const auto list = ended.json().as_array();
    REQUIRE_FALSE(list.empty());
    bool told = false;
    for (const auto& one : list) {
        CHECK_FALSE(one.at("message_zh").as_string().empty());
        told = told || (one.at("code") == "unknown_key" && one.at("length") == 7);
    }
    CHECK(told);
}

TEST_CASE(
    "cli: a flow that can break the policy ends check with 1 and serve with 3, with the story") {
    const std::string flow = GONGKAI_SOURCE_DIR
        "/tests/engine/broken_flows/"
        "withheld_document_published";
    const Folder folder;
    const std::string data = folder.path() / "data";
    const Ran checked = gongkai({"check", flow});
    INFO(checked.out << checked.err);
    CHECK(checked.exit == kFound);
    const Ran served = gongkai({"serve", "--port", "0", "--data", data, "--workflows", flow});
    INFO(served.out << served.err);
    CHECK(served.exit == kBadInput);
    CHECK(served.out.empty());
    for (const std::string& said : {checked.out, served.err})
        for (const char* part : {"policy_broken: only_proactive_is_published", "submit", "clear",
                                 "只有主动公开的才能公开"})
            CHECK(said.find(part) != std::string::npos);
}

TEST_CASE("cli: words that are off end with 2, a folder that is not there with 3") {
    for (const std::vector<std::string>& words : {std::vector<std::string>{},
                                                  {"nonsense"},
                                                  {"serve", "--port", "eighty"},
                                                  {"serve", "--port", "70000"},
                                                  {"serve", "--colour", "red"},
                                                  {"check", "a", "b"}}) {
        const Ran ended = gongkai(words);
        INFO(ended.err);
        CHECK(ended.exit == kUsage);
        CHECK_FALSE(ended.err.empty());
    }
    for (const char* verb : {"check", "explore", "simulate"}) {
        const Ran ended = gongkai({verb, "/nowhere/at/all"});
        CHECK(ended.exit == kBadInput);
        CHECK(ended.err.find("/nowhere/at/all") != std::string::npos);
    }
    const Ran help = gongkai({"serve", "--help"});
    CHECK(help.exit == kOk);
    CHECK(help.out.find("--workflows") != std::string::npos);
}

TEST_CASE("cli: serve on a database of a newer version, or on a port that is taken, says so") {
    const Folder folder;
    const std::string data = folder.path() / "data";
    fs::create_directories(data);
    std::ofstream(data + "/gongkai.db", std::ios::binary) << std::string(8'192, 'x');
    const std::string flow = GONGKAI_SOURCE_DIR "/tests/crash/rules";
    const Ran ended = gongkai({"serve", "--port", "0", "--data", data, "--workflows", flow});
    INFO(ended.err);
    CHECK(ended.exit == kFailed);
    CHECK(ended.err.find(data + "/gongkai.db is damaged, or no database") != std::string::npos);
    CHECK(contents(data + "/gongkai.db") == std::string(8'192, 'x'));
    const Ran nowhere = gongkai({"serve", "--port", "0", "--address", "203.0.113.7", "--data",
                                 folder.path() / "fresh", "--workflows", flow});
    INFO(nowhere.err);
    CHECK(nowhere.exit == kFailed);
    CHECK(nowhere.err.find("cannot listen") != std::string::npos);
}

}  // namespace gongkai::cli::testing
