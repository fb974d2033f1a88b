// What explore() keeps of a document, and the packing of it into a key. Internal to
// engine/explore.cpp.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/decide.hpp"
#include "engine/relevance.hpp"

namespace gongkai::engine {

// People of an exploration. 1 drafts; 2 to 7 are fresh; kSomebody stands for a signer whose
// identity nobody asks for and who never acts again; voters of a countersigning count from
// kFirstVoter.
inline constexpr PersonId kDrafter = 1;
inline constexpr PersonId kFirstFresh = 2;
inline constexpr PersonId kLastFresh = 7;
inline constexpr PersonId kSomebody = 9;
inline constexpr PersonId kFirstVoter = 100;

// Before anything that runs is over; when minimum times are, and after that; when deadlines are,
// and after that. So whoever waited for a minimum time need not have let a deadline pass.
inline constexpr Instant kEarly{1'000'000};
inline constexpr Instant kLeastDue{2'000'000};
inline constexpr Instant kLate{3'000'000'000'000};
inline constexpr Instant kLastDue{4'000'000'000'000};
inline constexpr Instant kEnd{10'000'000'000'000};
// On the first day of them all, and on one that is late for whatever starts at any of the others.
inline constexpr Date kFirstDay = date_in_china(kEarly);
inline constexpr Date kAfterAll = date_in_china(kEnd + kLastDue.ms) + 1;

inline constexpr const char* kDepartment = "d";

class Abstraction {
  public:
    // `policy` must outlive it.
    Abstraction(const Definition& definition, const Policy& policy);
    Abstraction(const Abstraction&) = delete;
    Abstraction& operator=(const Abstraction&) = delete;

    // The definition without the timers that cannot change the course; the others count from the
    // moment of the step, minimum times an hour and deadlines beyond kLate.
    const Definition& definition() const { return definition_; }

    std::string pack(const Document& document) const;
    Document unpack(const std::string& key) const;

    // Values of a tracked field that some guard tells apart; the first is always "no value".
    bool tracked(FieldId field) const { return !values_[field].empty(); }
    const std::vector<std::optional<Value>>& values(FieldId field) const { return values_[field]; }
    // What a field that nobody looks at holds.
    Value filler(FieldId field) const;
    bool attachments_tracked() const { return attachments_ > 0; }
    std::size_t attachments() const { return attachments_; }
    // Whether a guard or a rule asks if it has run out.
    bool timer_asked(TimerId timer) const { return asked_timers_[timer]; }

    // What there may be of related documents at any step, told apart by what guards and rules ask
    // of them. No part of an abstract state: a related document goes its own way, so that each step
    // is tried in every world.
    struct World {
        std::vector<RelatedDocument> related;
        std::string text;           // what differs from a world without any
        std::vector<bool> answers;  // to the tests of related documents
    };
    const std::vector<World>& worlds() const { return worlds_; }  // [0]: nothing is related
    // False: there are too many to try them all.
    bool worlds_complete() const { return worlds_complete_; }
    // Those that the next step of this document can tell apart. `guards_only`: only the guards of
    // actions tell it from one before it, so that nothing but actions need be tried in it.
    struct Outlook {
        std::size_t world = 0;
        bool guards_only = false;
    };
    std::vector<Outlook> outlooks(const Document& document) const;

  private:
    void read_guard(const Guard& guard);
    void choose_values();
    void choose_choices(FieldId field, bool missing_differs);
    bool at_rest_for_ever(const Document& document) const;
    void choose_timers();
    bool possible(const World& world, const Document& document) const;
    std::size_t nearest(FieldId field, const Value& value) const;
    void choose_worlds();
    std::size_t class_of(FieldId field, const std::optional<Value>& value) const;

    struct Tests {
        bool given = false;
        bool all_choices = false;
        std::vector<std::int64_t> equals;
        std::vector<std::int64_t> boundaries;
        std::vector<std::vector<bool>> choices;  // ChoiceTest::passes
        bool any() const { return given || all_choices || !equals.empty() || !boundaries.empty(); }
    };

    Definition definition_;
    std::vector<Tests> tests_;
    std::vector<std::vector<std::optional<Value>>> values_;
    std::vector<std::vector<std::size_t>> class_of_choice_;  // by FieldId, 1 + choice; or empty
    std::size_t attachments_ = 0;
    std::vector<bool> timers_;        // by TimerId: tracked
    std::vector<bool> asked_timers_;  // by TimerId
    std::vector<bool> tracked_;       // by FieldId
    std::optional<Relevance> relevance_;
    std::vector<Guard> related_tests_;  // of one term each
    std::vector<World> worlds_;
    bool worlds_complete_ = true;
};

}  // namespace gongkai::engine
