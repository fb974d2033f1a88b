// What explore() keeps of a document, and the packing of it into a key. Internal to
// engine/explore.cpp.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/explore.hpp"

namespace gongkai::engine {

// People of an exploration. The drafter wrote the document; a fresh person has done nothing yet.
// What a fresh person signed is remembered as by "somebody else", so that the next one who acts is
// fresh again: whatever several people can do, people who are all different can do as well, because
// separation of duties only ever forbids.
inline constexpr PersonId kDrafter = 1;
inline constexpr PersonId kFresh = 2;
inline constexpr PersonId kSomebody = 3;
inline constexpr PersonId kFirstVoter = 100;

// Before any running deadline, and after all of them.
inline constexpr Instant kEarly{1'000'000};
inline constexpr Instant kDue{2'000'000};
inline constexpr Instant kLate{3'000'000'000'000};

inline constexpr const char* kDepartment = "d";

class Abstraction {
  public:
    // `policy` must outlive it.
    Abstraction(const Definition& definition, const Policy& policy);
    Abstraction(const Abstraction&) = delete;
    Abstraction& operator=(const Abstraction&) = delete;

    // The definition without the timers that cannot change the course; the others count one hour.
    const Definition& definition() const { return definition_; }

    std::string pack(const Abstract& state) const;
    Abstract unpack(const std::string& key) const;

    // Fields that some guard or rule reads.
    bool tracked(FieldId field) const { return !values_[field].empty(); }
    // The values that they tell apart; the first is always "no value".
    const std::vector<std::optional<Value>>& values(FieldId field) const { return values_[field]; }
    // What a field that nobody looks at holds.
    Value filler(FieldId field) const;
    // Attachments that the guards ask for; 0: they do not.
    std::size_t attachments() const { return attachments_; }

  private:
    using Signatures = std::vector<std::array<std::uint8_t, 3>>;  // kind, live, by the drafter
    using Votes = std::vector<std::array<std::uint16_t, 3>>;      // state, ballot, by the drafter
    Signatures pack_signatures(const Document& document) const;
    static Votes pack_votes(const Document& document);
    void read_guard(const Guard& guard);
    void choose_values();
    void choose_what_matters(const Policy& policy);
    bool may_speak(const PolicyRule& rule, StateId id) const;
    void spread_backwards(std::vector<bool>& matters,
                          const std::function<bool(const Action&)>& replaces,
                          const std::function<bool(StateId)>& rewritten) const;
    bool anywhere(const Document& document, const std::vector<bool>& states) const;
    bool at_rest_for_ever(const Document& document) const;
    void choose_timers();
    std::size_t class_of(FieldId field, const std::optional<Value>& value) const;

    struct Tests {
        bool given = false;
        bool all_choices = false;
        std::vector<std::int64_t> equals;
        std::vector<std::int64_t> boundaries;
        bool any() const { return given || all_choices || !equals.empty() || !boundaries.empty(); }
    };

    Definition definition_;
    std::vector<Tests> tests_;
    std::vector<std::vector<std::optional<Value>>> values_;
    std::size_t attachments_ = 0;
    // By SignatureId and StateId: whether it still matters there that one was voided, or is live.
    std::vector<std::vector<bool>> void_matters_;
    std::vector<std::vector<bool>> live_matters_;
    std::vector<bool> worth_differs_;  // by SignatureId: whether a drafter gave it matters
    // By FieldId and StateId: whether its value matters there; whether it may be edited there.
    std::vector<std::vector<bool>> field_matters_;
    std::vector<std::vector<bool>> editable_;
    std::vector<bool> timers_;  // by TimerId: it can change the course
};

}  // namespace gongkai::engine
