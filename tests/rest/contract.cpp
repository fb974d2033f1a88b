#include "tests/rest/contract.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <iterator>
#include <set>
#include <stdexcept>

namespace gongkai::api::testing {

namespace json = boost::json;

namespace {

json::value scalar(const YAML::Node& node) {
    const std::string& text = node.Scalar();
    if (node.Tag() == "!") return json::string(text);  // quoted, or a block
    if (text == "true" || text == "false") return text == "true";
    if (text == "null" || text == "~" || text.empty()) return nullptr;
    std::int64_t number = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (fault == std::errc{} && end == text.data() + text.size()) return number;
    return json::string(text);
}

json::value json_of(const YAML::Node& node) {
    if (node.IsMap()) {
        json::object object;
        for (const auto& member : node) {
            const std::string key = member.first.Scalar();
            if (object.contains(key)) throw std::runtime_error("twice in one mapping: " + key);
            object.emplace(key, json_of(member.second));
        }
        return object;
    }
    if (node.IsSequence()) {
        json::array list;
        for (const auto& element : node)
            list.push_back(json_of(element));
        return list;
    }
    return node.IsScalar() ? scalar(node) : json::value(nullptr);
}

std::vector<std::string_view> segments_of(std::string_view path) {
    std::vector<std::string_view> segments;
    path = path.substr(0, path.find('?'));
    while (!path.empty()) {
        path.remove_prefix(1);  // the slash
        const auto end = std::min(path.find('/'), path.size());
        segments.push_back(path.substr(0, end));
        path.remove_prefix(end);
    }
    return segments;
}

bool is_parameter(std::string_view segment) {
    return segment.starts_with('{');
}

bool takes(std::string_view pattern, std::string_view target) {
    const auto wanted = segments_of(pattern), given = segments_of(target);
    return std::equal(wanted.begin(), wanted.end(), given.begin(), given.end(),
                      [](std::string_view part, std::string_view segment) {
                          return is_parameter(part) || part == segment;
                      });
}

const json::value* member(const json::object& object, std::string_view name) {
    return object.if_contains(name);
}

std::string upper(std::string_view word) {
    std::string out(word);
    for (char& c : out)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return out;
}

bool has_chinese(std::string_view text) {
    return std::any_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) >= 0xE4; });
}

constexpr std::array kMethods = {"get", "put", "post", "delete", "patch", "head", "options"};

}  // namespace

json::value json_of_yaml(const std::string& text) {
    return json_of(YAML::Load(text));
}

const Contract& Contract::shipped() {
    static const Contract contract([] {
        std::ifstream stream(GONGKAI_SOURCE_DIR "/api/openapi.yaml", std::ios::binary);
        if (!stream) throw std::runtime_error("api/openapi.yaml cannot be read");
        return json_of_yaml({std::istreambuf_iterator<char>(stream), {}});
    }());
    return contract;
}

Contract::Contract(json::value document) : document_(std::move(document)), schemas_(document_) {
    for (const auto& [path, item] : document_.at("paths").as_object()) {
        for (const auto& [method, description] : item.as_object()) {
            const auto* id = description.as_object().if_contains("operationId");
            operations_.push_back({id == nullptr ? "" : std::string(id->as_string()), upper(method),
                                   std::string(path), &description.as_object()});
        }
    }
}

const Operation* Contract::find(std::string_view method, std::string_view target) const {
    const std::string_view wanted = method == "HEAD" ? "GET" : method;
    const Operation* found = nullptr;
    for (const Operation& operation : operations_) {
        if (operation.method != wanted || !takes(operation.path, target)) continue;
        // A fixed path wins over one with a parameter in the same place.
        if (found == nullptr || operation.path.find('{') > found->path.find('{'))
            found = &operation;
    }
    return found;
}

std::vector<const json::object*> Contract::parameters(const Operation& operation) const {
    std::vector<const json::object*> out;
    const auto* list = member(*operation.description, "parameters");
    for (std::size_t i = 0; list != nullptr && i < list->as_array().size(); ++i)
        out.push_back(&schemas_.resolve(list->as_array()[i]).as_object());
    return out;
}

Findings Contract::judge(const Observed& observed) const {
    Findings findings;
    if (observed.status == 0) return {"no answer"};
    if (observed.status >= 400) judge_problem(observed, findings);
    const Operation* operation = find(observed.method, observed.target);
    if (operation == nullptr) {
        if (observed.status < 400) findings.push_back("an operation that the contract lacks");
        return findings;
    }
    judge_answer(*operation, observed, findings);
    if (observed.status < 300) judge_request(*operation, observed, findings);
    return findings;
}

void Contract::judge_answer(const Operation& operation, const Observed& observed,
                            Findings& findings) const {
    const auto& responses = operation.description->at("responses").as_object();
    const std::string status = std::to_string(observed.status);
    const auto* named = member(responses, status);
    if (named == nullptr && observed.status < 400) {
        findings.push_back(operation.id + ": status " + status + " is not documented");
        return;
    }
    if (named == nullptr) named = member(responses, "default");
    if (named == nullptr) {
        findings.push_back(operation.id + ": status " + status + " is not documented");
        return;
    }
    const auto* content = member(schemas_.resolve(*named).as_object(), "content");
    if (content == nullptr) {
        if (!observed.body.empty() || !observed.content_type.empty())
            findings.push_back(operation.id + ": " + status + " has a body");
        return;
    }
    const std::string type = observed.content_type.substr(0, observed.content_type.find(';'));
    const auto* media = member(content->as_object(), type);
    if (media == nullptr) {
        findings.push_back(operation.id + ": " + status + " is " + type +
                           ", which is not documented");
        return;
    }
    if (observed.method == "HEAD" || type.find("json") == type.npos) return;
    boost::system::error_code fault;
    const auto body = json::parse(observed.body, fault);
    if (fault) {
        findings.push_back(operation.id + ": the body is no JSON");
        return;
    }
    schemas_.check(media->at("schema"), body, operation.id + " " + status, findings);
}

void Contract::judge_problem(const Observed& observed, Findings& findings) const {
    if (observed.method == "HEAD" || observed.content_type != "application/problem+json") return;
    boost::system::error_code fault;
    const auto body = json::parse(observed.body, fault);
    if (fault || !body.is_object()) {
        findings.push_back("a problem that is no JSON object");
        return;
    }
    schemas_.check(document_.at_pointer("/components/schemas/Problem"), body, "problem", findings);
    const auto text = [&](const char* name) {
        const auto* found = member(body.get_object(), name);
        return found != nullptr && found->is_string() ? std::string(found->get_string()) : "";
    };
    if (text("type") != "urn:gongkai:problem:" + text("code"))
        findings.push_back("the type of the problem is not that of its code");
    const auto* status = member(body.get_object(), "status");
    if (status == nullptr || *status != observed.status)
        findings.push_back("the problem names another status");
    if (text("title").empty() || has_chinese(text("title")))
        findings.push_back("the title is not English: " + text("title"));
    if (!has_chinese(text("title_zh")))
        findings.push_back("title_zh is not Chinese: " + text("title_zh"));
    if (text("detail").empty() != text("detail_zh").empty())
        findings.push_back("the detail is told in one language only");
}

void Contract::judge_request(const Operation& operation, const Observed& observed,
                             Findings& findings) const {
    std::set<std::string> queries, headers;
    for (const auto* parameter : parameters(operation)) {
        const std::string place(parameter->at("in").as_string());
        (place == "query" ? queries : headers).emplace(parameter->at("name").as_string());
    }
    const auto mark = observed.target.find('?');
    std::string_view query = mark == std::string::npos
                                 ? std::string_view()
                                 : std::string_view(observed.target).substr(mark + 1);
    while (!query.empty()) {
        const auto item = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(query.size(), item.size() + 1));
        const std::string name(item.substr(0, item.find('=')));
        if (queries.count(name) == 0)
            findings.push_back(operation.id + ": takes a query parameter " + name +
                               " that is not documented");
    }
    for (const auto& [name, value] : observed.request_headers)
        if ((name == "If-Match" || name == "Idempotency-Key") && headers.count(name) == 0)
            findings.push_back(operation.id + ": " + name + " is not documented");
    const auto* described = member(*operation.description, "requestBody");
    if (described == nullptr) {
        if (!observed.request_body.empty())
            findings.push_back(operation.id + ": takes a body that is not documented");
        return;
    }
    const auto* media = member(described->at("content").as_object(), "application/json");
    if (media == nullptr || observed.request_body.empty()) return;
    schemas_.check(media->at("schema"), json::parse(observed.request_body),
                   operation.id + " request", findings);
}

// ---- the file itself

Findings Contract::lint() const {
    Findings findings;
    const auto& root = document_.as_object();
    if (const auto* version = member(root, "openapi"); !version || *version != "3.1.0")
        findings.push_back("openapi: not 3.1.0");
    for (const char* name : {"title", "version", "description"})
        if (!member(root.at("info").as_object(), name))
            findings.push_back(std::string("info: lacks ") + name);
    std::set<std::string> ids, tags;
    for (const auto& tag : root.at("tags").as_array())
        tags.emplace(tag.at("name").as_string());
    for (const Operation& operation : operations_) {
        if (operation.id.empty() || !ids.insert(operation.id).second)
            findings.push_back(operation.method + " " + operation.path +
                               ": operationId missing or used twice");
        for (const auto& tag : operation.description->at("tags").as_array())
            if (tags.count(std::string(tag.as_string())) == 0)
                findings.push_back(operation.id + ": unknown tag");
        lint_operation(operation, findings);
    }
    if (const auto* hooks = member(root, "webhooks"))
        for (const auto& [name, item] : hooks->as_object())
            for (const auto& [method, description] : item.as_object())
                lint_operation(
                    {"webhook " + std::string(name), upper(method), "", &description.as_object()},
                    findings);
    const auto& components = root.at("components").as_object();
    for (const auto& [name, schema] : components.at("schemas").as_object())
        schemas_.lint(schema, "schemas/" + std::string(name), findings);
    for (const auto& [name, parameter] : components.at("parameters").as_object())
        schemas_.lint(parameter.at("schema"), "parameters/" + std::string(name), findings);
    return findings;
}

void Contract::lint_operation(const Operation& operation, Findings& findings) const {
    const auto wrong = [&](const std::string& what) {
        findings.push_back(operation.id + ": " + what);
    };
    if (std::none_of(kMethods.begin(), kMethods.end(),
                     [&](const char* method) { return upper(method) == operation.method; }))
        wrong("unknown method " + operation.method);
    for (const auto& key : *operation.description) {
        constexpr std::array known = {"operationId", "tags",     "summary",     "description",
                                      "parameters",  "security", "requestBody", "responses"};
        if (std::find(known.begin(), known.end(), key.key()) == known.end())
            wrong("unknown member " + std::string(key.key()));
    }
    std::set<std::string> in_path, seen;
    for (const auto segment : segments_of(operation.path))
        if (is_parameter(segment)) in_path.emplace(segment.substr(1, segment.size() - 2));
    for (const auto* parameter : parameters(operation)) {
        const auto* name = member(*parameter, "name");
        const auto* place = member(*parameter, "in");
        if (name == nullptr || place == nullptr) {
            wrong("a parameter that leads nowhere");
            continue;
        }
        const std::string spelt(name->as_string());
        if (!seen.insert(std::string(place->as_string()) + " " + spelt).second)
            wrong("parameter " + spelt + " twice");
        if (*place == "path") {
            if (in_path.erase(spelt) == 0) wrong(spelt + " is not in the path");
            const auto* required = member(*parameter, "required");
            if (required == nullptr || *required != true) wrong(spelt + " must be required");
        }
    }
    for (const auto& name : in_path)
        wrong("path parameter " + name + " is not described");
    const auto content = [&](const json::object& described, const std::string& where) {
        const auto* media = member(described, "content");
        if (media == nullptr) return;
        for (const auto& [type, body] : media->as_object())
            schemas_.lint(body.at("schema"), operation.id + " " + where + " " + std::string(type),
                          findings);
    };
    if (const auto* body = member(*operation.description, "requestBody"))
        content(body->as_object(), "request");
    const auto& responses = operation.description->at("responses").as_object();
    if (!responses.contains("default") && !operation.path.empty()) wrong("no default response");
    for (const auto& [status, response] : responses) {
        const auto& described = schemas_.resolve(response).as_object();
        if (!described.contains("description")) wrong(std::string(status) + " leads nowhere");
        content(described, std::string(status));
    }
}

}  // namespace gongkai::api::testing
