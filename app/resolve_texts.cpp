// The part of resolving that needs no document: texts and their commitments.
#include <algorithm>

#include "app/content.hpp"
#include "app/resolve.hpp"
#include "storage/audit/canonical_json.hpp"
#include "storage/audit/leaf.hpp"

namespace gongkai::app {

namespace {

CommittedText seal(std::string text, std::uint32_t size, Randomness& randomness) {
    CommittedText committed;
    randomness.fill(committed.opening.salt);
    committed.opening.commitment = storage::audit::commit(committed.opening.salt, text);
    committed.opening.text = std::move(text);
    committed.size = size;
    return committed;
}

// What may turn out to be a choice or a date costs more to commit to than to look at again.
bool may_be_a_word(const std::string& text) {
    return text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
           });
}

const std::vector<PlainField>* fields_of(const Input& input) {
    if (const auto* open = std::get_if<input::Open>(&input)) return &open->fields;
    if (const auto* hand_in = std::get_if<input::HandIn>(&input)) return &hand_in->fields;
    if (const auto* edit = std::get_if<input::Edit>(&input)) return &edit->fields;
    if (const auto* act = std::get_if<input::Act>(&input)) return &act->fields;
    return nullptr;
}

const std::vector<PlainAttachment>* attachments_of(const Input& input) {
    if (const auto* open = std::get_if<input::Open>(&input)) return &open->attachments;
    if (const auto* hand_in = std::get_if<input::HandIn>(&input))
        return hand_in->attachments ? &*hand_in->attachments : nullptr;
    if (const auto* edit = std::get_if<input::Edit>(&input))
        return edit->attachments ? &*edit->attachments : nullptr;
    return nullptr;
}

// Comment, question or answer, and how many characters it may have.
struct Remark {
    const std::string* text = nullptr;
    const char* where = "";
};

Remark remark_of(const Input& input) {
    if (const auto* act = std::get_if<input::Act>(&input))
        return {act->comment ? &*act->comment : nullptr, "/comment"};
    if (const auto* vote = std::get_if<input::Vote>(&input))
        return {vote->comment ? &*vote->comment : nullptr, "/comment"};
    if (const auto* consult = std::get_if<input::Consult>(&input))
        return {&consult->question, "/question"};
    if (const auto* answer = std::get_if<input::Answer>(&input))
        return {&answer->answer, "/answer"};
    return {};
}

constexpr std::uint32_t kMostRemark = 5'000;

Invalid not_text(std::string where) {
    return {std::move(where), "invalid_text", "is not UTF-8 text, or holds U+0000",
            "不是有效的 UTF-8 文本"};
}

}  // namespace

std::string pointer_to_field(std::string_view name) {
    std::string pointer = "/fields/";
    for (const char c : name) {
        if (c == '~' || c == '/')
            pointer += c == '~' ? "~0" : "~1";
        else
            pointer += c;
    }
    return pointer;
}

std::optional<CommittedText> commit_text(std::string text, Randomness& randomness) {
    const auto size = count_code_points(text);
    if (!size) return std::nullopt;
    return seal(std::move(text), *size, randomness);
}

std::string rows_json(const Rows& rows) {
    std::string out;
    storage::audit::CanonicalWriter writer(out);
    writer.begin_array();
    for (const Row& row : rows) {
        Row sorted = row;
        std::erase_if(sorted, [](const auto& cell) { return cell.second.empty(); });
        if (sorted.empty()) continue;
        std::sort(sorted.begin(), sorted.end());
        writer.begin_object();
        for (const auto& [column, text] : sorted)
            writer.key(column).string(text);
        writer.end_object();
    }
    writer.end_array();
    if (!writer.finish()) out.clear();
    return out;
}

std::optional<Rows> rows_from_json(std::string_view canonical) {
    const auto value = storage::audit::parse_canonical(canonical);
    if (!value || !value->is_array()) return std::nullopt;
    Rows rows;
    for (const auto& item : value->get_array()) {
        if (!item.is_object()) return std::nullopt;
        Row& row = rows.emplace_back();
        for (const auto& cell : item.get_object()) {
            if (!cell.value().is_string()) return std::nullopt;
            row.emplace_back(std::string(cell.key()), std::string(cell.value().get_string()));
        }
    }
    return rows;
}

std::optional<CommittedText> commit_rows(const Rows& rows, Randomness& randomness) {
    std::uint32_t count = 0;
    for (const Row& row : rows) {
        bool filled = false;
        std::vector<std::string_view> columns;
        for (const auto& [column, text] : row) {
            // A column's name becomes a member's name in the record: nothing that needs escaping.
            const bool plain = !column.empty() && may_be_a_word(column);
            const bool twice = std::find(columns.begin(), columns.end(), column) != columns.end();
            if (!plain || twice || !count_code_points(text)) return std::nullopt;
            columns.push_back(column);
            filled = filled || !text.empty();
        }
        count += filled ? 1 : 0;
    }
    return seal(rows_json(rows), count, randomness);
}

std::variant<PreparedInput, Invalid> prepare_input(Input input, Randomness& randomness) {
    PreparedInput prepared;
    if (const auto* fields = fields_of(input)) {
        prepared.fields.resize(fields->size());
        for (std::size_t i = 0; i < fields->size(); ++i) {
            const PlainField& field = (*fields)[i];
            if (const auto* text = std::get_if<std::string>(&field.value)) {
                if (field.name == "body" && !text->empty()) {
                    prepared.has_body = true;
                    prepared.body_note = body_note(*text);
                    prepared.secrecy_mark = has_secrecy_mark(*text);
                }
                if (may_be_a_word(*text)) continue;
                prepared.fields[i] = commit_text(*text, randomness);
                if (!prepared.fields[i]) return not_text(pointer_to_field(field.name));
            } else if (const auto* rows = std::get_if<Rows>(&field.value)) {
                prepared.fields[i] = commit_rows(*rows, randomness);
                if (!prepared.fields[i]) return not_text(pointer_to_field(field.name));
            }
        }
    }
    if (const auto* attachments = attachments_of(input)) {
        for (std::size_t i = 0; i < attachments->size(); ++i) {
            prepared.attachment_names.push_back(commit_text((*attachments)[i].name, randomness));
            if (!prepared.attachment_names.back())
                return not_text("/attachments/" + std::to_string(i) + "/name");
        }
    }
    const Remark remark = remark_of(input);
    if (remark.text != nullptr && !remark.text->empty()) {
        prepared.remark = commit_text(*remark.text, randomness);
        if (!prepared.remark) return not_text(remark.where);
        if (prepared.remark->size > kMostRemark) {
            return Invalid{remark.where, "too_long",
                           "has more than " + std::to_string(kMostRemark) + " characters",
                           "超过 " + std::to_string(kMostRemark) + " 字"};
        }
    }
    prepared.input = std::move(input);
    return prepared;
}

}  // namespace gongkai::app
