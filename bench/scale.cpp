// Does it stay the same when there is much of it? For each size, a fresh installation is filled
// with so many documents that wait in one worklist, and the program is started on it: how long
// until it listens, what a page of the worklist, a page of the list and one document cost over
// HTTP, and how much memory it then has.
//
//   bench_scale [DOCUMENTS ...]      default 10000 100000 1000000
//
// Run it from the top of the source tree (it reads workflows/).
#include <chrono>
#include <functional>

#include "bench/load/measure.hpp"
#include "bench/load/recorded_office.hpp"
#include "bench/load/server_process.hpp"
#include "storage/sqlite/sqlite_store.hpp"

using namespace gongkai;
using namespace gongkai::bench;

namespace {

const char* const kProgram = "build/release/cli/gongkai";
constexpr std::size_t kGroup = 256;

// Copies of one document that was opened and waits for its drafter, under ids of their own.
void fill(const std::string& database, const storage::StepRecord& opened, std::size_t documents) {
    storage::sqlite::Options options;
    options.path = database;
    const auto store = must(storage::sqlite::open(std::move(options)));
    for (std::size_t first = 0; first < documents; first += kGroup) {
        const std::size_t end = std::min(first + kGroup, documents);
        must(store->run([&](storage::Transaction& transaction) -> engine::Result<void> {
            storage::StepRecord step = opened;
            for (std::size_t i = first; i < end; ++i) {
                step.after.id = opened.after.id + i;
                TRY_VOID(transaction.write_step(step));
            }
            return {};
        }));
    }
    store->close();
}

double p50_ms(const std::function<void()>& ask_once) {
    std::vector<double> times;
    for (int i = 0; i < 50; ++i) {
        const auto begin = std::chrono::steady_clock::now();
        ask_once();
        times.push_back(
            std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin)
                .count());
    }
    return percentile(times, 0.5);
}

struct Figures {
    double start_ms = 0, worklist_ms = 0, list_ms = 0, document_ms = 0;
    std::uint64_t resident_mib = 0;
};

Figures measure(const storage::StepRecord& opened, std::size_t documents) {
    const Folder folder;
    const std::string data = folder / "data";
    std::string token;
    {
        const ServerProcess first(kProgram, data);
        const std::string answer =
            ask(first.port(), "POST", "/api/v1/sessions", "",
                "{\"login\":\"lihua\",\"password\":\"" + first.passwords().at("lihua") + "\"}");
        const auto at = answer.find("\"token\":\"") + 9;
        token = answer.substr(at, answer.find('"', at) - at);
    }
    fill(data + "/gongkai.db", opened, documents);
    { const ServerProcess second(kProgram, data); }  // signs what it finds
    const ServerProcess server(kProgram, data);
    Figures figures;
    figures.start_ms = server.seconds_to_listen() * 1e3;
    const auto get = [&](const std::string& target) {
        return p50_ms([&] {
            if (ask(server.port(), "GET", target, token, "").empty()) std::exit(1);
        });
    };
    figures.worklist_ms = get("/api/v1/worklist?limit=50");
    figures.list_ms = get("/api/v1/documents?limit=50");
    figures.document_ms = get("/api/v1/documents/" + std::to_string(opened.after.id + 7));
    figures.resident_mib = server.resident_kib() / 1024;
    return figures;
}

}  // namespace

int main(int argc, char** argv) {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    std::vector<std::size_t> sizes;
    for (int i = 1; i < argc; ++i)
        sizes.push_back(std::strtoul(argv[i], nullptr, 10));
    if (sizes.empty()) sizes = {10'000, 100'000, 1'000'000};
    const storage::StepRecord opened = record_story(1, 1, false).front().step;
    std::printf("%10s  %9s  %12s  %10s  %12s  %8s\n", "documents", "start ms", "worklist ms",
                "list ms", "document ms", "memory");
    double smallest = 0;
    for (const std::size_t size : sizes) {
        const Figures f = measure(opened, size);
        if (smallest == 0) smallest = f.worklist_ms;
        std::printf("%10zu  %9.1f  %6.2f (%.2f)  %10.2f  %12.2f  %5llu MiB\n", size, f.start_ms,
                    f.worklist_ms, f.worklist_ms / smallest, f.list_ms, f.document_ms,
                    static_cast<unsigned long long>(f.resident_mib));
    }
    return 0;
}
