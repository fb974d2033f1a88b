#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>
#include <functional>

#include "storage/audit/canonical_json.hpp"
#include "storage/audit/leaf.hpp"

using namespace gongkai::storage::audit;
using gongkai::engine::ErrorCode;
namespace json = boost::json;

namespace {

Leaf a_step() {
    Leaf leaf;
    leaf.kind = LeafKind::step;
    leaf.document = 18446744073709551615U;
    leaf.revision = 3;
    leaf.previous = sha256("previous");
    leaf.flow = "decision";
    leaf.definition = sha256("definition");
    leaf.calendar = sha256("calendar");
    leaf.command = R"({"act":{"action":"submit"}})";
    leaf.events = R"([{"moved":{"to":"secrecy"}}])";
    leaf.content = sha256("content");
    leaf.attachments = {sha256("one"), sha256("two")};
    leaf.department = "employment";
    leaf.actor = 12;
    leaf.on_behalf_of = 7;
    leaf.grants = {{"clerk", "employment", 0}, {"reviewer", "", 7}};
    leaf.expected_revision = 2;
    leaf.request = "r-1";
    leaf.time_ms = 1795421730123;
    return leaf;
}

Leaf a_refusal() {
    Leaf leaf = a_step();
    leaf.kind = LeafKind::refusal;
    leaf.events.clear();
    leaf.reason = "own_draft";
    leaf.content.reset();
    leaf.attachments.clear();
    return leaf;
}

Leaf an_admin_leaf() {
    Leaf leaf;
    leaf.kind = LeafKind::admin;
    leaf.command = R"({"add_user":{"id":12}})";
    leaf.events = "[]";
    leaf.actor = 1;
    leaf.time_ms = 0;
    return leaf;
}

std::string bytes_of(const Leaf& leaf) {
    std::string out;
    REQUIRE(encode_leaf(leaf, out).has_value());
    return out;
}

}  // namespace

TEST_CASE("leaf: a step has exactly these bytes") {
    Leaf leaf = a_step();
    leaf.attachments = {sha256("one")};
    CHECK(
        bytes_of(leaf) ==
        R"({"actor":{"id":12,"kind":"person"},)"
        R"("attachments":["7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed"],)"
        R"("calendar":")" +
            to_hex(sha256("calendar")) + R"(","command":{"act":{"action":"submit"}},"content":")" +
            to_hex(sha256("content")) +
            R"(","department":"employment","document":"18446744073709551615",)"
            R"("events":[{"moved":{"to":"secrecy"}}],"expected_revision":2,"flow":{"definition":")" +
            to_hex(sha256("definition")) +
            R"(","name":"decision"},"format":1,"grants":[{"department":"employment","role":"clerk"},)"
            R"({"on_behalf_of":7,"role":"reviewer"}],"kind":"step","on_behalf_of":7,"previous":")" +
            to_hex(sha256("previous")) +
            R"(","request":"r-1","revision":3,"time":"2026-11-23T08:15:30.123Z"})");
}

TEST_CASE("leaf: what was written is read back, byte for byte") {
    Leaf first = a_step();
    first.revision = 1;
    first.previous.reset();
    first.expected_revision.reset();
    first.on_behalf_of = 0;
    Leaf attempt = a_refusal();
    attempt.revision = 0;
    attempt.previous.reset();
    Leaf nowhere = a_refusal();
    nowhere.document.reset();
    nowhere.revision = 0;
    nowhere.previous.reset();
    nowhere.flow.clear();
    nowhere.definition.reset();
    nowhere.calendar.reset();
    nowhere.department.clear();
    Leaf timer = a_step();
    timer.actor_kind = LeafActorKind::scheduler;
    timer.actor = 0;
    timer.grants.clear();
    for (const Leaf& leaf :
         {a_step(), first, a_refusal(), attempt, nowhere, an_admin_leaf(), timer}) {
        const std::string bytes = bytes_of(leaf);
        INFO(bytes);
        const auto read = decode_leaf(bytes);
        if (!read) FAIL(read.error().message);
        CHECK(*read == leaf);
        CHECK(bytes_of(*read) == bytes);
    }
}

TEST_CASE("leaf: a kind has its members, all of them and no others") {
    const auto refused = [](Leaf leaf, const std::function<void(Leaf&)>& change) {
        change(leaf);
        std::string out = "kept";
        const auto result = encode_leaf(leaf, out);
        return !result && out == "kept" && result.error().code == ErrorCode::invalid_argument;
    };
    CHECK_FALSE(refused(a_step(), [](Leaf&) {}));
    CHECK(refused(a_step(), [](Leaf& l) { l.document.reset(); }));
    CHECK(refused(a_step(), [](Leaf& l) { l.revision = 0; }));
    CHECK(refused(a_step(), [](Leaf& l) { l.revision = 1; }));
    CHECK(refused(a_step(), [](Leaf& l) { l.previous.reset(); }));
    CHECK(refused(a_step(), [](Leaf& l) { l.content.reset(); }));
    CHECK(refused(a_step(), [](Leaf& l) { l.flow.clear(); }));
    CHECK(refused(a_step(), [](Leaf& l) { l.definition.reset(); }));
    CHECK(refused(a_step(), [](Leaf& l) { l.calendar.reset(); }));
    CHECK(refused(a_step(), [](Leaf& l) { l.department.clear(); }));
    CHECK(refused(a_step(), [](Leaf& l) { l.events.clear(); }));
    CHECK(refused(a_step(), [](Leaf& l) { l.command.clear(); }));
    CHECK(refused(a_step(), [](Leaf& l) { l.reason = "own_draft"; }));
    CHECK(refused(a_step(), [](Leaf& l) { l.time_ms = -1; }));
    CHECK(refused(a_step(), [](Leaf& l) { l.time_ms = 253402300800000; }));
    CHECK(refused(a_step(), [](Leaf& l) { l.grants[0].role.clear(); }));
    CHECK(refused(a_refusal(), [](Leaf& l) { l.reason.clear(); }));
    CHECK(refused(a_refusal(), [](Leaf& l) { l.events = "[]"; }));
    CHECK(refused(a_refusal(), [](Leaf& l) { l.content = Hash{}; }));
    CHECK(refused(a_refusal(), [](Leaf& l) { l.revision = 0; }));
    CHECK(refused(an_admin_leaf(), [](Leaf& l) { l.document = 1; }));
    CHECK(refused(an_admin_leaf(), [](Leaf& l) { l.flow = "decision"; }));

    std::string out = "kept";
    Leaf leaf = a_step();
    leaf.department = "\xff";
    CHECK(encode_leaf(leaf, out).error().code == ErrorCode::malformed);
    leaf = a_step();
    leaf.expected_revision = 9007199254740992U;
    CHECK(encode_leaf(leaf, out).error().code == ErrorCode::malformed);
    CHECK(out == "kept");
}

TEST_CASE("leaf: reading names the member that is wrong") {
    const auto error = [](const std::function<void(json::object&)>& change, const Leaf& leaf) {
        json::value value = json::parse(bytes_of(leaf));
        change(value.get_object());
        std::string bytes;
        REQUIRE(write_canonical(value, bytes).has_value());
        const auto read = decode_leaf(bytes);
        return read ? std::string() : read.error().message;
    };
    const Leaf step = a_step();
    CHECK(error([](json::object&) {}, step).empty());
    CHECK(error([](json::object& o) { o["format"] = 2; }, step) ==
          "format is not known: this program reads format 1");
    CHECK(error([](json::object& o) { o["colour"] = 2; }, step) ==
          "the leaf has a member that is not known");
    CHECK(error([](json::object& o) { o["actor"].get_object()["name"] = "Li"; }, step) ==
          "actor has a member that is not known");
    CHECK(error([](json::object& o) { o["actor"].get_object()["id"] = 4294967296; }, step) ==
          "actor.id is not an integer in its range");
    CHECK(error([](json::object& o) { o["actor"].get_object()["id"] = -1; }, step) ==
          "actor.id is not an integer in its range");
    CHECK(error([](json::object& o) { o["actor"] = 1; }, step) == "actor is not an object");
    CHECK(error([](json::object& o) { o["on_behalf_of"] = 0; }, step) ==
          "on_behalf_of is not an integer in its range");
    CHECK(error([](json::object& o) { o["kind"] = "steps"; }, step) == "kind is not known");
    CHECK(error([](json::object& o) { o["document"] = 7; }, step) ==
          "document is not a number in a string");
    CHECK(error([](json::object& o) { o["document"] = "07"; }, step) ==
          "document is not a number in a string");
    CHECK(error([](json::object& o) { o["document"] = "18446744073709551616"; }, step) ==
          "document is not a number in a string");
    CHECK(error([](json::object& o) { o["content"] = "abc"; }, step) ==
          "content is not a hash in 64 lowercase hexadecimal digits");
    CHECK(error([](json::object& o) { o.erase("events"); }, step) ==
          "audit leaf: events that do not fit the kind");
    CHECK(error([](json::object& o) { o["events"] = "x"; }, step) == "events is not an array");
    CHECK(error([](json::object& o) { o["time"] = "2026-11-23T08:15:30Z"; }, step) ==
          "time is not a time like 2026-11-23T08:15:30.123Z");
    CHECK(error([](json::object& o) { o.erase("grants"); }, step) == "grants is missing");
    CHECK(error([](json::object& o) { o["department"] = ""; }, step) ==
          "department is not a string with something in it");
    CHECK(error([](json::object& o) { o["attachments"].emplace_array(); }, a_refusal()) ==
          "attachments does not fit the kind");
    CHECK(error([](json::object& o) { o["revision"] = 0; }, an_admin_leaf()) ==
          "the leaf has a member that is not known");
    CHECK_FALSE(decode_leaf("[]").has_value());
    CHECK_FALSE(decode_leaf("").has_value());
    CHECK_FALSE(decode_leaf(bytes_of(step) + "\n").has_value());
}

TEST_CASE("leaf: times have one spelling") {
    for (const char* text : {"1970-01-01T00:00:00.000Z", "2000-02-29T23:59:59.999Z",
                             "2026-11-23T08:15:30.123Z", "9999-12-31T23:59:59.999Z"}) {
        const auto value = parse_time_ms(text);
        REQUIRE(value.has_value());
        CHECK(format_time_ms(*value) == text);
    }
    CHECK(parse_time_ms("2026-11-23T08:15:30.123Z") == 1795421730123);
    for (const char* text :
         {"", "1969-12-31T23:59:59.999Z", "2026-02-29T00:00:00.000Z", "2026-11-23T24:00:00.000Z",
          "2026-11-23T08:60:00.000Z", "2026-11-23 08:15:30.123Z", "2026-11-23T08:15:30.123z",
          "2026-11-23T08:15:30.12Z", "2026-11-23T08:15:30.123+", "+026-11-23T08:15:30.123Z",
          "2026-11-23T08:15:60.000Z", "2026-1 -23T08:15:30.123Z"})
        CHECK_FALSE(parse_time_ms(text).has_value());
    CHECK_FALSE(format_time_ms(-1).has_value());
    CHECK_FALSE(format_time_ms(253402300800000).has_value());
}

TEST_CASE("leaf: a commitment is bound to its text and its salt") {
    Salt salt{};
    CHECK(to_hex(commit(salt, "")) == to_hex(sha256(std::string("\x02") + std::string(16, '\0'))));
    CHECK(commit(salt, "a") != commit(salt, "b"));
    Salt other = salt;
    other[15] = 1;
    CHECK(commit(salt, "a") != commit(other, "a"));
    CHECK(new_salt() != new_salt());
}

TEST_CASE("leaf: a commitment is found where it stands") {
    const Hash hash = commit(Salt{}, "标题");
    const std::string text =
        R"({"a/b~c":[")" + to_hex(hash) + R"("],"z":{"k":")" + to_hex(hash) + "\"}}";
    CHECK(find_commitment(text, hash) == std::vector<std::string>{"/a~1b~0c/0", "/z/k"});
    CHECK(find_commitment(text, commit(Salt{}, "别的")).empty());
    CHECK(find_commitment("not json", hash).empty());
    CHECK(hashes_in(text) == std::vector<Hash>{hash});
    CHECK(hashes_in("not json").empty());
}
