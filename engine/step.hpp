// One step under construction, used by decide() only: emits events and folds them at once, so that
// what follows sees what went before; moves between states, forks and joins; keeps the timers in
// step with the active states.
#pragma once

#include "engine/decide.hpp"

namespace gongkai::engine {

class Step {
  public:
    Step(const Definition& definition, Document document, const Context& context,
         std::optional<Grant> exercised);

    const Document& document() const { return document_; }
    PersonId actor() const { return context_.actor.id; }
    PersonId on_behalf_of() const { return exercised_ ? exercised_->on_behalf_of : 0; }
    const std::optional<Grant>& exercised() const { return exercised_; }

    const Grant* grant() const { return exercised_ ? &*exercised_ : nullptr; }

    void emit(Event event);
    void effect(const EffectSpec& spec, const std::string& subject);
    void effect(Effect effect) { effects_.push_back(std::move(effect)); }

    // Sets fields and attachments and makes an author of the one who acts where they write what the
    // public will read; the one who opens a document always is one, but for the clock. Returns
    // false, and does nothing, where nothing differs.
    bool change(const std::vector<FieldChange>& fields,
                const std::optional<std::vector<Attachment>>& attachments, bool opening = false);
    // What the flow itself writes with an action: nobody becomes an author by it.
    void set(const std::vector<FieldSet>& sets);
    void sign(SignatureId kind);
    // The document goes to another department; a claim of the region is void, for whoever claimed
    // it belongs to the one before.
    void hand_over(RegionId region, DepartmentCode to);
    void restart(TimerId timer);
    void extend(TimerId timer, std::int64_t by);
    // Day 0 of each timer that has origins, as the document stands.
    std::vector<std::optional<Instant>> day_zeros() const;
    // Timers whose day 0 is another one than `before`, or whose last day was among `changes`, begin
    // anew.
    void restart_moved_timers(const std::vector<FieldChange>& changes,
                              const std::vector<std::optional<Instant>>& before);

    // Leaves what the region does now and enters `to`; `via`: the action, where it may be
    // withdrawn.
    void move(RegionId region, StateId to, ActionId via = kNone);
    // Back to where `via` came from: effects on entering are not repeated.
    void move_back(RegionId region, StateId to);
    // Somebody works here: nothing above it can be withdrawn any more.
    void touch(RegionId region);

    // Timers started, paused, resumed and dropped as the active states now ask for. Once, at the
    // end.
    void settle_timers();
    // Due dates of running timers again on the context's calendar.
    void recompute_timers();

    // Ends the construction of what nobody of this flow decided: a fact that was heard is not
    // refused.
    Decision finish_unjudged() &&;
    // Ends the construction: the decision, or the refusal of the first policy rule that it would
    // break.
    Verdict finish() &&;

  private:
    bool write(const std::vector<FieldChange>& fields,
               const std::optional<std::vector<Attachment>>& attachments, bool opening,
               bool authored);
    void leave(RegionId region);
    void enter(RegionId region, StateId state, ActionId via, bool with_effects);
    void fork(StateId state, ActionId via);
    void join(RegionId region, const std::string& exit);
    bool join_complete(const Parallel& parallel) const;
    // Day 0 by the timer's origins; nullopt where none can be told yet. Not for timers without.
    std::optional<Instant> day_zero(const Timer& timer) const;
    TimerState started(const Timer& timer) const;
    std::optional<Refusal> turned_around() const;
    std::optional<Refusal> broken_rule() const;

    const Definition& definition_;
    Document document_;
    const Context& context_;
    std::optional<Grant> exercised_;
    std::vector<Event> events_;
    std::vector<Effect> effects_;
    std::vector<StateId> forking_;  // parallel states that are starting their branches
    int depth_ = 0;
};

}  // namespace gongkai::engine
