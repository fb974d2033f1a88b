// Any bytes as a JSON body: nothing crashes, and what is accepted is written and read back the
// same.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "api/json/document.hpp"
#include "api/json/reader.hpp"
#include "api/json/utf8.hpp"
#include "api/json/writer.hpp"

using namespace gongkai::api;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

void walk(json::Value value, json::Writer& out, std::size_t depth) {
    require(depth <= json::max_depth);
    std::int64_t number = 0;
    switch (value.kind()) {
        case json::Kind::null:
            out.null();
            break;
        case json::Kind::boolean:
            out.value(value.boolean());
            break;
        case json::Kind::integer:
            if (value.integer(number))
                out.value(number);
            else
                out.raw(value.to_json());
            break;
        case json::Kind::real:
            out.value(value.real());
            break;
        case json::Kind::text:
            require(is_utf8(value.text()) && value.text().find('\0') == std::string_view::npos);
            out.value(value.text());
            break;
        case json::Kind::list:
            out.begin_array();
            for (std::size_t i = 0; i < value.size(); ++i)
                walk(value.element(i), out, depth + 1);
            out.end_array();
            break;
        case json::Kind::object:
            out.begin_object();
            for (std::size_t i = 0; i < value.size(); ++i) {
                require(value.find(value.key(i)) == i);
                out.key(value.key(i));
                walk(value.element(i), out, depth + 1);
            }
            out.end_object();
            break;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto document = json::parse(bytes);
    if (!document) {
        require(is_utf8(document.error().pointer) || !is_utf8(bytes));
        return 0;
    }
    json::Writer out;
    walk(document->root(), out, 0);
    const auto again = json::parse(out.text());
    require(again.has_value());
    json::Writer twice;
    walk(again->root(), twice, 0);
    require(out.text() == twice.text());

    json::Issues issues;
    json::read(document->root(), issues, [](json::Reader& in) {
        in.optional_text("title", {.max = 10});
        in.optional_integer("n", {.max = 5});
        in.optional_list("list", {.max = 3}, [](json::Reader& item) { item.text("x"); });
        return 0;
    });
    require(issues.size() <= json::max_issues);
    return 0;
}
