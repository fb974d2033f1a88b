// The content description: what a content hash, and with it every signature, is over
// (docs/audit_format.md).
//
// Canonical JSON {"attachments":[{"digest","name","size"},...],"fields":{name: value,...}}: the
// attachments in the document's order, the fields that are content and have a value. A text or
// table stands as the hexadecimal digits of its commitment, a choice as its name, a date as
// "2026-01-31", numbers and flags as they are.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/decide.hpp"

namespace gongkai::app {

void write_content(const engine::Definition& definition,
                   const std::vector<std::optional<engine::Value>>& fields,
                   const std::vector<engine::Attachment>& attachments, std::string& out);

// SHA-256 of write_content(): an engine::ContentHash.
engine::Digest content_hash(const engine::Definition& definition,
                            const std::vector<std::optional<engine::Value>>& fields,
                            const std::vector<engine::Attachment>& attachments);

// ---- what the system itself reads out of a body

// The name of the attribute that the last line states as 附注: "proactive" (此件公开发布,
// 此件主动公开), "on_request" (此件依申请公开), "withheld" (此件不予公开, 此件不公开); "absent"
// where it states none. Brackets of either width and white space around it do not matter; the foot
// (版记: 抄送, 印发, rules) that follows it in a printed 公文 is passed over.
const char* body_note(std::string_view body);

// Whether a line begins with a mark of secrecy (绝密, 机密 or 秘密 with ★ or a period, or alone
// on its line), also with spaces between the characters, behind 密级： or the number of the copy.
bool has_secrecy_mark(std::string_view body);

// Number of code points; nullopt where it is not UTF-8, or holds U+0000.
std::optional<std::uint32_t> count_code_points(std::string_view utf8);

}  // namespace gongkai::app
