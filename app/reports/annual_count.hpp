// Counts documents into the annual report, one after the other in any order.
#pragma once

#include <map>
#include <unordered_map>

#include "app/flow.hpp"
#include "app/reports/annual.hpp"

namespace gongkai::app {

// The fields of one flow that somebody asks about by name, as numbers: worked out once for each
// version of the flow.
class FieldNumbers {
  public:
    explicit FieldNumbers(std::vector<std::string> names) : names_(std::move(names)) {}
    // In the order of the names; kNone where this version has no such field.
    const std::vector<engine::FieldId>& of(const engine::Definition& definition);

  private:
    std::vector<std::string> names_;
    std::map<engine::Digest, std::vector<engine::FieldId>> versions_;
};

// The value of a field, where it has one of this type.
std::optional<engine::Date> date_in(const engine::Document& document, engine::FieldId field);
std::optional<std::int64_t> number_in(const engine::Document& document, engine::FieldId field);
// The choice's name, nullptr where none is made.
const std::string* choice_in(const engine::Definition& definition, const engine::Document& document,
                             engine::FieldId field);
// The text that a field commits to; empty where it has none, or it was purged.
std::string text_in(const engine::Definition& definition, const engine::Document& document,
                    const std::vector<storage::Opening>& openings, const std::string& field);
// Whether one of these states is active, or a state of the part that it runs.
bool in_any_state(const engine::Definition& definition, const engine::Document& document,
                  const std::vector<std::string>& states);

class AnnualCount {
  public:
    AnnualCount(const language::AnnualMapping& mapping, int year);

    void add(const engine::Definition& definition, const engine::Document& document);

    // With its figures only. The faults are those that single documents have.
    AnnualReport report() &&;
    std::vector<ReportFault> faults() const;

  private:
    struct Span {
        engine::Date first, last;
        bool has(const std::optional<engine::Date>& date) const {
            return date && *date >= first && *date <= last;
        }
    };
    void add_request(const engine::Definition& definition, const engine::Document& document);
    void add_remedy(const engine::Definition& definition, const engine::Document& document);
    void add_rule(const engine::Definition& definition, const engine::Document& document);
    void add_enforcement(const engine::Definition& definition, const engine::Document& document);
    void add_texts(const engine::Definition& definition, const engine::Document& document);
    void fault(const char* code, engine::DocumentId document);

    const language::AnnualMapping& mapping_;
    Span year_;
    AnnualReport report_;
    FieldNumbers request_fields_, remedy_fields_, rule_fields_, enforcement_fields_, text_fields_;
    std::map<std::string, std::vector<engine::DocumentId>> faults_;
};

}  // namespace gongkai::app
