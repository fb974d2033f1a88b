// Reads workflows/simulation/office_year.yaml: what the people of a simulated office do in a year
// (`gongkai simulate --year`): how many documents of each flow come in, what they write into its
// fields, how long work waits, who is on holiday and who stands in for them.
//
// It is no rule and never decides anything: every step goes through the flows like one of a real
// person. Ranges are written `LEAST..MOST`, or as one number; shares are of a hundred.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/definition.hpp"
#include "language/diagnostic.hpp"
#include "language/source.hpp"

namespace gongkai::language {

inline constexpr std::string_view kOfficeYearPath = "simulation/office_year.yaml";

struct Range {
    std::int64_t least = 0, most = 0;  // both included
};

// What is written into a field; of a derived one, what a body that is written is to be read as.
struct FieldHabit {
    enum class Kind {
        range,      // a number; of a date days from today, of a moment hours from now
        this_year,  // of a number: the year that it is
        last_year,  // ... the one before
        choices,    // a choice or a flag (yes, no), by weight
        texts,      // one of these
    };
    Kind kind = Kind::range;
    Range range;
    std::vector<std::pair<std::string, std::int64_t>> choices;
    std::vector<std::string> texts;
};

// What becomes of a document at a resting place that still has actions.
struct RestHabit {
    std::int64_t of_100 = 0;  // so many are taken up again
    Range days;               // working days until then
};

// A part of the year, as month * 100 + day; both ends included.
struct Season {
    int from = 101, to = 1231;
};

struct FlowHabit {
    std::string flow;
    // How many documents of the year's are of this flow, against the `share` of the others; 0: only
    // those that are opened under others.
    std::int64_t share = 0;
    std::vector<Season> seasons;  // when they are opened; none: all the year
    std::vector<std::string> departments;
    std::vector<std::string> opens_with;          // fields that are filled when it is opened
    std::map<std::string, FieldHabit> values;     // by field
    std::map<std::string, std::int64_t> weights;  // by action, or STATE/ACTION
    std::map<std::string, Range> waits;           // by state: working days until somebody works
    std::map<std::string, std::int64_t> fills;    // by field that may be left out: of a hundred
    std::map<std::string, std::int64_t> relates;  // by relation: of a hundred tasks that may
    std::map<std::string, RestHabit> rests;       // by state
};

struct StaffMember {
    std::string login, name, role, department;
};
struct Holiday {
    std::string person, deputy;  // logins; the deputy may be empty
    Season days;
};

struct OfficeYear {
    std::int64_t lead_in_days = 0;   // before the year, so that work is carried over into it
    std::int64_t closing_days = 0;   // after it, without new documents but those of a season
    std::vector<StaffMember> staff;  // besides the sample bureau's
    std::vector<Holiday> holidays;
    Range wait;                        // working days until somebody works on a task
    std::int64_t late_of_100 = 0;      // tasks that wait longer
    Range late_wait;                   // ... so many working days
    std::int64_t absent_of_100 = 0;    // days on which somebody is away without a deputy
    std::int64_t mistakes_of_100 = 0;  // tasks at which somebody tries what they may not do
    std::int64_t returns = 10;         // weight of an action that returns, where 100 is usual
    std::int64_t refers_up = 5;        // ... that refers up
    std::int64_t stays = 5;            // ... after which the document stays where it is
    std::int64_t ends = 2;             // ... that wants a comment though it is no return
    std::int64_t consults_of_100 = 0;  // tasks at which somebody is asked first
    std::int64_t rejects_of_100 = 0;   // votes against
    std::int64_t claims_of_100 = 0;  // 签收: tasks that somebody takes in hand before doing them
    std::int64_t releases_of_100 = 0;   // ... and of those, that are put back
    std::int64_t reassigns_of_100 = 0;  // 改派: tasks that are handed on by whoever may
    std::int64_t withdraws_of_100 = 0;  // 撤回: steps that are taken back, of those that may be
    std::map<std::string, std::int64_t> weights;  // by action, of all flows; a flow's own go first
    RestHabit rest;                               // where the flow says nothing of a resting place
    std::vector<std::string> sentences;           // what texts are made of
    std::map<std::string, FieldHabit> values;     // by field, of all flows
    std::vector<FlowHabit> flows;

    const FlowHabit* flow(std::string_view name) const;
};

struct OfficeYearReading {
    std::optional<OfficeYear> plan;  // nothing when there was an error
    std::vector<Diagnostic> diagnostics;
};

// Flows, fields, states, actions and relations are held against `flows`; each of these must have
// its habit.
OfficeYearReading read_office_year(const SourceFile& file,
                                   std::span<const engine::Definition* const> flows);

}  // namespace gongkai::language
