// backup, restore: an installation, kept and set up again.
#pragma once

#include <string>

#include "cli/installation.hpp"

namespace gongkai::cli {

struct BackupWords : DataOptions {
    std::string out;
    bool with_key = false;
};
// Exit kFound where an attachment is damaged or missing; the rest is copied all the same.
int make_backup(const BackupWords& options);

struct RestoreWords : DataOptions {
    std::string backup;
    std::string key;  // file
};
// Exit kFound where the backup is not in order, or would lose what was signed after it: then
// nothing is set up.
int restore_backup(const RestoreWords& options);

}  // namespace gongkai::cli
