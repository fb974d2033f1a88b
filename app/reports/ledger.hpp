// 台账: the record folded once, leaf by leaf and in its order, into what the figures of a period
// ask of it: how much of what happened on each day in each department, and which documents somebody
// still has to act on.
//
// All of it follows from the leaves below folded(): it is held in memory only, and a process that
// starts anew works it out anew. A question first takes in what the record has got since, so its
// price is what is new and the days of its period, not the number of documents.
//
// Memory: an entry for each figure of a day and department that is not 0 (of stays: for each whole
// hour that one took), some hundred bytes for a document that is not done, some sixty for one that
// is public, eight for each other.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "app/flow.hpp"
#include "app/reports/statistics.hpp"
#include "storage/store.hpp"

namespace boost::json {
class object;
}

namespace gongkai::app {

class Ledger {
  public:
    // Both must outlive it.
    Ledger(storage::Store& store, const Flows& flows) : store_(store), flows_(flows) {}

    // Takes in what the record has got since, until it has all or `stop` says so. Any thread.
    // Error `malformed` where a leaf is none of ours.
    Result<void> catch_up(const std::function<bool()>& stop = {});
    // Whether taking in the rest costs less than looking at every document.
    bool nearly_there() const;
    storage::RecordId folded() const;

    // What happened within the period in these departments (empty: all). Each thing belongs to the
    // department that the document belonged to then. The latest returns, newest first, without
    // their comments.
    void sum(const Period& period, const std::vector<engine::DepartmentCode>& departments,
             StatisticsCount& into) const;
    struct Returned {
        ReturnedDocument what;
        std::optional<engine::Digest> comment;  // its commitment
    };
    std::vector<Returned> returned(const Period& period,
                                   const std::vector<engine::DepartmentCode>& departments) const;

    // Newest first. Of which somebody has to do something, or a deadline runs or has passed; some
    // that were purged may be among them.
    std::vector<engine::DocumentId> unfinished() const;
    // Of these flows, whatever became of them.
    std::vector<engine::DocumentId> of_flows(const std::vector<std::string>& flows) const;

    // A document that is public (no draft, not withdrawn).
    struct Shown {
        std::string art20_item, catalog_item;  // empty: none
        engine::DepartmentCode department;
        engine::Instant published_at{};
    };
    void each_shown(const std::function<void(const Shown&)>& visit) const;

  private:
    using Word = std::uint32_t;  // of words_
    static constexpr Word kOffice = ~Word{0};
    struct Leaf;
    struct Stay {
        Word region = 0, state = 0;
        engine::Instant since{};
    };
    struct Limit {
        enum class Phase : std::uint8_t { running, paused, expired };
        Word timer = 0;
        Phase phase = Phase::running;
        engine::Instant due{};
    };
    // Of a document that is not done: where it stands, and its deadlines that are not idle.
    struct Story {
        std::vector<Stay> stays;
        std::vector<Limit> limits;
        Word department = 0;
        engine::Date last{};  // on which something happened
    };
    struct Count {
        std::uint32_t what = 0;  // of happenings_
        Word department = 0;     // kOffice: of the whole office
        std::int32_t of = 0;     // Happening::of
        std::int64_t n = 0;
    };
    struct Day {
        std::vector<Count> counts;  // the first `tidy` in order, each once
        std::size_t tidy = 0;
        std::map<Word, std::vector<Returned>> returned;  // by department, the latest
    };
    struct ShownWords {
        Word art20_item = 0, catalog_item = 0, department = 0;
        engine::Instant published_at{};
    };

    Result<bool> page();
    Result<void> take(const storage::StoredLeaf& stored, storage::Reader& reader);
    Result<void> look_at_shown();
    Result<const Flow*> flow_of(std::string_view digest);
    // Of a document that was done, or is new: when something happened last.
    Result<Story> story_of(const storage::StoredLeaf& stored, storage::Reader& reader);
    std::optional<Limit> limit_in(const boost::json::object& timer);
    void note_active(const Leaf& leaf, const Story& story);
    void read_events(const Leaf& leaf, Story& story);
    void limits(const Leaf& leaf, const std::map<Word, std::optional<Limit>>& set, Story& story);
    void moved(const Leaf& leaf, const boost::json::object& event, Story& story);
    void migrated(const Leaf& leaf, const boost::json::object& event, Story& story);
    void returned_by(const Leaf& leaf, const Story& story);
    void add(const Leaf& leaf, Happening what, std::int32_t of = 0, std::int64_t n = 1);
    void add(engine::Date day, Word department, Happening what, std::int32_t of, std::int64_t n);
    static void tidy(Day& day);
    Word word(std::string_view text);
    std::vector<bool> wanted(const std::vector<engine::DepartmentCode>& departments) const;

    storage::Store& store_;
    const Flows& flows_;
    mutable std::mutex mutex_;
    storage::RecordId next_ = 0;  // of the record; those before it are folded
    std::unordered_map<std::string, std::shared_ptr<const Flow>> definitions_;  // by digest in hex
    std::vector<std::string> words_{std::string()};
    std::unordered_map<std::string, Word> numbers_{{std::string(), 0}};
    std::vector<Happening> happenings_;
    std::map<Happening::Key, std::uint32_t> happening_numbers_;
    std::map<engine::Date, Day> days_;
    std::unordered_map<engine::DocumentId, Story> unfinished_;
    std::unordered_map<std::string, std::vector<engine::DocumentId>> by_flow_;
    std::unordered_map<engine::DocumentId, ShownWords> shown_;
    // Whose publication may have changed with the leaves that were taken in last.
    std::unordered_set<engine::DocumentId> to_look_at_;
};

}  // namespace gongkai::app
