// From language/syntax.hpp to engine::Definition: parts are inlined, names become numbers, guards
// become postfix. Collects every mistake that it can find.
//
// How a run state disappears: `secrecy: {run: x}` becomes the states "secrecy/..." of the part, in
// the region of the state that runs it; who goes to `secrecy` goes to the part's start, and an exit
// of the part is the state that `on` routes it to. A branch of a fork has a region of its own, in
// which every exit of its part is a state of kind `exit`.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "engine/definition.hpp"
#include "language/alike_group.hpp"
#include "language/syntax.hpp"

namespace gongkai::language {

inline constexpr std::size_t kMaxStates = 4'096;    // of one flow, parts inlined
inline constexpr std::size_t kMaxActions = 16'384;  // of one flow

struct PartSource {
    FileId file = 0;
    const Node* root = nullptr;
    std::vector<ParameterSyntax> parameters;
};

// Everything that was read, and what all flows together know by name.
struct Library {
    VocabularySyntax vocabulary;
    std::map<std::string, PartSource, std::less<>> parts;  // by "parts/public_comment"
    std::vector<RuleSyntax> policy;
    std::vector<LimitSyntax> limits;
    std::set<std::string, std::less<>> flows;
    std::set<std::string, std::less<>> tags;
    std::set<std::string, std::less<>> states;
    std::set<std::string, std::less<>> relations;
    // Each flow's own tags.
    std::map<std::string, std::set<std::string, std::less<>>, std::less<>> flow_tags;
    // Only one flow was given: policy may speak of names that stand in others.
    bool excerpt = false;
};

class FlowCompiler {
  public:
    // All three must outlive the compiler.
    FlowCompiler(const Library& library, const BodySyntax& flow, Reporter& reporter);
    ~FlowCompiler();
    FlowCompiler(const FlowCompiler&) = delete;
    FlowCompiler& operator=(const FlowCompiler&) = delete;

    // First, for every flow: lays the states out.
    void declare();
    // Then: tells the library the names that policy may speak of.
    void tell(Library& library) const;
    // Last: everything else. What comes out is meaningless if an error was reported.
    void fill();

    engine::Definition& definition();
    engine::Policy& policy();
    std::vector<AlikeGroup>& alike();
    // References of the parts that were inlined.
    const std::set<std::string>& parts() const;

    struct Impl;

  private:
    std::unique_ptr<Impl> impl_;
};

}  // namespace gongkai::language
