#include "engine/offers.hpp"

#include "engine/rules.hpp"

namespace gongkai::engine {

namespace {

class Collector {
  public:
    Collector(const Definition& definition, const Document& document, const Context& context,
              const LapsedClaim& lapsed)
        : inquiry_{definition, document, context}, lapsed_(lapsed) {}

    void state(StateId id) {
        const State& state = inquiry_.definition.states[id];
        for (const ActionId action : state.actions)
            act(state, id, action);
        if (state.countersign) ask(Offer::Kind::vote, id, may_vote);
        if (!state.editable.empty() || state.edit_attachments) {
            Offer& offer = ask(Offer::Kind::edit, id, may_edit);
            offer.asks = state.editable;
        }
        const Place& place = inquiry_.document.places[state.region];
        if (!state.worklist.empty()) {
            const bool mine = place.claimed_by == inquiry_.context.actor.id;
            if (mine) {
                ask(Offer::Kind::release, id, may_release);
            } else {
                const PersonId holder = place.claimed_by;
                const bool lapsed = holder != 0 && lapsed_ && lapsed_(state, holder);
                ask(Offer::Kind::claim, id,
                    [lapsed](auto& i, auto& s, auto& b) { return may_claim(i, s, lapsed, b); });
            }
        }
        if (place.via != kNone) ask(Offer::Kind::withdraw, id, may_withdraw);
        if (state.consult) ask(Offer::Kind::consult, id, may_consult);
        for (const SignatureId kind : state.renewable) {
            Offer& offer = ask(Offer::Kind::renew, id, [kind](auto& i, auto& s, auto& b) {
                return may_renew(i, s, kind, b);
            });
            offer.signature = kind;
        }
        for (const RelationId relation : state.relates)
            ask(Offer::Kind::relate, id, may_relate).relation = relation;
    }

    std::vector<Offer> take() && { return std::move(offers_); }

  private:
    template <class Rule>
    Offer& ask(Offer::Kind kind, StateId id, Rule rule) {
        Blockers blockers(Blockers::Want::all);
        rule(inquiry_, inquiry_.definition.states[id], blockers);
        Offer& offer = offers_.emplace_back();
        offer.kind = kind;
        offer.state = id;
        offer.blockers = std::move(blockers).take();
        return offer;
    }

    void act(const State& state, StateId id, ActionId action_id) {
        const Action& action = inquiry_.definition.actions[action_id];
        if (action.system) return;
        Blockers blockers(Blockers::Want::all);
        const auto grant = may_act(inquiry_, state, action, blockers);
        document_ready(inquiry_.definition, inquiry_.document, state, action,
                       grant ? &*grant : nullptr, inquiry_.context.now, true, blockers);
        Offer& offer = offers_.emplace_back();
        offer.kind = Offer::Kind::act;
        offer.state = id;
        offer.action = action_id;
        offer.blockers = std::move(blockers).take();
        offer.asks = action.asks;
        offer.comment_required = action.comment == CommentRule::required;
    }

    Inquiry inquiry_;
    const LapsedClaim& lapsed_;
    std::vector<Offer> offers_;
};

}  // namespace

std::vector<Offer> offers(const Definition& definition, const Document& document,
                          const Context& context, const LapsedClaim& lapsed) {
    Collector collector(definition, document, context, lapsed);
    if (document.purged) return {};
    for (const Place& place : document.places) {
        if (place.state != kNone) collector.state(place.state);
    }
    return std::move(collector).take();
}

}  // namespace gongkai::engine
