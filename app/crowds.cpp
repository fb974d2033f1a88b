#include "app/crowds.hpp"

#include <algorithm>
#include <set>

#include "app/alike_traits.hpp"
#include "app/clock.hpp"
#include "app/flow_scan.hpp"
#include "language/unicode.hpp"

namespace gongkai::app {

namespace {

// A document as far as it counts.
struct Member {
    engine::DocumentId id = 0;
    std::string number;
    AlikeTrait thing, people;
    bool answered = false;
};

const language::AlikeGroup* group_of(const Flow& flow, const std::string& name) {
    const auto at = std::find_if(flow.alike.begin(), flow.alike.end(),
                                 [&](const auto& group) { return group.name == name; });
    return at == flow.alike.end() ? nullptr : &*at;
}

bool has_under_it(const engine::Definition& definition, const engine::Document& document,
                  const std::string& flow) {
    return std::any_of(document.related.begin(), document.related.end(), [&](const auto& related) {
        return definition.relations[related.relation].flow == flow;
    });
}

engine::Date earliest(const engine::Amount& within, engine::Date today) {
    return within.unit == engine::Unit::months ? engine::add_months(today, -within.count)
                                               : today - within.count;
}

// As many numbers as a text of that length holds.
std::string listed(const std::vector<std::string>& numbers) {
    std::string out;
    std::size_t length = 0;
    for (const std::string& number : numbers) {
        length += language::count_code_points(number) + 1;
        if (length > engine::kCrowdNumbersMax) break;
        out += (out.empty() ? "" : engine::kBetweenNumbers) + number;
    }
    return out;
}

// What of the crowd counts since that moment; the number of people is 0 where too few do.
engine::DutyCrowd counted(const std::vector<const Member*>& members, engine::DocumentId since) {
    engine::DutyCrowd out;
    std::set<std::u32string> people;
    std::vector<std::string> numbers;
    for (const Member* member : members) {
        if (member->id < since || !member->people.same) continue;
        people.insert(*member->people.same);
        numbers.push_back(member->number);
    }
    out.documents = numbers.size();
    out.people = people.size();
    if (!numbers.empty()) out.first = language::shortened(numbers.front(), engine::kCrowdNumberMax);
    out.numbers = listed(numbers);
    return out;
}

// Oldest first.
Result<std::vector<Member>> members_of(storage::Store& store, const Flows& flows,
                                       const engine::Duty& duty, const language::AlikeGroup& thing,
                                       const language::AlikeGroup& people) {
    std::vector<Member> out;
    const language::AlikeGroup groups[] = {thing, people};
    const auto take = [&](storage::Reader& reader,
                          const storage::DocumentRow& row) -> Result<void> {
        TRY(const auto flow, flows.by_digest(row.document.definition));
        if (kept_apart(*flow, row.document)) return {};
        const engine::Definition& definition = flow->definition;
        TRY(const auto openings, reader.openings(row.document.id));
        Member member{row.document.id,
                      text_in(row.document, definition.field(duty.alike->named), openings),
                      {},
                      {},
                      has_under_it(definition, row.document, duty.flow)};
        if (member.number.empty()) return {};
        auto traits = traits_of(groups, definition, row.document, openings);
        member.thing = std::move(traits[0]);
        member.people = std::move(traits[1]);
        out.push_back(std::move(member));
        return {};
    };
    TRY_VOID(scan_flow(store, duty.alike->flow, 0, take));
    std::reverse(out.begin(), out.end());
    return out;
}

}  // namespace

Result<std::vector<Crowd>> crowds_of(storage::Store& store, const Flows& flows,
                                     const engine::Duty& duty, engine::Date today) {
    std::vector<Crowd> out;
    const auto flow = flows.current(duty.alike->flow);
    const auto* thing = flow ? group_of(*flow, duty.alike->by) : nullptr;
    const auto* people = flow ? group_of(*flow, duty.alike->people) : nullptr;
    // The duty may be of other rules than the flow, for a moment.
    if (thing == nullptr || people == nullptr) return out;
    TRY(const auto members, members_of(store, flows, duty, *thing, *people));
    std::vector<std::vector<const Member*>> crowds;
    for (const Member& member : members) {
        const auto belongs = std::find_if(crowds.begin(), crowds.end(), [&](const auto& crowd) {
            return alike_in(*thing, crowd.front()->thing, member.thing).has_value();
        });
        if (belongs != crowds.end()) {
            belongs->push_back(&member);
        } else {
            crowds.push_back({&member});
        }
    }
    const engine::DocumentId since =
        first_id_at(engine::start_of_day(earliest(duty.alike->within, today)));
    for (const auto& crowd : crowds) {
        engine::DutyCrowd counts = counted(crowd, since);
        if (counts.people < static_cast<std::size_t>(duty.alike->at_least)) continue;
        Crowd& one = out.emplace_back();
        one.counted = std::move(counts);
        one.counted.key = std::to_string(crowd.front()->id);
        for (const Member* member : crowd) {
            one.documents.push_back(member->id);
            one.numbers.push_back(member->number);
            one.answered = one.answered || member->answered;
        }
    }
    return out;
}

}  // namespace gongkai::app
