// What a flow says of documents that are alike.

#include <fmt/format.h>

#include "language/compiler_impl.hpp"

namespace gongkai::language {

using engine::FieldType;

void FlowCompiler::Impl::declare_alike() {
    for (const AlikeSyntax& syntax : flow.alike) {
        AlikeGroup group{syntax.name.text, syntax.heading.title, syntax.heading.basis, {}, {},
                         syntax.at_least,  syntax.numbers};
        for (const Name& name : spelled_out(syntax.same)) {
            for (const engine::FieldId id : field_ids({name}, false)) {
                const engine::Field& field = definition.fields[id];
                if (field.type == FieldType::table) {
                    reporter.error(name.span, "type_error",
                                   {fmt::format("the table `{}` cannot be compared", field.name),
                                    fmt::format("表格“{}”不能用来比较", field.name)});
                }
                group.same.push_back(field.name);
            }
        }
        if (syntax.near.given()) {
            for (const engine::FieldId id : field_ids({syntax.near}, false)) {
                const engine::Field& field = definition.fields[id];
                if (field.type != FieldType::text) {
                    reporter.error(
                        syntax.near.span, "type_error",
                        {fmt::format("only a text can be near another one, and `{}` is none",
                                     field.name),
                         fmt::format("只有文字才有相近程度，而“{}”不是文字", field.name)});
                }
                group.near = field.name;
            }
        }
        alike.push_back(std::move(group));
    }
}

}  // namespace gongkai::language
