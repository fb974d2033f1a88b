// The words of `gongkai deadline`, `gongkai calendar` and `gongkai duty`.
#include <CLI/CLI.hpp>

#include "cli/calendar.hpp"
#include "cli/deadline.hpp"
#include "cli/duty.hpp"
#include "cli/verbs.hpp"

namespace gongkai::cli {

void add_deadline_verbs(CLI::App& app, Run& run) {
    auto* deadlines = app.add_subcommand("deadline", "due dates, and how they came about");
    deadlines->require_subcommand(1);
    static DeadlineExplainOptions explain;
    auto* verb = deadlines->add_subcommand(
        "explain", "day 0, pauses, extensions, holidays, calendar; beside a server as well");
    verb->add_option("document", explain.document, "its number")->required();
    verb->add_option("deadline", explain.deadline, "name of the deadline; default: all");
    verb->add_flag("--english", explain.english, "in English");
    verb->add_option("--as", explain.as, "login of the person who looks")->required();
    add_installation_options(*verb, explain);
    verb->callback([&run] { run = [] { return explain_deadlines(explain); }; });

    auto* calendars = app.add_subcommand("calendar", "working days");
    calendars->require_subcommand(1);
    static CalendarLoadOptions load;
    verb = calendars->add_subcommand(
        "load", "a year's notice, or a correction, into a stopped server's data");
    verb->add_option("file", load.file,
                     "YAML as in workflows/calendars/; the years in it replace "
                     "those of the calendar of its name")
        ->required();
    verb->add_option("--as", load.as, "login of the system administrator who does it")->required();
    verb->add_flag("--dry-run", load.dry_run,
                   "say which deadlines would move and write nothing; beside a server as well");
    add_installation_options(*verb, load);
    verb->callback([&run] { run = [] { return load_calendar(load); }; });

    auto* duties = app.add_subcommand("duty", "what the clock opens by itself");
    duties->require_subcommand(1);
    static InstallationOptions listed;
    verb = duties->add_subcommand(
        "list", "when each comes next, and the document of the last; beside a server as well");
    add_installation_options(*verb, listed);
    verb->callback([&run] { run = [] { return list_duties(listed); }; });
}

}  // namespace gongkai::cli
