#include "tests/storage/audit_fixture.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>

namespace gongkai::storage::audit {

namespace fs = std::filesystem;
namespace json = boost::json;
using engine::Error;
using engine::ErrorCode;
using engine::Result;

namespace {

const std::string definition = "flow: decision\nstart: drafting\n";
const std::string calendar = "2026: []\n";

std::string quoted_for_shell(const std::string& word) {
    std::string out = "'";
    for (const char c : word)
        out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out + "'";
}

template <class Report>
Said said_by(const Report& report) {
    Said out;
    out.exit = report.verified() ? 0 : 1;
    for (const Finding& finding : report.findings.kept())
        out.findings.insert(finding.code +
                            (finding.leaf ? "@" + std::to_string(*finding.leaf) : ""));
    return out;
}

Said said_of(const json::value& result) {
    Said out;
    out.exit = result.at("verified").as_bool() ? 0 : 1;
    for (const json::value& finding : result.at("findings").as_array()) {
        std::string code(finding.at("code").as_string());
        if (finding.at("leaf").is_number())
            code += "@" + std::to_string(finding.at("leaf").to_number<int>());
        out.findings.insert(code);
    }
    if (const json::value* leaves = result.as_object().if_contains("leaves"))
        out.leaves = leaves->to_number<std::uint64_t>();
    return out;
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
    std::string name = (fs::temp_directory_path() / "gongkai-audit-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
}
TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
}

std::string contents(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    REQUIRE(file.is_open());
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void overwrite(const fs::path& path, std::string_view bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

std::uint64_t Record::append(const Leaf& leaf, std::vector<Opening> opened) {
    std::string bytes;
    REQUIRE(encode_leaf(leaf, bytes).has_value());
    const NodeBlob blob = frontier.append(bytes);
    if (leaf.kind == LeafKind::step) last[*leaf.document] = {leaf.revision, blob.leaf()};
    rows.emplace_back(blob.bytes());
    leaves.push_back(std::move(bytes));
    openings.push_back(std::move(opened));
    return leaves.size() - 1;
}

Leaf a_step_of(const Record& record, std::uint64_t document) {
    Leaf leaf;
    leaf.document = document;
    const auto known = record.last.find(document);
    leaf.revision = known == record.last.end() ? 1 : known->second.first + 1;
    if (known != record.last.end()) leaf.previous = known->second.second;
    leaf.flow = "decision";
    leaf.definition = sha256(definition);
    leaf.calendar = sha256(calendar);
    leaf.command = R"({"act":{"action":"submit"}})";
    leaf.events = R"([{"moved":{"to":2}}])";
    leaf.content = sha256("content of " + std::to_string(document));
    leaf.department = "employment";
    leaf.actor = 12;
    leaf.grants = {{"clerk", "employment", 0}};
    leaf.request = "r" + std::to_string(record.leaves.size());
    leaf.time_ms = 1795421730000 + static_cast<std::int64_t>(record.leaves.size()) * 1000;
    return leaf;
}

std::uint64_t Record::step(std::uint64_t document, const std::string& comment) {
    Leaf leaf = a_step_of(*this, document);
    if (comment.empty()) return append(leaf);
    const Opening opening{new_salt(), comment};
    leaf.command = R"({"act":{"action":"return","comment":{"commitment":")" +
                   to_hex(commit(opening.salt, comment)) + R"(","size":2}}})";
    return append(leaf, {opening});
}

std::uint64_t Record::refusal(std::uint64_t document) {
    Leaf leaf = a_step_of(*this, document);
    leaf.kind = LeafKind::refusal;
    leaf.revision -= 1;
    leaf.events.clear();
    leaf.content.reset();
    leaf.reason = "own_draft";
    return append(leaf);
}

std::uint64_t Record::admin() {
    Leaf leaf;
    leaf.kind = LeafKind::admin;
    leaf.command = R"({"add_user":{"id":12}})";
    leaf.events = R"([{"user_added":{"id":12}}])";
    leaf.actor = 1;
    leaf.time_ms = 1795421730000 + static_cast<std::int64_t>(leaves.size()) * 1000;
    return append(leaf);
}

void Record::sign() {
    history.push_back(sign_checkpoint(frontier.size(), frontier.root(), key).value());
}

NodeReader Record::reader() const {
    return [this](NodeId node) -> Result<Hash> {
        const NodePlace place = node_place(node);
        if (place.row >= rows.size()) return Error{ErrorCode::not_found, "no such row"};
        Hash hash;
        std::copy_n(rows[place.row].begin() + static_cast<std::ptrdiff_t>(place.offset),
                    hash.size(), hash.begin());
        return hash;
    };
}

BundleSource Record::source() const {
    BundleSource source;
    source.leaves = [this](const LeafSink& sink) -> Result<void> {
        for (std::size_t i = 0; i < leaves.size(); ++i)
            TRY_VOID(sink(leaves[i], openings[i]));
        return {};
    };
    source.history = [this](const TextSink& sink) -> Result<void> {
        for (const std::string& note : history)
            TRY_VOID(sink(note));
        return {};
    };
    source.checkpoint = history.back();
    source.vkey = key.verifier().to_string();
    source.definitions = {{"yaml", definition}};
    source.calendars = {{"", calendar}};
    Frontier sm3(HashAlgorithm::sm3);
    for (const std::string& leaf : leaves)
        sm3.append(leaf);
    source.sm3_checkpoint =
        sign_checkpoint(sm3.size(), sm3.root(), key, HashAlgorithm::sm3).value();
    return source;
}

Proof Record::proof_of(std::uint64_t index) const {
    Proof proof;
    proof.leaf = leaves[index];
    proof.index = index;
    proof.size = leaves.size();
    proof.path = inclusion_proof(index, leaves.size(), reader()).value();
    proof.checkpoint = history.back();
    proof.vkey = key.verifier().to_string();
    return proof;
}

Record a_record() {
    Record record;
    record.admin();
    record.sign();
    record.step(1);
    record.step(2);
    record.refusal(1);
    record.refusal(77);
    record.sign();
    for (int round = 0; round < 4; ++round) {
        record.step(1, "请补充依据");
        record.step(2);
        record.refusal(2);
        record.sign();
        record.step(9007199254740993);
    }
    record.admin();

    const Opening title{new_salt(), "关于公开征求意见的公告"};
    const Opening body{new_salt(), "第一条 …\n第二条 \"…\""};
    record.content = R"({"attachments":[],"fields":{"body":{"commitment":")" +
                     to_hex(commit(body.salt, body.text)) +
                     R"(","size":13},"title":{"commitment":")" +
                     to_hex(commit(title.salt, title.text)) + R"(","size":11}}})";
    Leaf publish = a_step_of(record, 9007199254740993);
    publish.content = sha256(record.content);
    publish.attachments = {sha256("attachment one"), sha256("attachment two")};
    publish.events = R"([{"edited":{"title":")" + to_hex(commit(title.salt, title.text)) +
                     R"("}},{"published":{}}])";
    record.append(publish, {title});
    record.openings.back() = {title};
    record.sign();
    return record;
}

bool Said::has(const std::string& code) const {
    return findings.count(code) > 0;
}

Said said(const BundleReport& report) {
    Said out = said_by(report);
    out.leaves = report.leaves;
    return out;
}

Said said(const ProofReport& report) {
    return said_by(report);
}

std::vector<Said> second_verifier_on_all(const std::vector<std::string>& arguments) {
    const char* node = std::getenv("GONGKAI_NODE");
    std::string command = quoted_for_shell(node != nullptr ? node : "node") + " " +
                          quoted_for_shell(GONGKAI_SOURCE_DIR "/tools/verify_audit.mjs") +
                          " --json";
    for (const std::string& argument : arguments)
        command += " " + quoted_for_shell(argument);
    std::FILE* pipe = ::popen((command + " 2>/dev/null").c_str(), "r");
    REQUIRE(pipe != nullptr);
    std::string output;
    char buffer[4096];
    while (const std::size_t count = std::fread(buffer, 1, sizeof buffer, pipe))
        output.append(buffer, count);
    const int status = ::pclose(pipe);
    const int exit = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
    if (exit > 1) return {Said{exit, {}, 0}};
    INFO(output);
    std::vector<Said> all;
    std::istringstream lines(output);
    for (std::string line; std::getline(lines, line);)
        all.push_back(said_of(json::parse(line)));
    CHECK(exit == std::max_element(all.begin(), all.end(), [](const Said& a, const Said& b) {
                      return a.exit < b.exit;
                  })->exit);
    return all;
}

Said second_verifier(const std::vector<std::string>& arguments) {
    const auto all = second_verifier_on_all(arguments);
    REQUIRE(all.size() == 1);
    return all[0];
}

}  // namespace gongkai::storage::audit
