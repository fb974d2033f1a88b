// What the world is asked to do: descriptions only. The caller writes them to the outbox in the
// same transaction as the step, or carries them out there (publication, purge, the catalogue).
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "engine/definition.hpp"

namespace gongkai::engine {

struct Publish {
    bool draft = false;
    Digest content{};  // exactly what was signed
    bool operator==(const Publish&) const = default;
};
struct Unpublish {
    bool operator==(const Unpublish&) const = default;
};
struct PurgeContent {
    bool operator==(const PurgeContent&) const = default;
};
// The item of the catalogue that the document describes (Definition::item) is in force, or is no
// more.
struct PutItem {
    bool operator==(const PutItem&) const = default;
};
struct EndItem {
    bool operator==(const EndItem&) const = default;
};
struct Notify {
    std::vector<Assignment> whom;
    std::vector<PersonId> people;
    std::string message;  // permanent message name, e.g. "deadline.missed"
    std::string subject;  // the state or timer that it is about
    bool operator==(const Notify&) const = default;
};
struct CallOut {
    std::string name;
    bool operator==(const CallOut&) const = default;
};

using Effect = std::variant<Publish, Unpublish, PurgeContent, Notify, CallOut, PutItem, EndItem>;

}  // namespace gongkai::engine
