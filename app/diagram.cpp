#include "app/diagram.hpp"

#include "language/diagram.hpp"

namespace gongkai::app {

std::string draw(const Flow& flow, Picture picture, const engine::Document* at) {
    switch (picture) {
        case Picture::mermaid:
            return language::mermaid(flow.definition, at);
        case Picture::graphviz:
            return language::graphviz(flow.definition, at);
        case Picture::svg:
            break;
    }
    return language::svg(flow.definition, at);
}

}  // namespace gongkai::app
