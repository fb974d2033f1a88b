#include "app/numbering.hpp"

#include <algorithm>
#include <array>

#include "engine/assignment.hpp"
#include "engine/time.hpp"
#include "storage/audit/hash.hpp"

namespace gongkai::app {

using engine::Assigned;
using engine::Error;
using engine::ErrorCode;
using Kind = Assigned::Piece::Kind;

namespace {

constexpr std::string_view kAlphabet = "34679ACDEFGHJKMNPQRTWXY";

std::vector<engine::FieldChange>* fields_of(engine::Command& command) {
    if (auto* open = std::get_if<engine::Open>(&command)) return &open->fields;
    if (auto* act = std::get_if<engine::Act>(&command)) return &act->fields;
    return nullptr;
}

std::string padded(std::uint64_t number, std::size_t width) {
    std::string digits = std::to_string(number);
    return digits.size() >= width ? digits : std::string(width - digits.size(), '0') + digits;
}

class Giver {
  public:
    Giver(const Flow& flow, const engine::Document* document, Instant now,
          storage::Transaction& transaction, Randomness& randomness, Resolved& resolved)
        : definition_(flow.definition),
          document_(document),
          today_(engine::to_civil(engine::date_in_china(now))),
          transaction_(transaction),
          randomness_(randomness),
          resolved_(resolved) {}

    Result<Given> operator()() {
        const auto lacking = engine::to_assign(definition_, document_, resolved_.command);
        for (const engine::FieldId field : lacking) {
            TRY(auto text, value(definition_.fields[field]));
            if (text.empty()) continue;
            const auto committed = commit_text(std::move(text), randomness_);
            if (!committed) return Error{ErrorCode::malformed, "an assigned text is no UTF-8"};
            resolved_.openings.push_back(committed->opening);
            fields_of(resolved_.command)->push_back({field, committed->value()});
        }
        return std::move(given_);
    }

  private:
    // Empty where the pattern names a field that has no value.
    Result<std::string> value(const engine::Field& field) {
        if (field.assigned->code_length > 0) return code(field);
        // Of the series the number is left out, with the width that it is written in: a wider one
        // must not repeat a narrower.
        std::string before, after, series;
        std::size_t width = 0;
        for (const Assigned::Piece& piece : field.assigned->pattern) {
            if (piece.kind == Kind::number) {
                width = piece.width;
                before = std::exchange(after, {});
                series = before + "{number}";
                continue;
            }
            TRY(const auto text, words(piece));
            if (!text) return std::string();
            after += *text;
        }
        series += after;
        TRY(std::uint64_t number, transaction_.last_number(series));
        for (const auto& [other, taken] : given_.numbers) {
            if (other == series) number = taken;
        }
        given_.numbers.emplace_back(series, ++number);
        return before + padded(number, width) + after;
    }

    Result<std::string> code(const engine::Field& field) {
        constexpr int kTries = 8;
        for (int i = 0; i < kTries; ++i) {
            std::string text = random_code(field.assigned->code_length, randomness_);
            const Digest key = code_key(field.name, text);
            TRY(const auto known, transaction_.find_code(key));
            if (known) continue;
            given_.codes.push_back(key);
            return text;
        }
        return Error{ErrorCode::conflict, "no free code was found for " + field.name};
    }

    Result<std::optional<std::string>> words(const Assigned::Piece& piece) {
        switch (piece.kind) {
            case Kind::literal:
                return std::optional(piece.text);
            case Kind::year:
                return std::optional(padded(static_cast<std::uint64_t>(today_.year), 4));
            case Kind::month:
                return std::optional(padded(static_cast<std::uint64_t>(today_.month), 2));
            case Kind::flow:
                return std::optional(definition_.flow);
            case Kind::department: {
                const auto* open = std::get_if<engine::Open>(&resolved_.command);
                return std::optional(open != nullptr ? open->department : document_->department);
            }
            case Kind::field:
                return field_words(definition_.field(piece.text));
            case Kind::number:
                break;
        }
        return std::optional<std::string>();
    }

    Result<std::optional<std::string>> field_words(engine::FieldId id) {
        std::optional<engine::Value> value;
        if (document_ != nullptr) value = document_->fields[id];
        for (const engine::FieldChange& change : *fields_of(resolved_.command)) {
            if (change.field == id) value = change.value;
        }
        if (!value) return std::optional<std::string>();
        if (const auto* number = std::get_if<std::int64_t>(&*value))
            return std::optional(std::to_string(*number));
        if (const auto* date = std::get_if<engine::Date>(&*value))
            return std::optional(engine::to_string(*date));
        if (const auto* choice = std::get_if<engine::Choice>(&*value))
            return std::optional(definition_.fields[id].choices[choice->index].name);
        const auto& wanted = std::get<engine::Committed>(*value).commitment;
        const auto is_it = [&](const storage::Opening& one) { return one.commitment == wanted; };
        auto found = std::find_if(resolved_.openings.begin(), resolved_.openings.end(), is_it);
        if (found != resolved_.openings.end()) return std::optional(found->text);
        if (document_ == nullptr) return std::optional<std::string>();
        TRY(const auto openings, transaction_.openings(document_->id));
        const auto old = std::find_if(openings.begin(), openings.end(), is_it);
        if (old == openings.end()) return std::optional<std::string>();
        return std::optional(old->text);
    }

    const engine::Definition& definition_;
    const engine::Document* document_;
    engine::Civil today_;
    storage::Transaction& transaction_;
    Randomness& randomness_;
    Resolved& resolved_;
    Given given_;
};

}  // namespace

Result<Given> give(const Flow& flow, const engine::Document* document, Instant now,
                   storage::Transaction& transaction, Randomness& randomness, Resolved& resolved) {
    return Giver(flow, document, now, transaction, randomness, resolved)();
}

Result<void> take(const Given& given, storage::Transaction& transaction) {
    for (const auto& [series, proposed] : given.numbers) {
        TRY(const auto taken, transaction.take_number(series));
        // The same job has read the last one. A store that shares its series between processes
        // fails here, and the job is run again.
        if (taken != proposed) return Error{ErrorCode::conflict, "the series went on: " + series};
    }
    return {};
}

std::string random_code(std::size_t length, Randomness& randomness) {
    // The highest multiple of the alphabet's size that a byte can hold: what is above would favour
    // its first letters.
    constexpr unsigned kFair = 256 / kAlphabet.size() * kAlphabet.size();
    std::string code;
    std::array<std::uint8_t, 32> bytes{};
    while (code.size() < length) {
        randomness.fill(bytes);
        for (const std::uint8_t byte : bytes) {
            if (byte < kFair && code.size() < length) code += kAlphabet[byte % kAlphabet.size()];
        }
    }
    return code;
}

Digest code_key(std::string_view field, std::string_view code) {
    std::string text = "code ";
    text += field;
    text += ' ';
    for (const char c : code) {
        if (c == ' ' || c == '-') continue;
        text += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
    return storage::audit::sha256(text);
}

}  // namespace gongkai::app
