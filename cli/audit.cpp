#include "cli/audit.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <filesystem>

#include "app/audit.hpp"
#include "app/evidence.hpp"
#include "cli/progress.hpp"
#include "storage/audit/files.hpp"
#include "storage/audit/hash.hpp"
#include "storage/audit/proof.hpp"

namespace gongkai::cli {

namespace {

namespace audit = storage::audit;
namespace fs = std::filesystem;
namespace json = boost::json;
using engine::Result;

constexpr std::uint64_t kMostNote = 1 << 20;
constexpr std::uint64_t kMostProof = 64 << 20;

Result<std::optional<audit::VerifierKey>> key_of(const std::string& text) {
    if (text.empty()) return std::optional<audit::VerifierKey>();
    std::error_code ignored;
    std::string words = text;
    if (fs::is_regular_file(text, ignored)) {
        TRY(words, audit::read_file(text, kMostNote));
    }
    auto key = audit::VerifierKey::parse(words);
    if (!key)
        return engine::Error{
            engine::ErrorCode::invalid_argument,
            "--key is no verifier key, nor a file that holds one: " + key.error().message};
    return std::optional<audit::VerifierKey>(std::move(*key));
}

// What was asked to be verified, read.
struct Given {
    std::optional<audit::VerifierKey> key;
    std::vector<std::string> checkpoints;
    std::optional<std::string> proof;
};

Result<Given> read(const VerifyOptions& options) {
    Given given;
    TRY(given.key, key_of(options.key));
    for (const std::string& path : options.checkpoints) {
        TRY(auto note, audit::read_file(path, kMostNote));
        given.checkpoints.push_back(std::move(note));
    }
    if (!options.proof.empty()) {
        TRY(given.proof, audit::read_file(options.proof, kMostProof));
    }
    return given;
}

// The note in the proof: a bundle beside it must extend it. Nothing where it is no proof.
std::vector<std::string> checkpoint_in(const std::string& proof) {
    boost::system::error_code fault;
    const json::value value = json::parse(proof, fault);
    const auto* object = fault ? nullptr : value.if_object();
    const auto* note = object == nullptr ? nullptr : object->if_contains("checkpoint");
    if (note == nullptr || !note->is_string()) return {};
    return {std::string(std::string_view(note->get_string()))};
}

// ---- as JSON

json::array findings_json(const audit::Findings& findings) {
    json::array out;
    for (const audit::Finding& finding : findings.kept()) {
        json::object one{{"code", finding.code}, {"leaf", nullptr}, {"message", finding.message}};
        if (finding.leaf) one["leaf"] = *finding.leaf;
        out.push_back(std::move(one));
    }
    return out;
}

json::value checkpoint_json(const std::optional<audit::Checkpoint>& checkpoint) {
    if (!checkpoint) return nullptr;
    return json::object{{"origin", checkpoint->origin},
                        {"root", audit::to_hex(checkpoint->root)},
                        {"size", checkpoint->size}};
}

json::object bundle_json(const app::AuditReport& report) {
    const audit::BundleReport& bundle = report.bundle;
    const app::ReplayReport& replay = report.replay;
    json::array definitions;
    for (const auto& [digest, rules] : replay.definitions)
        definitions.push_back({{"definition", audit::to_hex(digest)},
                               {"documents", rules.documents},
                               {"flow", rules.flow}});
    json::array calendars;
    for (const auto& digest : replay.calendars)
        calendars.push_back(json::string(audit::to_hex(digest)));
    return {{"verified", report.verified()},
            {"leaves", bundle.leaves},
            {"documents", bundle.documents},
            {"steps", bundle.steps},
            {"refusals", bundle.refusals},
            {"acts", bundle.admin},
            {"root", audit::to_hex(bundle.root)},
            {"checkpoint", checkpoint_json(bundle.checkpoint)},
            {"checkpoints", bundle.checkpoints},
            {"key_from_bundle", bundle.key_from_bundle},
            {"replay",
             {{"steps", replay.steps},
              {"refusals", replay.refusals},
              {"not_judged", replay.not_judged},
              {"documents_given_up", replay.documents_given_up},
              {"definitions", std::move(definitions)},
              {"calendars", std::move(calendars)}}},
            {"finding_count", bundle.findings.count()},
            {"findings", findings_json(bundle.findings)}};
}

json::object proof_json(const audit::ProofReport& report) {
    json::array opened;
    for (const audit::OpenedText& text : report.opened)
        opened.push_back(
            {{"places", json::array(text.places.begin(), text.places.end())}, {"text", text.text}});
    return {{"verified", report.verified()},
            {"index", report.index},
            {"checkpoint", checkpoint_json(report.checkpoint)},
            {"key_from_proof", report.key_from_proof},
            {"opened", std::move(opened)},
            {"finding_count", report.findings.count()},
            {"findings", findings_json(report.findings)}};
}

// ---- in words

void print(const audit::Findings& findings) {
    for (const audit::Finding& finding : findings.kept()) {
        const std::string leaf = finding.leaf ? fmt::format(" at leaf {}", *finding.leaf) : "";
        fmt::print("{}{}: {}\n", finding.code, leaf, finding.message);
    }
    if (findings.count() > findings.kept().size())
        fmt::print("... and {} more\n", findings.count() - findings.kept().size());
}

void print(const app::AuditReport& report) {
    const audit::BundleReport& bundle = report.bundle;
    const app::ReplayReport& replay = report.replay;
    print(bundle.findings);
    fmt::print("{} leaves: {} steps of {} documents, {} refused attempts, {} acts\n", bundle.leaves,
               bundle.steps, bundle.documents, bundle.refusals, bundle.admin);
    fmt::print("decided again: {} steps and {} refused attempts; not judged: {}\n", replay.steps,
               replay.refusals, replay.not_judged);
    for (const auto& [digest, rules] : replay.definitions)
        fmt::print("  by {}, {} documents: definition {}\n", rules.flow, rules.documents,
                   audit::to_hex(digest));
    if (bundle.checkpoint)
        fmt::print("signed as {}; checkpoints that agree: {}\n", bundle.checkpoint->origin,
                   bundle.checkpoints);
    if (bundle.key_from_bundle)
        fmt::print(
            "note: without --key the key that lies in the bundle was believed, which shows only "
            "that it agrees with itself\n");
    fmt::print("{}\n", report.verified()
                           ? "verified"
                           : fmt::format("NOT verified: {} findings", bundle.findings.count()));
}

void print(const audit::ProofReport& report) {
    print(report.findings);
    for (const audit::OpenedText& text : report.opened)
        fmt::print("{}: {}\n", fmt::join(text.places, ", "), text.text);
    if (report.key_from_proof)
        fmt::print("note: without --key the key that lies in the proof was believed\n");
    fmt::print("the proof of leaf {} is {}\n", report.index,
               report.verified()
                   ? "verified"
                   : fmt::format("NOT verified: {} findings", report.findings.count()));
}

// For looking at it, whether or not a server has it.
Result<std::unique_ptr<app::Application>> look_into(const DataOptions& options) {
    return app::Application::open(read_only_options(options));
}

}  // namespace

int verify_audit(const VerifyOptions& options) {
    auto given = read(options);
    if (!given) return failed(given.error());
    std::optional<audit::ProofReport> proof;
    if (given->proof) proof = audit::verify_proof(*given->proof, {given->key, {}});
    std::optional<app::AuditReport> report;
    if (!options.bundle.empty()) {
        app::AuditOptions asked;
        asked.key = given->key;
        asked.checkpoints = std::move(given->checkpoints);
        if (proof && proof->verified()) {
            for (std::string& note : checkpoint_in(*given->proof))
                asked.checkpoints.push_back(std::move(note));
        }
        ProgressBar progress("verifying");
        asked.progress = std::ref(progress);
        auto verified = app::verify_record(options.bundle, asked);
        if (!verified) return failed(verified.error());
        report = std::move(*verified);
    }
    if (options.json) {
        json::object out = report ? bundle_json(*report) : json::object{};
        if (proof) out["proof"] = proof_json(*proof);
        out["verified"] = (!report || report->verified()) && (!proof || proof->verified());
        fmt::print("{}\n", json::serialize(out));
    } else {
        if (report) print(*report);
        if (proof) print(*proof);
    }
    return (report && !report->verified()) || (proof && !proof->verified()) ? kFound : kOk;
}

int export_audit(const ExportOptions& options) {
    const auto application = look_into(options);
    if (!application) return failed(application.error());
    Result<app::Exported> exported = [&] {
        ProgressBar progress("exporting");
        return app::export_record(**application, options.out, std::ref(progress));
    }();
    if (!exported) return failed(exported.error());
    if (options.json) {
        fmt::print("{}\n", json::serialize(json::object{{"bundle", options.out},
                                                        {"leaves", exported->leaves},
                                                        {"openings", exported->openings},
                                                        {"not_covered", exported->not_covered}}));
        return kOk;
    }
    fmt::print("{}: {} leaves and {} texts\n", options.out, exported->leaves, exported->openings);
    if (exported->not_covered > 0)
        fmt::print("{} leaves are not under a checkpoint yet and were left out\n",
                   exported->not_covered);
    fmt::print("verify it with: gongkai audit verify {} --key VKEY\n", options.out);
    return kOk;
}

int prove_step(const ProveOptions& options) {
    const auto application = look_into(options);
    if (!application) return failed(application.error());
    app::Evidence evidence(**application);
    const auto proof =
        evidence.proof_for_operator(options.document, options.record.value_or(storage::kNoRecord));
    if (!proof) return failed(proof.error());
    fmt::print("{}", *proof);
    return kOk;
}

int show_checkpoint(const DataOptions& options) {
    const auto application = look_into(options);
    if (!application) return failed(application.error());
    const auto checkpoint = app::Evidence(**application).checkpoint();
    if (!checkpoint) return failed(checkpoint.error());
    const std::uint64_t leaves = (*application)->store().head().size;
    const std::uint64_t behind = leaves > checkpoint->size ? leaves - checkpoint->size : 0;
    const bool extends =
        (*application)->store().writable().error().code != engine::ErrorCode::integrity;
    if (options.json) {
        fmt::print("{}\n", json::serialize(json::object{{"note", checkpoint->note},
                                                        {"vkey", checkpoint->vkey},
                                                        {"size", checkpoint->size},
                                                        {"root", audit::to_hex(checkpoint->root)},
                                                        {"not_covered", behind},
                                                        {"database_extends_it", extends}}));
    } else {
        fmt::print("{}", checkpoint->note);
        fmt::print(stderr, "key: {}\n{} leaves of {}\n", checkpoint->vkey, checkpoint->size,
                   leaves);
    }
    if (extends) return kOk;
    complain((*application)->store().writable().error().message);
    return kFound;
}

}  // namespace gongkai::cli
