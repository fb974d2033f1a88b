// Whatever stands in a file of rules, compiling it comes back: with a rulebook or with an error.
// The first byte chooses what the rest is: a flow, the vocabulary, the policy, a part, a guard, or
// a bundle.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "language/diagram.hpp"
#include "language/rulebook.hpp"

using namespace gongkai::language;

namespace {

constexpr std::string_view kVocabulary =
    "roles: {clerk: {}, leader: {}}\n"
    "signatures: {final: {}, review: {}}\n"
    "fields:\n"
    "  title: {type: text}\n"
    "  attribute: {type: choice, choices: {proactive: a, withheld: b}}\n"
    "  note: {type: choice, choices: {proactive: a}, derived: true}\n"
    "  steps: {type: table, columns: {step: a}}\n"
    "  formed_at: {type: date}\n"
    "  urgent: {type: flag}\n"
    "  copies: {type: number}\n";
constexpr std::string_view kFlow =
    "flow: f\nfields: [title, attribute, note, steps, formed_at, urgent, copies]\n"
    "uses: {p: parts/p}\nstart: a\nstates:\n"
    "  a: {worklist: clerk, actions: {x: {to: b, sign: final, when: true}}}\n"
    "  b: {run: p, on: {done: c}}\n"
    "  c: {final: true, tags: end}\n";
constexpr std::string_view kPart =
    "part: p\nexits: [done]\nparameters: {n: {default: 1 day}}\nstart: x\nstates:\n"
    "  x: {worklist: clerk, actions: {go: {to: done}}, deadlines: {d: {within: $n, late: escalate "
    "to leader}}}\n";
constexpr std::string_view kPolicy = "policy: {r: {at: publish, require: signed final}}\n";

std::string as_guard(std::string_view text) {
    std::string flow(kFlow);
    std::string quoted = "'";
    for (const char c : text) {
        if (c == '\'') quoted += '\'';
        quoted += c == '\n' ? ' ' : c;
    }
    flow.replace(flow.find("when: true") + 6, 4, quoted + "'");
    return flow;
}

void must(bool good) {
    if (!good) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    std::vector<SourceFile> files{{"f.yaml", std::string(kFlow)},
                                  {"vocabulary.yaml", std::string(kVocabulary)},
                                  {"policy.yaml", std::string(kPolicy)},
                                  {"parts/p.yaml", std::string(kPart)}};
    const std::size_t kind = data[0] % 6;
    if (kind < files.size()) {
        files[kind].text = text;
    } else if (kind == 4) {
        files[0].text = as_guard(text);
    } else {
        const auto read = unbundle(text);
        if (!read) return 0;
        must(bundle(read.value()) == text);
        files = read.value();
    }

    const Compilation compilation = compile(files);
    must(compilation.rulebook.has_value() != has_errors(compilation.diagnostics));
    render(compilation.diagnostics, Tongue::english);
    to_json(compilation.diagnostics);
    if (!compilation.rulebook) return 0;
    for (const auto& flow : compilation.rulebook->flows) {
        const auto again = recompile(flow->sources);
        must(again && again.value()->definition.digest == flow->definition.digest);
        must(again.value()->definition.actions.size() == flow->definition.actions.size());
        const gongkai::engine::Definition& definition = flow->definition;
        for (const auto& action : definition.actions) {
            must(action.from < definition.states.size() && action.to < definition.states.size());
        }
        // Pictures of large flows take their time; the small ones show the same.
        if (definition.states.size() > 60) continue;
        svg(definition);
        graphviz(definition);
        mermaid(definition);
    }
    return 0;
}
