// The words of `gongkai audit`.
#include <CLI/CLI.hpp>

#include "cli/audit.hpp"
#include "cli/verbs.hpp"

namespace gongkai::cli {

namespace {

void add_verify(CLI::App& audit, Run& run) {
    static VerifyOptions verify;
    auto* verb = audit.add_subcommand(
        "verify", "recompute an exported record and decide its history again; needs no database");
    auto* bundle =
        verb->add_option("bundle", verify.bundle, "folder that audit export has written");
    verb->add_option("--key", verify.key,
                     "the verifier key that you trust, or a file that holds it")
        ->type_name("VKEY|FILE");
    verb->add_option("--checkpoint", verify.checkpoints,
                     "a checkpoint that you kept: the record must still extend it; may be repeated")
        ->type_name("FILE")
        ->allow_extra_args(false);
    auto* proof =
        verb->add_option("--proof", verify.proof, "the proof of a published page or of a step");
    proof->type_name("FILE");
    verb->add_flag("--json", verify.json, "one JSON value on stdout");
    verb->callback([&run, bundle, proof] {
        if (bundle->count() + proof->count() == 0) throw CLI::RequiredError("a bundle or --proof");
        run = [] { return verify_audit(verify); };
    });
}

}  // namespace

void add_audit_verbs(CLI::App& app, Run& run) {
    auto* audit = app.add_subcommand("audit", "the record: export it, verify it, prove from it");
    audit->require_subcommand(1);
    add_verify(*audit, run);

    static ExportOptions exported;
    auto* verb = audit->add_subcommand(
        "export", "write the record as a folder that anybody can verify; beside a server as well");
    verb->add_option("out", exported.out, "folder to make")->required();
    add_data_options(*verb, exported);
    verb->callback([&run] { run = [] { return export_audit(exported); }; });

    static ProveOptions prove;
    verb = audit->add_subcommand("prove", "the proof of a document's step, on stdout");
    verb->add_option("document", prove.document, "its number")->required();
    verb->add_option("--record", prove.record, "number of the record; default: the newest step");
    add_data_options(*verb, prove);
    verb->callback([&run] { run = [] { return prove_step(prove); }; });

    static DataOptions checkpoint;
    verb = audit->add_subcommand("checkpoint",
                                 "the last signed checkpoint, on stdout: keep it elsewhere");
    add_data_options(*verb, checkpoint);
    verb->callback([&run] { run = [] { return show_checkpoint(checkpoint); }; });
}

}  // namespace gongkai::cli
