#include "app/resolve.hpp"

#include <algorithm>

#include "app/content.hpp"
#include "engine/authority.hpp"
#include "storage/audit/canonical_json.hpp"

namespace gongkai::app {

namespace {

constexpr std::size_t kMostRows = 1'000;
constexpr std::uint32_t kMostCell = 10'000;  // code points of a cell of a table without `max`
constexpr std::size_t kMostAttachments = 100;
constexpr std::uint32_t kMostFileName = 255;

Invalid invalid(std::string where, std::string code, std::string message, std::string message_zh) {
    return {std::move(where), std::move(code), std::move(message), std::move(message_zh)};
}

// Names stand in the record as they were given, also in a refused attempt: no free text.
bool is_name(const std::string& text) {
    return !text.empty() && text.size() <= 200 && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '/' ||
               c == '-' || c == '.';
    });
}

std::string joined(const std::vector<engine::NamedChoice>& choices) {
    std::string out;
    for (const engine::NamedChoice& choice : choices)
        out += (out.empty() ? "" : ", ") + choice.name;
    return out;
}

// One resolution. A member that finds something wrong leaves it in `wrong_` or `error_`; the
// first thing wrong is the answer.
class Resolver {
  public:
    Resolver(const PreparedInput& prepared, const ResolveContext& context)
        : prepared_(prepared), context_(context), definition_(context.flow.definition) {}

    std::variant<Resolved, Invalid, engine::Error> operator()() {
        std::visit([this](const auto& input) { resolved_.command = command(input); },
                   prepared_.input);
        if (error_) return std::move(*error_);
        if (wrong_) return std::move(*wrong_);
        return std::move(resolved_);
    }

  private:
    void wrong(Invalid what) {
        if (!wrong_) wrong_ = std::move(what);
    }

    engine::Command command(const input::Open& open) {
        engine::Open command = opened(open.department, open.fields, &open.attachments);
        if (open.parent && context_.kin != nullptr) {
            name(open.parent->relation, "/parent/relation");
            command.parent = {open.parent->document, context_.kin->stored.document.flow,
                              open.parent->relation};
        }
        return command;
    }
    engine::Command command(const input::HandIn& hand_in) {
        if (context_.document == nullptr) {
            return opened(hand_in.department, hand_in.fields,
                          hand_in.attachments ? &*hand_in.attachments : nullptr);
        }
        return edited(hand_in.fields, hand_in.attachments);
    }
    engine::Command command(const input::Edit& edit) {
        return edited(edit.fields, edit.attachments);
    }
    engine::Command command(const input::Act& act) {
        name(act.action, "/action");
        optional_name(act.state, "/state");
        if (act.department) department(*act.department, "/department");
        return engine::Act{act.action, act.state,     fields(act.fields),
                           remark(),   act.extend_by, act.department};
    }
    engine::Command command(const input::Vote& vote) {
        optional_name(vote.state, "/state");
        return engine::Vote{vote.state, vote.ballot, remark()};
    }
    engine::Command command(const input::Withdraw& withdraw) {
        optional_name(withdraw.state, "/state");
        return engine::Withdraw{withdraw.state};
    }
    engine::Command command(const input::Claim& claim) {
        optional_name(claim.state, "/state");
        return engine::Claim{claim.state, has_lapsed(claim)};
    }
    engine::Command command(const input::Release& release) {
        optional_name(release.state, "/state");
        return engine::Release{release.state};
    }
    engine::Command command(const input::Reassign& reassign) {
        optional_name(reassign.state, "/state");
        return engine::Reassign{reassign.state, reassign.to, can_take(reassign)};
    }
    engine::Command command(const input::Consult& consult) {
        optional_name(consult.state, "/state");
        name(consult.whom.role, "/whom/role");
        if (consult.whom.scope == engine::Scope::department) {
            department(consult.whom.department, "/whom/department");
        } else if (!consult.whom.department.empty()) {
            wrong(invalid("/whom/department", "superfluous",
                          "is given for a scope that has no department", "该范围不指定部门"));
        }
        return engine::Consult{consult.state, consult.whom, remark().value_or(engine::Committed{})};
    }
    engine::Command command(const input::Answer& answer) {
        return engine::Answer{answer.consultation, remark().value_or(engine::Committed{})};
    }
    engine::Command command(const input::Renew& renew) {
        name(renew.signature, "/signature");
        return engine::Renew{renew.signature};
    }
    engine::Command command(const input::Tick& tick) { return engine::Tick{tick.timer}; }
    engine::Command command(const input::Recompute&) { return engine::Recompute{}; }
    engine::Command command(const input::Migrate&) { return engine::Migrate{}; }

    engine::Command command(const input::Relate& relate) {
        name(relate.relation, "/relation");
        if (context_.kin == nullptr) return engine::Relate{};  // told before
        return related(relate.relation, context_.kin->stored.document, *context_.kin->flow,
                       context_.kin->ancestor);
    }

    engine::Open opened(const DepartmentCode& code, const std::vector<PlainField>& plain,
                        const std::vector<PlainAttachment>* files) {
        department(code, "/department");
        engine::Open open;
        open.id = context_.new_id;
        open.department = code;
        open.fields = fields(plain);
        if (files != nullptr) open.attachments = attachments(*files);
        return open;
    }
    engine::Command edited(const std::vector<PlainField>& plain,
                           const std::optional<std::vector<PlainAttachment>>& files) {
        engine::Edit edit;
        edit.fields = fields(plain);
        if (files) edit.attachments = attachments(*files);
        return edit;
    }

    void name(const std::string& text, const char* where) {
        if (!is_name(text))
            wrong(
                invalid(where, "invalid_name", "is not a name of a workflow", "不是流程中的名称"));
    }
    void optional_name(const std::string& text, const char* where) {
        if (!text.empty()) name(text, where);
    }
    void department(const DepartmentCode& code, const char* where) {
        const storage::Department* found = context_.directory.department(code);
        if (found == nullptr || !found->active)
            wrong(invalid(where, "unknown_department", "is not a department", "没有这个部门"));
    }

    bool can_take(const input::Reassign& reassign) const {
        const engine::Document* document = context_.document;
        if (document == nullptr || reassign.to == 0) return false;
        for (const engine::Place& place : document->places) {
            if (place.state == engine::kNone) continue;
            const engine::State& state = definition_.states[place.state];
            const bool meant = reassign.state.empty() || state.name == reassign.state;
            if (meant && eligible(context_.directory, reassign.to, state, document->department,
                                  context_.now))
                return true;
        }
        return false;
    }

    bool has_lapsed(const input::Claim& claim) const {
        const engine::Document* document = context_.document;
        if (document == nullptr) return false;
        for (const engine::Place& place : document->places) {
            if (place.state == engine::kNone || place.claimed_by == 0) continue;
            const engine::State& state = definition_.states[place.state];
            const bool meant = claim.state.empty() || state.name == claim.state;
            if (meant && claim_lapsed(context_.directory, place.claimed_by, state,
                                      document->department, context_.now))
                return true;
        }
        return false;
    }

    std::optional<engine::Committed> remark() {
        if (!prepared_.remark) return std::nullopt;
        resolved_.openings.push_back(prepared_.remark->opening);
        return prepared_.remark->value();
    }

    // The text that the document has under this commitment; nullptr where it cannot be opened.
    const std::string* present_text(const engine::Committed& present) {
        if (!openings_) {
            auto loaded = context_.load_openings();
            if (!loaded) {
                error_ = std::move(loaded).error();
                return nullptr;
            }
            openings_ = std::move(loaded).value();
        }
        for (const storage::Opening& opening : *openings_) {
            if (opening.commitment == present.commitment) return &opening.text;
        }
        return nullptr;
    }

    engine::Committed text_value(const CommittedText& text, const engine::Committed* present) {
        if (present != nullptr && present->size == text.size) {
            const std::string* old = present_text(*present);
            if (old != nullptr && *old == text.opening.text) return *present;
        }
        resolved_.openings.push_back(text.opening);
        return text.value();
    }

    std::vector<engine::FieldChange> fields(const std::vector<PlainField>& plain) {
        std::vector<engine::FieldChange> changes;
        changes.reserve(plain.size() + 2);
        bool body = false;
        for (std::size_t i = 0; i < plain.size(); ++i) {
            const std::string where = pointer_to_field(plain[i].name);
            const engine::FieldId id = definition_.field(plain[i].name);
            if (id == engine::kNone) {
                wrong(invalid(where, "unknown_field", "is not a field of this flow",
                              "流程没有这个字段"));
                continue;
            }
            const engine::Field& field = definition_.fields[id];
            if (field.derived) {
                wrong(invalid(where, "derived_field", "is read from the body and cannot be set",
                              "由系统从正文读出，不得填写"));
                continue;
            }
            if (field.assigned) {
                wrong(invalid(where, "assigned_field", "is given by the system and cannot be set",
                              "由系统编号，不得填写"));
                continue;
            }
            const bool twice =
                std::any_of(changes.begin(), changes.end(),
                            [&](const engine::FieldChange& other) { return other.field == id; });
            if (twice) {
                wrong(invalid(where, "duplicate_field", "is given twice", "重复填写"));
                continue;
            }
            changes.push_back({id, value(id, field, plain[i].value, i, where)});
            body = body || id == context_.flow.body;
        }
        if (body) derive(changes);
        return changes;
    }

    // What the body says about itself goes with every body.
    void derive(std::vector<engine::FieldChange>& changes) const {
        const Flow& flow = context_.flow;
        if (flow.body_note != engine::kNone) {
            const auto& choices = definition_.fields[flow.body_note].choices;
            std::optional<engine::Value> note;
            for (std::size_t i = 0; i < choices.size() && prepared_.has_body; ++i) {
                if (choices[i].name == prepared_.body_note)
                    note = engine::Choice{static_cast<std::uint16_t>(i)};
            }
            changes.push_back({flow.body_note, note});
        }
        if (flow.secrecy_mark != engine::kNone) {
            std::optional<engine::Value> mark;
            if (prepared_.has_body) mark = prepared_.secrecy_mark;
            changes.push_back({flow.secrecy_mark, mark});
        }
    }

    std::optional<engine::Value> value(engine::FieldId id, const engine::Field& field,
                                       const PlainValue& plain, std::size_t position,
                                       const std::string& where) {
        if (std::holds_alternative<std::monostate>(plain)) return std::nullopt;
        const auto mismatch = [&](const char* type, const char* type_zh) {
            wrong(invalid(where, "wrong_type", std::string("is to be ") + type,
                          std::string("应为") + type_zh));
            return std::optional<engine::Value>();
        };
        switch (field.type) {
            case engine::FieldType::flag:
                if (const bool* flag = std::get_if<bool>(&plain)) return engine::Value{*flag};
                return mismatch("true or false", "是或否");
            case engine::FieldType::number: {
                const auto* number = std::get_if<std::int64_t>(&plain);
                if (number != nullptr && *number <= storage::audit::canonical_max_integer &&
                    *number >= -storage::audit::canonical_max_integer)
                    return engine::Value{*number};
                return mismatch("a whole number below 2^53", "整数");
            }
            case engine::FieldType::date: {
                const auto* text = std::get_if<std::string>(&plain);
                const auto date = text == nullptr ? std::nullopt : engine::parse_date(*text);
                if (date) return engine::Value{*date};
                return mismatch("a date like 2026-01-31", "日期，如 2026-01-31");
            }
            case engine::FieldType::moment: {
                const auto* text = std::get_if<std::string>(&plain);
                const auto at = text == nullptr ? std::nullopt : engine::parse_instant(*text);
                if (at) return engine::Value{*at};
                return mismatch("a time like 2026-01-31T01:30:00Z",
                                "时刻，如 2026-01-31T01:30:00Z");
            }
            case engine::FieldType::choice:
                return choice(field, plain, where);
            case engine::FieldType::text:
                if (const auto* text = std::get_if<std::string>(&plain))
                    return text_field(id, *text, position);
                return mismatch("a text", "文本");
            case engine::FieldType::table:
                if (const auto* rows = std::get_if<Rows>(&plain))
                    return table(id, field, *rows, position, where);
                return mismatch("a list of rows", "表格");
        }
        return std::nullopt;
    }

    std::optional<engine::Value> choice(const engine::Field& field, const PlainValue& plain,
                                        const std::string& where) {
        if (const auto* text = std::get_if<std::string>(&plain)) {
            for (std::size_t i = 0; i < field.choices.size(); ++i) {
                if (field.choices[i].name == *text)
                    return engine::Value{engine::Choice{static_cast<std::uint16_t>(i)}};
            }
        }
        wrong(invalid(where, "unknown_choice", "is to be one of " + joined(field.choices),
                      "应为下列之一：" + joined(field.choices)));
        return std::nullopt;
    }

    const engine::Committed* present(engine::FieldId id) const {
        if (context_.document == nullptr || !context_.document->fields[id]) return nullptr;
        return std::get_if<engine::Committed>(&*context_.document->fields[id]);
    }

    std::optional<engine::Value> text_field(engine::FieldId id, const std::string& text,
                                            std::size_t position) {
        if (text.empty()) return std::nullopt;
        if (prepared_.fields[position])
            return engine::Value{text_value(*prepared_.fields[position], present(id))};
        const auto committed = commit_text(text, context_.randomness);
        return engine::Value{text_value(*committed, present(id))};
    }

    std::optional<engine::Value> table(engine::FieldId id, const engine::Field& field,
                                       const Rows& rows, std::size_t position,
                                       const std::string& where) {
        const std::uint32_t most = field.max_size == 0 ? kMostCell : field.max_size;
        if (rows.size() > kMostRows) {
            wrong(invalid(where, "too_long", "has more than 1000 rows", "超过 1000 行"));
            return std::nullopt;
        }
        for (const Row& row : rows) {
            for (const auto& cell : row) {
                const bool known =
                    std::any_of(field.columns.begin(), field.columns.end(),
                                [&](const auto& named) { return named.name == cell.first; });
                if (!known) {
                    wrong(invalid(where, "unknown_column",
                                  "has a column that is none of " + joined(field.columns),
                                  "列应为：" + joined(field.columns)));
                    return std::nullopt;
                }
                if (count_code_points(cell.second).value_or(0) > most) {
                    wrong(
                        invalid(where, "too_long",
                                "has a cell with more than " + std::to_string(most) + " characters",
                                "单元格超过 " + std::to_string(most) + " 字"));
                    return std::nullopt;
                }
            }
        }
        const CommittedText& text = *prepared_.fields[position];
        if (text.size == 0) return std::nullopt;
        return engine::Value{text_value(text, present(id))};
    }

    std::vector<engine::Attachment> attachments(const std::vector<PlainAttachment>& plain) {
        std::vector<engine::Attachment> list;
        if (plain.size() > kMostAttachments) {
            wrong(
                invalid("/attachments", "too_long", "has more than 100 files", "超过 100 个附件"));
            return list;
        }
        for (std::size_t i = 0; i < plain.size(); ++i) {
            const std::string where = "/attachments/" + std::to_string(i);
            const CommittedText& name = *prepared_.attachment_names[i];
            if (name.size == 0 || name.size > kMostFileName ||
                plain[i].name.find_first_of("/\\") != std::string::npos ||
                std::any_of(plain[i].name.begin(), plain[i].name.end(), [](char c) {
                    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
                })) {
                wrong(invalid(where + "/name", "invalid_file_name",
                              "is not a file name of 1 to 255 characters", "文件名无效"));
                continue;
            }
            const engine::Attachment* old = present_attachment(plain[i].digest, i);
            std::optional<std::uint64_t> size;
            if (old != nullptr) size = old->size;
            if (!size) size = context_.uploads.size(context_.person, plain[i].digest, context_.now);
            if (!size) {
                wrong(invalid(where + "/sha256", "unknown_file",
                              "is no file that you have uploaded, nor one of this document",
                              "请先上传该文件"));
                continue;
            }
            const engine::Committed* name_before = old != nullptr ? &old->name : nullptr;
            list.push_back({plain[i].digest, *size, text_value(name, name_before)});
        }
        return list;
    }

    // The document's attachment with these bytes: the one in the same place, else any.
    const engine::Attachment* present_attachment(const engine::Digest& digest,
                                                 std::size_t position) const {
        if (context_.document == nullptr) return nullptr;
        const auto& now = context_.document->attachments;
        if (position < now.size() && now[position].digest == digest) return &now[position];
        const auto found =
            std::find_if(now.begin(), now.end(),
                         [&](const engine::Attachment& other) { return other.digest == digest; });
        return found == now.end() ? nullptr : &*found;
    }

    const PreparedInput& prepared_;
    const ResolveContext& context_;
    const engine::Definition& definition_;
    Resolved resolved_;
    std::optional<Invalid> wrong_;
    std::optional<engine::Error> error_;
    std::optional<std::vector<storage::Opening>> openings_;
};

}  // namespace

std::variant<Resolved, Invalid, engine::Error> resolve(const PreparedInput& prepared,
                                                       const ResolveContext& context) {
    return Resolver(prepared, context)();
}

bool eligible(const DirectorySnapshot& directory, PersonId person, const engine::State& state,
              const DepartmentCode& own, Instant now) {
    const auto actor = directory.shared_actor(person, now);
    return std::any_of(actor->grants.begin(), actor->grants.end(), [&](const engine::Grant& grant) {
        return grant.on_behalf_of == 0 && engine::fits(grant, state.worklist, own);
    });
}

bool claim_lapsed(const DirectorySnapshot& directory, PersonId person, const engine::State& state,
                  const DepartmentCode& own, Instant now) {
    const auto actor = directory.shared_actor(person, now);
    return std::none_of(
        actor->grants.begin(), actor->grants.end(),
        [&](const engine::Grant& grant) { return engine::fits(grant, state.worklist, own); });
}

engine::Relate related(const std::string& relation, const engine::Document& document,
                       const Flow& flow, bool ancestor) {
    return {relation,
            document.id,
            document.flow,
            engine::active_tags(flow.definition, document),
            document.publication,
            ancestor};
}

}  // namespace gongkai::app
