// One step's way into the tables.
#include <algorithm>

#include "storage/document_codec.hpp"
#include "storage/sqlite/links.hpp"
#include "storage/sqlite/writer_transaction.hpp"

namespace gongkai::storage::sqlite {

Result<RecordId> WriterTransaction::write_step(const StepRecord& step) {
    TRY(Row* const row, seen(load(step.after.id, nullptr)));
    TRY_VOID(seen(check_step(step, *row)));
    return write([&] { return apply_step(step, *row); });
}

// All that can be wrong with a step is found before anything is written.
Result<void> WriterTransaction::check_step(const StepRecord& step, const Row& row) {
    const DocumentId id = step.after.id;
    if (id == 0 || id > INT64_MAX)
        return Error{ErrorCode::invalid_argument, "a document needs an id from 1 to 2^63 - 1"};
    if (step.created) {
        if (row.stored)
            return Error{ErrorCode::conflict, "document " + std::to_string(id) + " exists already"};
        if (step.external) {
            TRY(const auto known, find_external(step.external->first, step.external->second));
            if (known)
                return Error{ErrorCode::conflict, step.external->second + " of " +
                                                      step.external->first + " is document " +
                                                      std::to_string(*known) + " already"};
        }
    } else if (!row.stored) {
        return Error{ErrorCode::not_found, "document " + std::to_string(id) + " does not exist"};
    } else if (step.after.revision != row.revision + 1) {
        return Error{ErrorCode::conflict, "document " + std::to_string(id) + " has revision " +
                                              std::to_string(row.revision) + ", the step makes " +
                                              std::to_string(step.after.revision)};
    }
    for (const Digest& code : step.codes) {
        TRY(const auto known, find_code(code));
        if (known) return Error{ErrorCode::conflict, "the code is another document's already"};
    }
    return {};
}

Result<RecordId> WriterTransaction::apply_step(const StepRecord& step, Row& row) {
    const engine::Document& after = step.after;
    TRY(const RecordId record, append_leaf(after.id, row.last_record, step.leaf));
    TRY_VOID(apply_tasks(after.id, record, step.tasks, row.keys.tasks));
    TRY_VOID(apply_timers(after.id, step.timers, row.keys.timers));
    TRY_VOID(apply_texts(step, row.keys.last_text));
    for (const OutboxMessage& message : step.outbox)
        TRY_VOID(apply_outbox(message));
    if (step.publication) TRY_VOID(apply_publication(*step.publication, record));
    if (step.links) TRY_VOID(put_links(connection_, after.id, *step.links));
    for (const Digest& code : step.codes) {
        TRY_VOID(connection_.statement("INSERT INTO codes(code, document) VALUES(?1, ?2)")
                     .bind_digest(1, code)
                     .bind_id(2, after.id)
                     .run());
    }

    TRY(const std::int64_t department, numbering_.name(after.department));
    body_.clear();
    encode_document(after, body_);
    keys_.clear();
    encode_keys(row.keys, keys_);
    const bool moved = !step.created && department != row.department;
    // Only the statement that names `department` looks at its index.
    Statement& put = connection_.statement(
        step.created ? "INSERT INTO documents"
                       "(id, revision, last_record, last_leaf, keys, body, department) "
                       "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)"
        : moved      ? "UPDATE documents SET revision = ?2, last_record = ?3, last_leaf = ?4, "
                       "keys = ?5, body = ?6, department = ?7 WHERE id = ?1"
                     : "UPDATE documents SET revision = ?2, last_record = ?3, last_leaf = ?4, "
                       "keys = ?5, body = ?6 WHERE id = ?1");
    put.bind_id(1, after.id)
        .bind(2, after.revision)
        .bind_id(3, record)
        .bind_digest(4, last_leaf_)
        .bind_blob(5, keys_)
        .bind_blob(6, body_);
    if (step.created || moved) put.bind(7, department);
    TRY_VOID(put.run());

    row.stored = true;
    row.department = department;
    row.revision = after.revision;
    row.last_record = record;
    job_purges_ = job_purges_ || step.purge;
    return record;
}

// ---- worklist
// -------------------------------------------------------------------------------------

// A task that is still the same arrival (queue, region, state, since) keeps its place in the queue,
// whoever has claimed it; any other is a new arrival. Numbers come from the record, so that they
// grow with arrival and need no counter of their own.
Result<void> WriterTransaction::apply_tasks(DocumentId document, RecordId record,
                                            const std::vector<Task>& tasks,
                                            std::vector<TaskKey>& stored) {
    new_tasks_.clear();
    for (const Task& task : tasks) {
        TaskKey key;
        TRY(key.queue, numbering_.queue(task.role, task.department));
        TRY(key.state, numbering_.name(task.state));
        key.region = task.region;
        key.claimed_by = task.claimed_by;
        key.since = task.since.ms;
        if (task.due) key.due = task.due->ms;
        new_tasks_.push_back(key);
    }
    std::uint64_t arrivals = 0;
    for (TaskKey& task : new_tasks_) {
        const auto same = std::find_if(stored.begin(), stored.end(), [&task](const TaskKey& old) {
            return old.queue == task.queue && old.region == task.region &&
                   old.state == task.state && old.since == task.since;
        });
        if (same != stored.end()) {
            task.number = same->number;
            const bool changed = !(*same == task);
            stored.erase(same);
            if (!changed) continue;
            Statement& update = connection_.statement(
                "UPDATE tasks SET claimed_by = ?3, due = ?4 WHERE queue = ?1 AND number = ?2");
            update.bind(1, task.queue).bind_id(2, task.number).bind(3, task.claimed_by);
            task.due ? update.bind(4, *task.due) : update.bind_null(4);
            TRY_VOID(update.run());
            continue;
        }
        if (arrivals == kTasksPerStep)
            return Error{ErrorCode::invalid_argument, "a step gives too many tasks"};
        task.number = first_task_number(record) + arrivals++;
        Statement& insert = connection_.statement(
            "INSERT INTO tasks(queue, number, document, region, state, claimed_by, since, due) "
            "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
        insert.bind(1, task.queue)
            .bind_id(2, task.number)
            .bind_id(3, document)
            .bind(4, task.region)
            .bind(5, task.state)
            .bind(6, task.claimed_by)
            .bind(7, task.since);
        task.due ? insert.bind(8, *task.due) : insert.bind_null(8);
        TRY_VOID(insert.run());
        job_counts_.emplace_back(task.queue, 1);
    }
    for (const TaskKey& gone : stored) {
        TRY_VOID(connection_.statement("DELETE FROM tasks WHERE queue = ?1 AND number = ?2")
                     .bind(1, gone.queue)
                     .bind_id(2, gone.number)
                     .run());
        job_counts_.emplace_back(gone.queue, -1);
    }
    stored = new_tasks_;
    return {};
}

// ---- timers
// ---------------------------------------------------------------------------------------

Result<void> WriterTransaction::apply_timers(DocumentId document,
                                             const std::vector<RunningTimer>& timers,
                                             std::vector<TimerKey>& stored) {
    new_timers_.clear();
    for (const RunningTimer& timer : timers) {
        TRY(const std::int64_t name, numbering_.name(timer.name));
        new_timers_.push_back({timer.due.ms, timer.timer, name, timer.provisional});
    }
    for (const TimerKey& old : stored) {
        if (std::find(new_timers_.begin(), new_timers_.end(), old) != new_timers_.end()) continue;
        TRY_VOID(
            connection_
                .statement("DELETE FROM timers WHERE due = ?1 AND document = ?2 AND timer = ?3")
                .bind(1, old.due)
                .bind_id(2, document)
                .bind(3, old.timer)
                .run());
    }
    for (const TimerKey& timer : new_timers_) {
        if (std::find(stored.begin(), stored.end(), timer) != stored.end()) continue;
        TRY_VOID(connection_
                     .statement("INSERT INTO timers(due, document, timer, name, provisional) "
                                "VALUES(?1, ?2, ?3, ?4, ?5)")
                     .bind(1, timer.due)
                     .bind_id(2, document)
                     .bind(3, timer.timer)
                     .bind(4, timer.name)
                     .bind(5, timer.provisional ? 1 : 0)
                     .run());
    }
    stored = new_timers_;
    return {};
}

// ---- texts
// ----------------------------------------------------------------------------------------

Result<void> WriterTransaction::apply_texts(const StepRecord& step, TextNumber& last_text) {
    const DocumentId id = step.after.id;
    TextNumber title = 0;
    if (step.purge) {
        // What comes with the step is gone before it was there.
        TRY_VOID(erase_texts(connection_, std::exchange(last_text, 0)));
        TRY_VOID(erase_publication(id));
    } else {
        for (const Opening& opening : step.openings) {
            TRY(last_text, append_opening(connection_, last_text, opening));
        }
        if (step.title) {
            TRY(last_text, append_title(connection_, last_text, *step.title));
            title = last_text;
        }
    }
    if (step.created) return insert_caption(step, title);
    if (!step.title && !step.purge) return {};
    return connection_.statement("UPDATE captions SET title = ?2 WHERE document = ?1")
        .bind_id(1, id)
        .bind_id(2, title)
        .run();
}

Result<void> WriterTransaction::insert_caption(const StepRecord& step, TextNumber title) {
    const DocumentId id = step.after.id;
    TRY(const std::int64_t flow, numbering_.name(step.after.flow));
    const std::string_view source = step.external ? step.external->first : std::string_view();
    const std::string_view source_id = step.external ? step.external->second : std::string_view();
    TRY_VOID(connection_
                 .statement("INSERT INTO captions(document, flow, title, source, source_id) "
                            "VALUES(?1, ?2, ?3, ?4, ?5)")
                 .bind_id(1, id)
                 .bind(2, flow)
                 .bind_id(3, title)
                 .bind_text(4, source)
                 .bind_text(5, source_id)
                 .run());
    if (!step.external) return {};
    return connection_
        .statement("INSERT INTO externals(source, source_id, document) VALUES(?1, ?2, ?3)")
        .bind_text(1, source)
        .bind_text(2, source_id)
        .bind_id(3, id)
        .run();
}

// ---- the public projection
// ------------------------------------------------------------------------

Result<void> WriterTransaction::erase_publication(DocumentId document) {
    return connection_
        .statement(
            "UPDATE publications SET live = 0, body = zeroblob(length(body)) "
            "WHERE document = ?1 AND live = 1")
        .bind_id(1, document)
        .run();
}

Result<void> WriterTransaction::apply_publication(const PublicDocument& publication,
                                                  RecordId record) {
    TRY_VOID(erase_publication(publication.document));
    encode_publication(publication, publication_);
    return connection_
        .statement(
            "INSERT INTO publications(record, document, live, flow, body) "
            "VALUES(?1, ?2, 1, ?3, ?4)")
        .bind_id(1, record)
        .bind_id(2, publication.document)
        .bind_text(3, publication.flow)
        .bind_blob(4, publication_)
        .run();
}

}  // namespace gongkai::storage::sqlite
