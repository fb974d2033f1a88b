#include "app/content.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "app/text_line.hpp"
#include "storage/audit/canonical_json.hpp"
#include "storage/audit/hash.hpp"

namespace gongkai::app {

namespace {

using storage::audit::CanonicalWriter;

constexpr int kLongestFoot = 10;  // lines

void write_value(CanonicalWriter& writer, const engine::Field& field, const engine::Value& value) {
    struct Visitor {
        CanonicalWriter& writer;
        const engine::Field& field;
        void operator()(bool flag) const { writer.boolean(flag); }
        void operator()(std::int64_t number) const { writer.integer(number); }
        void operator()(engine::Date date) const { writer.string(engine::to_string(date)); }
        void operator()(engine::Instant at) const { writer.string(engine::to_string(at)); }
        void operator()(engine::Choice choice) const {
            writer.string(field.choices[choice.index].name);
        }
        void operator()(const engine::Committed& text) const {
            writer.hex(text.commitment.data(), text.commitment.size());
        }
    };
    std::visit(Visitor{writer, field}, value);
}

// The last line that holds more than white space, without the foot (版记) of a printed 公文.
std::string_view last_line(std::string_view body) {
    for (int foot = 0;; ++foot) {
        strip_back(body);
        const auto newline = body.rfind('\n');
        if (newline == std::string_view::npos) return body;
        const std::string_view line = body.substr(newline + 1);
        if (foot >= kLongestFoot || !is_foot_line(line)) return line;
        body.remove_suffix(body.size() - newline);
    }
}

bool digit(std::string_view& line) {
    if (!line.empty() && line[0] >= '0' && line[0] <= '9') {
        line.remove_prefix(1);
        return true;
    }
    // Full-width digits U+FF10 to U+FF19.
    if (line.size() >= 3 && line[0] == '\xEF' && line[1] == '\xBC' && line[2] >= '\x90' &&
        line[2] <= '\x99') {
        line.remove_prefix(3);
        return true;
    }
    return false;
}

// 20年, 6个月, 长期, 启封前 ...: what follows a mark as its period.
bool period(std::string_view& line) {
    if (strip_one(line, "长期") || strip_one(line, "永久")) return true;
    std::string_view rest = line;
    if (!digit(rest)) return false;
    while (digit(rest)) {
    }
    strip_front(rest);
    if (!strip_one(rest, "年") && !strip_one(rest, "个月")) return false;
    line = rest;
    return true;
}

// What may stand before a mark on its line: Markdown, the number of the copy (份号), 密级：.
void strip_before_mark(std::string_view& line) {
    strip_front(line);
    while (strip_one(line, "#") || strip_one(line, "*") || strip_one(line, ">") ||
           strip_one(line, "_")) {
        strip_front(line);
    }
    std::string_view rest = line;
    int digits = 0;
    while (digit(rest))
        ++digits;
    if (digits == 6) {
        strip_front(rest);
        line = rest;
    }
    if (!strip_one(rest, "密级")) return;
    strip_front(rest);
    if (!strip_one(rest, "：") && !strip_one(rest, ":")) return;
    strip_front(rest);
    line = rest;
}

// A line that says 秘密 within a sentence is no mark: after the word comes a star, a period, the
// urgency, or the end.
bool marked(std::string_view line) {
    strip_before_mark(line);
    const bool bracket = strip_one(line, "【") || strip_one(line, "[") || strip_one(line, "(") ||
                         strip_one(line, "（");
    if (bracket) strip_front(line);
    const bool level = strip_one(line, "绝") || strip_one(line, "机") || strip_one(line, "秘");
    if (!level) return false;
    strip_front(line);
    if (!strip_one(line, "密")) return false;
    strip_one(line, "级");
    strip_front(line);
    if (strip_one(line, "★") || strip_one(line, "☆") || strip_one(line, "*") ||
        strip_one(line, "＊"))
        return true;
    if (period(line) || strip_one(line, "特急") || strip_one(line, "加急")) return true;
    if (bracket) {
        return strip_one(line, "】") || strip_one(line, "]") || strip_one(line, ")") ||
               strip_one(line, "）");
    }
    return line.empty();
}

}  // namespace

void write_content(const engine::Definition& definition,
                   const std::vector<std::optional<engine::Value>>& fields,
                   const std::vector<engine::Attachment>& attachments, std::string& out) {
    // Members in the order of their names.
    std::array<engine::FieldId, 64> few{};
    std::vector<engine::FieldId> many;
    std::size_t count = 0;
    const auto take = [&](engine::FieldId id) {
        if (count < few.size()) {
            few[count] = id;
        } else {
            if (many.empty()) many.assign(few.begin(), few.end());
            many.push_back(id);
        }
        ++count;
    };
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (fields[i] && definition.fields[i].content) take(static_cast<engine::FieldId>(i));
    }
    engine::FieldId* const first = many.empty() ? few.data() : many.data();
    std::sort(first, first + count, [&](engine::FieldId a, engine::FieldId b) {
        return definition.fields[a].name < definition.fields[b].name;
    });

    CanonicalWriter writer(out);
    writer.begin_object().key("attachments").begin_array();
    for (const engine::Attachment& attachment : attachments) {
        writer.begin_object();
        writer.key("digest").hex(attachment.digest.data(), attachment.digest.size());
        writer.key("name").hex(attachment.name.commitment.data(),
                               attachment.name.commitment.size());
        writer.key("size").integer(static_cast<std::int64_t>(attachment.size));
        writer.end_object();
    }
    writer.end_array().key("fields").begin_object();
    for (std::size_t i = 0; i < count; ++i) {
        const engine::Field& field = definition.fields[first[i]];
        writer.key(field.name);
        write_value(writer, field, *fields[first[i]]);
    }
    writer.end_object().end_object();
    // Names come from a checked definition, numbers were bounded when they came in.
    if (!writer.finish()) storage::audit::stop_on_bug("a content that cannot be described");
}

engine::Digest content_hash(const engine::Definition& definition,
                            const std::vector<std::optional<engine::Value>>& fields,
                            const std::vector<engine::Attachment>& attachments) {
    thread_local std::string description;
    description.clear();
    write_content(definition, fields, attachments, description);
    return storage::audit::sha256(description);
}

const char* body_note(std::string_view body) {
    std::string_view line = last_line(body);
    strip_front(line);
    strip_back(line);
    while (strip_one(line, "(") || strip_one(line, "（") || strip_one(line, "【") ||
           strip_one(line, "[")) {
        strip_front(line);
    }
    while (strip_one_back(line, ")") || strip_one_back(line, "）") || strip_one_back(line, "】") ||
           strip_one_back(line, "]") || strip_one_back(line, "。")) {
        strip_back(line);
    }
    if (line == "此件公开发布" || line == "此件主动公开") return "proactive";
    if (line == "此件依申请公开") return "on_request";
    if (line == "此件不予公开" || line == "此件不公开") return "withheld";
    return "absent";
}

bool has_secrecy_mark(std::string_view body) {
    while (!body.empty()) {
        std::string_view line = take_line(body);
        strip_back(line);
        if (marked(line)) return true;
    }
    return false;
}

std::optional<std::uint32_t> count_code_points(std::string_view utf8) {
    std::uint32_t count = 0;
    for (std::size_t i = 0; i < utf8.size();) {
        const auto byte = static_cast<unsigned char>(utf8[i]);
        std::size_t length = 1;
        std::uint32_t point = byte;
        if (byte == 0) return std::nullopt;
        if (byte >= 0x80) {
            if (byte >= 0xC2 && byte <= 0xDF) {
                length = 2;
                point = byte & 0x1FU;
            } else if ((byte & 0xF0U) == 0xE0) {
                length = 3;
                point = byte & 0x0FU;
            } else if (byte >= 0xF0 && byte <= 0xF4) {
                length = 4;
                point = byte & 0x07U;
            } else {
                return std::nullopt;
            }
            if (i + length > utf8.size()) return std::nullopt;
            for (std::size_t k = 1; k < length; ++k) {
                const auto next = static_cast<unsigned char>(utf8[i + k]);
                if ((next & 0xC0U) != 0x80) return std::nullopt;
                point = point << 6 | (next & 0x3FU);
            }
            const bool overlong =
                (length == 3 && point < 0x800) || (length == 4 && point < 0x10000);
            const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
            if (overlong || surrogate || point > 0x10FFFF) return std::nullopt;
        }
        i += length;
        ++count;
    }
    return count;
}

}  // namespace gongkai::app
