#include "language/report_roles.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace gongkai::language {

std::vector<std::string> report_roles(const Node& readers, Shape& shape,
                                      std::span<const Role> roles) {
    std::vector<std::string> out;
    shape.each(readers, [&](const Node& item) {
        const std::string name = shape.text(item);
        if (name.empty()) return;  // reported already
        out.push_back(name);
        std::vector<std::string> known;
        for (const Role& role : roles)
            known.push_back(role.name);
        if (std::find(known.begin(), known.end(), name) != known.end()) return;
        shape.error(item.span, "unknown_role",
                    {fmt::format("the vocabulary has no role `{}`", name),
                     fmt::format("词汇表没有岗位“{}”", name)},
                    did_you_mean(name, known));
    });
    return out;
}

}  // namespace gongkai::language
