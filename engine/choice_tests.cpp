#include "engine/choice_tests.hpp"

namespace gongkai::engine {

namespace {

ChoiceTest test_of(const Term& term, const Definition& definition) {
    ChoiceTest test;
    if (term.op != Op::field_given && term.op != Op::field_equals) return test;
    const Field& field = definition.fields[term.subject];
    if (field.type != FieldType::choice) return test;
    test.field = term.subject;
    test.passes.assign(field.choices.size() + 1, term.op == Op::field_given);
    test.passes[0] = false;
    const auto choice = static_cast<std::size_t>(term.operand);
    if (term.op == Op::field_equals && choice < field.choices.size())
        test.passes[choice + 1] = true;
    return test;
}

}  // namespace

std::vector<ChoiceTest> choice_tests(const Guard& guard, const Definition& definition) {
    std::vector<ChoiceTest> found;
    const auto keep = [&](ChoiceTest& test) {
        if (test.field != kNone) found.push_back(std::move(test));
        test = ChoiceTest{};
    };
    std::vector<ChoiceTest> stack;
    for (const Term& term : guard.terms) {
        if (term.op == Op::op_not) {
            stack.back().passes.flip();
            continue;
        }
        if (term.op != Op::op_and && term.op != Op::op_or) {
            stack.push_back(test_of(term, definition));
            continue;
        }
        ChoiceTest right = std::move(stack.back());
        stack.pop_back();
        ChoiceTest& left = stack.back();
        if (left.field != right.field || left.field == kNone) {
            keep(left);
            keep(right);
            continue;
        }
        for (std::size_t i = 0; i < left.passes.size(); ++i) {
            left.passes[i] = term.op == Op::op_and ? left.passes[i] && right.passes[i]
                                                   : left.passes[i] || right.passes[i];
        }
    }
    for (ChoiceTest& test : stack)
        keep(test);
    return found;
}

}  // namespace gongkai::engine
