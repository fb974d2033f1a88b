#include "app/reports/ledger.hpp"

#include <algorithm>

namespace gongkai::app {

Result<void> Ledger::catch_up(const std::function<bool()>& stop) {
    for (bool more = true; more && !(stop && stop());) {
        TRY(more, page());
    }
    return {};
}

storage::RecordId Ledger::folded() const {
    const std::lock_guard lock(mutex_);
    return next_;
}

bool Ledger::nearly_there() const {
    // A document is looked at in about the time in which a leaf is folded, and has a dozen of them.
    const storage::RecordId size = store_.head().size, done = folded();
    return size - std::min(done, size) <= size / 20;
}

std::vector<bool> Ledger::wanted(const std::vector<engine::DepartmentCode>& departments) const {
    std::vector<bool> wanted(words_.size(), departments.empty());
    for (const engine::DepartmentCode& code : departments) {
        const auto word = numbers_.find(code);
        if (word != numbers_.end()) wanted[word->second] = true;
    }
    return wanted;
}

void Ledger::sum(const Period& period, const std::vector<engine::DepartmentCode>& departments,
                 StatisticsCount& into) const {
    const std::lock_guard lock(mutex_);
    const std::vector<bool> of = wanted(departments);
    std::vector<std::unordered_map<std::int32_t, std::int64_t>> sums(happenings_.size());
    for (auto day = days_.lower_bound(period.from); day != days_.end() && day->first <= period.to;
         ++day) {
        for (const Count& one : day->second.counts) {
            const Happening& what = happenings_[one.what];
            // Of several departments each tells for itself, the whole office only for itself.
            const bool whole = what.kind == Happening::Kind::active && departments.empty();
            const bool counts =
                whole ? one.department == kOffice : one.department != kOffice && of[one.department];
            if (counts) sums[one.what][one.of] += one.n;
        }
    }
    for (std::size_t i = 0; i < sums.size(); ++i) {
        for (const auto& [about, n] : sums[i])
            into.add(happenings_[i], about, n);
    }
}

std::vector<Ledger::Returned> Ledger::returned(
    const Period& period, const std::vector<engine::DepartmentCode>& departments) const {
    const std::lock_guard lock(mutex_);
    const std::vector<bool> of = wanted(departments);
    std::vector<Returned> latest;
    for (auto day = days_.upper_bound(period.to); day != days_.begin();) {
        --day;
        if (day->first < period.from || latest.size() >= kMostReturned) break;
        for (const auto& [department, returned] : day->second.returned) {
            if (of[department]) latest.insert(latest.end(), returned.begin(), returned.end());
        }
    }
    std::sort(latest.begin(), latest.end(),
              [](const Returned& a, const Returned& b) { return b.what < a.what; });
    if (latest.size() > kMostReturned) latest.resize(kMostReturned);
    return latest;
}

std::vector<engine::DocumentId> Ledger::unfinished() const {
    std::vector<engine::DocumentId> ids;
    {
        const std::lock_guard lock(mutex_);
        ids.reserve(unfinished_.size());
        for (const auto& [id, story] : unfinished_)
            ids.push_back(id);
    }
    std::sort(ids.begin(), ids.end(), std::greater<>());
    return ids;
}

std::vector<engine::DocumentId> Ledger::of_flows(const std::vector<std::string>& flows) const {
    std::vector<engine::DocumentId> ids;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& [flow, documents] : by_flow_) {
            if (std::find(flows.begin(), flows.end(), flow) != flows.end())
                ids.insert(ids.end(), documents.begin(), documents.end());
        }
    }
    std::sort(ids.begin(), ids.end(), std::greater<>());
    return ids;
}

void Ledger::each_shown(const std::function<void(const Shown&)>& visit) const {
    const std::lock_guard lock(mutex_);
    Shown one;
    for (const auto& [id, shown] : shown_) {
        one.art20_item = words_[shown.art20_item];
        one.catalog_item = words_[shown.catalog_item];
        one.department = words_[shown.department];
        one.published_at = shown.published_at;
        visit(one);
    }
}

}  // namespace gongkai::app
