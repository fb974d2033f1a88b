// How near is the server, with login, rules, separation of duties and the tree all on, to what
// SQLite itself can do? In one run:
//
//   (a) the rows that the program writes for the story of bench/load/story.hpp, played back in a
//       bare loop on SQLite's C interface, one commit a step and in groups of 64;
//   (b) the program itself over HTTP with 1, 16 and 64 clients that take documents through the
//       story; its CPU time is read from /proc, the clients run in this process.
//
//   bench_serve [--seconds N] [--program build/release/cli/gongkai]
//
// Run it from the top of the source tree (it reads workflows/).
#include <cstring>

#include "bench/load/bare_loop.hpp"
#include "bench/load/http_clients.hpp"
#include "bench/load/recorded_office.hpp"
#include "bench/load/server_process.hpp"
#include "bench/load/story.hpp"

using namespace gongkai::bench;

namespace {

struct Raw {
    double a_second = 0;
    double cpu_us = 0;
};

Raw bare(const std::vector<Written>& written, std::size_t group) {
    Raw best;
    for (int i = 0; i < 3; ++i) {  // the best: what else runs on the machine only slows it down
        const Folder folder;
        BareLoop loop(folder / "bare.db");
        loop.record(written);
        const Usage usage = loop.play(group);
        const auto count = static_cast<double>(written.size());
        if (count / usage.seconds > best.a_second)
            best = {count / usage.seconds, usage.cpu_seconds * 1e6 / count};
    }
    return best;
}

void print_raw(const char* what, const Raw& raw) {
    std::printf("  %-28s %8.0f steps/s  %6.1f us CPU a step\n", what, raw.a_second, raw.cpu_us);
}

}  // namespace

int main(int argc, char** argv) {
    double seconds = 5;
    std::string program = "build/release/cli/gongkai";
    for (int i = 1; i + 1 < argc; i += 2) {
        if (std::strcmp(argv[i], "--seconds") == 0) seconds = std::strtod(argv[i + 1], nullptr);
        if (std::strcmp(argv[i], "--program") == 0) program = argv[i + 1];
    }

    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    std::printf("(a) the raw limit: the same rows in a bare loop on SQLite\n");
    const auto written = record_story(64 * 20, 64, true);
    const std::vector<Written> few(written.begin(), written.begin() + 2'000);
    const Raw single = bare(few, 1);
    print_raw("one commit a step", single);
    const Raw grouped = bare(written, 64);
    print_raw("groups of 64", grouped);

    std::printf("(b) the server over HTTP, whole story of %zu steps\n", story().size());
    const Folder folder;
    ServerProcess server(program, folder / "data");
    LoadOptions options;
    options.port = server.port();
    options.seconds = seconds;
    for (const auto& [login, password] : server.passwords()) {
        const std::string answer =
            ask(server.port(), "POST", "/api/v1/sessions", "",
                "{\"login\":\"" + login + "\",\"password\":\"" + password + "\"}");
        const auto at = answer.find("\"token\":\"") + 9;
        options.tokens[login] = answer.substr(at, answer.find('"', at) - at);
    }
    for (const std::size_t clients : {1, 16, 64}) {
        options.clients = clients;
        const double cpu = server.cpu_seconds();
        LoadResult load = take_documents_through(options);
        const double cpu_us = (server.cpu_seconds() - cpu) * 1e6 / static_cast<double>(load.writes);
        const double a_second = static_cast<double>(load.writes) / load.seconds;
        const double p50 = percentile(load.latencies_ms, 0.50);
        std::printf(
            "  %3zu clients  %8.0f writes/s  %6.1f us CPU a write  p50 %6.2f  p99 %6.2f  max "
            "%6.2f ms\n",
            clients, a_second, cpu_us, p50, percentile(load.latencies_ms, 0.99),
            load.latencies_ms.back());
        if (clients == 1)
            std::printf("      p50 is %.2f times the bare single commit (aim: at most 2.5)\n",
                        p50 / (1e3 / single.a_second));
        if (clients == 64)
            std::printf(
                "      %.2f of the raw writes a second (aim: 0.8), %.2f times the CPU (aim: at "
                "most 1.8)\n",
                a_second / grouped.a_second, cpu_us / grouped.cpu_us);
    }
    std::printf("  memory: %llu MiB at its peak\n",
                static_cast<unsigned long long>(server.peak_kib() / 1024));
    return 0;
}
