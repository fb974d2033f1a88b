#include "language/reader_alike.hpp"

#include <fmt/format.h>

namespace gongkai::language {

namespace {

AlikeSyntax read_group(const Name& name, const Node& node, Shape& shape) {
    AlikeSyntax group;
    group.name = name;
    if (!shape.map(node, kAlikeKeys)) return group;
    group.heading = shape.heading(node);
    if (group.heading.title.empty()) group.heading.title = name.text;
    const Node* same = node.find("same");
    const Node* near = node.find("near");
    const Node* at_least = node.find("at_least");
    if (same != nullptr) group.same = shape.names(*same);
    if (near != nullptr) group.near = shape.name(*near);
    if (at_least != nullptr) {
        if (const auto percent = shape.number(*at_least, 1, 100))
            group.at_least = static_cast<int>(*percent);
    }
    if (const Node* numbers = node.find("numbers")) {
        group.numbers = shape.flag(*numbers);
        if (near == nullptr) {
            shape.error(numbers->span, "missing_key",
                        {"`numbers` speaks of the numbers in the text of `near`",
                         "“numbers”指“near”文字中的数字"});
        }
    }
    const bool nothing = near == nullptr && (same == nullptr || same->is_list()) &&
                         (same == nullptr || same->items.empty());
    if (nothing) {
        shape.error(name.span, "missing_key",
                    {fmt::format("`{}` does not say which fields make documents alike", name.text),
                     fmt::format("“{}”没有写明哪些字段相同或者相近", name.text)},
                    {"`same` lists fields that are equal, `near` names a text that is near",
                     "“same”列出须相同的字段，“near”写明须相近的文字"});
    }
    if ((near == nullptr) != (at_least == nullptr)) {
        shape.error((near == nullptr ? at_least : near)->span, "missing_key",
                    {"`near` and `at_least` (percent) belong together",
                     "“near”和“at_least”（百分比）须同时写明"});
    }
    return group;
}

}  // namespace

std::vector<AlikeSyntax> read_alike(const Node& node, Shape& shape) {
    std::vector<AlikeSyntax> out;
    shape.named(node, "alike", "相同相近的文件", [&](const Name& name, const Node& value) {
        out.push_back(read_group(name, value, shape));
    });
    return out;
}

}  // namespace gongkai::language
