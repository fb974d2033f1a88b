// The outbox: for each subscriber and document at most one message is ready, the oldest that waits;
// the others stand behind it. A dead letter stands aside and holds nobody up.
#include "storage/sqlite/writer_transaction.hpp"

namespace gongkai::storage::sqlite {

namespace {

enum OutboxState : std::int64_t { ready = 0, behind = 1, dead = 2 };

Error no_such_message(std::uint64_t number, const char* kind) {
    return Error{ErrorCode::not_found,
                 "outbox message " + std::to_string(number) + " is not " + kind};
}

struct Lane {
    std::uint32_t subscriber = 0;
    DocumentId document = 0;
    std::int64_t state = ready;
};

Result<std::optional<Lane>> find_lane(Connection& connection, std::uint64_t number) {
    Statement& find =
        connection.statement("SELECT subscriber, document, state FROM outbox WHERE number = ?1");
    const Cursor cursor(find);
    TRY(const bool known, find.bind_id(1, number).step());
    if (!known) return std::optional<Lane>();
    return std::optional(
        Lane{static_cast<std::uint32_t>(find.integer(0)), find.id(1), find.integer(2)});
}

}  // namespace

Result<void> WriterTransaction::apply_outbox(const OutboxMessage& message) {
    Statement& insert = connection_.statement(
        "INSERT INTO outbox(subscriber, document, type, payload, created, next_try, state) "
        "VALUES(?1, ?2, ?3, ?4, ?5, ?5, EXISTS(SELECT 1 FROM outbox "
        "WHERE subscriber = ?1 AND document = ?2 AND state < 2))");
    return insert.bind(1, message.subscriber)
        .bind_id(2, message.document)
        .bind_text(3, message.type)
        .bind_text(4, message.payload)
        .bind(5, message.created.ms)
        .run();
}

// Makes the oldest waiting message of the lane the one that is ready, and no other.
Result<void> WriterTransaction::promote_outbox(std::uint32_t subscriber, DocumentId document) {
    return connection_
        .statement(
            "UPDATE outbox SET state = 0 WHERE number = (SELECT number FROM outbox "
            "WHERE subscriber = ?1 AND document = ?2 AND state < 2 "
            "ORDER BY number LIMIT 1) AND state <> 0")
        .bind(1, subscriber)
        .bind_id(2, document)
        .run();
}

Result<void> WriterTransaction::outbox_delivered(std::uint64_t number) {
    TRY(const auto lane, seen(find_lane(connection_, number)));
    if (!lane || lane->state == dead) return no_such_message(number, "waiting");
    return write([&]() -> Result<void> {
        TRY_VOID(
            connection_.statement("DELETE FROM outbox WHERE number = ?1").bind_id(1, number).run());
        return promote_outbox(lane->subscriber, lane->document);
    });
}

Result<void> WriterTransaction::outbox_failed(std::uint64_t number, Instant next_try,
                                              const std::string& why) {
    TRY(const auto lane, seen(find_lane(connection_, number)));
    if (!lane || lane->state == dead) return no_such_message(number, "waiting");
    return write([&] {
        return connection_
            .statement(
                "UPDATE outbox SET attempts = attempts + 1, next_try = ?2, last_error = ?3 "
                "WHERE number = ?1")
            .bind_id(1, number)
            .bind(2, next_try.ms)
            .bind_text(3, why)
            .run();
    });
}

Result<void> WriterTransaction::outbox_dead(std::uint64_t number, const std::string& why) {
    TRY(const auto lane, seen(find_lane(connection_, number)));
    if (!lane || lane->state == dead) return no_such_message(number, "waiting");
    return write([&]() -> Result<void> {
        TRY_VOID(connection_
                     .statement("UPDATE outbox SET attempts = attempts + 1, state = 2, "
                                "last_error = ?2 WHERE number = ?1")
                     .bind_id(1, number)
                     .bind_text(2, why)
                     .run());
        return promote_outbox(lane->subscriber, lane->document);
    });
}

Result<void> WriterTransaction::outbox_replay(std::uint64_t number) {
    TRY(const auto lane, seen(find_lane(connection_, number)));
    if (!lane || lane->state != dead) return no_such_message(number, "a dead letter");
    return write([&]() -> Result<void> {
        TRY_VOID(connection_
                     .statement("UPDATE outbox SET state = 1 WHERE subscriber = ?1 "
                                "AND document = ?2 AND state = 0")
                     .bind(1, lane->subscriber)
                     .bind_id(2, lane->document)
                     .run());
        TRY_VOID(connection_
                     .statement("UPDATE outbox SET state = 1, attempts = 0, next_try = 0 "
                                "WHERE number = ?1")
                     .bind_id(1, number)
                     .run());
        return promote_outbox(lane->subscriber, lane->document);
    });
}

}  // namespace gongkai::storage::sqlite
