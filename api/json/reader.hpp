// From JSON to the program's own structs, strictly: a member that nobody asked for is an error, and
// so is one of the wrong type. Every fault is collected with its JSON pointer, so that a caller can
// mend all of them at once.
//
//   json::Issues issues;
//   auto draft = json::read(document.root(), issues, [](json::Reader& in) {
//       Draft draft;
//       draft.title = in.text("title", {.max = 200});
//       draft.summary = in.optional_text("summary", {.max = 5000, .multiline = true});
//       in.list("attachments", {.max = 50}, [&](json::Reader& item) {
//           draft.attachments.push_back(item.text("sha256", {.min = 64, .max = 64}));
//       });
//       return draft;
//   });
//   if (!issues.empty()) ...   // draft is not to be used
#pragma once

#include <concepts>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/json/document.hpp"

namespace gongkai::api::json {

// The first ones; more than max_issues help nobody.
using Issues = std::vector<Issue>;
constexpr std::size_t max_issues = 20;

struct TextRule {
    std::size_t min = 1, max = 1000;  // characters (code points), both included
    bool multiline = false;           // line breaks and tabs are allowed; other controls never are
};
struct IntegerRule {
    std::int64_t min = 0, max = std::numeric_limits<std::int64_t>::max();
};
struct ListRule {
    std::size_t min = 0, max = 1000;
};

// Reads the members of one object. A faulty member adds an issue and reads as an empty value; an
// optional_ one that is absent reads as nullopt, and null is of the wrong type unless is_null()
// asks.
class Reader {
  public:
    Reader(Value object, Issues& issues, std::string pointer);

    bool has(std::string_view name) const;
    // Present and null; counts as read then. For members where null means "remove".
    bool is_null(std::string_view name);

    std::string text(std::string_view name, TextRule rule = {});
    std::optional<std::string> optional_text(std::string_view name, TextRule rule = {});
    std::int64_t integer(std::string_view name, IntegerRule rule = {});
    std::optional<std::int64_t> optional_integer(std::string_view name, IntegerRule rule = {});
    bool boolean(std::string_view name);
    std::optional<bool> optional_boolean(std::string_view name);
    // One of the words: its index; 0 when faulty.
    std::size_t choice(std::string_view name, std::span<const std::string_view> words);
    std::optional<std::size_t> optional_choice(std::string_view name,
                                               std::span<const std::string_view> words);
    std::vector<std::string> texts(std::string_view name, ListRule rule = {}, TextRule each = {});
    std::optional<std::vector<std::string>> optional_texts(std::string_view name,
                                                           ListRule rule = {}, TextRule each = {});

    using Visit = std::function<void(Reader&)>;
    // A member that is an object, or a list of objects. False: an optional one is absent.
    void object(std::string_view name, const Visit& visit);
    bool optional_object(std::string_view name, const Visit& visit);
    void list(std::string_view name, ListRule rule, const Visit& visit);
    bool optional_list(std::string_view name, ListRule rule, const Visit& visit);

    // A member of any kind, for content whose names are only known at run time (the fields of a
    // flow). nullopt when absent. The caller judges it, and reports with refuse().
    std::optional<Value> any(std::string_view name);
    // Every member not yet read, in order: for an object that is a map.
    void rest(const std::function<void(std::string_view name, Value value)>& visit);

    // A fault that only the caller can see: "not a date".
    void refuse(std::string_view name, Fault fault, std::string detail, std::string detail_zh);
    const std::string& pointer() const { return pointer_; }
    std::string pointer_of(std::string_view name) const;

    // Reports the members that nobody asked for. Called by read(), object() and list().
    void finish();

  private:
    std::optional<Value> take(std::string_view name, Kind kind, bool required);
    template <class Take>
    auto optionally(std::string_view name, Take take) -> std::optional<decltype(take())>;

    Value object_;
    Issues& issues_;
    std::string pointer_;
    std::vector<bool> used_;
};

void add_issue(Issues& issues, Fault fault, std::string pointer, std::string detail,
               std::string detail_zh);

// Runs the function on the value, which must be an object, and reports what it left over.
template <std::invocable<Reader&> Function>
auto read(Value value, Issues& issues, Function function)
    -> decltype(function(std::declval<Reader&>())) {
    Reader reader(value, issues, "");
    auto result = function(reader);
    reader.finish();
    return result;
}

}  // namespace gongkai::api::json
