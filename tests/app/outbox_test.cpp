#include "app/outbox.hpp"

#include <openssl/hmac.h>

#include <boost/json.hpp>
#include <chrono>
#include <cstdlib>
#include <future>

#include "app/log.hpp"
#include "app/retry_schedule.hpp"
#include "app/webhook.hpp"
#include "storage/audit/hash.hpp"
#include "storage/memory/memory_store.hpp"
#include "tests/app/office.hpp"
#include "tests/app/receiver.hpp"

namespace gongkai::app::testing {

namespace {

namespace json = boost::json;
using Numbers = std::vector<std::uint32_t>;

OutboxOptions options(std::vector<std::string> targets = {"127.0.0.1"}) {
    OutboxOptions options;
    options.allowed_targets = std::move(targets);
    options.limits = {10'000, 30'000};
    return options;
}

// The small office with an outbox that the test drives.
struct Post {
    Office office;
    Outbox outbox;

    explicit Post(OutboxOptions given = options(),
                  std::unique_ptr<storage::Store> store = storage::memory::open())
        : office(std::move(store)),
          outbox(*office.store, office.identity, office.clock, office.randomness, office.metrics,
                 TargetRules::parse(given.allowed_targets).value(), given) {}

    std::string subscribe(const std::string& url, std::uint32_t* id = nullptr) {
        auto added = office.administration.add_subscriber(office.admin("system"), {"OA", url, ""});
        auto& issued = std::get<Administration::IssuedSubscriber>(added);
        if (id != nullptr) *id = issued.id;
        return issued.secret;
    }
    std::vector<storage::OutboxRow> dead() {
        std::vector<storage::OutboxRow> rows;
        const auto query = [&](storage::Reader& reader) -> Result<void> {
            TRY(rows, reader.outbox_dead(0, 100));
            return {};
        };
        REQUIRE(office.store->read(query).has_value());
        return rows;
    }
    std::uint64_t pending() {
        std::uint64_t count = 0;
        const auto query = [&](storage::Reader& reader) -> Result<void> {
            TRY(count, reader.outbox_pending());
            return {};
        };
        REQUIRE(office.store->read(query).has_value());
        return count;
    }
    // What waits for a first or a next try, at any time.
    storage::OutboxRow waiting() {
        office.clock.advance_ms(365 * engine::ms_per_day);
        const auto rows = office.outbox();
        office.clock.advance_ms(-365 * engine::ms_per_day);
        REQUIRE(rows.size() == 1);
        return rows.front();
    }
    void send() {
        const auto sent = outbox.advance();
        INFO((sent ? "" : sent.error().message));
        REQUIRE(sent.has_value());
    }
};

// A member of the event, or of its data, that is a text.
std::string text_of(const Received& request, const char* name, bool data = false) {
    json::value event = json::parse(request.body);
    const json::value& member = data ? event.at("data").at(name) : event.at(name);
    return std::string(member.as_string());
}

// Revisions in the order in which they came.
Numbers revisions(const std::vector<Received>& requests) {
    Numbers numbers;
    for (const Received& request : requests)
        numbers.push_back(static_cast<std::uint32_t>(
            json::parse(request.body).at("data").at("revision").as_int64()));
    return numbers;
}

// Standard Webhooks, computed with another library than the outbox does.
std::string signature(const std::string& secret, const Received& request) {
    const auto key = storage::audit::from_base64(secret.substr(6));
    REQUIRE(key.has_value());
    const std::string text =
        request.id() + "." + request.headers.at("webhook-timestamp") + "." + request.body;
    unsigned char mac[32];
    unsigned size = sizeof mac;
    HMAC(EVP_sha256(), key->data(), static_cast<int>(key->size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac, &size);
    return "v1," + storage::audit::to_base64(storage::audit::as_view({mac, size}));
}

// Passes everything on, but fails the next so many commits that the outbox asks for.
class Forgetful : public storage::Store {
  public:
    explicit Forgetful(std::unique_ptr<storage::Store> store) : store_(std::move(store)) {}
    int forget = 0;

    Result<void> submit(storage::Job job, storage::Done done) override {
        if (forget == 0) return store_->submit(std::move(job), std::move(done));
        --forget;
        return store_->submit(
            [](storage::Transaction&) -> Result<void> {
                return engine::Error{engine::ErrorCode::storage_full, "no room"};
            },
            std::move(done));
    }
    Result<void> read(const std::function<Result<void>(storage::Reader&)>& query) override {
        return store_->read(query);
    }
    Result<void> read_public(
        const std::function<Result<void>(storage::PublicReader&)>& query) override {
        return store_->read_public(query);
    }
    storage::TreeHead head() override { return store_->head(); }
    double pressure() override { return store_->pressure(); }
    Result<void> writable() override { return store_->writable(); }
    void on_commit(std::function<void(const storage::TreeHead&)> observer) override {
        store_->on_commit(std::move(observer));
    }
    Result<void> backup(const std::string& path) override { return store_->backup(path); }
    void close() override { store_->close(); }

  private:
    std::unique_ptr<storage::Store> store_;
};

}  // namespace

TEST_CASE("outbox: a step is told as a signed CloudEvent, without any text of the document") {
    Post post;
    const Receiver receiver;
    const std::string secret = post.subscribe(receiver.url());
    const Done opened = post.office.draft();
    post.send();
    REQUIRE(receiver.received().size() == 1);
    const Received request = receiver.received().front();
    CHECK(request.line == "POST /hook HTTP/1.1");
    CHECK(request.headers.at("content-type") == "application/cloudevents+json; charset=utf-8");
    CHECK(request.headers.at("webhook-timestamp") ==
          std::to_string(post.office.clock.now().ms / 1'000));
    CHECK(request.headers.at("webhook-signature") == signature(secret, request));
    CHECK(request.headers.count("expect") == 0);
    CHECK(request.headers.count("authorization") == 0);
    const std::string id = std::to_string(opened.id);
    CHECK(text_of(request, "specversion") == "1.0");
    CHECK(text_of(request, "id") == id + "-1");
    CHECK(text_of(request, "source") == "urn:gongkai");
    CHECK(text_of(request, "type") == "cn.gongkai.document.opened");
    CHECK(text_of(request, "subject") == "documents/" + id);
    CHECK(text_of(request, "time") == "2026-03-02T01:00:00.000Z");
    CHECK(text_of(request, "datacontenttype") == "application/json");
    CHECK(text_of(request, "document", true) == id);
    CHECK(request.body.find("\"name\":\"drafting\"") != std::string::npos);
    CHECK(request.body.find("就业补助") == std::string::npos);
    CHECK(post.pending() == 0);
    CHECK(post.office.metrics.outbox_delivered == 1);
    CHECK(post.office.metrics.outbox_failed == 0);
    // Nothing is left to be sent a second time.
    post.send();
    CHECK(receiver.received().size() == 1);
}

TEMPLATE_TEST_CASE("outbox: the steps of a document arrive in their order", "",
                   GONGKAI_APP_STORES) {
    TestType backend;
    Post post(options(), backend.open());
    const Receiver receiver;
    post.subscribe(receiver.url());
    const Done published = post.office.publish();
    REQUIRE(published.revision == 4);
    CHECK(post.pending() == 4);
    post.send();
    CHECK(revisions(receiver.received()) == Numbers{1, 2, 3, 4});
    std::set<std::string> ids;
    for (const Received& request : receiver.received())
        ids.insert(request.id());
    CHECK(ids.size() == 4);
    CHECK(post.pending() == 0);
}

TEST_CASE("outbox: the next message of a document is not sent before the last one was answered") {
    Post post;
    std::promise<void> may_answer;
    const auto allowed = may_answer.get_future().share();
    // Both documents are asked for before the first is answered: side by side. Of each only one.
    const Receiver receiver([&](const Received&) {
        allowed.wait();
        return answered(200);
    });
    post.subscribe(receiver.url());
    post.office.publish();
    post.office.publish();
    auto sent = std::async(std::launch::async, [&] { return post.outbox.advance(); });
    CHECK(receiver.wait_for(2));
    CHECK(revisions(receiver.received()) == Numbers{1, 1});
    may_answer.set_value();
    CHECK(sent.get().has_value());
    const auto all = receiver.received();
    REQUIRE(all.size() == 8);
    std::map<std::string, Numbers> by_document;
    for (const Received& request : all)
        by_document[text_of(request, "subject")].push_back(revisions({request}).front());
    for (const auto& [document, order] : by_document)
        CHECK(order == Numbers{1, 2, 3, 4});
}

TEST_CASE("outbox: no more than so many requests are on their way to one subscriber") {
    OutboxOptions two = options();
    two.at_once = 2;
    Post post(two);
    std::mutex mutex;
    int now = 0;
    int most = 0;
    const Receiver receiver([&](const Received&) {
        {
            const std::lock_guard lock(mutex);
            most = std::max(most, ++now);
        }
        std::this_thread::yield();
        const std::lock_guard lock(mutex);
        --now;
        return answered(204);
    });
    post.subscribe(receiver.url());
    for (int i = 0; i < 7; ++i)
        post.office.draft();
    post.send();
    CHECK(receiver.received().size() == 7);
    CHECK(most <= 2);
}

TEST_CASE(
    "outbox: what was not taken is sent again with the same id, and holds up what is behind") {
    Post post;
    std::atomic<int> status{500};
    const Receiver receiver([&](const Received&) { return answered(status); });
    const std::string secret = post.subscribe(receiver.url());
    const Done opened = post.office.draft();
    post.office.act("clerk", opened.id, "submit");
    post.send();
    REQUIRE(receiver.received().size() == 1);
    const auto row = post.waiting();
    CHECK(row.attempts == 1);
    CHECK(row.last_error == "answered 500");
    CHECK(post.pending() == 2);
    CHECK(post.office.metrics.outbox_failed == 1);
    CHECK(post.office.metrics.outbox_dead == 0);

    // Not a moment too soon, and the one behind it not at all.
    post.office.clock.set(row.next_try - 1);
    post.send();
    CHECK(receiver.received().size() == 1);

    status = 200;
    post.office.clock.set(row.next_try);
    post.send();
    const auto all = receiver.received();
    CHECK(revisions(all) == Numbers{1, 1, 2});
    CHECK(all[1].id() == all[0].id());
    CHECK(all[1].body == all[0].body);
    CHECK(all[2].id() != all[0].id());
    CHECK(all[1].headers.at("webhook-timestamp") != all[0].headers.at("webhook-timestamp"));
    CHECK(all[1].headers.at("webhook-signature") == signature(secret, all[1]));
    CHECK(post.pending() == 0);
}

TEST_CASE("outbox: pauses grow over three days, then it is a dead letter that can be replayed") {
    Post post;
    std::atomic<int> status{503};
    const Receiver receiver([&](const Received&) { return answered(status); });
    post.subscribe(receiver.url());
    const Done opened = post.office.draft();
    post.office.act("clerk", opened.id, "submit");
    std::size_t tries = 0;
    for (const std::int64_t pause_s : kRetryPauses_s) {
        post.send();
        REQUIRE(receiver.received().size() == ++tries);
        REQUIRE(post.dead().empty());
        const std::int64_t pause = post.waiting().next_try - post.office.clock.now();
        CAPTURE(tries, pause);
        CHECK(pause >= pause_s * 900);
        CHECK(pause <= pause_s * 1'100);
        post.office.clock.advance_ms(pause);
    }
    CHECK(revisions(receiver.received()) == Numbers(kRetryPauses_s.size(), 1));
    const auto three_days = 3 * engine::ms_per_day;
    const auto took = post.office.clock.now() - *engine::parse_instant("2026-03-02T01:00:00.000Z");
    CHECK(took > three_days * 9 / 10);
    CHECK(took < three_days * 11 / 10);

    // The last try; then what stood behind it has its turn.
    post.send();
    const auto dead = post.dead();
    REQUIRE(dead.size() == 1);
    CHECK(dead[0].attempts == kRetryPauses_s.size() + 1);
    CHECK(dead[0].last_error == "answered 503");
    CHECK(post.office.metrics.outbox_dead == 1);
    CHECK(revisions(receiver.received()).back() == 2);
    post.office.clock.advance_ms(10 * engine::ms_per_day);
    status = 200;
    post.send();
    CHECK(post.pending() == 0);
    REQUIRE(post.dead().size() == 1);

    const auto replayed =
        post.office.administration.replay_message(post.office.admin("system"), dead[0].number);
    REQUIRE(std::holds_alternative<Nothing>(replayed));
    post.send();
    const auto all = receiver.received();
    CHECK(all.back().id() == all.front().id());
    CHECK(revisions(all).back() == 1);
    CHECK(post.dead().empty());
    CHECK(post.pending() == 0);
}

TEST_CASE("retry schedule: every pause is longer than the one before, and they end") {
    SeededRandomness randomness(7);
    std::int64_t total_s = 0;
    for (std::size_t i = 0; i < kRetryPauses_s.size(); ++i) {
        if (i > 0) CHECK(kRetryPauses_s[i] > kRetryPauses_s[i - 1]);
        total_s += kRetryPauses_s[i];
        std::set<std::int64_t> pauses;
        for (int chance = 0; chance < 20; ++chance)
            pauses.insert(*retry_pause_ms(static_cast<std::uint32_t>(i + 1), randomness));
        CHECK(pauses.size() > 10);
        CHECK(*pauses.begin() >= kRetryPauses_s[i] * 900);
        CHECK(*pauses.rbegin() <= kRetryPauses_s[i] * 1'100);
    }
    CHECK(total_s > 71 * 3'600);
    CHECK(total_s <= 72 * 3'600);
    CHECK_FALSE(retry_pause_ms(kRetryPauses_s.size() + 1, randomness).has_value());
    CHECK_FALSE(retry_pause_ms(~std::uint32_t{0}, randomness).has_value());
}

TEST_CASE("outbox: gone for good is a dead letter at once") {
    Post post;
    const Receiver receiver([](const Received&) { return answered(410); });
    post.subscribe(receiver.url());
    post.office.draft();
    post.send();
    REQUIRE(post.dead().size() == 1);
    CHECK(post.dead()[0].last_error == "answered 410");
    CHECK(receiver.received().size() == 1);
}

TEST_CASE("outbox: a redirect is not followed") {
    Post post;
    const Receiver elsewhere;
    const auto status = GENERATE(301, 302, 303, 307, 308);
    const Receiver receiver(
        [&](const Received&) { return answered(status, "Location: " + elsewhere.url() + "\r\n"); });
    post.subscribe(receiver.url());
    post.office.draft();
    post.send();
    CHECK(receiver.received().size() == 1);
    CHECK(elsewhere.received().empty());
    CHECK(post.waiting().last_error ==
          "answered " + std::to_string(status) + ": redirects are not followed");
}

TEST_CASE("outbox: an address that is not allowed is not asked, however it is written") {
    struct Case {
        std::vector<std::string> allowed;
        const char* host;
        const char* reason;
    };
    const char* unlisted = "is not an allowed target";
    const char* leads = "which is neither public nor an allowed address";
    const auto one = GENERATE_COPY(
        Case{{}, "127.0.0.1", unlisted}, Case{{"oa.example.cn"}, "127.0.0.1", unlisted},
        Case{{"127.0.0.2"}, "127.0.0.1", unlisted}, Case{{"127.0.0.1:1"}, "127.0.0.1", unlisted},
        Case{{}, "2130706433", unlisted}, Case{{}, "0x7f000001", unlisted},
        Case{{}, "0177.0.0.1", unlisted}, Case{{}, "127.1", unlisted},
        Case{{}, "[::ffff:127.0.0.1]", unlisted}, Case{{}, "[::1]", unlisted},
        Case{{}, "localhost", unlisted},
        // The name is listed, but leads to this very machine.
        Case{{"localhost"}, "localhost", leads}, Case{{"*.localhost"}, "oa.localhost", leads},
        Case{{"localhost", "10.0.0.0/8", "127.0.0.1:1"}, "localhost", leads});
    Post post(options(one.allowed));
    const Receiver receiver;
    post.subscribe(receiver.url(one.host));
    post.office.draft();
    post.send();
    CAPTURE(one.host);
    const auto row = post.waiting();
    CHECK(row.last_error.rfind("target refused: ", 0) == 0);
    CHECK_THAT(row.last_error, Catch::EndsWith(one.reason));
    CHECK(receiver.received().empty());
    // Configuration can be mended: it is tried again.
    CHECK(row.attempts == 1);
    CHECK(post.dead().empty());
}

TEST_CASE("outbox: a name is asked where both it and the address that it leads to are listed") {
    Post post(options({"localhost", "127.0.0.0/8"}));
    const Receiver receiver;
    post.subscribe(receiver.url("localhost"));
    post.office.draft();
    post.send();
    CHECK(receiver.received().size() == 1);
    CHECK(post.pending() == 0);
}

TEST_CASE("outbox: a proxy of the environment is not used") {
    const Receiver proxy;
    for (const char* name : {"http_proxy", "all_proxy", "ALL_PROXY"})
        ::setenv(name, proxy.url().c_str(), 1);
    Post post;
    const Receiver receiver;
    post.subscribe(receiver.url());
    post.office.draft();
    post.send();
    for (const char* name : {"http_proxy", "all_proxy", "ALL_PROXY"})
        ::unsetenv(name);
    CHECK(receiver.received().size() == 1);
    CHECK(proxy.received().empty());
}

TEST_CASE("outbox: a receiver that does not answer in time is a failure, and holds up nobody") {
    OutboxOptions hurried = options();
    hurried.limits.total_ms = 300;
    Post post(hurried);
    std::promise<void> end;
    const auto ended = end.get_future().share();
    const Receiver slow([&](const Received&) {
        ended.wait();
        return answered(200);
    });
    const Receiver quick;
    post.subscribe(slow.url());
    post.subscribe(quick.url());
    post.office.publish();
    post.send();
    CHECK(slow.received().size() == 1);
    CHECK(revisions(quick.received()) == Numbers{1, 2, 3, 4});
    CHECK_THAT(post.waiting().last_error, Catch::Contains("timed out"));
    end.set_value();
}

TEST_CASE("outbox: an answer is not read without end") {
    const std::string head = "HTTP/1.1 200 OK\r\n";
    const std::string lot(1'000, 'x');
    SECTION("a long body is thrown away; it was taken all the same") {
        std::string bytes = head + "Connection: close\r\n\r\n";
        for (int i = 0; i < 1'000; ++i)
            bytes += lot;
        const Receiver receiver([&](const Received&) { return bytes; });
        Post post;
        post.subscribe(receiver.url());
        post.office.draft();
        post.send();
        CHECK(post.pending() == 0);
        CHECK(receiver.received().size() == 1);
    }
    SECTION("a head without end is a failure") {
        std::string bytes = head;
        for (int i = 0; i < 200; ++i)
            bytes += "x-" + std::to_string(i) + ": " + lot + "\r\n";
        const Receiver receiver([&](const Received&) { return bytes; });
        Post post;
        post.subscribe(receiver.url());
        post.office.draft();
        post.send();
        CHECK(post.waiting().last_error == "answered with an endless head");
    }
    SECTION("nothing, and what is no HTTP, are failures") {
        const auto bytes = GENERATE(as<std::string>(), "", "HTTP/1.1 ", "200 OK\r\n\r\n",
                                    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab");
        const Receiver receiver([&](const Received&) { return bytes; });
        Post post;
        post.subscribe(receiver.url());
        post.office.draft();
        post.send();
        CAPTURE(bytes);
        CHECK_FALSE(post.waiting().last_error.empty());
    }
}

TEST_CASE("outbox: an acknowledgement that could not be written down loses no message") {
    auto opened = std::make_unique<Forgetful>(storage::memory::open());
    Forgetful& store = *opened;
    Post post(options(), std::move(opened));
    const Receiver receiver;
    post.subscribe(receiver.url());
    const Done draft = post.office.draft();
    post.office.act("clerk", draft.id, "submit");

    // While it cannot be written down nothing of the document is sent, neither again nor behind it.
    store.forget = 1;
    const auto failed = post.outbox.advance();
    REQUIRE_FALSE(failed.has_value());
    CHECK(failed.error().code == engine::ErrorCode::storage_full);
    CHECK(receiver.received().size() == 1);
    CHECK(post.pending() == 2);

    // Another process does not know of it: it sends the message again, and it is the same one.
    {
        Outbox another(*post.office.store, post.office.identity, post.office.clock,
                       post.office.randomness, post.office.metrics,
                       TargetRules::parse({"127.0.0.1"}).value(), options());
        REQUIRE(another.advance().has_value());
    }
    const auto all = receiver.received();
    CHECK(revisions(all) == Numbers{1, 1, 2});
    CHECK(all[0].id() == all[1].id());
    CHECK(post.pending() == 0);

    // The first hears that it was late, and is content.
    post.send();
    CHECK(receiver.received().size() == 3);
    CHECK(post.pending() == 0);
}

TEST_CASE("outbox: the messages of a stopped subscriber wait, and hide nothing of the others") {
    OutboxOptions one_at_once = options();
    one_at_once.at_once = 1;
    Post post(one_at_once);
    const Receiver stopped;
    const Receiver other;
    std::uint32_t id = 0;
    post.subscribe(stopped.url(), &id);
    post.subscribe(other.url());
    for (int i = 0; i < 5; ++i)
        post.office.draft();
    const auto set_active = [&](bool active) {
        const auto set = post.office.administration.set_subscriber_active(
            post.office.admin("system"), id, active);
        REQUIRE(std::holds_alternative<Nothing>(set));
    };
    set_active(false);
    post.send();
    CHECK(stopped.received().empty());
    CHECK(other.received().size() == 5);
    CHECK(post.pending() == 5);
    set_active(true);
    post.send();
    CHECK(stopped.received().size() == 5);
    CHECK(post.pending() == 0);
}

TEST_CASE("outbox: its thread sends what a commit brought") {
    OutboxOptions patient = options();
    patient.grace_ms = 60'000;
    Post post(patient);
    post.office.store->on_commit([&](const storage::TreeHead&) { post.outbox.wake(); });
    const Receiver receiver;
    post.subscribe(receiver.url());
    post.outbox.start();
    post.office.draft();
    CHECK(receiver.wait_for(1));
    post.office.draft();
    CHECK(receiver.wait_for(2));
    // What is on its way has a moment to be answered, and that is written down.
    post.outbox.stop();
    CHECK(post.pending() == 0);
    CHECK(receiver.received().size() == 2);
    post.office.draft();
    CHECK(post.pending() == 1);
    CHECK(receiver.received().size() == 2);
}

TEST_CASE("outbox: it stops while a receiver is silent, and sends the message again later") {
    OutboxOptions impatient = options();
    impatient.grace_ms = 0;
    Post post(impatient);
    std::promise<void> end;
    const auto ended = end.get_future().share();
    const Receiver receiver([&](const Received&) {
        ended.wait();
        return answered(200);
    });
    post.subscribe(receiver.url());
    post.office.draft();
    post.outbox.start();
    CHECK(receiver.wait_for(1));
    post.outbox.stop();
    CHECK(post.waiting().attempts == 0);
    end.set_value();
    post.send();
    const auto all = receiver.received();
    REQUIRE(all.size() == 2);
    CHECK(all[0].id() == all[1].id());
    CHECK(post.pending() == 0);
}

TEST_CASE("webhook: the signature is the one of the specification's example") {
    const std::string secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const auto signature = webhook_signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330,
                                             R"({"test": 2432232314})");
    REQUIRE(signature.has_value());
    CHECK(*signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    CHECK_FALSE(webhook_signature("secret", "a", 1, "b").has_value());
    CHECK_FALSE(webhook_signature("whsec_", "a", 1, "b").has_value());
    CHECK_FALSE(webhook_signature("whsec_*", "a", 1, "b").has_value());
}

TEST_CASE("webhook: an id stays with its message and belongs to no other") {
    const storage::OutboxMessage message{1, 7, "moved", "{\"id\":\"7-1\"}", Instant{5}};
    storage::OutboxMessage later = message;
    later.created = Instant{6};
    CHECK(webhook_id(message) == webhook_id(later));
    storage::OutboxMessage other = message;
    other.subscriber = 2;
    CHECK(webhook_id(message) != webhook_id(other));
    other = message;
    other.payload = "{\"id\":\"7-2\"}";
    CHECK(webhook_id(message) != webhook_id(other));
    CHECK(webhook_id(message).find('.') == std::string::npos);
}

}  // namespace gongkai::app::testing
