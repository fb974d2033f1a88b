// The words of `gongkai backup` and `gongkai restore`.
#include <CLI/CLI.hpp>

#include "cli/backup.hpp"
#include "cli/verbs.hpp"

namespace gongkai::cli {

void add_backup_verbs(CLI::App& app, Run& run) {
    static BackupWords backup;
    auto* verb = app.add_subcommand(
        "backup", "copy an installation into a folder, checked; beside a server as well");
    verb->add_option("out", backup.out, "folder to make")->required();
    verb->add_flag("--with-key", backup.with_key,
                   "also the signing key: whoever has it can sign another history");
    add_data_options(*verb, backup);
    verb->callback([&run] { run = [] { return make_backup(backup); }; });

    static RestoreWords restore;
    verb = app.add_subcommand("restore", "set an installation up from a backup");
    verb->add_option("backup", restore.backup, "folder that backup has made")->required();
    verb->add_option("--key", restore.key,
                     "a copy of audit.key; default: the backup's, where it has one")
        ->type_name("FILE");
    add_data_options(*verb, restore);
    verb->callback([&run] { run = [] { return restore_backup(restore); }; });
}

}  // namespace gongkai::cli
