// deadline explain: how the due dates of a document came about. Beside a server as well.
#pragma once

#include "cli/document.hpp"

namespace gongkai::cli {

struct DeadlineExplainOptions : OneDocumentOptions {
    std::string deadline;  // name; empty: all
    bool english = false;
};
// kFound where the document has no such deadline, or none has ever run.
int explain_deadlines(const DeadlineExplainOptions& options);

}  // namespace gongkai::cli
