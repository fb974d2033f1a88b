#include "tests/crash/kill_desk.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "storage/audit/hash.hpp"

namespace gongkai::crash {

namespace json = boost::json;
using storage::audit::to_hex;

namespace {

constexpr const char* kReviewer = "sunli";
constexpr const char* kLeader = "zhoujie";
constexpr const char* kMachine = "city-oa";

std::string path_of(const KnownDocument& document) {
    return "/api/v1/documents/" + std::to_string(document.id);
}

std::string etag(std::uint32_t revision) {
    return "\"" + std::to_string(revision) + "\"";
}

json::array names_of(const std::vector<KnownFile>& files) {
    json::array out;
    for (const KnownFile& file : files)
        out.push_back(json::object{{"sha256", to_hex(file.digest)}, {"name", "附件.pdf"}});
    return out;
}

}  // namespace

Desk::Desk(const Bureau& bureau, std::uint64_t seed, unsigned number)
    : bureau_(bureau),
      random_(seed * 1'000 + number),
      number_(number),
      department_(number % 3 == 2 ? "pension" : "employment"),
      drafter_(number % 3 == 2 ? "zhaomin" : "lihua") {}

std::string Desk::words(std::size_t most) {
    constexpr const char* syllables[] = {"办理", "公开", "通知", "事项", "申请", "审核",
                                         "就业", "补贴", "材料", "期限", "，",   "。\n"};
    std::string out;
    for (std::size_t i = 1 + below(most); i > 0; --i)
        out += syllables[below(std::size(syllables))];
    // Never the same twice, so that an edit is one.
    return out + fmt::format("{}/{}", number_, ++named_);
}

// ---- choosing

std::vector<std::size_t> Desk::unfinished() const {
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < ledger_.documents.size(); ++i) {
        const std::string& state = ledger_.documents[i].state;
        if (state == "drafting" || state == "review" || state == "issuing") out.push_back(i);
    }
    return out;
}

Attempt Desk::choose() {
    const auto documents = unfinished();
    Attempt attempt;
    if (documents.size() < 3 || chance(5)) {
        attempt = open();
    } else {
        const std::size_t document = documents[below(documents.size())];
        const std::string& state = ledger_.documents[document].state;
        if (state == "drafting")
            attempt = in_drafting(document);
        else if (state == "review")
            attempt = in_review(document);
        else
            attempt = in_issuing(document);
        if (chance(30)) {
            const auto done =
                std::find_if(ledger_.documents.rbegin(), ledger_.documents.rend(),
                             [](const KnownDocument& one) { return one.state == "published"; });
            if (done != ledger_.documents.rend() && chance(20)) {
                const auto at = ledger_.documents.rend() - done - 1;
                attempt = act(static_cast<std::size_t>(at), kLeader, "take_down", "withdrawn");
            }
        }
    }
    // Most writes of careful clients have a key; one that is handed in can be repeated without.
    // One that is opened without could not be told from a second one.
    const bool keyless = attempt.method == "PUT" || !attempt.refusal.empty() ||
                         (attempt.after.revision() > 1 && chance(10));
    if (!keyless) {
        attempt.key = fmt::format("key-{}-{}", number_, ++named_);
        attempt.after.steps.back().key = attempt.key;
        attempt.after.steps.back().keyed_by = bureau_.accounts.at(attempt.login).id;
    }
    return attempt;
}

Attempt Desk::open() {
    Attempt attempt;
    attempt.document = ledger_.documents.size();
    KnownDocument& after = attempt.after;
    after.department = department_;
    after.title = words(6);
    after.body = words(chance(5) ? 20'000 : 300);
    after.steps.emplace_back();
    const json::object body{
        {"flow", "notice"},
        {"department", department_},
        {"fields",
         json::object{{"title", after.title}, {"body", after.body}, {"attribute", "proactive"}}}};
    attempt.body = json::serialize(body);
    attempt.login = drafter_;
    attempt.method = "POST";
    attempt.target = "/api/v1/documents";
    if (chance(30)) {
        attempt.login = kMachine;
        attempt.method = "PUT";
        after.source_id = fmt::format("{}-{}", number_, ++named_);
        attempt.target = "/api/v1/sources/oa/documents/" + after.source_id;
    }
    return attempt;
}

Attempt Desk::in_drafting(std::size_t document) {
    const KnownDocument& known = ledger_.documents[document];
    if (known.marked) {
        Attempt attempt = act(document, drafter_, "seal", "sealed");
        attempt.body = R"({"comment":"属于国家秘密"})";
        attempt.after.title.clear();
        attempt.after.body.clear();
        return attempt;
    }
    if (known.revision() > 1 && chance(8)) return stale(document);
    if (chance(4)) return refused(document, kReviewer, "clear", "wrong_state");
    if (chance(45)) return edit(document, false);
    if (chance(30)) return edit(document, true);
    return act(document, drafter_, "submit", "review");
}

Attempt Desk::in_review(std::size_t document) {
    if (chance(15)) return refused(document, drafter_, "clear", "role_missing");
    if (!ledger_.documents[document].claimed && chance(30)) return claim(document);
    if (chance(20)) return act(document, kReviewer, "return", "drafting");
    return act(document, kReviewer, "clear", "issuing");
}

Attempt Desk::in_issuing(std::size_t document) {
    if (chance(25)) return act(document, kLeader, "return", "drafting");
    return act(document, kLeader, "issue", "published");
}

Attempt Desk::edit(std::size_t document, bool attach) {
    const KnownDocument& known = ledger_.documents[document];
    Attempt attempt;
    attempt.document = document;
    attempt.login = drafter_;
    attempt.method = "PATCH";
    attempt.target = path_of(known);
    attempt.if_match = etag(known.revision());
    attempt.after = known;
    attempt.after.steps.emplace_back();
    json::object body;
    if (attach) {
        attempt.upload = words(2'000);
        attempt.after.files.push_back(
            {storage::audit::sha256(attempt.upload), attempt.upload.size()});
        body["attachments"] = names_of(attempt.after.files);
    } else {
        attempt.after.body = words(chance(5) ? 20'000 : 300);
        attempt.after.marked = chance(12);
        if (attempt.after.marked) attempt.after.body = "机密★10年\n" + attempt.after.body;
        json::object fields{{"body", attempt.after.body}};
        if (chance(30)) {
            attempt.after.title = words(6);
            fields["title"] = attempt.after.title;
        }
        body["fields"] = std::move(fields);
    }
    attempt.body = json::serialize(body);
    return attempt;
}

Attempt Desk::act(std::size_t document, const std::string& login, const std::string& action,
                  const std::string& to) {
    Attempt attempt;
    attempt.document = document;
    attempt.login = login;
    attempt.method = "POST";
    attempt.target = path_of(ledger_.documents[document]) + "/actions/" + action;
    if (action == "return") attempt.body = R"({"comment":"退回修改"})";
    if (action == "take_down") attempt.body = R"({"fields":{"withdrawal_reason":"内容有误"}})";
    attempt.after = ledger_.documents[document];
    attempt.after.state = to;
    attempt.after.claimed = false;
    attempt.after.steps.emplace_back();
    return attempt;
}

Attempt Desk::claim(std::size_t document) {
    Attempt attempt = act(document, kReviewer, "", "review");
    attempt.target = path_of(ledger_.documents[document]) + "/claim";
    attempt.after.claimed = true;
    return attempt;
}

Attempt Desk::refused(std::size_t document, const std::string& login, const std::string& action,
                      const std::string& reason) {
    Attempt attempt = act(document, login, action, "");
    attempt.after = ledger_.documents[document];
    attempt.refusal = reason;
    return attempt;
}

// An edit of what somebody has changed meanwhile.
Attempt Desk::stale(std::size_t document) {
    Attempt attempt = edit(document, false);
    attempt.if_match = etag(ledger_.documents[document].revision() - 1);
    attempt.after = ledger_.documents[document];
    attempt.refusal = "revision_conflict";
    return attempt;
}

// ---- asking

void Desk::work(std::uint16_t port, const std::function<void()>& answered) {
    client_ = std::make_unique<api::testing::HttpClient>(port);
    answered_ = answered;
    if (!look_back()) return;
    if (ledger_.open && !carry_out(*ledger_.open)) return;
    for (;;) {
        if (last_ && chance(4) && !repeat_last()) return;
        if (chance(1) && !log_in()) return;
        if (!carry_out(choose())) return;
    }
}

bool Desk::repeat_open(std::uint16_t port) {
    client_ = std::make_unique<api::testing::HttpClient>(port);
    answered_ = [] {};
    return look_back() && (!ledger_.open || carry_out(*ledger_.open));
}

HttpAnswer Desk::send(const Attempt& attempt) {
    HttpAsk request{attempt.method, attempt.target, bureau_.token(attempt.login), {}, attempt.body};
    if (!attempt.if_match.empty()) request.fields.emplace_back("If-Match", attempt.if_match);
    if (!attempt.key.empty()) request.fields.emplace_back("Idempotency-Key", attempt.key);
    return ask(*client_, request);
}

bool Desk::complain(const Attempt& attempt, const HttpAnswer& answer, const std::string& what) {
    complaints_.push_back(fmt::format("{}: {} {} of revision {} was answered {}", what,
                                      attempt.method, attempt.target, attempt.after.revision(),
                                      describe(answer)));
    return false;
}

// What was told in the last life still holds in this one.
bool Desk::look_back() {
    for (const std::string& token : ledger_.sessions) {
        const HttpAnswer self = ask(*client_, {"GET", "/api/v1/me", token, {}, ""});
        if (self.status == 0) return false;
        if (self.status != 200) {
            complaints_.push_back("a session is gone: " + describe(self));
            return false;
        }
    }
    ledger_.sessions.clear();
    if (ledger_.documents.empty()) return true;
    const KnownDocument& known = ledger_.documents[below(ledger_.documents.size())];
    const HttpAnswer seen = ask(*client_, {"GET", path_of(known), bureau_.token(drafter_), {}, ""});
    if (seen.status == 0) return false;
    if (seen.status == 200 && seen.header("ETag") == etag(known.revision())) return true;
    complaints_.push_back(fmt::format("document {} of revision {} is shown as {}", known.id,
                                      known.revision(), describe(seen)));
    return false;
}

bool Desk::carry_out(Attempt attempt) {
    // The server forgets who handed in what when it ends, so a file that was not attached yet is
    // handed in again.
    if (!attempt.upload.empty() && !hand_in(attempt.login, attempt.upload)) return false;
    ledger_.open = attempt;
    const HttpAnswer answer = send(attempt);
    // Not heard of, or turned away while the server is stopping.
    if (answer.status == 0 || answer.status == 503) return false;
    const bool well =
        attempt.refusal.empty() ? stepped(attempt, answer) : turned_away(attempt, answer);
    if (well) ledger_.open.reset();
    return well;
}

bool Desk::stepped(const Attempt& attempt, const HttpAnswer& answer) {
    const bool created = attempt.after.revision() == 1;
    const bool repeated = attempt.carried_out;
    // A document that is handed in again is not a new one.
    const unsigned status = created && !(repeated && attempt.method == "PUT") ? 201 : 200;
    if (answer.status != status) return complain(attempt, answer, "not carried out");
    if (answer.number("revision") != attempt.after.revision())
        return complain(attempt, answer, "another revision");
    const bool replayed = answer.header("Idempotency-Replayed") == "true";
    if (!attempt.key.empty() && replayed != repeated)
        return complain(attempt, answer, repeated ? "carried out again" : "answered before");
    const auto content = storage::audit::hash_from_hex(answer.text("content"));
    if (!content) return complain(attempt, answer, "no content hash");

    KnownDocument after = attempt.after;
    const std::string id = answer.text("id");
    if (after.id != 0 && id != std::to_string(after.id))
        return complain(attempt, answer, "another document");
    if (after.id == 0) after.id = std::stoull(id);
    after.steps.back().content = *content;
    // The leaf has the id of the request that was carried out.
    if (!repeated) after.steps.back().request = answer.header("X-Request-Id");
    if (attempt.document == ledger_.documents.size()) ledger_.documents.emplace_back();
    ledger_.documents[attempt.document] = after;
    if (!attempt.key.empty()) {
        last_ = attempt;
        last_->after = after;
        last_->carried_out = true;
    }
    answered_();
    return true;
}

bool Desk::turned_away(const Attempt& attempt, const HttpAnswer& answer) {
    if (answer.status < 400 || answer.text("code") != attempt.refusal)
        return complain(attempt, answer, "not refused for " + attempt.refusal);
    // One person's attempts are written down up to so many a minute.
    const auto* object = answer.json.if_object();
    if (object != nullptr && object->contains("record"))
        ledger_.refusals.push_back({attempt.after.id, attempt.refusal,
                                    answer.header("X-Request-Id"), answer.number("record")});
    answered_();
    return true;
}

bool Desk::hand_in(const std::string& login, const std::string& bytes) {
    const HttpAnswer answer = ask(*client_, {"POST",
                                             "/api/v1/attachments",
                                             bureau_.token(login),
                                             {{"Content-Type", "application/octet-stream"}},
                                             bytes});
    if (answer.status == 0 || answer.status == 503) return false;
    if (answer.status == 201 && answer.text("sha256") == to_hex(storage::audit::sha256(bytes)))
        return true;
    complaints_.push_back("a file was not taken: " + describe(answer));
    return false;
}

// Somebody clicks twice: the answer comes again, the step does not.
bool Desk::repeat_last() {
    const HttpAnswer answer = send(*last_);
    if (answer.status == 0 || answer.status == 503) return false;
    if (answer.header("Idempotency-Replayed") != "true")
        return complain(*last_, answer, "carried out again");
    if (answer.number("revision") != last_->after.revision())
        return complain(*last_, answer, "another revision");
    return true;
}

bool Desk::log_in() {
    const json::object body{{"login", drafter_},
                            {"password", bureau_.accounts.at(drafter_).password}};
    const HttpAnswer answer =
        ask(*client_, {"POST", "/api/v1/sessions", "", {}, json::serialize(body)});
    if (answer.status == 0) return false;
    if (answer.status == 201) ledger_.sessions.push_back(answer.text("token"));
    // Turned away where two others log in already: nothing was promised.
    return true;
}

}  // namespace gongkai::crash
