#include "tests/engine/script.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>

#include "engine/assignment.hpp"
#include "engine/decide.hpp"
#include "engine/evolve.hpp"
#include "tests/engine/fixture.hpp"

namespace gongkai::engine::testing {

namespace {

using Words = std::vector<std::string>;

Words split(const std::string& line) {
    std::istringstream in(line);
    Words words;
    for (std::string word; in >> word;)
        words.push_back(word);
    return words;
}

std::string join(const Words& words) {
    std::string all;
    for (const std::string& word : words)
        all += (all.empty() ? "" : " ") + word;
    return all;
}

// A commitment that depends on the text only: enough for the rules.
Committed committed(const std::string& text) {
    Committed result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto& byte = result.commitment[i % result.commitment.size()];
        byte = static_cast<std::uint8_t>(byte * 31 + static_cast<std::uint8_t>(text[i]));
    }
    result.size = static_cast<std::uint32_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    }));
    return result;
}

class Script {
  public:
    explicit Script(std::string path) : path_(std::move(path)) {}

    void run() {
        std::ifstream in(path_);
        if (!in) fail("cannot be read");
        for (std::string line; std::getline(in, line);) {
            ++line_;
            const auto hash = line.find('#');
            if (hash != std::string::npos) line.resize(hash);
            const Words words = split(line);
            if (!words.empty()) step(words);
        }
        if (steps_ == 0) fail("has no step: a test that cannot fail");
    }

  private:
    [[noreturn]] void fail(const std::string& why) const {
        throw std::runtime_error(path_ + ":" + std::to_string(line_) + ": " + why);
    }

    void step(const Words& words) {
        if (words[0] == "flow") {
            flow_ = fixture(words.at(3), words.at(1));
            document_.reset();
            effects_.clear();
        } else if (words[0] == "person") {
            person(words);
        } else if (words[0] == "deputy") {
            deputy(words);
        } else if (words[0] == "at") {
            const auto date = parse_date(words.at(1));
            if (!date) fail("no date: " + words[1]);
            const int hour = words.size() > 2 ? std::stoi(words[2].substr(0, 2)) : 9;
            now_ = start_of_day(*date) + hour * ms_per_hour;
        } else if (words[0] == "expect") {
            ++steps_;
            expect(words);
        } else {
            ++steps_;
            command(words);
        }
    }

    PersonId id_of(const std::string& name) {
        return people_.try_emplace(name, static_cast<PersonId>(people_.size() + 1)).first->second;
    }

    void person(const Words& words) {
        auto& grants = grants_[id_of(words.at(1))];
        for (std::size_t i = 2; i < words.size(); ++i) {
            std::string word = words[i];
            if (word.back() == ',') word.pop_back();
            const auto at = word.find('@');
            grants.push_back({word.substr(0, at), word.substr(at + 1), 0});
        }
    }

    void deputy(const Words& words) {
        const PersonId principal = id_of(words.at(3));
        const auto of_principal = grants_[principal];
        auto& grants = grants_[id_of(words.at(1))];
        for (Grant grant : of_principal) {
            grant.on_behalf_of = principal;
            grants.push_back(grant);
        }
    }

    Value value(const Field& field, const std::string& text) const {
        switch (field.type) {
            case FieldType::flag:
                return text == "yes";
            case FieldType::number:
                return std::int64_t{std::stoll(text)};
            case FieldType::date:
                return parse_date(text).value();
            case FieldType::moment:
                return parse_instant(text).value();
            case FieldType::choice:
                for (std::size_t i = 0; i < field.choices.size(); ++i) {
                    if (field.choices[i].name == text) return Choice{static_cast<std::uint16_t>(i)};
                }
                fail("no such choice: " + text);
            case FieldType::text:
            case FieldType::table:
                break;
        }
        return committed(text);
    }

    // name=value pairs; `comment` and `attachments` are not fields.
    std::vector<FieldChange> changes(const Words& words, std::size_t from,
                                     std::optional<Committed>& comment,
                                     std::optional<std::vector<Attachment>>& attachments) const {
        std::vector<FieldChange> list;
        for (std::size_t i = from; i < words.size(); ++i) {
            const auto equals = words[i].find('=');
            if (equals == std::string::npos) fail("expected name=value: " + words[i]);
            const std::string name = words[i].substr(0, equals);
            const std::string text = words[i].substr(equals + 1);
            if (name == "comment") {
                comment = committed(text);
            } else if (name == "attachments") {
                attachments.emplace(static_cast<std::size_t>(std::stoi(text)));
                for (std::size_t k = 0; k < attachments->size(); ++k) {
                    (*attachments)[k].digest[0] = static_cast<std::uint8_t>(k + 1);
                }
            } else {
                const FieldId field = definition().field(name);
                if (field == kNone) fail("no such field: " + name);
                list.push_back(
                    {field, text.empty() ? std::nullopt
                                         : std::optional(value(definition().fields[field], text))});
            }
        }
        return list;
    }

    const Definition& definition() const {
        if (flow_ == nullptr) fail("name a flow first");
        return flow_->definition;
    }

    // The state stands after `in`: "王 in review claims".
    void command(const Words& line) {
        const auto arrow = std::find(line.begin(), line.end(), "=>");
        if (arrow == line.end()) fail("expected `=>` and what must come of it");
        Words words(line.begin(), arrow);
        const Words expected(arrow + 1, line.end());
        Actor actor;
        PersonId behalf = 0;
        std::string state;
        if (words[0] == "clock") {
            actor.kind = ActorKind::scheduler;
        } else {
            if (people_.count(words[0]) == 0) fail("nobody is called " + words[0]);
            actor.id = people_.at(words[0]);
            actor.grants = grants_[actor.id];
        }
        words.erase(words.begin());
        if (words.size() > 1 && words[0] == "for") {
            behalf = people_.at(words[1]);
            words.erase(words.begin(), words.begin() + 2);
        }
        if (words.size() > 1 && words[0] == "in") {
            state = words[1];
            words.erase(words.begin(), words.begin() + 2);
        }
        const Calendar& calendar = test_calendar();
        const Context context{actor,        now_,   calendar,       test_content_hash,
                              std::nullopt, behalf, &flow_->policy, nullptr};
        const Verdict verdict = decide(definition(), document_ ? &*document_ : nullptr,
                                       with_assigned(parse(words, state)), context);
        std::string got;
        if (const auto* refusal = std::get_if<Refusal>(&verdict)) {
            got = std::string("refused ") + code(refusal->reason);
            if (!refusal->rule.empty() && refusal->reason == Reason::policy_violation) {
                got += " " + refusal->rule;
            }
            effects_.clear();
        } else {
            const Decision& decision = std::get<Decision>(verdict);
            if (!document_) document_.emplace();
            evolve_step(definition(), *document_, decision.events);
            effects_ = decision.effects;
            for (const Place& place : document_->places) {
                if (place.state == kNone) continue;
                got += (got.empty() ? "" : " ") + definition().states[place.state].name;
            }
        }
        if (got != join(expected)) fail("expected `" + join(expected) + "`, got `" + got + "`");
    }

    // Numbers and codes that the system gives: any will do.
    Command with_assigned(Command command) const {
        const auto fields = to_assign(definition(), document_ ? &*document_ : nullptr, command);
        for (const FieldId field : fields) {
            const FieldChange change{field, committed("1")};
            if (auto* open = std::get_if<Open>(&command)) open->fields.push_back(change);
            if (auto* act = std::get_if<Act>(&command)) act->fields.push_back(change);
        }
        return command;
    }

    Command parse(const Words& words, const std::string& state) const {
        const std::string& verb = words.at(0);
        std::optional<Committed> comment;
        std::optional<std::vector<Attachment>> attachments;
        if (verb == "opens") {
            Open open{1, department_, changes(words, 1, comment, attachments), {}};
            if (attachments) open.attachments = *attachments;
            return open;
        }
        if (verb == "edits") {
            Edit edit;
            edit.fields = changes(words, 1, comment, edit.attachments);
            return edit;
        }
        if (verb == "does") {
            Act act;
            act.action = words.at(1);
            act.state = state;
            // `to=CODE`, last: whom the action hands the document to.
            Words given = words;
            if (given.back().starts_with("to=")) {
                act.department = given.back().substr(3);
                given.pop_back();
            }
            act.fields = changes(given, 2, act.comment, attachments);
            return act;
        }
        if (verb == "votes") {
            const Ballot ballot = words.at(1) == "approve"  ? Ballot::approve
                                  : words.at(1) == "reject" ? Ballot::reject
                                                            : Ballot::abstain;
            changes(words, 2, comment, attachments);
            return Vote{state, ballot, comment};
        }
        if (verb == "withdraws") return Withdraw{state};
        if (verb == "claims") return Claim{state, words.size() > 1 && words.at(1) == "lapsed"};
        if (verb == "releases") return Release{state};
        if (verb == "reassigns") return Reassign{state, people_.at(words.at(2)), true};
        if (verb == "renews") return Renew{words.at(1)};
        if (verb == "asks") {
            const std::string& whom = words.at(1);
            const auto at = whom.find('@');
            Assignment assignment{whom.substr(0, at), Scope::anywhere, ""};
            return Consult{state, assignment, committed(words.at(2))};
        }
        if (verb == "answers") {
            return Answer{static_cast<std::uint32_t>(std::stoul(words.at(1))),
                          committed(words.at(2))};
        }
        if (verb == "ticks") return Tick{words.at(1)};
        if (verb == "recomputes") return Recompute{};
        if (verb == "relates") {
            Relate relate;
            relate.relation = words.at(1);
            relate.document = std::stoull(words.at(2));
            relate.flow = words.at(3);
            relate.tags.assign(words.begin() + 4, words.end());
            relate.ancestor = words.back() == "ancestor";
            return relate;
        }
        if (verb == "hears") {
            return Hear{std::stoull(words.at(1)), Words(words.begin() + 2, words.end()),
                        Publication::none};
        }
        if (verb == "belongs") {
            return Belong{ParentLink{std::stoull(words.at(1)), words.at(2), words.at(3)}};
        }
        fail("no such verb: " + verb);
    }

    void expect(const Words& words) const {
        const bool negative = words.at(1) == "not" || words.at(1) == "no";
        const std::size_t at = negative ? 2 : 1;
        bool holds = false;
        if (words.at(at) == "signed") {
            holds = document_->live_signature(definition().signature(words.at(at + 1))) != nullptr;
        } else if (words.at(at) == "related") {
            const RelatedDocument* related = document_->related_by(
                definition().relation(words.at(at + 1)), std::stoull(words.at(at + 2)));
            const auto tags = words.begin() + static_cast<std::ptrdiff_t>(at) + 3;
            holds = related != nullptr && related->tags == Words(tags, words.end());
        } else if (words.at(at) == "drafter") {
            holds = document_->drafted_by(people_.at(words.at(at + 1)));
        } else if (words.at(at) == "due") {
            const TimerState& timer = document_->timers.at(definition().timer(words.at(at + 1)));
            static constexpr const char* kPhases[] = {"idle", "running", "paused", "expired"};
            const std::string due = timer.phase == TimerPhase::running
                                        ? to_string(date_in_china(timer.due) - 1)
                                        : kPhases[static_cast<std::size_t>(timer.phase)];
            const bool rests =
                timer.phase != TimerPhase::running && words.at(at + 2) == "not-running";
            if (due != words.at(at + 2) && !rests) fail("due " + due);
            holds = true;
        } else if (words.at(at) == "due_at") {
            // For clock hours: the instant itself, in China.
            const TimerState& timer = document_->timers.at(definition().timer(words.at(at + 1)));
            if (timer.phase != TimerPhase::running) fail("not running");
            const Date day = date_in_china(timer.due);
            const auto minutes = (timer.due - start_of_day(day)) / (ms_per_hour / 60);
            char clock[8];
            std::snprintf(clock, sizeof clock, "T%02d:%02d", static_cast<int>(minutes / 60),
                          static_cast<int>(minutes % 60));
            const std::string due = to_string(day) + clock;
            if (due != words.at(at + 2)) fail("due at " + due);
            holds = true;
        } else if (words.at(at) == "field") {
            const FieldId field = definition().field(words.at(at + 1));
            if (field == kNone) fail("no such field: " + words.at(at + 1));
            holds = document_->fields[field] == value(definition().fields[field], words.at(at + 2));
        } else if (words.at(at) == "effect") {
            holds = std::any_of(effects_.begin(), effects_.end(), [&](const Effect& effect) {
                static constexpr const char* kNames[] = {
                    "publish", "unpublish", "purge", "notify", "call", "put_item", "end_item"};
                static_assert(std::size(kNames) == std::variant_size_v<Effect>);
                return words.at(at + 1) == kNames[effect.index()];
            });
        } else {
            fail("cannot expect that");
        }
        if (holds == negative) fail("expectation failed");
    }

    std::string path_;
    int line_ = 0;
    int steps_ = 0;
    std::shared_ptr<const language::Flow> flow_;
    std::map<std::string, PersonId> people_;
    std::map<PersonId, std::vector<Grant>> grants_;
    DepartmentCode department_ = "jobs";
    Instant now_ = start_of_day(to_date(2026, 3, 2)) + 9 * ms_per_hour;
    std::optional<Document> document_;
    std::vector<Effect> effects_;
};

}  // namespace

void run_script(const std::string& path) {
    Script(path).run();
}

}  // namespace gongkai::engine::testing
