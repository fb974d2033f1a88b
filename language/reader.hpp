// From YAML to the plain structs of language/syntax.hpp. Checks the shape: keys, names, words,
// numbers. What a name refers to is the compiler's business.
//
// The structs point into the nodes that they were read from, which must outlive them. Every mistake
// is reported; what is returned is as complete as the text allows.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "language/syntax.hpp"

namespace gongkai::language {

enum class FileKind { vocabulary, limits, policy, flow, part };

// By the path for vocabulary, limits and policy, by the keys for flows and parts; nullopt
// (reported) where it is none of them.
std::optional<FileKind> kind_of(const std::string& path, const Node& root, Reporter& reporter);

VocabularySyntax read_vocabulary(const Node& root, Reporter& reporter);
BodySyntax read_flow(const Node& root, Reporter& reporter);
BodySyntax read_part(const Node& root, Reporter& reporter);
std::vector<LimitSyntax> read_limits(const Node& root, Reporter& reporter);
std::vector<RuleSyntax> read_policy(const Node& root, Reporter& reporter);

// What a part declares, for those who use it.
std::vector<ParameterSyntax> read_parameters(const Node& part, Reporter& reporter);

// A copy of the part in which every plain value `$name` is replaced. Unknown ones
// are reported. nullopt (reported) when the copy would be too large.
std::optional<Node> put_in(const Node& part, const std::map<std::string, const Node*>& values,
                           Reporter& reporter);

}  // namespace gongkai::language
