// How long does a year of an office take, and how near is a step of it to what SQLite itself can
// do? In one run:
//
//   (a) the rows that the program writes for the story of bench/load/story.hpp, played back in a
//       bare loop on SQLite's C interface, one commit a step, before and after (b);
//   (b) `gongkai simulate --year` as a process of its own, which says itself how long the year,
//       its verification and its reports took, and decide().
//
//   bench_year [--program build/release/cli/gongkai] [ARGS of gongkai simulate --year]
//
// Ends with the exit code of the simulation: a year in which anything did not hold is no
// measurement. Run it from the top of the source tree (it reads workflows/).
#include <sys/wait.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cstring>

#include "bench/load/bare_loop.hpp"
#include "bench/load/recorded_office.hpp"

using namespace gongkai::bench;
namespace json = boost::json;

namespace {

// The best of three, as what else runs on the machine only slows it down.
Usage bare_step(const std::vector<Written>& written) {
    Usage best;
    for (int i = 0; i < 3; ++i) {
        const Folder folder;
        BareLoop loop(folder / "bare.db");
        loop.record(written);
        const Usage usage = loop.play(1);
        const auto count = static_cast<double>(written.size());
        if (i == 0 || usage.seconds / count < best.seconds)
            best = {usage.seconds / count, usage.cpu_seconds / count};
    }
    return best;
}

struct Simulation {
    std::string said;  // on its standard output
    Usage usage;
    long peak_kib = 0;
    int code = 1;
};

Simulation simulate(const std::string& program, std::vector<std::string> words) {
    std::vector<char*> argv{const_cast<char*>(program.c_str())};
    for (std::string& word : words)
        argv.push_back(word.data());
    argv.push_back(nullptr);
    int ends[2];
    if (::pipe(ends) != 0) {
        std::perror("pipe");
        std::exit(1);
    }
    const Stopwatch watch;
    const pid_t process = ::fork();
    if (process == 0) {
        ::dup2(ends[1], STDOUT_FILENO);
        ::close(ends[0]);
        ::close(ends[1]);
        ::execv(program.c_str(), argv.data());
        std::perror(program.c_str());
        ::_exit(127);
    }
    ::close(ends[1]);
    Simulation out;
    char buffer[4096];
    for (ssize_t got = 0; (got = ::read(ends[0], buffer, sizeof buffer)) > 0;)
        out.said.append(buffer, static_cast<std::size_t>(got));
    ::close(ends[0]);
    int status = 0;
    rusage usage{};
    if (process < 0 || ::wait4(process, &status, 0, &usage) < 0) {
        std::perror("the simulation");
        std::exit(1);
    }
    const auto seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
    };
    out.usage = {watch.read().seconds, seconds(usage.ru_utime) + seconds(usage.ru_stime)};
    out.peak_kib = usage.ru_maxrss;
    out.code = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
    return out;
}

}  // namespace

int main(int argc, char** argv) {
    std::string program = "build/release/cli/gongkai";
    const Folder folder;
    std::vector<std::string> words{"simulate", "--year", "--json"};
    bool placed = false;
    for (int i = 1; i < argc; ++i) {
        if (std::strcmp(argv[i], "--program") == 0 && i + 1 < argc) {
            program = argv[++i];
            continue;
        }
        placed = placed || std::string_view(argv[i]).starts_with("--data");
        words.emplace_back(argv[i]);
    }
    if (!placed) words.insert(words.end(), {"--data", folder / "data"});

    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    auto written = record_story(160, 64, true);
    written.resize(std::min<std::size_t>(written.size(), 2'000));
    Usage bare = bare_step(written);
    const Simulation simulation = simulate(program, words);
    if (const Usage again = bare_step(written); again.seconds < bare.seconds) bare = again;

    boost::system::error_code fault;
    const json::value said = json::parse(simulation.said, fault);
    if (fault || !said.is_object()) {
        std::fprintf(stderr, "the simulation told no year (exit code %d)\n", simulation.code);
        return simulation.code == 0 ? 1 : simulation.code;
    }
    const auto number = [&](const char* pointer) {
        return said.at_pointer(pointer).to_number<double>();
    };
    const double year = number("/timings/seconds_year"), steps = number("/steps");
    const double step = year / steps;
    std::printf("(a) the raw limit, one commit a step    %7.0f us, %6.1f us CPU\n",
                bare.seconds * 1e6, bare.cpu_seconds * 1e6);
    std::printf(
        "(b) the year %d, seed %.0f: %.0f documents (%.0f opened in it), %.0f steps, %.0f "
        "refused\n",
        static_cast<int>(number("/year")), number("/seed"), number("/documents"),
        number("/documents_in_year"), steps, number("/refusals"));
    double spoke = 0;
    for (const auto& rule : said.at("rules").as_object())
        spoke += rule.value().to_number<double>();
    std::printf("    rules of the policy spoke %.0f times; %.0f things did not hold\n", spoke,
                number("/breach_count"));
    std::printf("    the year %.1f s, its verification %.1f s, the reports %.1f s\n", year,
                number("/timings/seconds_verification"), number("/timings/seconds_reports"));
    std::printf("    in all %.1f s, %.1f s CPU, %ld MiB at its peak\n", simulation.usage.seconds,
                simulation.usage.cpu_seconds, simulation.peak_kib / 1024);
    std::printf("    a step %.0f us (%.0f a second): %.1f times the bare one\n", step * 1e6,
                1 / step, step / bare.seconds);
    std::printf("    decide p50 %.1f us, p99 %.1f us of %.0f: p50 is %.3f of the year's step\n",
                number("/timings/decide_p50_us"), number("/timings/decide_p99_us"),
                number("/timings/decisions"), number("/timings/decide_p50_us") / (step * 1e6));
    return simulation.code;
}
