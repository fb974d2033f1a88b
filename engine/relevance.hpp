// What of a document can still make a difference, state by state. Internal to engine/explore.cpp:
// what can make none is left out of an abstract state, which shrinks an exploration many times
// over and changes nothing that it finds.
#pragma once

#include <vector>

#include "engine/document.hpp"

namespace gongkai::engine {

class Relevance {
  public:
    // `tracked` says by FieldId which fields an abstract state keeps at all. All three are read
    // here only.
    Relevance(const Definition& definition, const Policy& policy, const std::vector<bool>& tracked);

    // A field matters while something that reads it lies ahead, and no state in which anybody
    // could as well have set it to anything else comes first.
    bool field(const Document& document, FieldId field) const {
        return anywhere(document, fields_[field]);
    }
    // A signature matters while something that asks for it lies ahead, and nobody gives a new one
    // on the way.
    bool live(const Document& document, SignatureId kind) const {
        return anywhere(document, live_[kind]);
    }
    // ... a voided one, while it may be renewed.
    bool voided(const Document& document, SignatureId kind) const {
        return anywhere(document, void_[kind]);
    }
    // ... and who gave it, while a separation of duties asks for that.
    bool identity(const Document& document, SignatureId kind) const {
        return anywhere(document, identity_[kind]);
    }

    // A timer matters while something lies ahead that its running out decides, and it is neither
    // dropped nor begun anew on the way.
    bool timer(const Document& document, TimerId timer) const {
        return anywhere(document, timers_[timer]);
    }

    // Whether somebody can have related a document in this way by now.
    bool may_be_related(const Document& document, RelationId relation) const;
    // Whether the next step may ask this of the related documents: the guard of an action, or
    // what any step may meet, a rule or the start of a branch.
    bool guard_asks(const Document& document, const Term& term) const {
        return asked(document, term, asked_by_guards_);
    }
    bool rule_asks(const Document& document, const Term& term) const {
        return asked(document, term, asked_by_rules_);
    }

  private:
    using States = std::vector<bool>;  // by StateId

    // A way from one state to another.
    struct Way {
        StateId from = kNone;
        StateId to = kNone;
        SignatureId sign = kNone;  // given on the way
        bool not_by_drafter = false;
        const Action* action = nullptr;  // where one leads this way
        bool sets(FieldId field) const;  // whatever it was before
    };

    std::vector<StateId> landings(const Action& action) const;
    void find_ways();
    void find_readers();
    void spread_signatures();
    void spread_fields();
    void spread_timers();
    void spread_relations();
    void read(const Guard& guard, StateId state);
    using Questions = std::vector<std::vector<Term>>;  // by StateId, about related documents
    static void ask(const Guard& guard, std::vector<Term>& questions);
    void spread_questions(Questions& questions) const;
    bool asked(const Document& document, const Term& term, const Questions& questions) const;
    bool always_holds(const PolicyRule& rule, const State& state, StateId id) const;
    bool may_speak(const PolicyRule& rule, const State& state, StateId id) const;
    bool can_be_set_freely(FieldId field, const State& state, StateId id) const;
    bool anywhere(const Document& document, const States& states) const;
    template <class Passes>
    void spread(States& matters, Passes passes) const;

    const Definition& definition_;
    const Policy& policy_;
    const std::vector<bool>& tracked_;
    std::vector<Way> ways_;
    std::vector<States> fields_;
    std::vector<States> live_;
    std::vector<States> void_;
    std::vector<States> identity_;
    std::vector<States> timers_;
    std::vector<States> related_;  // by RelationId: the states that relate, and what is behind them
    std::vector<bool> worth_differs_;  // by SignatureId: whether a drafter gave it matters
    States forks_;
    Questions asked_by_guards_;
    Questions asked_by_rules_;
};

}  // namespace gongkai::engine
