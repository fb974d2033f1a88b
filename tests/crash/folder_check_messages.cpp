// The outbox, and what other systems were told: every step at least once and in order, and no step
// that is not on the disk.
#include <fmt/core.h>

#include <algorithm>
#include <boost/json.hpp>

#include "tests/crash/folder_check.hpp"
#include "tests/crash/kill_bureau.hpp"

namespace gongkai::crash {

namespace json = boost::json;
using engine::Result;
using storage::audit::to_hex;

namespace {

constexpr engine::Instant kFar{std::int64_t{1} << 52};
constexpr std::size_t kAll = 1'000'000;

}  // namespace

void FolderCheck::check_messages(bool whole) {
    std::map<std::uint32_t, std::map<engine::DocumentId, std::size_t>> next;
    std::size_t waiting = 0;
    read([&](storage::Reader& reader) -> Result<void> {
        TRY(waiting, reader.outbox_pending());
        TRY(const auto dead, reader.outbox_dead(0, kAll));
        if (!dead.empty()) disagreed("a dead letter after a few seconds");
        for (const std::uint32_t subscriber : {kUnreachable, kReceiver}) {
            TRY(const auto ready, reader.outbox_ready(subscriber, kFar, kAll));
            for (const auto& row : ready)
                next[subscriber][row.message.document] = revision_of(row.message);
        }
        return {};
    });
    // Behind the first that waits there is every later step.
    std::size_t expected = 0;
    for (auto& [id, seen] : documents_) {
        const std::size_t steps = seen.steps.size();
        if (steps == 0) continue;
        if (next[kUnreachable][id] != 1)
            disagreed(fmt::format("document {}: what cannot be delivered is gone", id));
        std::size_t& first = next[kReceiver][id];
        if (first == 0) first = steps + 1;  // all of them were delivered
        expected += steps + (steps + 1 - first);
        check_told(id, first);
    }
    if (waiting != expected) disagreed(fmt::format("{} messages wait, not {}", waiting, expected));
    if (told_) {
        for (const auto& [id, steps] : *told_)
            if (documents_.count(id) == 0)
                disagreed(fmt::format("told of {}, which is not there", id));
    }
    if (whole) check_lanes(next);
}

// The receiver was told of everything before the step `first`, which is the next one for it.
void FolderCheck::check_told(engine::DocumentId id, std::size_t first) {
    if (!told_) return;
    const Seen& seen = documents_[id];
    std::size_t last = 0;
    for (const ToldStep& step : (*told_)[id]) {
        // The last one may come again: the server did not live to hear that it was taken.
        if (step.revision != last + 1 && step.revision != last)
            disagreed(fmt::format("told of step {} of {} after {}", step.revision, id, last));
        last = step.revision;
        if (last == 0 || last > seen.steps.size())
            return disagreed(fmt::format("told of step {} of {}, which is not there", last, id));
        if (step.leaf != to_hex(seen.leaf_hashes[last - 1]))
            disagreed(fmt::format("told something else of step {} of {}", last, id));
    }
    if (last + 1 < first) lost(fmt::format("nobody was told of step {} of {}", last + 1, id));
}

// Every message that waits. On a copy one may take them away, to see those behind.
void FolderCheck::check_lanes(
    std::map<std::uint32_t, std::map<engine::DocumentId, std::size_t>> next) {
    for (auto& [subscriber, lanes] : next) {
        for (std::vector<storage::OutboxRow> ready{{}}; !ready.empty();) {
            read([&, of = subscriber](storage::Reader& reader) -> Result<void> {
                TRY(ready, reader.outbox_ready(of, kFar, kAll));
                return {};
            });
            const auto taken = store_->run([&](storage::Transaction& transaction) -> Result<void> {
                for (const auto& row : ready)
                    TRY_VOID(transaction.outbox_delivered(row.number));
                return {};
            });
            if (!taken) return broken(taken.error().message);
            for (const auto& row : ready)
                check_message(row.message, lanes[row.message.document]++);
        }
    }
}

// It must be the message of the step with that revision.
void FolderCheck::check_message(const storage::OutboxMessage& message, std::size_t revision) {
    const Seen& seen = documents_[message.document];
    if (revision == 0 || revision > seen.steps.size())
        return disagreed("a message about no step: " + message.payload);
    const json::value event = json::parse(message.payload);
    const json::object& data = event.at("data").as_object();
    if (event.at("id").as_string() != fmt::format("{}-{}", message.document, revision) ||
        data.at("leaf").as_string() != to_hex(seen.leaf_hashes[revision - 1]) ||
        data.at("content").as_string() != to_hex(seen.steps[revision - 1].content))
        disagreed(fmt::format("not the message of step {}: {}", revision, message.payload));
}

std::size_t FolderCheck::revision_of(const storage::OutboxMessage& message) {
    boost::system::error_code malformed;
    const json::value event = json::parse(message.payload, malformed);
    if (malformed) {
        disagreed("a message that is no JSON: " + message.payload);
        return 0;
    }
    return event.at("data").at("revision").to_number<std::size_t>();
}

}  // namespace gongkai::crash
