#include "api/http/target.hpp"

#include "api/http/text.hpp"

namespace gongkai::api {

namespace {

constexpr std::size_t max_parts = 64;

std::string_view cut(std::string_view& rest, char at) {
    const auto end = rest.find(at);
    const auto part = rest.substr(0, end);
    rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
    return part;
}

}  // namespace

bool split_target(std::string_view target, std::string& path, std::vector<std::string>& segments,
                  std::vector<QueryItem>& query) {
    auto rest = cut(target, '?');  // target keeps the query
    path = rest;
    if (!rest.starts_with('/')) return false;
    rest.remove_prefix(1);
    while (!rest.empty()) {
        auto segment = percent_decode(cut(rest, '/'), false);
        if (!segment || segment->empty() || *segment == "." || *segment == ".." ||
            segments.size() == max_parts)
            return false;
        segments.push_back(std::move(*segment));
    }
    while (!target.empty()) {
        auto value = cut(target, '&');
        if (value.empty()) continue;
        const auto name = cut(value, '=');
        auto decoded_name = percent_decode(name, true);
        auto decoded_value = percent_decode(value, true);
        if (!decoded_name || !decoded_value || query.size() == max_parts) return false;
        query.push_back({std::move(*decoded_name), std::move(*decoded_value)});
    }
    return true;
}

}  // namespace gongkai::api
