// The steps that the store benchmarks write: documents of about the size of real ones, each taken
// through eight steps. The rows are the same whoever writes them.
#pragma once

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "storage/audit/hash.hpp"
#include "storage/store.hpp"

namespace gongkai::bench {

using namespace storage;

inline constexpr std::uint32_t kStepsPerDocument = 8;

inline Digest digest_of(const std::string& text) {
    return audit::sha256(text);
}

// Step 1 opens the document with a text of 3 KB; the others move it to the next worklist with a
// short comment; every other one restarts a timer; signatures gather on the way.
inline StepRecord make_step(DocumentId id, std::uint32_t step) {
    static const char* const states[] = {"drafting",     "secrecy_first", "secrecy_second",
                                         "attribute",    "legality",      "signing",
                                         "proofreading", "published"};
    static const char* const roles[] = {
        "clerk",   "reviewer", "secrecy_officer", "disclosure_office",
        "counsel", "head",     "proofreader",     "archivist"};
    const std::string name = std::to_string(id) + "." + std::to_string(step);
    const Instant now{1'760'000'000'000 + static_cast<std::int64_t>(id * 1'000 + step * 100)};
    StepRecord record;
    engine::Document& d = record.after;
    d.id = id;
    d.flow = "decision";
    d.definition = digest_of("decision");
    d.revision = step;
    d.department = "department" + std::to_string(id % 20);
    d.places.resize(3);
    d.places[0] = {static_cast<engine::StateId>(step), 2, 17, 0, 0, false, now};
    for (int i = 0; i < 8; ++i)
        d.fields.emplace_back(
            engine::Committed{digest_of(std::to_string(id) + "/" + std::to_string(i)), 120});
    d.fields.emplace_back(engine::Choice{1});
    d.fields.emplace_back(engine::Date{20'000});
    d.fields.emplace_back(true);
    d.content = digest_of("content " + std::to_string(id));
    d.drafters = {17, 18};
    for (std::uint32_t i = 1; i < step; ++i)
        d.signatures.push_back({static_cast<engine::SignatureId>(i), 20 + i, 0, d.content, now});
    d.timers.resize(4);
    d.timers[0] = {engine::TimerPhase::running,
                   false,
                   false,
                   engine::Unit::working_days,
                   20,
                   Instant{static_cast<std::int64_t>(id)},
                   now};

    record.created = step == 1;
    record.leaf =
        R"({"actor":17,"command":{"action":"submit","comment":")" +
        audit::to_hex(digest_of("comment " + name)) + R"(","kind":"act"},"content":")" +
        audit::to_hex(d.content) + R"(","definition":")" + audit::to_hex(d.definition) +
        R"(","department":")" + d.department + R"(","document":)" + std::to_string(id) +
        R"(,"events":[{"by":17,"from":")" + states[(step - 1) % 8] + R"(","kind":"moved","to":")" +
        states[step % 8] + R"("},{"by":17,"content":")" + audit::to_hex(d.content) +
        R"(","kind":"signed","signature":"secrecy_first"},{"due":)" + std::to_string(now.ms) +
        R"(,"kind":"timer_set","timer":"publish"}],)" +
        R"("flow":"decision","format":1,"previous":")" +
        audit::to_hex(digest_of("previous " + name)) + R"(","request":")" +
        audit::to_hex(digest_of("request " + name)).substr(0, 32) + R"(","revision":)" +
        std::to_string(step) + R"(,"roles":["clerk"],"time":)" + std::to_string(now.ms) + "}";
    Task task;
    task.state = states[step - 1];
    task.role = roles[step - 1];
    task.department = d.department;
    task.since = now;
    task.due = now + 86'400'000;
    record.tasks.push_back(std::move(task));
    record.timers = {{0, "publish", Instant{now.ms - (step % 2) * 100}, false}};
    if (step == 1) {
        record.title = "关于印发某某事项实施办法的通知（" + std::to_string(id) + "）";
        record.openings = {{digest_of("title " + name), {}, *record.title},
                           {digest_of("summary " + name), {}, std::string(300, 's')},
                           {digest_of("body " + name), {}, std::string(3'000, 'b')}};
    } else {
        record.openings = {{digest_of("comment " + name), {}, std::string(60, 'c')}};
    }
    return record;
}

// 64 documents side by side, then the next 64: the order in which so many clients write.
inline std::vector<StepRecord> make_steps(DocumentId first, std::size_t count) {
    std::vector<StepRecord> steps;
    steps.reserve(count);
    for (DocumentId group = first; steps.size() < count; group += 64) {
        for (std::uint32_t step = 1; step <= kStepsPerDocument; ++step) {
            for (DocumentId i = 0; i < 64 && steps.size() < count; ++i)
                steps.push_back(make_step(group + i, step));
        }
    }
    return steps;
}

class Folder {
  public:
    Folder() {
        const char* base = std::getenv("GONGKAI_BENCH_DIR");
        std::string name =
            (base ? std::filesystem::path(base) : std::filesystem::temp_directory_path()) /
            "gongkai-bench-XXXXXX";
        if (::mkdtemp(name.data()) == nullptr) {
            std::perror("mkdtemp");
            std::exit(1);
        }
        path_ = name;
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    std::string operator/(const std::string& name) const { return (path_ / name).string(); }

  private:
    std::filesystem::path path_;
};

struct Usage {
    double seconds = 0;      // on the clock
    double cpu_seconds = 0;  // of all threads
};

class Stopwatch {
  public:
    Stopwatch() : begin_(std::chrono::steady_clock::now()), cpu_begin_(cpu()) {}
    Usage read() const {
        const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - begin_;
        return {passed.count(), cpu() - cpu_begin_};
    }

  private:
    static double cpu() {
        rusage usage{};
        getrusage(RUSAGE_SELF, &usage);
        const auto seconds = [](const timeval& t) {
            return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
        };
        return seconds(usage.ru_utime) + seconds(usage.ru_stime);
    }
    std::chrono::steady_clock::time_point begin_;
    double cpu_begin_;
};

template <class T>
T must(engine::Result<T> result) {
    if (!result) {
        std::fprintf(stderr, "failed: %s\n", result.error().message.c_str());
        std::exit(1);
    }
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

}  // namespace gongkai::bench
