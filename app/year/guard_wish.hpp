// How somebody makes a guard true: which of the fields that they may set would have to be what, and
// which related documents would be needed. Generic: it reads the guard, not the flow.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "app/year/invention.hpp"
#include "engine/definition.hpp"
#include "engine/document.hpp"

namespace gongkai::app {

class GuardWish {
  public:
    struct Relation {
        engine::RelationId relation = engine::kNone;
        std::optional<std::string> tag;  // that one of them, or each, is to be in
        bool every = false;              // some are there already, and have to get on
    };

    // `document` is what the person has before them; it is a copy that the wishes are tried on.
    GuardWish(const engine::Definition& definition, engine::Document document,
              std::set<engine::FieldId> may_set, bool may_attach, Invention& invention,
              Chance& chance)
        : definition_(definition),
          document_(std::move(document)),
          may_set_(std::move(may_set)),
          may_attach_(may_attach),
          invention_(invention),
          chance_(chance) {}

    // Gives the field a value; false where it may not be set.
    bool give(engine::FieldId field);
    bool give(engine::FieldId field, const PlainValue& value);
    // Whether the guard holds now, after fields were set for it.
    bool fulfil(const engine::Guard& guard);

    const engine::Document& document() const { return document_; }
    const std::map<engine::FieldId, PlainValue>& fields() const { return fields_; }
    bool attach() const { return attach_; }
    // What stood in the way and only other documents can change.
    const std::vector<Relation>& relations() const { return relations_; }

  private:
    struct Part;  // of a guard
    Part parse(const engine::Guard& guard) const;
    void derive(const std::string& body);
    bool give_note(const PlainValue& note);
    bool marked() const;
    bool holds(const Part& part) const;
    bool make(const Part& part, bool wanted);
    bool make_all(const std::vector<Part>& parts, bool wanted);
    bool make_one(const std::vector<Part>& parts, bool wanted);
    bool make_comparison(const engine::Term& term, bool wanted);
    bool make_equal(const engine::Term& term, bool wanted);
    bool make_size(const engine::Term& term, bool wanted);
    bool make_order(const engine::Term& term, bool wanted);
    bool same_choice(engine::FieldId from, engine::FieldId to);
    bool date(engine::FieldId field, engine::Date date);
    std::optional<engine::Date> date_of(engine::FieldId field) const;

    const engine::Definition& definition_;
    engine::Document document_;
    std::set<engine::FieldId> may_set_;
    bool may_attach_;
    Invention& invention_;
    Chance& chance_;
    std::map<engine::FieldId, PlainValue> fields_;
    bool attach_ = false;
    std::vector<Relation> relations_;
};

}  // namespace gongkai::app
