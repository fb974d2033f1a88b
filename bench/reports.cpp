// What do the figures of a supervisor cost when there is much to count? A year of an office
// (`gongkai simulate --year`: all kinds of documents, some thousands, each with its whole history)
// is copied under other numbers until there are as many documents as asked for, all of them opened
// in that one year. Then every report is asked for, first in a process of its own, as the command
// line does, then in one that has folded the record (app/reports/ledger.hpp), as the server does:
// how long it takes, how much memory the process has at its peak, and what it reads.
//
//   bench_reports [--year FOLDER] [DOCUMENTS ...]      default 100000 1000000
//   bench_reports --filled FOLDER                      with the copies of an earlier run
//
// --year: a year that was simulated before (`gongkai simulate --year 2026 --data FOLDER`). Of the
// disk it takes 33 KB a document, below GONGKAI_BENCH_DIR. Run it from the top of the source tree
// (it reads workflows/).
#include <sqlite3.h>
#include <sys/wait.h>

#include <cstring>
#include <fstream>
#include <functional>

#include "app/application.hpp"
#include "app/reports/annual.hpp"
#include "bench/load/measure.hpp"
#include "language/rulebook.hpp"
#include "storage/document_codec.hpp"

using namespace gongkai;
using namespace gongkai::bench;
namespace fs = std::filesystem;

namespace {

constexpr int kYear = 2026;
const char* const kProgram = "build/release/cli/gongkai";

// ---- the copies --------------------------------------------------------------------------------

void complain(sqlite3* db) {
    std::fprintf(stderr, "sqlite: %s\n", sqlite3_errmsg(db));
    std::exit(1);
}

void execute(sqlite3* db, const std::string& sql) {
    if (sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) complain(db);
}

std::int64_t integer(sqlite3* db, const char* sql) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(db, sql, -1, &statement, nullptr) != SQLITE_OK ||
        sqlite3_step(statement) != SQLITE_ROW)
        complain(db);
    const std::int64_t value = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return value;
}

// renumbered(body, number): the stored document under another number.
void renumbered(sqlite3_context* context, int, sqlite3_value** arguments) {
    const auto* bytes = static_cast<const char*>(sqlite3_value_blob(arguments[0]));
    const auto size = static_cast<std::size_t>(sqlite3_value_bytes(arguments[0]));
    auto document = must(storage::decode_document({bytes, size}));
    document.id = static_cast<engine::DocumentId>(sqlite3_value_int64(arguments[1]));
    std::string out;
    storage::encode_document(document, out);
    sqlite3_result_blob(context, out.data(), static_cast<int>(out.size()), SQLITE_TRANSIENT);
}

// The rows of the year again, `times` - 1 times: documents, their history, their tasks, timers and
// publications. Copies share the texts of what they were copied from. Nothing is signed over them:
// they are there to be read.
std::uint64_t copy_year(const fs::path& database, std::uint64_t documents) {
    sqlite3* db = nullptr;
    if (sqlite3_open(database.c_str(), &db) != SQLITE_OK) complain(db);
    sqlite3_create_function(db, "renumbered", 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC, nullptr,
                            renumbered, nullptr, nullptr);
    execute(db,
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000; "
            "DROP TRIGGER leaves_are_dense;");
    const std::int64_t leaves = integer(db, "SELECT count(*) FROM leaves");
    const auto one_year = static_cast<std::uint64_t>(integer(db, "SELECT count(*) FROM documents"));
    const std::uint64_t times = (documents + one_year - 1) / one_year;
    execute(db,
            "CREATE TEMP TABLE year AS SELECT * FROM documents;"
            "CREATE TEMP TABLE year_captions AS SELECT * FROM captions;"
            "CREATE TEMP TABLE year_tasks AS SELECT * FROM tasks;"
            "CREATE TEMP TABLE year_timers AS SELECT * FROM timers;"
            "CREATE TEMP TABLE year_publications AS SELECT * FROM publications;");
    for (std::uint64_t copy = 1; copy < times; ++copy) {
        // Ids of one moment are neighbours: the copies step over them.
        const std::string n = std::to_string(copy * 1009);
        const std::string records = std::to_string(copy * static_cast<std::uint64_t>(leaves));
        execute(db,
                "BEGIN;"
                "INSERT INTO leaves SELECT record + " +
                    records + ", iif(document = 0, 0, document + " + n +
                    "), iif(previous < 0, -1, previous + " + records +
                    "), bytes, nodes FROM leaves WHERE record < " + std::to_string(leaves) +
                    " ORDER BY record;"
                    "INSERT INTO documents(id, department, revision, last_record, last_leaf, keys, "
                    "body) SELECT id + " +
                    n + ", department, revision, last_record + " + records +
                    ", last_leaf, keys, renumbered(body, id + " + n +
                    ") FROM year;"
                    "INSERT INTO captions SELECT document + " +
                    n +
                    ", flow, title, source, source_id FROM year_captions;"
                    "INSERT INTO tasks SELECT queue, number + " +
                    n + " * (SELECT max(number) + 1 FROM year_tasks), document + " + n +
                    ", region, state, claimed_by, since, due FROM year_tasks;"
                    "INSERT INTO timers SELECT due, document + " +
                    n +
                    ", timer, name, provisional FROM year_timers;"
                    "INSERT INTO publications SELECT record + " +
                    records + ", document + " + n +
                    ", live, flow, body FROM year_publications;"
                    "COMMIT;");
    }
    execute(db, "UPDATE queues SET tasks = tasks * " + std::to_string(times) +
                    "; PRAGMA journal_mode = WAL;");
    sqlite3_close(db);
    return times * one_year;
}

// ---- the questions -----------------------------------------------------------------------------

std::uint64_t figure_in(const char* file, const char* name) {
    std::ifstream in(file);
    for (std::string word; in >> word;) {
        std::uint64_t value = 0;
        if (word == name && in >> value) return value;
    }
    return 0;
}

struct Office {
    app::ManualClock clock{engine::start_of_day(engine::to_date(kYear + 1, 2, 15))};
    std::unique_ptr<app::Application> application;
    app::Principal auditor;

    explicit Office(const fs::path& data) {
        app::ApplicationOptions options;
        options.data = data;
        options.read_only = true;
        options.rules = must(language::load_directory("workflows"));
        options.prove = false;
        options.clock = &clock;
        application = must(app::Application::open(std::move(options)));
        auditor = {application->identity().directory()->person("auditor")->id, false, {}};
    }
    // Versions of flows that only documents know are compiled when the first of them is met: once,
    // and not what is measured.
    void know_rules() {
        const auto query = [&](storage::Reader& reader) -> engine::Result<void> {
            for (const auto& source : must(reader.sources())) {
                if (source.kind == "definition")
                    (void)application->flows().by_digest(source.digest);
            }
            return {};
        };
        must(application->store().read(query));
    }
};

// Of each of the 38 people of the year.
void first_page_of_everybody(Office& office) {
    for (const auto& person : office.application->identity().directory()->directory().people)
        must(office.application->documents().worklist({person.id, person.machine, {}}, 0, 50));
}

template <class Report>
void expect(const app::ReportOutcome<Report>& outcome) {
    if (std::holds_alternative<Report>(outcome)) return;
    std::fprintf(stderr, "there is no such report\n");
    if (const auto* refused = std::get_if<app::ReportRefused>(&outcome)) {
        for (const auto& fault : refused->faults)
            std::fprintf(stderr, "%s: %s\n", fault.code.c_str(), fault.message.c_str());
    }
    if (const auto* error = std::get_if<engine::Error>(&outcome))
        std::fprintf(stderr, "%s\n", error->message.c_str());
    std::exit(1);
}

struct Question {
    const char* name;
    bool alone;  // is also asked as the first thing that a process does
    std::function<void(Office&)> ask;
};

app::Period days(int from_month, int from_day, int to_month, int to_day) {
    return {engine::to_date(kYear, from_month, from_day), engine::to_date(kYear, to_month, to_day)};
}

std::vector<Question> questions() {
    const auto statistics = [](app::Period period, const char* department) {
        return [=](Office& office) {
            expect(office.application->reports().statistics(office.auditor, period, department));
        };
    };
    return {
        {"a page of everybody's worklist", true, first_page_of_everybody},
        {"supervision", true,
         [](Office& office) { expect(office.application->reports().supervision(office.auditor)); }},
        {"supervision, one department", false,
         [](Office& office) {
             expect(office.application->reports().supervision(office.auditor, "employment"));
         }},
        {"annual report, tables 2 to 4", true,
         [](Office& office) {
             expect(office.application->reports().annual(office.auditor, kYear));
         }},
        {"one cell of it with its documents", false,
         [](Office& office) {
             expect(office.application->reports().cell(office.auditor, kYear,
                                                       "table3.naturalPerson.newReceived"));
         }},
        {"statistics of the year", false, statistics(days(1, 1, 12, 31), "")},
        {"statistics of the second half", false, statistics(days(7, 1, 12, 31), "")},
        {"statistics of December", false, statistics(days(12, 1, 12, 31), "")},
        {"the half, one department", false, statistics(days(7, 1, 12, 31), "employment")},
    };
}

double mib(std::uint64_t kib) {
    return static_cast<double>(kib) / 1024;
}

// What this process does from here on.
class Meter {
  public:
    Meter() : read_(figure_in("/proc/self/io", "rchar:")) {
        std::ofstream("/proc/self/clear_refs") << 5;  // the peak begins anew
        at_rest_ = figure_in("/proc/self/status", "VmHWM:");
    }
    void tell(const char* name) const {
        const Usage usage = watch_.read();
        const std::uint64_t read = figure_in("/proc/self/io", "rchar:") - read_;
        std::printf("  %-36s %9.3f s %9.3f s %7.0f MiB (%.0f before) %9.1f MiB\n", name,
                    usage.seconds, usage.cpu_seconds, mib(figure_in("/proc/self/status", "VmHWM:")),
                    mib(at_rest_), static_cast<double>(read) / 1048576);
    }

  private:
    std::uint64_t read_ = 0, at_rest_ = 0;
    Stopwatch watch_;
};

// In a process of its own, so that its memory is what was done in it.
void apart(const std::function<void()>& work) {
    std::fflush(stdout);
    const pid_t process = ::fork();
    if (process == 0) {
        work();
        std::fflush(stdout);
        ::_exit(0);
    }
    int status = 0;
    if (process < 0 || ::waitpid(process, &status, 0) < 0 || status != 0) {
        std::fprintf(stderr, "a question failed\n");
        std::exit(1);
    }
}

void measure(const fs::path& data) {
    std::printf("  %-36s %11s %11s %25s %13s\n", "", "on the clock", "CPU", "memory at its peak",
                "read");
    std::printf("  the first question of a process:\n");
    for (const Question& question : questions()) {
        if (!question.alone) continue;
        apart([&] {
            Office office(data);
            office.know_rules();
            const Meter meter;
            question.ask(office);
            meter.tell(question.name);
        });
    }
    std::printf("  one after the other in a process that has folded the record:\n");
    apart([&] {
        Office office(data);
        office.know_rules();
        {
            const Meter meter;
            questions().back().ask(office);
            meter.tell("the first statistics: folds it");
        }
        for (const Question& question : questions()) {
            const Meter meter;
            question.ask(office);
            meter.tell(question.name);
        }
    });
}

}  // namespace

int main(int argc, char** argv) {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    std::vector<std::uint64_t> sizes;
    fs::path year;
    for (int i = 1; i < argc; ++i) {
        if (std::strcmp(argv[i], "--year") == 0 && i + 1 < argc) {
            year = argv[++i];
        } else if (std::strcmp(argv[i], "--filled") == 0 && i + 1 < argc) {
            measure(argv[++i]);
            return 0;
        } else {
            sizes.push_back(std::strtoull(argv[i], nullptr, 10));
        }
    }
    if (sizes.empty()) sizes = {100'000, 1'000'000};
    const Folder folder;
    if (year.empty()) {
        year = folder / "year";
        const std::string simulate = std::string(kProgram) + " simulate --year " +
                                     std::to_string(kYear) + " --documents 600 --data '" +
                                     year.string() + "' >/dev/null";
        if (std::system(simulate.c_str()) != 0) return 1;
    }
    for (const std::uint64_t size : sizes) {
        const fs::path data = folder / ("of-" + std::to_string(size));
        fs::copy(year, data, fs::copy_options::recursive);
        apart([&] {
            const Stopwatch watch;
            const std::uint64_t documents = copy_year(data / "gongkai.db", size);
            std::printf("%llu documents, %.1f GB, copied in %.0f s\n",
                        static_cast<unsigned long long>(documents),
                        static_cast<double>(fs::file_size(data / "gongkai.db")) / 1e9,
                        watch.read().seconds);
        });
        measure(data);
        fs::remove_all(data);
    }
    return 0;
}
