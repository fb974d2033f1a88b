// The use-cases of a document: every change is one step, decided by engine/decide and written with
// its record in one transaction; every look is checked by app/authorize first.
//
// Writing. submit() prepares what it can on the calling thread (salts and commitments of new texts,
// what the body says about itself), hands a job to the store and returns. The job loads the
// document, finds the definition that it is pinned to, turns names into numbers, decides, folds and
// writes ONE StepRecord: document, leaf, worklist, timers, messages, publication, idempotency. A
// text that did not change keeps its commitment, so that sending it again voids no signature. A
// refusal is written as a leaf too, at most `refusals_a_minute` for one actor.
//
// Reading. On the calling thread, each on one snapshot; Error `not_found` for what does not exist
// and for what the principal may not know of alike.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "app/calendars.hpp"
#include "app/clock.hpp"
#include "app/flow.hpp"
#include "app/idempotency.hpp"
#include "app/identity.hpp"
#include "app/input.hpp"
#include "app/metrics.hpp"
#include "app/outcome.hpp"
#include "app/refusal_bound.hpp"
#include "app/uploads.hpp"
#include "app/views.hpp"
#include "engine/tariff.hpp"
#include "storage/store.hpp"

namespace gongkai::app {

struct StepRequest {
    Principal principal;
    PersonId on_behalf_of = 0;  // act as this person's deputy only; 0: whichever role fits
    std::string request_id;
    std::optional<Idempotency> idempotency;
    engine::DocumentId document = 0;                 // not for Open and HandIn
    std::optional<std::uint32_t> expected_revision;  // If-Match
    Input input;
};

// What Documents is made of; all must outlive it.
struct DocumentParts {
    storage::Store& store;
    Flows& flows;
    Calendars& calendars;
    Identity& identity;
    Clock& clock;  // for reading; writing goes by the record's clock
    RecordClock& record_clock;
    Randomness& randomness;
    Uploads& uploads;
    Metrics& metrics;
};

struct DocumentOptions {
    unsigned refusals_a_minute = 60;           // leaves for refused attempts of one actor
    std::string event_source = "urn:gongkai";  // `source` of the CloudEvents that subscribers get
};

struct Resolved;

// A step as it was decided and folded. The references are good during the call only.
struct CarriedOut {
    const Flow& flow;
    const engine::Document* before;  // nullptr: it opened the document
    const engine::Document& after;
    const engine::Command& command;
    const engine::Decision& decision;
    Instant now{};
};

class Documents {
  public:
    Documents(DocumentParts parts, DocumentOptions options);
    ~Documents();
    Documents(const Documents&) = delete;
    Documents& operator=(const Documents&) = delete;

    using Answer = std::function<void(Outcome)>;

    // `answer` is called exactly once: after the commit is durable, on the store's writer thread
    // (it must be quick and must not throw), or before submit() returns where nothing was queued.
    void submit(StepRequest request, Answer answer);
    // The same, waited for. Not from the writer's thread.
    Outcome run(StepRequest request);
    // Each for itself, in this order; one answer when the last has ended.
    void submit_all(std::vector<StepRequest> requests,
                    std::function<void(std::vector<Outcome>)> answer);
    // From the scheduler: Tick, Recompute, and HandIn (document 0) for a duty that falls due.
    void submit_scheduled(engine::DocumentId document, Input input, Answer answer);

    Result<DocumentView> find(const Principal& principal, engine::DocumentId id);
    Result<engine::DocumentId> find_external(const Principal& principal, const std::string& source,
                                             const std::string& source_id);
    Result<DocumentList> list(const Principal& principal, const ListFilter& filter);
    // Own queues and those of the people deputised for.
    Result<WorklistPage> worklist(const Principal& principal, std::uint64_t after,
                                  std::size_t limit);
    Result<std::vector<QueueCount>> worklist_counts(const Principal& principal);
    Result<OffersView> offers(const Principal& principal, engine::DocumentId id,
                              PersonId on_behalf_of = 0);
    // Steps and refused attempts, newest first; `from`: HistoryPage::next, or kNoRecord.
    Result<HistoryPage> history(const Principal& principal, engine::DocumentId id,
                                storage::RecordId from = storage::kNoRecord,
                                std::size_t limit = 50);
    // What changed between two contents; `to`: nullopt is the present one. Error `not_found` where
    // the document never had such a content.
    Result<Difference> difference(const Principal& principal, engine::DocumentId id,
                                  const engine::Digest& from,
                                  const std::optional<engine::Digest>& to = std::nullopt);
    // The attachment as this document names it. Error `not_found` where it has none such.
    Result<AttachmentView> attachment(const Principal& principal, engine::DocumentId id,
                                      const engine::Digest& digest);

    // What fees that are written into documents are held against; nullptr: nothing. Any thread.
    void set_tariff(std::shared_ptr<const engine::Tariff> tariff);
    std::shared_ptr<const engine::Tariff> tariff() const;

    // Called for each step that was decided, before it is written, on the store's writer thread:
    // for whoever wants to see for themselves that it keeps the rules (app/year). Must be quick and
    // must not throw. A job that is run again after a lost conflict is told again. Set before the
    // first submit.
    void watch(std::function<void(const CarriedOut&)> watcher);

    // Called after the commit of a step that purged a document, with the digests of the files
    // that it had: on the store's writer thread, must be quick. Set before the first submit.
    void on_purge(std::function<void(std::vector<engine::Digest>)> erase);

  private:
    struct Step;
    void start(std::shared_ptr<Step> step);
    Result<void> carry_out(Step& step, storage::Transaction& transaction);
    Result<bool> answered_before(Step& step, storage::Transaction& transaction);
    Result<std::optional<engine::DocumentId>> handed_in_before(Step& step,
                                                               storage::Transaction& transaction);
    static bool handed_in_again(Step& step, const engine::Command& command);
    // Of a catalogue item that is named anew; nullopt where it may be.
    static Result<std::optional<Invalid>> wrong_catalog_item(const Step& step,
                                                             storage::Transaction& transaction,
                                                             const Resolved& resolved);
    // What the decision does to the catalogue, into step.items; or why it cannot.
    Result<std::optional<Invalid>> look_at_item(Step& step, storage::Transaction& transaction,
                                                const engine::Decision& decision,
                                                const Resolved& resolved) const;
    std::optional<Invalid> wrong_fee_in(const Step& step, const Resolved& resolved) const;
    static std::optional<Invalid> foreign_source(const Step& step);
    std::shared_ptr<const Flow> flow_of_new(const Step& step) const;
    Result<void> refuse(Step& step, storage::Transaction& transaction, engine::Refusal refusal,
                        const engine::Command* command);
    Result<void> write(Step& step, storage::Transaction& transaction,
                       const engine::Command& command, engine::Decision decision,
                       std::vector<storage::Opening> openings);
    engine::Verdict judge(const Step& step, const engine::Command& command) const;
    // Steps of a second document within the same job (documents_relate.cpp).
    Result<std::optional<Invalid>> find_kin(Step& step, storage::Transaction& transaction);
    static Result<bool> stands_above(storage::Transaction& transaction, engine::DocumentId above,
                                     const engine::Document& document);
    Step beside(const Step& step, storage::StoredDocument stored, std::shared_ptr<const Flow> flow,
                bool by_system) const;
    Result<void> write_open_under(Step& step, storage::Transaction& transaction,
                                  const engine::Open& open, engine::Decision decision,
                                  std::vector<storage::Opening> openings);
    Result<void> write_relate(Step& step, storage::Transaction& transaction,
                              const engine::Relate& relate, engine::Decision decision);
    // Each parent hears what the step changed for it.
    Result<void> tell_parents(const Step& step, storage::Transaction& transaction,
                              const std::vector<std::string>& tags_before,
                              const engine::Document& after);
    Result<void> publish(Step& step, storage::Transaction& transaction,
                         const engine::Decision& decision, storage::StepRecord& record);
    Result<void> tell(Step& step, storage::Transaction& transaction, const engine::Command& command,
                      const engine::Decision& decision, storage::StepRecord& record);
    void finish(Step& step, Result<void> committed);

    Result<DocumentView> view(storage::Reader& reader, const storage::DocumentRow& row);
    // nullopt where the actor may not see the other document.
    Result<std::optional<RelatedView>> related_view(storage::Reader& reader,
                                                    const engine::Actor& actor,
                                                    engine::DocumentId other);
    // The document, where the principal may see it; else Error not_found.
    struct Readable {
        storage::DocumentRow row;
        std::shared_ptr<const Flow> flow;
        engine::Actor actor;
    };
    Result<Readable> readable(storage::Reader& reader, const Principal& principal,
                              engine::DocumentId id);

    DocumentParts parts_;
    DocumentOptions options_;
    DocumentIds ids_;
    std::function<void(std::vector<engine::Digest>)> erase_;
    std::function<void(const CarriedOut&)> watcher_;

    mutable std::mutex tariff_mutex_;
    std::shared_ptr<const engine::Tariff> tariff_;

    RefusalBound refusals_;

    // Which other system a document came from, for the filter of subscribers.
    struct Origins;
    std::unique_ptr<Origins> origins_;
};

}  // namespace gongkai::app
