// The words of a guard.
#pragma once

#include <cstddef>
#include <string_view>

namespace gongkai::language {

struct Token {
    enum class Kind {
        word,  // a name, also a path "a/b", or a word of the language
        number,
        date,  // digits with - between them; whether there is such a day is not known here
        symbol,
        parameter,  // "$name"
        end,
        strange,  // one code point that means nothing
    };
    Kind kind = Kind::end;
    std::string_view text;
    std::size_t offset = 0;
};

// The one at or behind `at`, which is moved behind it.
Token next_token(std::string_view text, std::size_t& at);

bool is_name_character(char c);

}  // namespace gongkai::language
