// Taking values out of YAML nodes, with a diagnostic for each that has the wrong shape.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "language/keys.hpp"
#include "language/syntax.hpp"

namespace gongkai::language {

class Shape {
  public:
    explicit Shape(Reporter& reporter) : reporter_(reporter) {}

    // Reports what is no mapping, keys that the table does not have, and required ones that are
    // missing. False when nothing can be taken out of it.
    bool map(const Node& node, const KeyTable& table);
    // A mapping from names of the author's own choice: each name is checked and handed over.
    void named(const Node& node, std::string_view what, std::string_view what_zh,
               const std::function<void(Name, const Node&)>& each);
    // A list, or a single value that stands for a list of one. An empty list is fine.
    void each(const Node& node, const std::function<void(const Node&)>& item);

    std::string text(const Node& node);
    // lower-case letters, digits and _; with `path` also / between names. Empty when it is none.
    Name name(const Node& node, bool path = false);
    Name checked(Name name, bool path = false);
    std::vector<Name> names(const Node& node, bool path = false);
    bool flag(const Node& node);  // true or false
    std::optional<std::int64_t> number(const Node& node, std::int64_t least, std::int64_t most);
    std::optional<std::size_t> word(const Node& node, const WordTable& table);
    engine::Amount amount(const Node& node);
    // 01-31, as month * 100 + day; a day that some year has.
    engine::Amount yearly(const Node& node);
    // How long: exactly one of these keys of the mapping (within, at_least, yearly; others are
    // given back without an amount). nullopt, reported at `span`, where it is none or several.
    struct Period {
        std::string_view key;
        engine::Amount amount;
    };
    std::optional<Period> period(const Node& map, const Span& span,
                                 const std::vector<std::string_view>& keys);
    std::vector<WhoSyntax> who(const Node& node);
    std::vector<EffectSyntax> effects(const Node& node);
    std::vector<RouteSyntax> routes(const Node& node);
    Heading heading(const Node& map);

    // "escalate to WHO" or "take ACTION"
    void late(const Node& node, DeadlineSyntax& deadline);
    // "drafter" or "signer of SIGNATURE"
    ExclusionSyntax exclusion(const Node& node);

    // Reports and gives false where the node is not plain text.
    bool is_text(const Node& node);
    void error(const Span& span, std::string code, Message message, Message hint = {}) {
        reporter_.error(span, std::move(code), std::move(message), std::move(hint));
    }
    Span within(const Node& node, std::size_t offset, std::size_t length) const {
        return span_within(node, offset, length, reporter_);
    }
    Reporter& reporter() { return reporter_; }

  private:
    std::optional<WhoSyntax> one_who(const Node& node, std::string_view text, std::size_t offset);
    // WHO, or [WHO, WHO]
    std::vector<WhoSyntax> who_within(const Node& node, std::string_view text, std::size_t offset);
    void effect(const Node& node, std::vector<EffectSyntax>& out);
    std::string message_name(const Node& node, std::string_view text, std::size_t offset);

    Reporter& reporter_;
};

// The words of a text, for those values that read like a phrase; each with its offset.
struct Word {
    std::string_view text;
    std::size_t offset;
};
std::vector<Word> words_of(std::string_view text);

}  // namespace gongkai::language
