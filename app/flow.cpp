#include "app/flow.hpp"

#include <algorithm>
#include <cstring>
#include <set>

#include "language/rulebook.hpp"
#include "storage/audit/hash.hpp"

namespace gongkai::app {

namespace {

using engine::Error;
using engine::ErrorCode;

// The roles that a flow names, as those who may read its documents.
class Readers {
  public:
    void add(const std::vector<engine::Assignment>& assignments) {
        for (const engine::Assignment& assignment : assignments) {
            switch (assignment.scope) {
                case engine::Scope::own_department:
                    own_.insert(assignment.role);
                    break;
                case engine::Scope::anywhere:
                    anywhere_.insert(assignment.role);
                    break;
                case engine::Scope::department:
                    department_.insert(assignment);
                    break;
            }
        }
    }
    void put(Flow& flow) const {
        flow.own_roles.assign(own_.begin(), own_.end());
        flow.anywhere_roles.assign(anywhere_.begin(), anywhere_.end());
        flow.department_roles.assign(department_.begin(), department_.end());
    }

  private:
    std::set<std::string> own_, anywhere_;
    std::set<engine::Assignment> department_;
};

// Who acts, votes, has it in the worklist, or is told that a deadline was missed. Not who may be
// consulted or is only notified: a consultation lets those see it who were asked.
void find_readers(Flow& flow) {
    Readers readers;
    const engine::Definition& definition = flow.definition;
    readers.add(definition.openers);
    for (const engine::State& state : definition.states) {
        readers.add(state.worklist);
        readers.add(state.reassigners);
        if (state.countersign) {
            readers.add(state.countersign->by);
            readers.add(state.countersign->veto);
        }
    }
    for (const engine::Action& action : definition.actions)
        readers.add(action.by);
    for (const engine::Timer& timer : definition.timers)
        readers.add(timer.escalate_to);
    readers.put(flow);
}

void find_fields(Flow& flow) {
    const engine::Definition& definition = flow.definition;
    const auto named = [&](const char* name, engine::FieldType type, bool derived) {
        const engine::FieldId id = definition.field(name);
        if (id == engine::kNone) return id;
        const engine::Field& field = definition.fields[id];
        return field.type == type && field.derived == derived ? id : engine::kNone;
    };
    flow.title = named("title", engine::FieldType::text, false);
    flow.body = named("body", engine::FieldType::text, false);
    flow.catalog_item = named("catalog_item", engine::FieldType::text, false);
    flow.body_note = named("body_note", engine::FieldType::choice, true);
    flow.secrecy_mark = named("secrecy_mark", engine::FieldType::flag, true);
    for (std::size_t i = 0; i < definition.fields.size(); ++i) {
        if (definition.fields[i].published)
            flow.published.push_back(static_cast<engine::FieldId>(i));
    }
    std::sort(flow.published.begin(), flow.published.end(), [&](auto a, auto b) {
        return definition.fields[a].name < definition.fields[b].name;
    });
}

}  // namespace

std::shared_ptr<const Flow> Flow::make(engine::Definition definition, engine::Policy policy,
                                       std::string source,
                                       std::vector<language::AlikeGroup> alike) {
    auto flow = std::make_shared<Flow>();
    flow->definition = std::move(definition);
    flow->policy = std::move(policy);
    flow->source = std::move(source);
    flow->alike = std::move(alike);
    find_fields(*flow);
    find_readers(*flow);
    return flow;
}

std::shared_ptr<const Flow> Flow::make(const language::Flow& flow) {
    return make(flow.definition, flow.policy, language::bundle(flow.sources), flow.alike);
}

Result<std::shared_ptr<const Flow>> Flow::from_source(std::string_view source) {
    TRY(const auto files, language::unbundle(source));
    TRY(const auto flow, language::recompile(files));
    return make(*flow);
}

std::size_t Flows::DigestHash::operator()(const Digest& digest) const noexcept {
    std::size_t hash = 0;
    std::memcpy(&hash, digest.data(), sizeof hash);
    return hash;
}

Flows::Flows(storage::Store& store) : store_(store), table_(std::make_shared<Table>()) {}

std::shared_ptr<const Flows::Table> Flows::table() const {
    const std::lock_guard lock(mutex_);
    return table_;
}

Result<void> Flows::activate(std::vector<std::shared_ptr<const Flow>> flows) {
    std::sort(flows.begin(), flows.end(),
              [](const auto& a, const auto& b) { return a->definition.flow < b->definition.flow; });
    const auto keep = [flows](storage::Transaction& tx) -> Result<void> {
        for (const auto& flow : flows) {
            const engine::Definition& definition = flow->definition;
            TRY_VOID(tx.put_source(definition.digest, "definition", definition.flow, flow->source));
        }
        return {};
    };
    TRY_VOID(store_.run(keep));
    adopt(std::move(flows));
    return {};
}

void Flows::adopt(std::vector<std::shared_ptr<const Flow>> flows) {
    const std::lock_guard lock(mutex_);
    auto next = std::make_shared<Table>(*table_);
    for (const auto& flow : flows)
        next->versions.emplace(flow->definition.digest, flow);
    next->current = std::move(flows);
    table_ = std::move(next);
}

std::shared_ptr<const Flow> Flows::current(std::string_view name) const {
    const auto here = table();
    for (const auto& flow : here->current) {
        if (flow->definition.flow == name) return flow;
    }
    return nullptr;
}

std::vector<std::shared_ptr<const Flow>> Flows::all() const {
    return table()->current;
}

std::shared_ptr<const Flow> Flows::known(const Digest& digest) const {
    const auto here = table();
    const auto found = here->versions.find(digest);
    return found == here->versions.end() ? nullptr : found->second;
}

Result<std::shared_ptr<const Flow>> Flows::by_digest(const Digest& digest) const {
    if (auto flow = known(digest)) return flow;
    std::optional<std::string> source;
    const auto query = [&](storage::Reader& reader) -> Result<void> {
        TRY(source, reader.source(digest));
        return {};
    };
    TRY_VOID(store_.read(query));
    if (!source) {
        return Error{ErrorCode::not_found,
                     "no definition with digest " + storage::audit::to_hex(digest)};
    }
    TRY(auto flow, Flow::from_source(*source));
    if (flow->definition.digest != digest) {
        return Error{
            ErrorCode::integrity,
            "the stored definition " + storage::audit::to_hex(digest) + " has another digest"};
    }
    const std::lock_guard lock(mutex_);
    auto next = std::make_shared<Table>(*table_);
    next->versions.emplace(digest, flow);
    table_ = std::move(next);
    return flow;
}

}  // namespace gongkai::app
