// Lies of an operator who has the signing key, and the finding that each must lead to.
#include <cstdlib>
#include <random>

#include "app/audit.hpp"
#include "storage/audit/canonical_json.hpp"
#include "storage/audit/hash.hpp"
#include "tests/app/forgery.hpp"

namespace gongkai::app::testing {

namespace {

namespace audit = storage::audit;

struct Lie {
    const char* name;
    std::function<std::string(Scene&, Forgery&)> tell;  // the finding that it must lead to
    bool structural = false;                            // found without the engine
    std::size_t most = 4;  // what the lie does not touch is not doubted
};

std::string leaf(const char* code, std::size_t index) {
    return std::string(code) + "@" + std::to_string(index);
}

audit::Leaf admin_leaf(const Scene& scene, const std::string& actor, const std::string& role,
                       const std::string& command, const std::string& events) {
    audit::Leaf leaf;
    leaf.kind = audit::LeafKind::admin;
    if (!actor.empty()) leaf.actor = scene.office.id(actor);
    if (!role.empty()) leaf.grants = {{role, {}, 0}};
    leaf.command = command;
    leaf.events = events;
    leaf.time_ms =
        audit::decode_leaf(const_cast<Office&>(scene.office).all_leaves().back().bytes)->time_ms;
    return leaf;
}

const std::vector<Lie>& lies() {
    static const std::vector<Lie> all{
        {"a drafter clears their own document",
         [](Scene& scene, Forgery& forgery) {
             const std::size_t at = forgery.step("\"clear\"");
             scene.by_another(forgery.at(at), "secrecy", "clerk");
             forgery.at(at).grants = {{"secrecy_officer", "employment", 0}};
             return leaf("step_refused", at);
         }},
        {"a document is issued while its signature is void",
         [](Scene&, Forgery& forgery) {
             forgery.drop(forgery.step("\"renew\""));
             return leaf("step_refused", forgery.step("\"issue\""));
         }},
        {"a step is left out",
         [](Scene&, Forgery& forgery) {
             forgery.drop(forgery.step("\"submit\""));
             // The next step is that a deadline ran out, which never began.
             return leaf("step_refused", forgery.step("\"tick\""));
         }},
        {"a purged document is worked on",
         [](Scene& scene, Forgery& forgery) {
             audit::Leaf submit = forgery.at(forgery.step("\"submit\""));
             submit.document = scene.second;
             submit.time_ms = forgery.leaves.back().time_ms;
             forgery.insert(forgery.leaves.size(), submit);
             return leaf("step_refused", forgery.leaves.size() - 1);
         }},
        {"a deadline ran out before its time",
         [](Scene&, Forgery& forgery) {
             const std::size_t at = forgery.step("\"tick\"");
             forgery.at(at).time_ms = forgery.at(at - 1).time_ms + 1;
             return leaf("step_refused", at);
         }},
        {"a step leads elsewhere",
         [](Scene&, Forgery& forgery) {
             const std::size_t at = forgery.step("\"clear\"");
             replace_all(forgery.at(at).events, "\"to\":\"issuing\"", "\"to\":\"published\"");
             return leaf("step_events", at);
         }},
        {"somebody else signed",
         [](Scene& scene, Forgery& forgery) {
             const std::size_t at = forgery.step("\"clear\"");
             const auto signer = [&](const char* login) {
                 return "\"signer\":" + std::to_string(scene.office.id(login));
             };
             replace_all(forgery.at(at).events, signer("secrecy"), signer("clerk2"));
             return leaf("step_events", at);
         }},
        {"a refusal is given another reason",
         [](Scene&, Forgery& forgery) {
             const std::size_t at = forgery.refusal("\"issue\"");
             forgery.at(at).reason = "role_missing";
             return leaf("refusal_reason", at);
         }},
        {"somebody is turned away without a reason",
         [](Scene&, Forgery& forgery) {
             audit::Leaf claim = forgery.at(forgery.step("\"claim\""));
             const std::size_t at = forgery.step("\"claim\"");
             claim.kind = audit::LeafKind::refusal;
             claim.events.clear();
             claim.content.reset();
             claim.attachments.clear();
             claim.reason = "role_missing";
             forgery.insert(at, claim);
             return leaf("refusal_unfounded", at);
         }},
        {"a role is kept from somebody who is then turned away",
         [](Scene&, Forgery& forgery) {
             audit::Leaf claim = forgery.at(forgery.step("\"claim\""));
             const std::size_t at = forgery.step("\"claim\"");
             claim.kind = audit::LeafKind::refusal;
             claim.events.clear();
             claim.content.reset();
             claim.attachments.clear();
             claim.grants.clear();
             claim.reason = "role_missing";
             forgery.insert(at, claim);
             return leaf("grants_not_held", at);
         }},
        {"somebody acts by another's role",
         [](Scene& scene, Forgery& forgery) {
             const std::size_t at = forgery.step("\"clear\"");
             scene.by_another(forgery.at(at), "secrecy", "stranger");
             // Who had claimed it gives way.
             forgery.drop(forgery.step("\"claim\""));
             forgery.drop(forgery.step("\"reassign\"", 1));
             forgery.drop(forgery.step("\"reassign\""));
             return leaf("grants_not_held", at - 3);
         }},
        {"somebody acts for a person who never appointed them",
         [](Scene& scene, Forgery& forgery) {
             const std::size_t at = forgery.step("\"submit\"");
             audit::Leaf& submit = forgery.at(at);
             submit.grants = {{"clerk", "employment", scene.office.id("clerk2")}};
             submit.on_behalf_of = scene.office.id("clerk2");
             return leaf("grants_not_held", at);
         }},
        {"a nobody acts",
         [](Scene&, Forgery& forgery) {
             const std::size_t at = forgery.step("\"submit\"");
             forgery.at(at).actor = 4'000;
             return leaf("grants_not_held", at);
         }},
        {"a person passes as a machine",
         [](Scene&, Forgery& forgery) {
             const std::size_t at = forgery.step("\"submit\"");
             forgery.at(at).actor_kind = audit::LeafActorKind::machine;
             return leaf("grants_not_held", at);
         }},
        {"more grants are stated than the step needed",
         [](Scene&, Forgery& forgery) {
             const std::size_t at = forgery.step("\"submit\"");
             forgery.at(at).grants.push_back({"secrecy_officer", "employment", 0});
             return leaf("step_grants", at);
         }},
        {"a task is handed to somebody who may not have it",
         [](Scene& scene, Forgery& forgery) {
             const std::size_t at = forgery.step("\"reassign\"");
             const auto number = [&](const char* login) {
                 return std::to_string(scene.office.id(login));
             };
             replace_all(forgery.at(at).command, "\"to\":" + number("clerk"),
                         "\"to\":" + number("clerk2"));
             replace_all(forgery.at(at).events, "\"person\":" + number("clerk"),
                         "\"person\":" + number("clerk2"));
             return leaf("grants_not_held", at);
         }},
        {"time goes back",
         [](Scene&, Forgery& forgery) {
             const std::size_t at = forgery.step("\"claim\"");
             forgery.at(at).time_ms -= 1;
             return leaf("time_backwards", at);
         },
         true},
        {"a document is judged by other rules in between",
         [](Scene&, Forgery& forgery) {
             const std::size_t at = forgery.step("\"clear\"");
             forgery.at(at).definition = forgery.add_definition(notice_flow(2)->source);
             return leaf("step_definition", at);
         }},
        {"a definition that is none",
         [](Scene&, Forgery& forgery) {
             const std::size_t at = forgery.step("\"open\"");
             for (audit::Leaf& leaf : forgery.leaves) {
                 if (leaf.definition) leaf.definition = forgery.add_definition("flow: notice\n");
             }
             return leaf("definition_malformed", at);
         }},
        {"a definition is not there",
         [](Scene&, Forgery& forgery) {
             forgery.definitions.clear();
             return leaf("definition_missing", forgery.step("\"open\""));
         },
         true},
        {"a calendar that is none",
         [](Scene&, Forgery& forgery) {
             const std::size_t at = forgery.step("\"clear\"");
             forgery.at(at).calendar = forgery.add_calendar("holidays: always\n");
             return leaf("calendar_malformed", at);
         }},
        {"a command that the flow cannot have",
         [](Scene&, Forgery& forgery) {
             const std::size_t at = forgery.step("\"clear\"");
             forgery.at(at).command = R"({"action":"clear","by":"magic","fields":{},"type":"act"})";
             return leaf("step_command", at);
         }},
        {"a document is opened under another's number",
         [](Scene& scene, Forgery& forgery) {
             const std::size_t at = forgery.step("\"open\"");
             replace_all(forgery.at(at).command, std::to_string(scene.first),
                         std::to_string(scene.second));
             return leaf("step_command", at);
         }},
        {"a body's note is overlooked",
         [](Scene&, Forgery& forgery) {
             const std::size_t at = forgery.step("\"open\"");
             replace_all(forgery.at(at).command, "\"body_note\":\"proactive\"",
                         "\"body_note\":\"absent\"");
             return leaf("step_text", at);
         },
         false, 20},  // every later step is on another content
        {"a text is said to be shorter than it is",
         [](Scene&, Forgery& forgery) {
             const std::size_t at = forgery.step("\"open\"");
             replace_all(forgery.at(at).command, "\"size\":9}", "\"size\":8}");
             return leaf("step_text", at);
         },
         false, 20},
        {"somebody says themselves that there is no mark of secrecy",
         [](Scene&, Forgery& forgery) {
             const std::size_t at = forgery.step("\"edit\"");
             replace_all(forgery.at(at).command, "{\"title\"", "{\"secrecy_mark\":false,\"title\"");
             return leaf("step_text", at);
         }},
        {"a person lets a deadline run out",
         [](Scene& scene, Forgery& forgery) {
             const std::size_t at = forgery.step("\"tick\"");
             forgery.at(at).actor_kind = audit::LeafActorKind::person;
             forgery.at(at).actor = scene.office.id("secrecy");
             return leaf("step_actor", at);
         }},
        {"the clock opens what only people may open",
         [](Scene&, Forgery& forgery) {
             const std::size_t at = forgery.step("\"open\"");
             forgery.at(at).actor_kind = audit::LeafActorKind::scheduler;
             forgery.at(at).actor = 0;
             forgery.at(at).grants.clear();
             return leaf("step_refused", at);
         }},
        {"the scheduler signs",
         [](Scene&, Forgery& forgery) {
             const std::size_t at = forgery.step("\"clear\"");
             forgery.at(at).actor_kind = audit::LeafActorKind::scheduler;
             forgery.at(at).actor = 0;
             return leaf("step_actor", at);
         }},
        {"another content was signed",
         [](Scene&, Forgery& forgery) {
             const std::size_t at = forgery.step("\"clear\"");
             forgery.at(at).content = audit::sha256("something else");
             return leaf("step_content", at);
         }},
        {"an attachment is smuggled in",
         [](Scene&, Forgery& forgery) {
             const std::size_t at = forgery.step("\"issue\"");
             forgery.at(at).attachments = {audit::sha256("a file")};
             return leaf("step_content", at);
         }},
        {"a document changes hands",
         [](Scene&, Forgery& forgery) {
             const std::size_t at = forgery.step("\"clear\"");
             forgery.at(at).department = "pension";
             return leaf("step_content", at);
         }},
        {"a clerk gives roles",
         [](Scene& scene, Forgery& forgery) {
             const std::string id = std::to_string(scene.office.id("clerk2"));
             const std::string roles = R"("roles":[{"department":"employment","role":"leader"}])";
             forgery.insert(
                 forgery.leaves.size(),
                 admin_leaf(scene, "clerk", kSecurityAdmin,
                            R"({"person":)" + id + "," + roles + R"(,"type":"set_roles"})",
                            R"([{"active":true,"machine":false,"person":)" + id + "," + roles +
                                R"(,"type":"person"}])"));
             return leaf("admin_not_allowed", forgery.leaves.size() - 1);
         }},
        {"an administrator gives roles to themselves",
         [](Scene& scene, Forgery& forgery) {
             const std::string id = std::to_string(scene.office.id("security"));
             const std::string roles = R"("roles":[{"department":"employment","role":"leader"}])";
             forgery.insert(
                 forgery.leaves.size(),
                 admin_leaf(scene, "security", kSecurityAdmin,
                            R"({"person":)" + id + "," + roles + R"(,"type":"set_roles"})",
                            R"([{"active":true,"machine":false,"person":)" + id + "," + roles +
                                R"(,"type":"person"}])"));
             return leaf("admin_not_allowed", forgery.leaves.size() - 1);
         }},
        {"a person comes from nowhere after the beginning",
         [](Scene& scene, Forgery& forgery) {
             forgery.insert(forgery.leaves.size(),
                            admin_leaf(scene, "", "", R"({"type":"bootstrap"})",
                                       R"([{"active":true,"machine":false,"person":77,"roles":[],)"
                                       R"("type":"person"}])"));
             return leaf("admin_not_allowed", forgery.leaves.size() - 1);
         }},
        {"a new name brings a role along",
         [](Scene& scene, Forgery& forgery) {
             const std::string id = std::to_string(scene.office.id("clerk2"));
             forgery.insert(
                 forgery.leaves.size(),
                 admin_leaf(scene, "system", kSystemAdmin,
                            R"({"person":)" + id + R"(,"type":"rename_person"})",
                            R"([{"active":true,"machine":false,"person":)" + id +
                                R"(,"roles":[{"department":"employment","role":"leader"}],)"
                                R"("type":"person"}])"));
             return leaf("admin_events", forgery.leaves.size() - 1);
         }},
        {"a role that was given is not in the record",
         [](Scene&, Forgery& forgery) {
             forgery.drop(forgery.act("set_roles"));
             return leaf("grants_not_held", forgery.refusal("\"clear\""));
         }},
    };
    return all;
}
}  // namespace

TEST_CASE("audit: an illegal history is found although every hash and signature is right") {
    Scene scene;
    for (const Lie& lie : lies()) {
        Forgery forgery(scene.office);
        const std::string expected = lie.tell(scene, forgery);
        const Forgery::Found found = forgery.found();
        std::string all;
        for (const std::string& one : found.all)
            all += one + " ";
        INFO(lie.name << ": " << expected << " among " << all);
        CHECK(found.structure.empty() == !lie.structural);
        CHECK(found.all.count(expected) == 1);
        CHECK(found.all.size() <= lie.most);
    }
}

// Numbers and names of commands replaced at random: what no server ever wrote.
TEST_CASE("audit: whatever a leaf says, the verification comes to an end") {
    const char* given = std::getenv("GONGKAI_SEED");
    const unsigned seed = given ? static_cast<unsigned>(std::atol(given)) : std::random_device{}();
    INFO("GONGKAI_SEED=" << seed);
    std::mt19937 random(seed);
    Scene scene;
    const std::vector<std::string> names{
        "clear",        "issue",   "review",     "drafting", "body",      "fields",
        "proactive",    "tick",    "migrate",    "open",     "act",       "attribute",
        "secrecy_mark", "publish", "department", "steps",    "formed_at", "9999-12-31"};
    for (int round = 0; round < 12; ++round) {
        Forgery forgery(scene.office);
        std::size_t mutated = 0;
        for (audit::Leaf& one : forgery.leaves) {
            if (random() % 3 != 0) continue;
            std::string& command = one.command;
            const std::size_t at = random() % command.size();
            const std::size_t quote = command.find('"', at);
            const std::size_t end =
                quote == std::string::npos ? quote : command.find('"', quote + 1);
            const std::size_t digit = command.find_first_of("0123456789", at);
            std::string next = command;
            if (random() % 2 == 0 && end != std::string::npos)
                next.replace(quote + 1, end - quote - 1, names[random() % names.size()]);
            else if (digit != std::string::npos)
                next[digit] = static_cast<char>('0' + random() % 10);
            // Members of an object may be out of order now: then it is no leaf at all.
            if (next == command || !audit::is_canonical(next)) continue;
            command = next;
            ++mutated;
        }
        // Some of it means the same as before, so nothing need be found.
        INFO(mutated << " leaves were changed");
        CHECK(forgery.found().structure.empty());
    }
}

}  // namespace gongkai::app::testing
