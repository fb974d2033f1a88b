#include "api/http/router.hpp"

#include <algorithm>
#include <stdexcept>

namespace gongkai::api {

namespace {

struct Part {
    enum Kind { fixed, one, rest } kind;
    std::string_view text;  // the segment, or the name between the braces
};

std::vector<Part> parts_of(const std::string& pattern) {
    const auto wrong = [&](const char* why) {
        return std::logic_error("route " + pattern + ": " + why);
    };
    if (!pattern.starts_with('/')) throw wrong("must begin with a slash");
    std::vector<Part> parts;
    std::string_view left = std::string_view(pattern).substr(1);
    while (!left.empty()) {
        if (!parts.empty() && parts.back().kind == Part::rest)
            throw wrong("nothing can follow {name...}");
        const auto slash = left.find('/');
        auto segment = left.substr(0, slash);
        left.remove_prefix(slash == left.npos ? left.size() : slash + 1);
        Part part{Part::fixed, segment};
        if (segment.starts_with('{') && segment.ends_with('}')) {
            part = {Part::one, segment.substr(1, segment.size() - 2)};
            if (part.text.ends_with("...")) {
                part.kind = Part::rest;
                part.text.remove_suffix(3);
            }
        }
        if (part.text.empty() || part.text.find_first_of("{}") != part.text.npos)
            throw wrong("empty segment or stray brace");
        parts.push_back(part);
    }
    return parts;
}

template <class Methods>
bool any_of(const Methods& methods) {
    return std::any_of(methods.begin(), methods.end(), [](int number) { return number >= 0; });
}

}  // namespace

void Router::add(Route route) {
    if (!route.handler || route.operation.empty())
        throw std::logic_error("route " + route.pattern + ": handler or operation missing");
    routes_.push_back(std::move(route));
    const Route& stored = routes_.back();
    Node* node = &root_;
    bool rest = false;
    auto& names = names_.emplace_back();
    for (const auto& part : parts_of(stored.pattern)) {
        if (part.kind != Part::fixed)
            names.push_back({std::string(part.text), part.kind == Part::rest});
        if (part.kind == Part::rest) {
            rest = true;
        } else if (part.kind == Part::one) {
            if (!node->any) node->any = std::make_unique<Node>();
            node = node->any.get();
        } else {
            auto& fixed = node->fixed;
            auto found = std::find_if(fixed.begin(), fixed.end(),
                                      [&](const auto& child) { return child.first == part.text; });
            if (found == fixed.end())
                found = fixed.emplace(fixed.end(), part.text, std::make_unique<Node>());
            node = found->second.get();
        }
    }
    auto& place = (rest ? node->rest : node->here)[static_cast<std::size_t>(stored.method)];
    if (place >= 0)
        throw std::logic_error("route " + stored.pattern + ": same as " +
                               routes_[static_cast<std::size_t>(place)].pattern);
    place = static_cast<std::int16_t>(routes_.size() - 1);
}

const Router::Methods* Router::find(const Node& node, const std::vector<std::string>& segments,
                                    std::size_t at, Captures& captures) {
    if (at == segments.size()) return any_of(node.here) ? &node.here : nullptr;
    for (const auto& [name, child] : node.fixed)
        if (name == segments[at])
            if (const auto* found = find(*child, segments, at + 1, captures)) return found;
    if (node.any) {
        captures.push_back(at);
        if (const auto* found = find(*node.any, segments, at + 1, captures)) return found;
        captures.pop_back();
    }
    if (!any_of(node.rest)) return nullptr;
    captures.push_back(at);
    return &node.rest;
}

Router::Match Router::match(Request& request) const {
    Captures captures;
    const auto* found = find(root_, request.segments, 0, captures);
    if (!found) return {};
    int number = (*found)[static_cast<std::size_t>(request.method)];
    const int get = (*found)[static_cast<std::size_t>(Method::get)];
    if (number < 0 && request.method == Method::head) number = get;
    Match match;
    if (number < 0) {
        for (std::size_t i = 0; i < found->size(); ++i) {
            const auto method = static_cast<Method>(i);
            if ((*found)[i] >= 0 || method == Method::options ||
                (method == Method::head && get >= 0))
                match.allow.append(match.allow.empty() ? "" : ", ").append(method_name(method));
        }
        return match;
    }
    match.route = request.route = &routes_[static_cast<std::size_t>(number)];
    const auto& names = names_[static_cast<std::size_t>(number)];
    for (std::size_t i = 0; i < names.size(); ++i) {
        auto& value =
            request.params.emplace_back(names[i].text, request.segments[captures[i]]).second;
        if (names[i].rest)
            for (auto at = captures[i] + 1; at < request.segments.size(); ++at)
                value.append("/").append(request.segments[at]);
    }
    return match;
}

}  // namespace gongkai::api
