#include "bench/load/recorded_office.hpp"

#include <future>

#include "app/administration.hpp"
#include "app/documents.hpp"
#include "app/log.hpp"
#include "app/sample.hpp"
#include "bench/load/story.hpp"
#include "language/rulebook.hpp"
#include "storage/sqlite/sqlite_store.hpp"

namespace gongkai::bench {

namespace {

using engine::Result;
using namespace storage;

// Passes everything on and takes down what steps write.
class RecordingTransaction final : public Transaction {
  public:
    RecordingTransaction(Transaction& inner, std::vector<Written>& written)
        : inner_(inner), written_(written) {}

    Result<RecordId> write_step(const StepRecord& step) override {
        written_.push_back({step, std::nullopt});
        return inner_.write_step(step);
    }
    Result<void> write_idempotency(const IdempotencyRecord& record) override {
        written_.back().idempotency = record;
        return inner_.write_idempotency(record);
    }

    Result<std::optional<StoredDocument>> find_document(DocumentId id) override {
        return inner_.find_document(id);
    }
    Result<std::optional<DocumentId>> find_external(const std::string& source,
                                                    const std::string& id) override {
        return inner_.find_external(source, id);
    }
    Result<std::optional<IdempotencyRecord>> find_idempotency(PersonId actor,
                                                              const std::string& key) override {
        return inner_.find_idempotency(actor, key);
    }
    Result<std::vector<Opening>> openings(DocumentId id) override { return inner_.openings(id); }
    Result<std::optional<PublicDocument>> find_publication(DocumentId id) override {
        return inner_.find_publication(id);
    }
    Result<RecordId> write_leaf(DocumentId document, const std::string& leaf) override {
        return inner_.write_leaf(document, leaf);
    }
    Result<void> put_department(const Department& one) override {
        return inner_.put_department(one);
    }
    Result<PersonId> put_person(const Person& one) override { return inner_.put_person(one); }
    Result<std::uint32_t> put_deputy(const Deputy& one) override { return inner_.put_deputy(one); }
    Result<std::uint32_t> put_key(const MachineKey& one) override { return inner_.put_key(one); }
    Result<std::uint32_t> put_subscriber(const Subscriber& one) override {
        return inner_.put_subscriber(one);
    }
    Result<void> put_session(const Session& one) override { return inner_.put_session(one); }
    Result<void> drop_session(const Digest& token) override { return inner_.drop_session(token); }
    Result<void> drop_sessions_of(PersonId person) override {
        return inner_.drop_sessions_of(person);
    }
    Result<void> put_source(const Digest& digest, const std::string& kind, const std::string& name,
                            const std::string& text) override {
        return inner_.put_source(digest, kind, name, text);
    }
    Result<std::optional<CatalogItem>> find_catalog_item(const std::string& code) override {
        return inner_.find_catalog_item(code);
    }
    Result<CatalogPage> catalog(const CatalogFilter& filter) override {
        return inner_.catalog(filter);
    }
    Result<std::uint64_t> put_catalog_item(const CatalogItem& item) override {
        return inner_.put_catalog_item(item);
    }
    Result<std::uint64_t> take_number(const std::string& series) override {
        return inner_.take_number(series);
    }
    Result<std::uint64_t> last_number(const std::string& series) override {
        return inner_.last_number(series);
    }
    Result<std::optional<DocumentId>> find_code(const Digest& code) override {
        return inner_.find_code(code);
    }
    Result<void> outbox_delivered(std::uint64_t n) override { return inner_.outbox_delivered(n); }
    Result<void> outbox_failed(std::uint64_t n, Instant next, const std::string& why) override {
        return inner_.outbox_failed(n, next, why);
    }
    Result<void> outbox_dead(std::uint64_t n, const std::string& why) override {
        return inner_.outbox_dead(n, why);
    }
    Result<void> outbox_replay(std::uint64_t n) override { return inner_.outbox_replay(n); }

  private:
    Transaction& inner_;
    std::vector<Written>& written_;
};

class RecordingStore final : public Store {
  public:
    explicit RecordingStore(std::unique_ptr<Store> inner) : inner_(std::move(inner)) {}

    Result<void> submit(Job job, Done done) override {
        return inner_->submit(
            [this, job = std::move(job)](Transaction& transaction) {
                RecordingTransaction recording(transaction, written);
                return job(recording);
            },
            std::move(done));
    }
    Result<void> read(const std::function<Result<void>(Reader&)>& query) override {
        return inner_->read(query);
    }
    Result<void> read_public(const std::function<Result<void>(PublicReader&)>& query) override {
        return inner_->read_public(query);
    }
    TreeHead head() override { return inner_->head(); }
    double pressure() override { return inner_->pressure(); }
    Result<void> writable() override { return inner_->writable(); }
    void on_commit(std::function<void(const TreeHead&)> observer) override {
        inner_->on_commit(std::move(observer));
    }
    Result<void> backup(const std::string& path) override { return inner_->backup(path); }
    void close() override { inner_->close(); }

    std::vector<Written> written;

  private:
    std::unique_ptr<Store> inner_;
};

app::Identity::Options cheap_passwords() {
    app::Identity::Options options;
    options.argon2_bytes = 8 * 1024;
    options.argon2_passes = 1;
    return options;
}

struct Office {
    Office() {
        app::RoleCatalog catalog;
        const auto files = must(language::load_directory("workflows"));
        const auto compilation = language::compile(files);
        if (!compilation.rulebook) must<void>(engine::Error{engine::ErrorCode::malformed, "rules"});
        std::vector<std::shared_ptr<const app::Flow>> all;
        for (const auto& flow : compilation.rulebook->flows)
            all.push_back(app::Flow::make(*flow));
        for (const auto& role : compilation.rulebook->roles)
            catalog.roles.push_back({role.name, role.title});
        must(flows.activate(std::move(all)));
        administration.set_roles(catalog);
        must(identity.load());
        must(app::create_sample(administration, identity, *randomness));
        must(store.run([](storage::Transaction& transaction) -> engine::Result<void> {
            TRY_VOID(transaction.put_catalog_item(
                {0, kStoryItem, "key_areas", kStoryFlow, "重点工作", "{}", std::nullopt, 0}));
            return {};
        }));
    }

    // On SQLite too: the store in memory is made for comparing, not for thousands of steps.
    sqlite::Options options() const {
        sqlite::Options options;
        options.path = folder / "recorded.db";
        return options;
    }

    // All at once, so that they share a commit.
    std::vector<app::Outcome> run(const std::string& login,
                                  std::vector<app::StepRequest> requests) {
        const auto directory = identity.directory();
        for (app::StepRequest& request : requests)
            request.principal = {directory->person(login)->id, false, {}};
        std::promise<std::vector<app::Outcome>> answered;
        documents.submit_all(std::move(requests), [&](std::vector<app::Outcome> outcomes) {
            answered.set_value(std::move(outcomes));
        });
        return answered.get_future().get();
    }

    std::unique_ptr<app::Clock> clock = app::system_clock();
    std::unique_ptr<app::Randomness> randomness = app::system_randomness();
    Folder folder;
    RecordingStore store{must(sqlite::open(options()))};
    app::Metrics metrics;
    app::RecordClock record_clock{*clock, {}};
    app::Identity identity{store, *clock, *randomness, cheap_passwords()};
    app::Flows flows{store};
    app::Calendars calendars{store};
    app::Uploads uploads;
    app::Documents documents{
        {store, flows, calendars, identity, *clock, record_clock, *randomness, uploads, metrics},
        {}};
    app::Administration administration{store, identity, record_clock, *randomness, metrics};
};

app::Input input_of(const Move& move, std::uint64_t number) {
    if (move.action != nullptr) {
        app::input::Act act;
        act.action = move.action;
        for (const auto& [name, value] : move.fields)
            act.fields.push_back({name, std::string(value)});
        return act;
    }
    app::input::Open open;
    open.flow = kStoryFlow;
    open.department = kStoryDepartment;
    open.fields = {{"title", story_title(number)},
                   {"summary", std::string(kStorySummary)},
                   {"body", story_body()},
                   {"formed_at", std::string("2026-11-20")},
                   {"attribute", std::string("proactive")},
                   {"catalog_item", std::string(kStoryItem)},
                   {"steps", app::Rows{{{"step", "核对"}, {"due", "2026-12-10"}}}}};
    return open;
}

}  // namespace

std::vector<Written> record_story(std::size_t documents, std::size_t side_by_side, bool keys) {
    Office office;
    std::uint64_t key = 0;
    for (std::size_t first = 0; first < documents; first += side_by_side) {
        const std::size_t group = std::min(side_by_side, documents - first);
        std::vector<engine::DocumentId> ids(group);
        for (const Move& move : story()) {
            std::vector<app::StepRequest> requests(group);
            for (std::size_t i = 0; i < group; ++i) {
                requests[i].request_id = "385148b3e1-0000000001";
                requests[i].document = ids[i];
                requests[i].input = input_of(move, first + i);
                if (keys) requests[i].idempotency = {"bench-key-" + std::to_string(key++), {}};
            }
            const auto outcomes = office.run(move.login, std::move(requests));
            for (std::size_t i = 0; i < group; ++i) {
                const auto* done = std::get_if<app::Done>(&outcomes[i]);
                if (done == nullptr) {
                    std::fprintf(stderr, "%s may not %s\n", move.login,
                                 move.action == nullptr ? "open" : move.action);
                    std::exit(1);
                }
                ids[i] = done->id;
            }
        }
    }
    return std::move(office.store.written);
}

}  // namespace gongkai::bench
