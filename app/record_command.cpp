#include "app/record.hpp"
#include "app/record_json.hpp"
#include "storage/audit/hash.hpp"

namespace gongkai::app {

using storage::audit::CanonicalWriter;

namespace {

struct CommandWriter {
    CanonicalWriter& writer;
    const engine::Definition& definition;

    void type(const char* name) const { writer.key("type").string(name); }
    void comment(const std::optional<engine::Committed>& text) const {
        if (!text) return;
        writer.key("comment");
        write_committed(writer, *text);
    }
    void state_only(const std::string& state, const char* name) const {
        writer.key("state").string(state);
        type(name);
    }

    void operator()(const engine::Open& open) const {
        writer.key("attachments");
        write_attachments(writer, open.attachments);
        writer.key("department").string(open.department);
        writer.key("document");
        write_id(writer, open.id);
        writer.key("fields");
        write_fields(writer, definition, open.fields);
        if (open.parent) {
            writer.key("parent");
            write_parent(writer, *open.parent);
        }
        type("open");
    }
    void operator()(const engine::Edit& edit) const {
        if (edit.attachments) {
            writer.key("attachments");
            write_attachments(writer, *edit.attachments);
        }
        writer.key("fields");
        write_fields(writer, definition, edit.fields);
        type("edit");
    }
    void operator()(const engine::Act& act) const {
        writer.key("action").string(act.action);
        comment(act.comment);
        if (act.department) writer.key("department").string(*act.department);
        if (act.extend_by) writer.key("extend_by").integer(*act.extend_by);
        writer.key("fields");
        write_fields(writer, definition, act.fields);
        if (!act.state.empty()) writer.key("state").string(act.state);
        type("act");
    }
    void operator()(const engine::Vote& vote) const {
        writer.key("ballot").string(to_string(vote.ballot));
        comment(vote.comment);
        state_only(vote.state, "vote");
    }
    void operator()(const engine::Withdraw& withdraw) const {
        state_only(withdraw.state, "withdraw");
    }
    void operator()(const engine::Claim& claim) const {
        if (claim.lapsed) writer.key("lapsed").boolean(true);
        state_only(claim.state, "claim");
    }
    void operator()(const engine::Release& release) const { state_only(release.state, "release"); }
    void operator()(const engine::Reassign& reassign) const {
        writer.key("eligible").boolean(reassign.eligible);
        writer.key("state").string(reassign.state);
        writer.key("to").integer(reassign.to);
        type("reassign");
    }
    void operator()(const engine::Consult& consult) const {
        writer.key("question");
        write_committed(writer, consult.question);
        state_only(consult.state, "consult");
        writer.key("whom");
        write_assignment(writer, consult.whom);
    }
    void operator()(const engine::Answer& answer) const {
        writer.key("answer");
        write_committed(writer, answer.answer);
        writer.key("consultation").integer(answer.consultation);
        type("answer");
    }
    void operator()(const engine::Renew& renew) const {
        writer.key("signature").string(renew.signature);
        type("renew");
    }
    void operator()(const engine::Tick& tick) const {
        writer.key("timer").string(tick.timer);
        type("tick");
    }
    void operator()(const engine::Recompute&) const { type("recompute"); }
    void operator()(const engine::Migrate&) const { type("migrate"); }
    void operator()(const engine::Relate& relate) const {
        writer.key("ancestor").boolean(relate.ancestor).key("document");
        write_id(writer, relate.document);
        writer.key("flow").string(relate.flow);
        writer.key("publication").string(to_string(relate.publication));
        writer.key("relation").string(relate.relation).key("tags");
        write_tags(writer, relate.tags);
        type("relate");
    }
    void operator()(const engine::Hear& hear) const {
        writer.key("document");
        write_id(writer, hear.document);
        writer.key("publication").string(to_string(hear.publication)).key("tags");
        write_tags(writer, hear.tags);
        type("hear");
    }
    void operator()(const engine::Belong& belong) const {
        writer.key("parent");
        write_parent(writer, belong.parent);
        type("belong");
    }
};

}  // namespace

void write_command(const engine::Definition& definition, const engine::Command& command,
                   std::string& out) {
    CanonicalWriter writer(out);
    writer.begin_object();
    std::visit(CommandWriter{writer, definition}, command);
    writer.end_object();
    // Whoever makes commands has bounded their texts and numbers (app/resolve.hpp).
    if (!writer.finish()) storage::audit::stop_on_bug("a command that cannot be written");
}

}  // namespace gongkai::app
