// The Store port: everything that the use-cases ask of a database, and no more. Implementations:
// storage/memory (the oracle of the contract tests) and storage/sqlite; PostgreSQL fits behind the
// same port. One contract suite runs on all (tests/storage/store_contract.hpp).
//
// Writing. A Job runs inside one atomic unit (SQLite: a savepoint on the single writer thread; a
// row lock elsewhere). It sees all earlier jobs, loads what it needs through Transaction, decides,
// and writes. When it returns an error, or throws, nothing of it remains. Several jobs are
// committed together (group commit); `done` is called only after that commit is durable, in the
// order of submission, on the writer's thread: it must be quick and must not throw. A job may be
// run again (SQLite: when another job of its group has to be undone; PostgreSQL: after a lost
// conflict), so it must have no effect but through its Transaction and what it captured for its own
// result, which it sets anew each time.
//
// Reading. A Reader is a consistent snapshot, valid inside the callback only, never older than the
// last commit that the caller was told of. Any thread. Callbacks must be short (a long reader
// starves the WAL checkpoint).
//
// Failing. storage_full: nothing was written, reading goes on. storage_broken: the caller must stop
// the process; every later call fails the same way. unavailable: the queue is full or the store is
// closing; nothing was taken on. integrity (from submit): opened on a database that does not extend
// its checkpoints; reading goes on, nothing is written.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/document.hpp"
#include "engine/result.hpp"

namespace gongkai::storage {

using engine::DepartmentCode;
using engine::Digest;
using engine::DocumentId;
using engine::Instant;
using engine::PersonId;
using engine::Result;

// Position of a record in the order of writing. In SQLite also its index in the tree; a store with
// a sequencer gives the index later, so ask Reader::leaf_index() and never compute with it.
using RecordId = std::uint64_t;
inline constexpr RecordId kNoRecord = ~RecordId{0};

struct StoredDocument {
    engine::Document document;
    RecordId last_record = kNoRecord;  // of the document's newest leaf; history is a chain of these
    Digest last_leaf{};                // leaf hash of its newest step, named by the next leaf
};

// Text and salt behind one commitment. Erased by a purge; the commitment in the leaf stays valid.
struct Opening {
    Digest commitment{};
    std::array<std::uint8_t, 16> salt{};
    std::string text;
};

// One entry of a worklist: everything that a page shows without opening the document.
struct Task {
    engine::RegionId region = 0;
    std::string state;          // state name
    std::string role;           // one row for each assignment of the state's worklist
    DepartmentCode department;  // empty: whoever holds the role, anywhere
    PersonId claimed_by = 0;
    Instant since{};
    std::optional<Instant> due;
    bool operator==(const Task&) const = default;
};

struct RunningTimer {
    engine::TimerId timer = 0;
    std::string name;
    Instant due{};
    bool provisional = false;
    bool operator==(const RunningTimer&) const = default;
};

// A message to another system or to people; sent by the outbox in order per document and
// subscriber.
struct OutboxMessage {
    std::uint32_t subscriber = 0;
    DocumentId document = 0;
    std::string type;  // e.g. "cn.gongkai.document.moved"
    std::string
        payload;  // JSON, complete; without texts of the document: a purge does not reach it
    Instant created{};
};

struct PublicAttachment {
    Digest digest{};
    std::uint64_t size = 0;
    std::string name;
};

// The public projection: only what may be shown. The portal reads nothing else.
struct PublicDocument {
    DocumentId document = 0;
    bool draft = false;      // put out for comment
    bool withdrawn = false;  // a stub: title and reason of withdrawal only, no content
    std::string flow;
    std::string title;
    std::string fields;  // JSON object: published fields by name
    std::vector<PublicAttachment> attachments;
    std::string proof_openings;  // JSON: salts of the published texts, for the offline proof
    Digest content{};
    DepartmentCode department;
    Instant published_at{};
    RecordId record = kNoRecord;  // of the step that wrote it; given by the store
};

// That the public may be told how two documents are related, from the time on at which both are
// public. As it is written: with the document above.
struct LinkBelow {
    DocumentId below = 0;
    std::string relation;
    std::string title;        // what the one below is to the one above: 解读材料
    std::string title_above;  // and the other way: 政策文件
    bool operator==(const LinkBelow&) const = default;
};
// As one of the two is read: the other one.
struct PublicLink {
    DocumentId document = 0;
    bool above = false;  // the other one stands above
    bool draft = false;
    std::string relation;
    std::string relation_title;  // what the other one is to this one
    std::string flow;
    std::string title;  // that the other one was published under
    bool operator==(const PublicLink&) const = default;
};

// What a repeated request is answered with. `fingerprint` is over method, path and body: the same
// key with another body is refused.
struct IdempotencyRecord {
    PersonId actor = 0;
    std::string key;
    Digest fingerprint{};
    std::uint16_t status = 0;
    std::string response;  // without texts of a document: a purge does not reach it
    Instant created{};
};
// Records older than this, counted from the newest, may be forgotten.
inline constexpr std::int64_t kIdempotencyKeptMs = 48 * engine::ms_per_hour;

// Everything that one step writes; all of it or nothing.
struct StepRecord {
    engine::Document after;  // with its new revision
    bool created = false;
    std::string leaf;               // exact bytes
    std::vector<Opening> openings;  // texts that came with the step
    // The text that lists show for the document, where this step gives it a new one. Kept beside
    // the openings (lists would have to look for it among them), erased with them.
    std::optional<std::string> title;
    std::vector<Task> tasks;  // the whole list as it is now; the store finds the difference
    std::vector<RunningTimer> timers;  // the whole list as it is now
    std::vector<OutboxMessage> outbox;
    std::optional<PublicDocument> publication;  // inserted or replaced
    // The whole list as it is now, in the order in which they were related; not given: as it was.
    std::optional<std::vector<LinkBelow>> links;
    // Erase every opening of the document (after `openings` are written), its title, and its public
    // projection unless `publication` replaces it. The text has left the disk when the job is done,
    // or as soon as the last reader that still sees it has ended.
    bool purge = false;
    std::optional<std::pair<std::string, std::string>>
        external;  // (source system, its id) with `created`
    // Under which the document is found from now on, for ever (app/assignment.hpp). Digests, so
    // that the time of a search tells nothing about the codes that exist.
    std::vector<Digest> codes;
};

// ---- directory
// -----------------------------------------------------------------------------------------------------

struct Department {
    DepartmentCode code;
    std::string title;
    DepartmentCode parent;  // empty: top
    bool active = true;
};
struct RoleHolding {
    std::string role;
    DepartmentCode department;
    bool operator==(const RoleHolding&) const = default;
};
struct Person {
    PersonId id = 0;
    std::string login;  // unique
    std::string name;
    bool machine = false;  // an account of another system (OA)
    bool active = true;
    std::string password_hash;  // argon2id, empty: cannot log in with one
    std::vector<RoleHolding> roles;
};
struct Deputy {  // 代理: `deputy` may exercise `principal`'s roles from `from` until before `until`
    std::uint32_t id = 0;
    PersonId principal = 0;
    PersonId deputy = 0;
    std::vector<std::string> roles;  // empty: all
    Instant from{}, until{};
    bool revoked = false;
};
struct MachineKey {
    std::uint32_t id = 0;
    PersonId person = 0;
    Digest secret_hash{};  // SHA-256 of the key; compared in constant time
    std::string label;
    Instant created{};
    std::optional<Instant> expires;
    bool revoked = false;
};
struct Session {
    Digest token_hash{};
    PersonId person = 0;
    Instant created{}, expires{};
};
struct Subscriber {  // who is told of every step
    std::uint32_t id = 0;
    std::string name;
    std::string url;
    std::string secret;  // Standard Webhooks signing secret (whsec_...)
    std::string source;  // only documents of this source system; empty: all
    bool active = true;
};
struct Directory {
    std::vector<Department> departments;
    std::vector<Person> people;
    std::vector<Deputy> deputies;
    std::vector<MachineKey> keys;
    std::vector<Subscriber> subscribers;
    std::uint64_t version = 0;  // grows with every change
};

// ---- catalogue
// -----------------------------------------------------------------------------------------------------

// One disclosure item (公开事项). Never deleted: an item that its catalogue no longer has is marked
// as ended, and is in force again when it comes back.
struct CatalogItem {
    std::uint64_t number = 0;  // given by the store when the item is new, kept for ever
    std::string code;          // JY-1.1; unique
    std::string catalog;       // name of the catalogue that it stands in
    std::string flow;          // by which its information is handled
    std::string level1;        // 一级事项
    std::string details;       // JSON object, complete: everything else about it
    std::optional<Instant> ended;
    // The document that last put it in force or ended it; 0: a file that was brought in.
    DocumentId document = 0;
    bool operator==(const CatalogItem&) const = default;
};
struct CatalogFilter {
    std::string catalog, flow, level1;  // each empty: any
    bool ended = false;                 // those that have ended too
    std::uint64_t after = 0;            // keyset: numbers above this
    std::size_t limit = 50;
};
struct CatalogPage {
    std::vector<CatalogItem> rows;      // by number
    std::optional<std::uint64_t> next;  // pass as `after`; nullopt: the end
};

// ---- writing
// -------------------------------------------------------------------------------------------------------

class Transaction {
  public:
    virtual ~Transaction() = default;

    virtual Result<std::optional<StoredDocument>> find_document(DocumentId id) = 0;
    virtual Result<std::optional<DocumentId>> find_external(const std::string& source,
                                                            const std::string& id) = 0;
    virtual Result<std::optional<IdempotencyRecord>> find_idempotency(PersonId actor,
                                                                      const std::string& key) = 0;
    virtual Result<std::vector<Opening>> openings(DocumentId id) = 0;
    // What is public of it now.
    virtual Result<std::optional<PublicDocument>> find_publication(DocumentId id) = 0;

    // The first of these that is so: conflict where `created` is set and the id or `external`
    // exists; not_found where the document is neither stored nor `created`; conflict where revision
    // is not the stored one + 1; conflict where one of `codes` exists.
    virtual Result<RecordId> write_step(const StepRecord& step) = 0;
    // A leaf without a change to a document: a refused attempt (of `document`) or an administrative
    // act (document 0). Where the document is stored, the leaf becomes the newest of its history
    // (last_record); its revision stays, and so does last_leaf: a refusal is a side branch that no
    // later leaf names.
    virtual Result<RecordId> write_leaf(DocumentId document, const std::string& leaf) = 0;
    virtual Result<void> write_idempotency(const IdempotencyRecord& record) = 0;

    // Directory. Ids of 0 are given by the store; put replaces the whole row.
    virtual Result<void> put_department(const Department& department) = 0;
    virtual Result<PersonId> put_person(const Person& person) = 0;  // conflict: login taken
    virtual Result<std::uint32_t> put_deputy(const Deputy& deputy) = 0;
    virtual Result<std::uint32_t> put_key(const MachineKey& key) = 0;
    virtual Result<std::uint32_t> put_subscriber(const Subscriber& subscriber) = 0;
    // Forgets sessions that had expired when this one was created.
    virtual Result<void> put_session(const Session& session) = 0;
    virtual Result<void> drop_session(const Digest& token_hash) = 0;
    virtual Result<void> drop_sessions_of(PersonId person) = 0;

    // Text of definitions and calendars, by digest: kept for ever, so that any history can be
    // replayed. Nothing happens where the digest is known.
    virtual Result<void> put_source(const Digest& digest, const std::string& kind,
                                    const std::string& name, const std::string& text) = 0;

    virtual Result<std::optional<CatalogItem>> find_catalog_item(const std::string& code) = 0;
    virtual Result<CatalogPage> catalog(const CatalogFilter& filter) = 0;
    // Replaces the item with this code, which keeps its number, or adds it. `number` is not looked
    // at.
    virtual Result<std::uint64_t> put_catalog_item(const CatalogItem& item) = 0;

    // Series of numbers (登记号, 索引号): 1, 2, 3 ... each for itself. What a job took is given
    // back where it fails; otherwise no number is ever given twice.
    virtual Result<std::uint64_t> take_number(const std::string& series) = 0;
    // Taken last; 0 where none was.
    virtual Result<std::uint64_t> last_number(const std::string& series) = 0;
    // The document with this code (StepRecord::codes).
    virtual Result<std::optional<DocumentId>> find_code(const Digest& code) = 0;

    // Outbox bookkeeping.
    virtual Result<void> outbox_delivered(std::uint64_t number) = 0;
    virtual Result<void> outbox_failed(std::uint64_t number, Instant next_try,
                                       const std::string& why) = 0;
    virtual Result<void> outbox_dead(std::uint64_t number, const std::string& why) = 0;
    virtual Result<void> outbox_replay(
        std::uint64_t number) = 0;  // not_found unless it is a dead letter
};

// ---- reading
// -------------------------------------------------------------------------------------------------------

struct StoredLeaf {
    RecordId record = kNoRecord;
    DocumentId document = 0;
    RecordId previous = kNoRecord;  // earlier record of the same document
    std::string bytes;
};
struct DocumentRow {
    engine::Document document;
    RecordId last_record = kNoRecord;
    std::string title;
    std::string source, source_id;  // of the city OA; empty
};
struct WorklistRow {
    std::uint64_t number = 0;  // keyset cursor: grows with arrival
    DocumentId document = 0;
    std::string flow;
    std::string title;
    Task task;
};
struct QueueKey {
    std::string role;
    DepartmentCode department;  // empty: the queue of "anywhere"
};
struct OutboxRow {
    std::uint64_t number = 0;
    OutboxMessage message;
    std::uint32_t attempts = 0;
    Instant next_try{};
    bool dead = false;
    std::string last_error;
};
struct DocumentFilter {
    std::vector<DepartmentCode> departments;  // what the caller may see; empty: no limit
    std::function<bool(const engine::Document&)>
        matches;                         // further conditions (state, attribute); may be empty
    DocumentId before = ~DocumentId{0};  // keyset: newest first, ids below this
    std::size_t limit = 50;              // rows returned
    std::size_t scan_limit = 5'000;      // rows looked at: then the page ends early with a cursor
};
struct DocumentPage {
    std::vector<DocumentRow> rows;
    std::optional<DocumentId> next;  // pass as `before`; nullopt: the end
};
struct PublicPage {
    std::vector<PublicDocument> rows;
    std::optional<std::uint64_t> next;
};

// What the public may see. Served through a connection that can read the publication tables only.
class PublicReader {
  public:
    virtual ~PublicReader() = default;
    virtual Result<std::optional<PublicDocument>> find(DocumentId id) = 0;
    // Newest first; of all flows where `flow` is empty.
    virtual Result<PublicPage> list(const std::string& flow, std::optional<std::uint64_t> before,
                                    std::size_t limit) = 0;
    virtual Result<bool> has_attachment(DocumentId id, const Digest& digest) = 0;
    // The documents that it is linked with, those above it first, by number. None where it is not
    // public or was withdrawn, and none that is not public or was withdrawn: nothing tells that
    // such a document exists, and nobody is led to what is no longer to be relied on.
    virtual Result<std::vector<PublicLink>> links(DocumentId id) = 0;
    virtual Result<CatalogPage> catalog(const CatalogFilter& filter) = 0;
};

class Reader {
  public:
    virtual ~Reader() = default;
    virtual Result<std::optional<DocumentRow>> find_document(DocumentId id) = 0;
    virtual Result<std::optional<DocumentId>> find_external(const std::string& source,
                                                            const std::string& id) = 0;
    // The document with this code (StepRecord::codes).
    virtual Result<std::optional<DocumentId>> find_code(const Digest& code) = 0;
    virtual Result<DocumentPage> documents(const DocumentFilter& filter) = 0;
    virtual Result<std::vector<Opening>> openings(DocumentId id) = 0;

    // Tasks of any of the queues, oldest first, numbers above `after`. Costs the page, not the
    // table.
    virtual Result<std::vector<WorklistRow>> worklist(std::span<const QueueKey> queues,
                                                      std::uint64_t after, std::size_t limit) = 0;
    virtual Result<std::uint64_t> count(const QueueKey& queue) = 0;

    virtual Result<std::vector<StoredLeaf>> history(RecordId newest,
                                                    std::size_t limit) = 0;  // newest first
    virtual Result<std::vector<StoredLeaf>> leaves(RecordId first,
                                                   std::size_t limit) = 0;  // in order
    virtual Result<std::optional<std::uint64_t>> leaf_index(RecordId record) = 0;
    virtual Result<std::uint64_t> tree_size() = 0;
    // Hash of a complete subtree, see storage/audit/merkle.hpp.
    virtual Result<Digest> tree_node(unsigned level, std::uint64_t index) = 0;
    virtual Result<Digest> tree_root(std::uint64_t size) = 0;

    virtual Result<std::vector<std::pair<DocumentId, RunningTimer>>> due_timers(
        Instant now, std::size_t limit) = 0;
    virtual Result<std::vector<std::pair<DocumentId, RunningTimer>>> provisional_timers(
        DocumentId after, std::size_t limit) = 0;
    virtual Result<Directory> directory() = 0;
    virtual Result<std::vector<Session>> sessions() = 0;
    virtual Result<std::optional<std::string>> source(const Digest& digest) = 0;
    struct Source {
        Digest digest{};
        std::string kind, name, text;
    };
    virtual Result<std::vector<Source>> sources() = 0;
    virtual Result<std::optional<CatalogItem>> find_catalog_item(const std::string& code) = 0;
    virtual Result<CatalogPage> catalog(const CatalogFilter& filter) = 0;

    // Messages ready to be sent to the subscriber: at most one a document, the oldest; none behind
    // a waiting one. Those that wait longest first. For each subscriber alone, so that one that is
    // slow or stopped hides nothing of the others.
    virtual Result<std::vector<OutboxRow>> outbox_ready(std::uint32_t subscriber, Instant now,
                                                        std::size_t limit) = 0;
    virtual Result<std::vector<OutboxRow>> outbox_dead(std::uint64_t after, std::size_t limit) = 0;
    virtual Result<std::uint64_t> outbox_pending() = 0;
};

// ---- the store
// -----------------------------------------------------------------------------------------------------

using Job = std::function<Result<void>(Transaction&)>;
using Done = std::function<void(Result<void>)>;

struct TreeHead {
    std::uint64_t size = 0;
    Digest root{};
};

class Store {
  public:
    virtual ~Store() = default;

    // Queues a job. unavailable where the queue is full (then `done` is not called).
    virtual Result<void> submit(Job job, Done done) = 0;
    // Queues a job and waits for its commit. Not from the writer's own thread.
    Result<void> run(Job job);

    virtual Result<void> read(const std::function<Result<void>(Reader&)>& query) = 0;
    virtual Result<void> read_public(const std::function<Result<void>(PublicReader&)>& query) = 0;

    // The tree as of the last durable commit. Any thread; cheap.
    virtual TreeHead head() = 0;
    // Fill of the queue, 0 .. 1, for shedding load before a body is read.
    virtual double pressure() = 0;
    // Why writing is refused now: integrity (the database does not extend a checkpoint that it was
    // opened with), storage_broken, storage_full (the last commit found no room; the next one tries
    // again), unavailable (closed). For readiness and metrics. Any thread; cheap.
    virtual Result<void> writable() = 0;
    // Called on the writer's thread after each group of jobs that were committed together (or
    // failed together), when all their completions have run: for what is worth doing once for all
    // of them. The head is that of the last durable commit. Set before the first submit.
    virtual void on_commit(std::function<void(const TreeHead&)> observer) = 0;

    // A complete, consistent copy into `path` (which must not exist), checked after it was written.
    virtual Result<void> backup(const std::string& path) = 0;
    // Finishes what was queued, then refuses. Called once.
    virtual void close() = 0;
};

}  // namespace gongkai::storage
