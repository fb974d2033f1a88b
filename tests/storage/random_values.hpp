// Random documents and the seed of a run: GONGKAI_SEED repeats one.
#pragma once

#include <cstdlib>
#include <random>
#include <string>

#include "engine/document.hpp"

namespace gongkai::storage::testing {

inline unsigned seed_of_run() {
    if (const char* given = std::getenv("GONGKAI_SEED"))
        return static_cast<unsigned>(std::strtoul(given, nullptr, 10));
    return std::random_device{}();
}

class Random {
  public:
    explicit Random(unsigned seed) : engine_(seed) {}

    // From 0 to below `limit`.
    std::uint64_t below(std::uint64_t limit) {
        return std::uniform_int_distribution<std::uint64_t>(0, limit - 1)(engine_);
    }
    bool chance(unsigned percent) { return below(100) < percent; }
    // Mostly small, now and then of any size.
    template <class T>
    T number() {
        const auto bits = static_cast<T>(engine_());
        return chance(30) ? bits : static_cast<T>(below(200));
    }
    engine::Digest digest() {
        engine::Digest digest{};
        // A few digests only, so that they repeat.
        digest.fill(static_cast<std::uint8_t>(below(6)));
        return digest;
    }
    std::string text(std::size_t most = 12) {
        static const char* const parts[] = {"a", "z", "部", "公开", "'", "\"", "%", "\n", "0"};
        std::string out;
        for (std::size_t n = below(most); n > 0; --n)
            out += parts[below(9)];
        return out;
    }
    engine::Committed committed() { return {digest(), number<std::uint32_t>()}; }

  private:
    std::mt19937_64 engine_;
};

template <class T, class Make>
std::vector<T> some(Random& random, std::size_t most, Make make) {
    std::vector<T> out;
    for (std::size_t n = random.below(most + 1); n > 0; --n)
        out.push_back(make());
    return out;
}

inline std::optional<engine::Value> random_field(Random& r) {
    switch (r.below(6)) {
        case 0:
            return std::nullopt;
        case 1:
            return r.chance(50);
        case 2:
            return r.number<std::int64_t>();
        case 3:
            return engine::Date{r.number<std::int32_t>()};
        case 4:
            return engine::Choice{r.number<std::uint16_t>()};
        default:
            return r.committed();
    }
}

// Any document at all, also one that no flow could make.
inline engine::Document random_document(Random& r) {
    using namespace engine;
    Document d;
    d.id = r.number<std::uint64_t>();
    d.flow = r.text();
    d.definition = r.digest();
    d.revision = r.number<std::uint32_t>();
    d.department = r.text();
    d.places = some<Place>(r, 4, [&r]() -> Place {
        if (r.chance(30)) return {};
        return {r.number<StateId>(),
                r.number<ActionId>(),
                r.number<PersonId>(),
                r.number<PersonId>(),
                r.number<PersonId>(),
                r.chance(50),
                Instant{r.number<std::int64_t>()}};
    });
    d.fields = some<std::optional<Value>>(r, 12, [&r] { return random_field(r); });
    d.attachments = some<Attachment>(r, 3, [&r]() -> Attachment {
        return {r.digest(), r.number<std::uint64_t>(), r.committed()};
    });
    d.content = r.digest();
    d.drafters = some<PersonId>(r, 3, [&r] { return r.number<PersonId>(); });
    d.signatures = some<Signature>(r, 6, [&r]() -> Signature {
        return {r.number<SignatureId>(), r.number<PersonId>(), r.number<PersonId>(), r.digest(),
                Instant{r.number<std::int64_t>()}};
    });
    d.votes = some<CastVote>(r, 4, [&r]() -> CastVote {
        return {r.number<StateId>(),
                r.number<PersonId>(),
                r.number<PersonId>(),
                r.text(),
                static_cast<Ballot>(r.below(3)),
                r.digest()};
    });
    d.timers = some<TimerState>(r, 5, [&r]() -> TimerState {
        if (r.chance(50)) return {};
        return {static_cast<TimerPhase>(r.below(4)),
                r.chance(50),
                r.chance(50),
                static_cast<Unit>(r.below(4)),
                r.number<std::int64_t>(),
                Instant{r.number<std::int64_t>()},
                Instant{r.number<std::int64_t>()}};
    });
    d.consultations = some<Consultation>(r, 2, [&r]() -> Consultation {
        return {r.number<std::uint32_t>(),
                r.number<RegionId>(),
                r.number<PersonId>(),
                {r.text(), static_cast<Scope>(r.below(3)), r.text()},
                r.committed(),
                r.chance(50),
                r.number<PersonId>()};
    });
    d.publication = static_cast<Publication>(r.below(4));
    d.published_content = r.digest();
    d.purged = r.chance(20);
    if (r.chance(50)) return d;
    d.related = some<RelatedDocument>(r, 3, [&r]() -> RelatedDocument {
        return {r.number<RelationId>(), r.number<std::uint64_t>(),
                some<std::string>(r, 3, [&r] { return r.text(); }),
                static_cast<Publication>(r.below(4))};
    });
    d.parents = some<ParentLink>(r, 2, [&r]() -> ParentLink {
        return {r.number<std::uint64_t>(), r.text(), r.text()};
    });
    return d;
}

}  // namespace gongkai::storage::testing
