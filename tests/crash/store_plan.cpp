#include "tests/crash/store_plan.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "storage/audit/hash.hpp"

namespace gongkai::crash {
namespace {

using storage::Digest;
using storage::Instant;
using storage::Result;

constexpr std::int64_t start_ms = 1'790'000'000'000;
constexpr storage::PersonId actor = 7;
const std::array<storage::QueueKey, 3> queues{storage::QueueKey{"clerk", "employment"},
                                              storage::QueueKey{"reviewer", "employment"},
                                              storage::QueueKey{"signer", ""}};

Digest digest(const std::string& text) {
    return storage::audit::sha256(text);
}

std::string hex(const Digest& digest) {
    std::string out;
    for (const std::uint8_t byte : digest)
        out += fmt::format("{:02x}", byte);
    return out;
}

std::string key_of(std::uint64_t job) {
    return fmt::format("job-{}", job);
}

}  // namespace

PlannedJob Plan::next() {
    const std::uint64_t number = documents.jobs++;
    const Instant now{start_ms + static_cast<std::int64_t>(number) * 1'000};
    PlannedJob job;
    const std::uint64_t dice = below(20);
    job.kind = dice == 0 ? JobKind::failing : dice <= 2 ? JobKind::refusal : JobKind::step;
    const std::uint64_t id = 100 + below(10);
    const auto known = documents.revisions.find(id);
    const std::uint32_t before = known == documents.revisions.end() ? 0 : known->second;
    if (before == 0 && job.kind == JobKind::refusal) job.kind = JobKind::step;

    storage::StepRecord& step = job.step;
    step.created = before == 0;
    step.after.id = id;
    step.after.flow = "decision";
    step.after.definition = digest("decision");
    step.after.revision = before + 1;
    step.after.department = "employment";
    step.after.places = {{static_cast<engine::StateId>(below(4)), 0, actor, 0, 0, false, now}};
    step.after.fields = {engine::Committed{digest(key_of(number)), 5}, std::nullopt};
    step.after.content = digest(fmt::format("content {}", number));
    step.after.drafters = {actor};
    step.leaf = fmt::format(R"({{"document":{},"job":{},"kind":"{}","text":"{}"}})", id, number,
                            job.kind == JobKind::refusal ? "refusal" : "step",
                            std::string(below(12) == 0 ? below(9'000) : below(500), 'x'));
    if (step.created || below(5) == 0) step.title = fmt::format("文件 {}", number);
    if (step.created && below(2) == 0) step.external = {"oa", fmt::format("公文-{}", id)};
    if (below(2) == 0) {
        storage::Opening opening;
        opening.commitment = digest(key_of(number));
        opening.salt.fill(static_cast<std::uint8_t>(number));
        opening.text = std::string(20 + below(3'000), 'y');
        step.openings.push_back(std::move(opening));
    }
    for (std::uint64_t i = below(3); i > 0; --i) {
        const storage::QueueKey& queue = queues.at(below(queues.size()));
        storage::Task task;
        task.region = static_cast<engine::RegionId>(i);
        task.state = fmt::format("state-{}", below(4));
        task.role = queue.role;
        task.department = queue.department;
        task.since = now;
        if (below(2) == 0) task.due = now + 86'400'000;
        step.tasks.push_back(std::move(task));
    }
    if (below(3) == 0) step.timers.push_back({0, "publish", now + 1'000'000, below(2) == 0});
    step.outbox.push_back(
        {1, id, "cn.gongkai.document.moved", fmt::format(R"({{"job":{}}})", number), now});
    if (below(6) == 0) {
        storage::PublicDocument publication;
        publication.document = id;
        publication.flow = step.after.flow;
        publication.title = fmt::format("公开 {}", number);
        publication.fields = "{}";
        publication.attachments = {{digest("attachment"), 10, "附件.pdf"}};
        publication.proof_openings = "[]";
        publication.content = step.after.content;
        publication.department = step.after.department;
        publication.published_at = now;
        step.publication = std::move(publication);
    }
    if (below(4) == 0)
        step.links = {{100 + below(10), "materials", fmt::format("解读 {}", number), "政策文件"}};
    step.purge = before != 0 && below(40) == 0;

    job.key = {actor, key_of(number), digest(step.leaf), 200, "{}", now};
    if (job.kind == JobKind::step) documents.revisions[id] = before + 1;
    return job;
}

Result<void> write_job(storage::Transaction& transaction, const PlannedJob& job) {
    if (job.kind == JobKind::refusal) {
        TRY_VOID(transaction.write_leaf(job.step.after.id, job.step.leaf));
    } else {
        TRY_VOID(transaction.write_step(job.step));
    }
    TRY_VOID(transaction.write_idempotency(job.key));
    if (job.kind == JobKind::failing) {
        return engine::Error{engine::ErrorCode::conflict, "planned to fail"};
    }
    return {};
}

Result<std::string> photograph(storage::Store& store, std::uint64_t first_job,
                               std::uint64_t end_job) {
    constexpr std::size_t all = 100'000;
    const Instant far{start_ms * 2};
    std::string out;
    TRY_VOID(store.read([&](storage::Reader& reader) -> Result<void> {
        TRY(const std::uint64_t size, reader.tree_size());
        TRY(const Digest root, reader.tree_root(size));
        out += fmt::format("tree {} {}\n", size, hex(root));
        TRY(const auto leaves, reader.leaves(0, all));
        for (const auto& leaf : leaves) {
            out += fmt::format("leaf {} of {} after {}: {}\n", leaf.record, leaf.document,
                               leaf.previous, hex(storage::audit::sha256(leaf.bytes)));
        }
        TRY(const auto page, reader.documents({{}, {}, ~storage::DocumentId{0}, all, all}));
        for (const auto& row : page.rows) {
            const engine::Document& document = row.document;
            out += fmt::format("document {} revision {} record {} '{}' {} {} {}\n", document.id,
                               document.revision, row.last_record, row.title, row.source_id,
                               document.places.at(0).state, hex(document.content));
            TRY(auto openings, reader.openings(document.id));
            std::sort(openings.begin(), openings.end(),
                      [](const auto& a, const auto& b) { return a.commitment < b.commitment; });
            for (const auto& opening : openings) {
                out += fmt::format("  text {} {} {}\n", hex(opening.commitment), opening.salt[0],
                                   opening.text.size());
            }
        }
        for (const auto& queue : queues) {
            TRY(const std::uint64_t count, reader.count(queue));
            out += fmt::format("queue {} {}\n", queue.role, count);
            TRY(const auto rows, reader.worklist({&queue, 1}, 0, all));
            for (const auto& row : rows) {
                out += fmt::format("  task of {} '{}' {} {} {} {}\n", row.document, row.title,
                                   row.task.region, row.task.state, row.task.since.ms,
                                   row.task.due ? row.task.due->ms : 0);
            }
        }
        for (const bool provisional : {false, true}) {
            TRY(auto timers,
                provisional ? reader.provisional_timers(0, all) : reader.due_timers(far, all));
            for (const auto& [id, timer] : timers) {
                out += fmt::format("timer of {} {} {} {}\n", id, timer.name, timer.due.ms,
                                   timer.provisional);
            }
        }
        TRY(const std::uint64_t pending, reader.outbox_pending());
        out += fmt::format("outbox {}\n", pending);
        TRY(const auto ready, reader.outbox_ready(1, far, all));
        for (const auto& row : ready) {
            out += fmt::format("  to {} of {}: {}\n", row.message.subscriber, row.message.document,
                               row.message.payload);
        }
        return {};
    }));
    TRY_VOID(store.read_public([&](storage::PublicReader& reader) -> Result<void> {
        TRY(const auto page, reader.list("", std::nullopt, all));
        for (const auto& row : page.rows) {
            out += fmt::format("public {} '{}' record {} {} attached {}\n", row.document, row.title,
                               row.record, hex(row.content), row.attachments.size());
            TRY(const auto links, reader.links(row.document));
            for (const auto& link : links)
                out += fmt::format("link {} of {}: {} '{}'\n", link.document, row.document,
                                   link.relation_title, link.title);
        }
        return {};
    }));
    TRY_VOID(store.run([&](storage::Transaction& transaction) -> Result<void> {
        for (std::uint64_t job = first_job; job < end_job; ++job) {
            TRY(const auto found, transaction.find_idempotency(actor, key_of(job)));
            out += fmt::format("key {} {}\n", job, found ? hex(found->fingerprint) : "none");
        }
        return {};
    }));
    return out;
}

}  // namespace gongkai::crash
