// Working days: what a period "within 20 working days" comes to (政府信息公开条例
// 第26、30、32–34条).
//
// Which days are worked is set anew each autumn by a notice of the State Council's office, and for
// local days off (全国年节及纪念日放假办法 第4条) by a notice of the prefecture: neither can be
// computed, both are data (workflows/calendars/). A year whose notice is not there yet is
// *provisional*: its weekends, and the days that the decree itself fixes where they were loaded,
// are counted as days off, and every date that was reached through it says so.
//
// A Calendar is an immutable value; all its functions are pure and may be called by any thread.
//
// When a calendar is replaced (a year's notice was loaded), a running deadline may move, or stop
// being provisional. first_day_that_differs() tells from where on: a deadline that falls due before
// that day stays as it is, every other one is to be counted again from its day 0. This also finds
// what the flag `provisional` cannot know: the notice for a year may rearrange the last days of
// December of the year before (2018-12-29 to 31 were set by the notice for 2019).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/result.hpp"
#include "engine/time.hpp"

namespace gongkai::engine {

// Days off, both ends included and within one year. A weekend inside a holiday belongs to it.
struct DaysOff {
    std::string name;  // 春节
    Date first;
    Date last;
    auto operator<=>(const DaysOff&) const = default;
};

// 调休: a Saturday or Sunday that is worked, to make up for a holiday.
struct MakeUpDay {
    std::string name;  // of the holiday that it belongs to
    Date day;
    auto operator<=>(const MakeUpDay&) const = default;
};

struct CalendarYear {
    int year = 0;
    bool published = false;  // false: provisional, its notice is not out or not wholly known
    std::vector<DaysOff> off;
    std::vector<MakeUpDay> work;
    auto operator<=>(const CalendarYear&) const = default;
};

struct DueDate {
    Date due;  // the last day of the period
    bool provisional =
        false;  // a day that was counted or skipped lies in a year without its notice
    auto operator<=>(const DueDate&) const = default;
};

// How a deadline came about, for a page that shows it to the applicant or the court.
struct Explanation {
    Date from;  // day 0, not counted
    int working_days = 0;
    DueDate result;
    std::vector<DaysOff> skipped;   // in order; plain weekends are named 周末
    std::vector<MakeUpDay> worked;  // weekend days that did count, in order
    std::vector<int> unpublished;   // the years that make it provisional
};

class Calendar {
  public:
    // No year at all: weekends only, and every date provisional.
    Calendar();

    // `name` is what a page shows, e.g. "national". Refuses (invalid_argument, names the date)
    // years given twice or outside 1950 to 2199, dates outside their year, days off that overlap,
    // make-up days that are no weekend or are off, names that are empty or hold a control
    // character, and a published year without a single day off (a file that was left empty).
    static Result<Calendar> make(std::string name, std::vector<CalendarYear> years);

    // This calendar with the days of another laid over: what that one has off is off, what it makes
    // up is worked unless it is a holiday here. A year counts as published only when it is
    // published in both, so a deadline on national+chuxiong is provisional until the prefecture's
    // notice is loaded as well. Its name is "this+overlay".
    Calendar with_overlay(const Calendar& overlay) const;

    const std::string& name() const { return name_; }
    bool is_published(int year) const;
    bool is_working_day(Date date) const;

    // The n-th working day after `from`, which is day 0 and does not count: a receipt on a day off
    // has the same result as one on the last working day before it. n: 0 to 10,000; 0 is `from`
    // itself, a day off or not.
    DueDate add_working_days(Date from, int n) const;

    // The other way, for a reminder "n working days before": the n-th working day before `from`,
    // which does not count either. n: 0 to 10,000.
    DueDate subtract_working_days(Date from, int n) const;

    // Periods in calendar days and months (add_days, add_months) whose last day is a day off end on
    // the first day that is worked again (民法典 第203条, 行政复议法 第88条 with 民事诉讼法
    // 第85条). Periods in working days never need this.
    DueDate next_working_day_on_or_after(Date date) const;

    // Working days after `from`, up to and including `to`; negative when `to` lies before `from`.
    // working_days_between(d, add_working_days(d, n).due) == n for every n > 0.
    std::int64_t working_days_between(Date from, Date to) const;

    Explanation explain(Date from, int n) const;

    // The first day that only one of the two calendars works on, or only one of them is sure of.
    // Nothing: every deadline comes out the same on both.
    std::optional<Date> first_day_that_differs(const Calendar& other) const;

    // Everything that the answers depend on, as lines of UTF-8 that end in a line feed: equal texts
    // mean equal answers, so that a digest of it can be kept beside a deadline.
    std::string canonical_text() const;

  private:
    enum class Kind : std::uint8_t { weekday, weekend, off, make_up };
    struct Layer {
        std::string name;
        std::vector<CalendarYear> years;  // by year
    };

    explicit Calendar(std::vector<Layer> layers);
    void lay_over(const Layer& layer);
    Kind kind(Date date) const;
    const std::string& day_name(Date date) const;  // of a day that is off or made up
    std::int64_t rank(Date date) const;            // working days up to and including date
    Date select(std::int64_t nth) const;           // the inverse: rank(select(k)) == k
    bool is_provisional(Date first, Date last) const;

    std::string name_;
    std::vector<Layer> layers_;
    // One table of whole years, from begin_ to before end_; outside it, weekends only.
    int first_year_ = 0;
    Date begin_;
    Date end_;
    std::vector<char> published_;           // by year
    std::vector<Kind> kinds_;               // by day
    std::vector<std::uint16_t> day_names_;  // by day, into names_
    std::vector<std::string> names_;        // [0] is 周末
    std::vector<std::int32_t> ranks_;       // by day
    std::vector<Date> working_;             // the working days of the table, in order
};

}  // namespace gongkai::engine
