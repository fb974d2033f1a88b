// One person at one task of a simulated year. Knows no flow: it asks what is offered, chooses by
// weight, fills in what is asked for or needed, opens or attaches what the guard wants to see, and
// hands the step in like anybody else.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <tuple>

#include "app/application.hpp"
#include "app/year/guard_wish.hpp"
#include "app/year/invention.hpp"
#include "app/year/rule_watch.hpp"
#include "app/year/staff.hpp"
#include "app/year/year_report.hpp"

namespace gongkai::app {

class Desk {
  public:
    // `staff`: those to whom a task can be handed on. `pass`: lets so many milliseconds go by. All
    // must outlive it.
    Desk(Application& application, const language::OfficeYear& year, const Staff& staff,
         Chance& chance, const RuleWatch& watch, YearReport& report,
         std::function<void(std::int64_t)> pass);

    // Opens a document of this flow as one of these people, whoever may; false where none of them
    // may.
    bool open(const std::vector<Worker>& people, const std::string& flow,
              const std::string& department, const std::optional<input::Parent>& parent = {});
    // True where the document got on.
    bool work(const Worker& who, engine::DocumentId id, const std::string& state);
    // 改派, by somebody who oversees the work and need not have the task on their own list.
    bool hand_on(const Worker& who, engine::DocumentId id, const std::string& state);
    // Where a document came through a step of this desk since the last call, so that somebody may
    // come back to it without a worklist: to a resting place, or to a task that may be handed on.
    struct Arrival {
        engine::DocumentId document = 0;
        std::string flow, state;
        bool rests = false;
    };
    std::vector<Arrival> take_arrivals();

  private:
    struct Task;  // what the person has before them
    void note_arrivals(const Done& done);
    bool look(Task& task) const;
    bool answer(Task& task);
    bool take_in_hand(Task& task);  // claims, or puts back or hands on what they claimed
    bool put_back(Task& task);
    bool hand_on(Task& task);
    void think_again(Task& task);
    bool prepare_first(Task& task);  // asks, opens what somebody thought of themselves
    bool fill(Task& task, const language::FlowHabit& habit);
    bool choose(Task& task);
    bool act(Task& task, const engine::Offer& offer);
    bool vote(Task& task, const engine::Offer& offer);
    bool relate(Task& task, const GuardWish::Relation& wish);
    bool attach(Task& task, const engine::Relation& relation, const GuardWish::Relation& wish);
    void try_what_is_forbidden(Task& task);
    std::optional<PlainAttachment> file(const Worker& who);
    engine::DepartmentCode a_department(const Task& task);
    std::int64_t weight(const Task& task, const engine::Offer& offer) const;

    Outcome submit(const Worker& who, engine::DocumentId id, Input input);
    bool expect(const Outcome& outcome, engine::DocumentId id, const std::string& what);
    bool holds_one_of(const Worker& who, const engine::Definition& flow,
                      const engine::Document& document,
                      const std::vector<engine::Assignment>& assignments) const;
    bool first_time(const Task& task, const std::string& what);

    Application& application_;
    const language::OfficeYear& year_;
    const Staff& staff_;
    Chance& chance_;
    const RuleWatch& watch_;
    YearReport& report_;
    std::function<void(std::int64_t)> pass_;
    Invention invention_;
    std::vector<Arrival> arrivals_;
    // What was thought of once at a task is not thought of again: (document, state, what).
    std::set<std::tuple<engine::DocumentId, std::string, std::string>> thought_;
};

}  // namespace gongkai::app
