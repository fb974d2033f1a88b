// api/openapi.yaml as the tests hold the server to it: which operations there are, and whether an
// observed is one that the contract describes.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/rest/schema.hpp"

namespace gongkai::api::testing {

struct Operation {
    std::string id, method, path;  // "open_document", "POST", "/api/v1/documents"
    const boost::json::object* description = nullptr;
};

// A request as it was sent, and what came back.
struct Observed {
    std::string method, target;  // target with its query, as sent
    std::string request_body;
    std::vector<std::pair<std::string, std::string>> request_headers;
    unsigned status = 0;
    std::string content_type, body;
    std::string request_id;  // X-Request-Id of the answer
};

class Contract {
  public:
    // The file in the tree, read once.
    static const Contract& shipped();
    explicit Contract(boost::json::value document);

    const boost::json::value& document() const { return document_; }
    const Schemas& schemas() const { return schemas_; }
    const std::vector<Operation>& operations() const { return operations_; }
    // The operation that answers this request; nullptr where the contract has none.
    const Operation* find(std::string_view method, std::string_view target) const;
    // Parameters of an operation, resolved.
    std::vector<const boost::json::object*> parameters(const Operation& operation) const;

    // What of the answer, and of a request that was granted, is not as described.
    Findings judge(const Observed& observed) const;
    // What is wrong with the file itself.
    Findings lint() const;

  private:
    void judge_answer(const Operation& operation, const Observed& observed,
                      Findings& findings) const;
    void judge_request(const Operation& operation, const Observed& observed,
                       Findings& findings) const;
    void judge_problem(const Observed& observed, Findings& findings) const;
    void lint_operation(const Operation& operation, Findings& findings) const;

    boost::json::value document_;
    Schemas schemas_;
    std::vector<Operation> operations_;
};

// YAML as JSON: plain scalars are numbers, flags or null where they look like it, quoted ones
// texts.
boost::json::value json_of_yaml(const std::string& text);

}  // namespace gongkai::api::testing
