#include "app/documents.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>

#include "app/authorize.hpp"
#include "app/content.hpp"
#include "app/document_step.hpp"
#include "app/duties.hpp"
#include "app/fees.hpp"
#include "app/item_step.hpp"
#include "app/log.hpp"
#include "app/projection.hpp"
#include "app/publications.hpp"
#include "app/record.hpp"
#include "engine/evolve.hpp"
#include "storage/audit/leaf.hpp"

namespace gongkai::app {

using engine::Error;
using engine::ErrorCode;

namespace {

bool is_new(const Input& input) {
    return std::holds_alternative<input::Open>(input) ||
           std::holds_alternative<input::HandIn>(input);
}

// A text that is the same has the commitment that the document has (app/resolve.hpp).
bool changes_nothing(const engine::Document& document, const engine::Edit& edit) {
    const bool same =
        std::all_of(edit.fields.begin(), edit.fields.end(), [&](const engine::FieldChange& change) {
            return document.fields[change.field] == change.value;
        });
    return same && (!edit.attachments || *edit.attachments == document.attachments);
}

// What a command says that fields are to become; nullptr where it changes none.
const std::vector<engine::FieldChange>* fields_of(const engine::Command& command) {
    if (const auto* open = std::get_if<engine::Open>(&command)) return &open->fields;
    if (const auto* edit = std::get_if<engine::Edit>(&command)) return &edit->fields;
    if (const auto* act = std::get_if<engine::Act>(&command)) return &act->fields;
    return nullptr;
}

Error not_found(engine::DocumentId id) {
    return {ErrorCode::not_found, "no document " + std::to_string(id)};
}

}  // namespace

Documents::Documents(DocumentParts parts, DocumentOptions options)
    : parts_(parts),
      options_(std::move(options)),
      ids_(parts.clock, parts.randomness),
      refusals_(options_.refusals_a_minute),
      origins_(std::make_unique<Origins>()) {}

Documents::~Documents() = default;

void Documents::on_purge(std::function<void(std::vector<engine::Digest>)> erase) {
    erase_ = std::move(erase);
}

void Documents::watch(std::function<void(const CarriedOut&)> watcher) {
    watcher_ = std::move(watcher);
}

void Documents::submit(StepRequest request, Answer answer) {
    auto step = std::make_shared<Step>();
    auto prepared = prepare_input(std::move(request.input), parts_.randomness);
    if (auto* wrong = std::get_if<Invalid>(&prepared)) {
        ++parts_.metrics.invalid;
        answer(std::move(*wrong));
        return;
    }
    step->input = std::get<PreparedInput>(std::move(prepared));
    step->request = std::move(request);
    step->answer = std::move(answer);
    start(std::move(step));
}

void Documents::submit_scheduled(engine::DocumentId document, Input input, Answer answer) {
    auto step = std::make_shared<Step>();
    auto prepared = prepare_input(std::move(input), parts_.randomness);
    if (auto* wrong = std::get_if<Invalid>(&prepared)) {
        answer(std::move(*wrong));
        return;
    }
    step->input = std::get<PreparedInput>(std::move(prepared));
    step->request.document = document;
    step->scheduled = true;
    step->answer = std::move(answer);
    start(std::move(step));
}

void Documents::start(std::shared_ptr<Step> step) {
    if (is_new(step->input.input)) step->new_id = ids_.next();
    auto job = [this, step](storage::Transaction& transaction) {
        return carry_out(*step, transaction);
    };
    auto done = [this, step](Result<void> committed) { finish(*step, std::move(committed)); };
    if (auto queued = parts_.store.submit(std::move(job), std::move(done)); !queued) {
        if (queued.error().code == ErrorCode::unavailable) ++parts_.metrics.shed;
        step->answer(std::move(queued).error());
    }
}

void Documents::finish(Step& step, Result<void> committed) {
    Metrics& metrics = parts_.metrics;
    if (!committed) {
        ++metrics.errors;
        step.answer(std::move(committed).error());
        return;
    }
    struct Count {
        Metrics& metrics;
        void operator()(const Done& done) const { metrics.steps += done.changed ? 1 : 0; }
        void operator()(const Refused& refused) const {
            ++metrics.refusals[static_cast<std::size_t>(refused.refusal.reason)];
        }
        void operator()(const Invalid&) const { ++metrics.invalid; }
        void operator()(const Replayed&) const { ++metrics.replayed; }
        void operator()(const KeyReused&) const { ++metrics.invalid; }
        void operator()(const SignedOut&) const {}
        void operator()(const Error&) const {}
    };
    std::visit(Count{metrics}, step.outcome);
    if (step.unrecorded) ++metrics.refusals_unrecorded;
    if (!step.purged_files.empty() && erase_) erase_(std::move(step.purged_files));
    // Not what there is about a document that this person may not know of.
    const bool hidden = step.hidden && (std::holds_alternative<Refused>(step.outcome) ||
                                        std::holds_alternative<Invalid>(step.outcome));
    step.answer(hidden ? Outcome(not_found(step.request.document)) : std::move(step.outcome));
}

Outcome Documents::run(StepRequest request) {
    std::mutex mutex;
    std::condition_variable ready;
    std::optional<Outcome> outcome;
    submit(std::move(request), [&](Outcome answer) {
        const std::lock_guard lock(mutex);
        outcome = std::move(answer);
        ready.notify_one();
    });
    std::unique_lock lock(mutex);
    ready.wait(lock, [&] { return outcome.has_value(); });
    return std::move(*outcome);
}

void Documents::submit_all(std::vector<StepRequest> requests,
                           std::function<void(std::vector<Outcome>)> answer) {
    if (requests.empty()) {
        answer({});
        return;
    }
    struct Gathered {
        std::mutex mutex;
        std::vector<Outcome> outcomes;
        std::size_t open = 0;
        std::function<void(std::vector<Outcome>)> answer;
    };
    auto gathered = std::make_shared<Gathered>();
    gathered->outcomes.resize(requests.size());
    gathered->open = requests.size();
    gathered->answer = std::move(answer);
    for (std::size_t i = 0; i < requests.size(); ++i) {
        submit(std::move(requests[i]), [gathered, i](Outcome outcome) {
            {
                const std::lock_guard lock(gathered->mutex);
                gathered->outcomes[i] = std::move(outcome);
                if (--gathered->open != 0) return;
            }
            gathered->answer(std::move(gathered->outcomes));
        });
    }
}

// ---- inside the writer's job

Result<bool> Documents::answered_before(Step& step, storage::Transaction& transaction) {
    const auto& idempotency = step.request.idempotency;
    if (!idempotency) return false;
    TRY(const auto known,
        transaction.find_idempotency(step.request.principal.person, idempotency->key));
    if (!known) return false;
    if (known->fingerprint != idempotency->fingerprint) {
        step.outcome = KeyReused{};
        return true;
    }
    TRY(Done done, done_from_json(known->response));
    TRY(const auto flow, parts_.flows.by_digest(done.definition));
    for (ActiveState& state : done.states) {
        const engine::StateId id = flow->definition.state(state.name);
        if (id != engine::kNone) state.title = flow->definition.states[id].title;
    }
    step.outcome = Replayed{std::move(done)};
    return true;
}

Result<std::optional<engine::DocumentId>> Documents::handed_in_before(
    Step& step, storage::Transaction& transaction) {
    const auto* hand_in = std::get_if<input::HandIn>(&step.input.input);
    if (hand_in == nullptr) return std::optional<engine::DocumentId>();
    return transaction.find_external(hand_in->source, hand_in->source_id);
}

// What comes again as it is has been dealt with, wherever the document is by now; what the clock
// opened once is other people's since.
bool Documents::handed_in_again(Step& step, const engine::Command& command) {
    const auto* edit = std::get_if<engine::Edit>(&command);
    if (!std::holds_alternative<input::HandIn>(step.input.input) || edit == nullptr || step.hidden)
        return false;
    const engine::Document& document = step.stored->document;
    const auto& expected = step.request.expected_revision;
    if (expected && *expected != document.revision) return false;
    if (!step.scheduled && !changes_nothing(document, *edit)) return false;
    Done done;
    done.id = document.id;
    done.revision = document.revision;
    done.flow = document.flow;
    done.definition = document.definition;
    done.content = document.content;
    done.department = document.department;
    done.record = step.stored->last_record;
    done.changed = false;
    done.states = active_states(step.flow->definition, document);
    done.publication = document.publication;
    done.purged = document.purged;
    step.outcome = std::move(done);
    return true;
}

Result<std::optional<Invalid>> Documents::wrong_catalog_item(const Step& step,
                                                             storage::Transaction& transaction,
                                                             const Resolved& resolved) {
    const std::vector<engine::FieldChange>* fields = fields_of(resolved.command);
    if (fields == nullptr || step.flow->catalog_item == engine::kNone) return std::nullopt;
    for (const engine::FieldChange& change : *fields) {
        if (change.field != step.flow->catalog_item || !change.value) continue;
        const auto& text = std::get<engine::Committed>(*change.value);
        for (const storage::Opening& opening : resolved.openings) {
            // One that the document has already brought no text, and is no matter any more.
            if (opening.commitment != text.commitment) continue;
            TRY(const auto item, transaction.find_catalog_item(opening.text));
            if (!item) {
                return Invalid{"/fields/catalog_item", "unknown_catalog_item",
                               "is no item of the catalogue", "目录中没有这个公开事项"};
            }
            if (item->ended) {
                return Invalid{"/fields/catalog_item", "ended_catalog_item",
                               "is an item that the catalogue no longer has",
                               "该公开事项已从目录中撤销"};
            }
        }
    }
    return std::nullopt;
}

Result<std::optional<Invalid>> Documents::look_at_item(Step& step,
                                                       storage::Transaction& transaction,
                                                       const engine::Decision& decision,
                                                       const Resolved& resolved) const {
    if (!may_touch_catalog(step.flow->definition, decision)) return std::nullopt;
    engine::Document after;
    std::vector<storage::Opening> openings;
    if (step.stored) {
        after = step.stored->document;
        TRY(openings, transaction.openings(after.id));
    }
    openings.insert(openings.end(), resolved.openings.begin(), resolved.openings.end());
    engine::evolve_step(step.flow->definition, after, decision.events);
    TRY(auto outcome,
        item_of_step({*step.flow, parts_.flows, after, decision, openings, step.now}, transaction));
    if (auto* wrong = std::get_if<Invalid>(&outcome)) return std::move(*wrong);
    step.items = std::get<std::vector<storage::CatalogItem>>(std::move(outcome));
    return std::nullopt;
}

void Documents::set_tariff(std::shared_ptr<const engine::Tariff> tariff) {
    const std::lock_guard lock(tariff_mutex_);
    tariff_ = std::move(tariff);
}

std::shared_ptr<const engine::Tariff> Documents::tariff() const {
    const std::lock_guard lock(tariff_mutex_);
    return tariff_;
}

std::optional<Invalid> Documents::wrong_fee_in(const Step& step, const Resolved& resolved) const {
    const std::vector<engine::FieldChange>* fields = fields_of(resolved.command);
    const auto held_against = tariff();
    if (fields == nullptr || held_against == nullptr) return std::nullopt;
    return wrong_fee(*held_against, step.flow->definition,
                     step.stored ? &step.stored->document : nullptr, *fields);
}

// A source that bears the login of a machine account is that account's: nobody else may take its
// numbers, and so learn of its documents or stand in their way.
std::optional<Invalid> Documents::foreign_source(const Step& step) {
    const auto* hand_in = std::get_if<input::HandIn>(&step.input.input);
    if (hand_in == nullptr || step.scheduled) return std::nullopt;
    // Who took a number of the clock's would keep it from opening that document.
    if (hand_in->source.starts_with(kDutySource)) {
        return Invalid{"/source", "foreign_source", "belongs to the duties that the clock opens",
                       "该来源由系统到期事务专用"};
    }
    const storage::Person* owner = step.directory->person(hand_in->source);
    if (owner == nullptr || !owner->machine || owner->id == step.request.principal.person)
        return std::nullopt;
    return Invalid{"/source", "foreign_source", "belongs to the account of that name",
                   "该来源属于同名的系统账号"};
}

std::shared_ptr<const Flow> Documents::flow_of_new(const Step& step) const {
    if (const auto* open = std::get_if<input::Open>(&step.input.input))
        return parts_.flows.current(open->flow);
    if (const auto* hand_in = std::get_if<input::HandIn>(&step.input.input))
        return parts_.flows.current(hand_in->flow);
    return nullptr;
}

Result<void> Documents::carry_out(Step& step, storage::Transaction& transaction) {
    // A job may be run again after a lost conflict: nothing is left of the run before.
    step.begin();
    const StepRequest& request = step.request;
    step.now = parts_.record_clock.now();
    step.directory = parts_.identity.directory();
    if (step.scheduled) {
        static const auto scheduler = std::make_shared<const engine::Actor>(
            engine::Actor{engine::ActorKind::scheduler, 0, {}});
        step.actor = scheduler;
    } else {
        if (!parts_.identity.valid(request.principal)) {
            step.outcome = SignedOut{};
            return {};
        }
        step.actor = step.directory->shared_actor(request.principal.person, step.now);
        TRY(const bool answered, answered_before(step, transaction));
        if (answered) return {};
    }

    engine::DocumentId id = request.document;
    if (is_new(step.input.input)) {
        if (auto foreign = foreign_source(step)) {
            step.outcome = std::move(*foreign);
            return {};
        }
        TRY(const auto known, handed_in_before(step, transaction));
        id = known.value_or(0);
    }
    if (id != 0) {
        TRY(step.stored, transaction.find_document(id));
        if (!step.stored) {
            engine::Refusal refusal;
            refusal.reason = engine::Reason::no_such_document;
            step.hidden = true;
            return refuse(step, transaction, std::move(refusal), nullptr);
        }
        TRY(step.flow, parts_.flows.by_digest(step.stored->document.definition));
        step.hidden = !step.scheduled && !may_read(*step.actor, *step.flow, step.stored->document);
    } else {
        step.flow = flow_of_new(step);
        if (!step.flow) {
            step.outcome = Invalid{"/flow", "unknown_flow", "is not a flow", "没有这个流程"};
            return {};
        }
    }

    const engine::Document* document = step.stored ? &step.stored->document : nullptr;
    TRY(auto wrong_kin, find_kin(step, transaction));
    if (wrong_kin) {
        step.outcome = std::move(*wrong_kin);
        return {};
    }
    ResolveContext resolving{*step.flow,
                             document,
                             step.kin ? &*step.kin : nullptr,
                             step.new_id,
                             request.principal.person,
                             step.now,
                             *step.directory,
                             parts_.uploads,
                             parts_.randomness,
                             [&transaction, id] { return transaction.openings(id); }};
    auto resolution = resolve(step.input, resolving);
    if (auto* error = std::get_if<Error>(&resolution)) return std::move(*error);
    if (auto* wrong = std::get_if<Invalid>(&resolution)) {
        step.outcome = std::move(*wrong);
        return {};
    }
    Resolved& resolved = std::get<Resolved>(resolution);

    if (handed_in_again(step, resolved.command)) return {};
    TRY(auto wrong_item, wrong_catalog_item(step, transaction, resolved));
    if (wrong_item) {
        step.outcome = std::move(*wrong_item);
        return {};
    }
    if (auto wrong = wrong_fee_in(step, resolved)) {
        step.outcome = std::move(*wrong);
        return {};
    }
    const bool migrates = std::holds_alternative<engine::Migrate>(resolved.command);
    if (migrates) {
        // The one command about a document whose permission is no matter of the flow.
        if (!step.directory->holds(request.principal.person, kSystemAdmin)) {
            engine::Refusal refusal;
            refusal.reason = engine::Reason::role_missing;
            refusal.who_could = {{kSystemAdmin, engine::Scope::anywhere, {}}};
            // Not as a command of the flow: replay could not come to this answer.
            return refuse(step, transaction, std::move(refusal), nullptr);
        }
        step.hidden = false;
        step.target = parts_.flows.current(document->flow);
    }
    step.calendar = parts_.calendars.current();
    TRY(step.given, give(*step.flow, document, step.now, transaction, parts_.randomness, resolved));
    engine::Verdict verdict = judge(step, resolved.command);
    if (auto* refusal = std::get_if<engine::Refusal>(&verdict))
        return refuse(step, transaction, std::move(*refusal), &resolved.command);
    auto& decision = std::get<engine::Decision>(verdict);
    TRY(auto wrong_entry, look_at_item(step, transaction, decision, resolved));
    if (wrong_entry) {
        step.outcome = std::move(*wrong_entry);
        return {};
    }
    if (const auto* open = std::get_if<engine::Open>(&resolved.command); open && open->parent) {
        return write_open_under(step, transaction, *open, std::move(decision),
                                std::move(resolved.openings));
    }
    if (const auto* relate = std::get_if<engine::Relate>(&resolved.command))
        return write_relate(step, transaction, *relate, std::move(decision));
    TRY_VOID(take(step.given, transaction));
    return write(step, transaction, resolved.command, std::move(decision),
                 std::move(resolved.openings));
}

engine::Verdict Documents::judge(const Step& step, const engine::Command& command) const {
    const engine::Context context{*step.actor,
                                  step.now,
                                  step.calendar->calendar,
                                  &content_hash,
                                  step.request.expected_revision,
                                  step.request.on_behalf_of,
                                  &step.flow->policy,
                                  step.target ? &step.target->definition : nullptr};
    const auto started = std::chrono::steady_clock::now();
    engine::Verdict verdict = engine::decide(
        step.flow->definition, step.stored ? &step.stored->document : nullptr, command, context);
    parts_.metrics.decide.add(std::chrono::steady_clock::now() - started);
    return verdict;
}

}  // namespace gongkai::app
