// What somebody asks for, with plain values and with names: what the API, the CLI and an import
// hand in. Nothing here was checked yet; docs/workflow_language.md says what the names are.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "engine/command.hpp"

namespace gongkai::app {

// A row of a table: (column, text). Columns that are left out are empty.
using Row = std::vector<std::pair<std::string, std::string>>;
using Rows = std::vector<Row>;

// monostate clears the field. A text, a choice (its name) and a date ("2026-01-31") are strings.
using PlainValue = std::variant<std::monostate, bool, std::int64_t, std::string, Rows>;

struct PlainField {
    std::string name;
    PlainValue value;
};

struct PlainAttachment {
    engine::Digest digest{};  // of a file that this person handed in, or that the document has
    std::string name;
};

namespace input {

// The document that a new one is opened under, and what it is to it.
struct Parent {
    engine::DocumentId document = 0;
    std::string relation;
};

struct Open {
    std::string flow;
    engine::DepartmentCode department;
    std::vector<PlainField> fields;
    std::vector<PlainAttachment> attachments;
    std::optional<Parent> parent = std::nullopt;
};

// A document of another system, by that system's own number: opened the first time, edited when it
// comes again, left alone where nothing differs. A source that bears the login of a machine account
// may be used by that account only.
struct HandIn {
    std::string source;
    std::string source_id;
    std::string flow;
    engine::DepartmentCode department;  // of the first time
    std::vector<PlainField> fields;
    std::optional<std::vector<PlainAttachment>> attachments;
};

struct Edit {
    std::vector<PlainField> fields;
    std::optional<std::vector<PlainAttachment>> attachments;  // the whole new list
};

struct Act {
    std::string action;
    std::string state;  // needed only where two active states have the action
    std::vector<PlainField> fields;
    std::optional<std::string> comment;
    std::optional<std::int32_t> extend_by;
    // To whom the action hands the document, where it does.
    std::optional<engine::DepartmentCode> department = std::nullopt;
};

struct Vote {
    std::string state;
    engine::Ballot ballot = engine::Ballot::abstain;
    std::optional<std::string> comment;
};
struct Withdraw {
    std::string state;
};
struct Claim {
    std::string state;
};
struct Release {
    std::string state;
};
struct Reassign {
    std::string state;
    engine::PersonId to = 0;
};
struct Consult {
    std::string state;
    engine::Assignment whom;
    std::string question;
};
struct Answer {
    std::uint32_t consultation = 0;
    std::string answer;
};
struct Renew {
    std::string signature;
};

// The scheduler's own; nobody else may ask for them.
struct Tick {
    std::string timer;
};
struct Recompute {};
// To the current version of its flow; by a system administrator.
struct Migrate {};

// An existing document, which this person may read, is attached to this one.
struct Relate {
    std::string relation;
    engine::DocumentId document = 0;
};

}  // namespace input

using Input =
    std::variant<input::Open, input::HandIn, input::Edit, input::Act, input::Vote, input::Withdraw,
                 input::Claim, input::Release, input::Reassign, input::Consult, input::Answer,
                 input::Renew, input::Tick, input::Recompute, input::Migrate, input::Relate>;

}  // namespace gongkai::app
