#include "tests/rest/schema.hpp"

#include <algorithm>
#include <array>
#include <regex>
#include <set>

#include "api/json/utf8.hpp"

namespace gongkai::api::testing {

namespace json = boost::json;

namespace {

constexpr std::array kKeywords = {
    "$ref",    "type",     "enum",     "const",   "required", "properties", "additionalProperties",
    "items",   "minItems", "maxItems", "minimum", "maximum",  "minLength",  "maxLength",
    "pattern", "oneOf",    "allOf",    "format",  "default",  "description"};
constexpr std::array kTypes = {"null", "boolean", "integer", "number", "string", "array", "object"};

bool is_number(const json::value& value) {
    return value.is_int64() || value.is_uint64() || value.is_double();
}

bool is_of_type(const json::value& value, std::string_view type) {
    if (type == "null") return value.is_null();
    if (type == "boolean") return value.is_bool();
    if (type == "integer") return value.is_int64() || value.is_uint64();
    if (type == "number") return is_number(value);
    if (type == "string") return value.is_string();
    if (type == "array") return value.is_array();
    return value.is_object();
}

double number_of(const json::value& value) {
    boost::system::error_code ignored;
    return value.to_number<double>(ignored);
}

const json::object& no_members() {
    static const json::object none;
    return none;
}

const json::object& members(const json::object& schema, const char* keyword) {
    const auto* found = schema.if_contains(keyword);
    return found != nullptr && found->is_object() ? found->get_object() : no_members();
}

// The names that a schema and everything it is made of give to members; nullopt-like empty where
// it names none.
void collect_names(const Schemas& schemas, const json::value& schema, std::set<std::string>& names,
                   bool& open) {
    const auto& resolved = schemas.resolve(schema);
    if (!resolved.is_object()) return;
    const auto& object = resolved.get_object();
    for (const auto& member : members(object, "properties"))
        names.emplace(member.key());
    if (object.contains("additionalProperties")) open = true;  // judged by check_object
    if (const auto* parts = object.if_contains("allOf"); parts && parts->is_array())
        for (const auto& part : parts->get_array())
            collect_names(schemas, part, names, open);
}

void check_text(const json::object& schema, const json::string& value, const std::string& where,
                Findings& findings) {
    const std::string text(value);
    const auto count = static_cast<double>(count_characters(text));
    if (const auto* least = schema.if_contains("minLength"); least && count < number_of(*least))
        findings.push_back(where + ": shorter than minLength");
    if (const auto* most = schema.if_contains("maxLength"); most && count > number_of(*most))
        findings.push_back(where + ": longer than maxLength");
    if (const auto* pattern = schema.if_contains("pattern"))
        if (!std::regex_search(text, std::regex(std::string(pattern->as_string()))))
            findings.push_back(where + ": \"" + text + "\" does not match its pattern");
    const auto* format = schema.if_contains("format");
    static const std::regex time(
        "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?Z$");
    if (format && format->as_string() == "date-time" && !std::regex_match(text, time))
        findings.push_back(where + ": \"" + text + "\" is no time in UTC");
}

}  // namespace

const json::value* Schemas::find(std::string_view reference) const {
    if (!reference.starts_with("#/")) return nullptr;
    boost::system::error_code missing;
    const auto* found = root_.find_pointer(reference.substr(1), missing);
    return missing ? nullptr : found;
}

const json::value& Schemas::resolve(const json::value& value) const {
    const json::value* at = &value;
    for (int hops = 0; hops < 20 && at->is_object(); ++hops) {
        const auto* reference = at->get_object().if_contains("$ref");
        if (reference == nullptr) break;
        const auto* next = find(std::string_view(reference->as_string()));
        if (next == nullptr) break;
        at = next;
    }
    return *at;
}

void Schemas::check_list(const json::object& schema, const json::array& list,
                         const std::string& where, Findings& findings) const {
    const auto size = static_cast<double>(list.size());
    if (const auto* least = schema.if_contains("minItems"); least && size < number_of(*least))
        findings.push_back(where + ": fewer than minItems");
    if (const auto* most = schema.if_contains("maxItems"); most && size > number_of(*most))
        findings.push_back(where + ": more than maxItems");
    const auto* items = schema.if_contains("items");
    for (std::size_t i = 0; items != nullptr && i < list.size(); ++i)
        check(*items, list[i], where + "/" + std::to_string(i), findings);
}

void Schemas::check_object(const json::object& schema, const json::value& value,
                           const std::string& where, Findings& findings) const {
    const auto& object = value.get_object();
    if (const auto* required = schema.if_contains("required"))
        for (const auto& name : required->as_array())
            if (!object.contains(name.as_string()))
                findings.push_back(where + ": lacks " + std::string(name.as_string()));
    for (const auto& [name, property] : members(schema, "properties"))
        if (const auto* member = object.if_contains(name))
            check(property, *member, where + "/" + std::string(name), findings);
    const auto* others = schema.if_contains("additionalProperties");
    if (others == nullptr) return;
    const auto& known = members(schema, "properties");
    for (const auto& member : object) {
        if (known.contains(member.key())) continue;
        const std::string place = where + "/" + std::string(member.key());
        if (others->is_bool() && !others->get_bool())
            findings.push_back(place + ": not allowed");
        else if (others->is_object())
            check(*others, member.value(), place, findings);
    }
}

void Schemas::check(const json::value& given, const json::value& value, const std::string& where,
                    Findings& findings) const {
    const auto& resolved = resolve(given);
    if (!resolved.is_object()) return;
    const auto& schema = resolved.get_object();
    if (const auto* type = schema.if_contains("type");
        type && !is_of_type(value, std::string_view(type->as_string()))) {
        findings.push_back(where + ": is no " + std::string(type->as_string()));
        return;
    }
    if (const auto* words = schema.if_contains("enum")) {
        const auto& list = words->as_array();
        if (std::find(list.begin(), list.end(), value) == list.end())
            findings.push_back(where + ": " + json::serialize(value) + " is none of its words");
    }
    if (const auto* word = schema.if_contains("const"); word && *word != value)
        findings.push_back(where + ": is not " + json::serialize(*word));
    if (const auto* least = schema.if_contains("minimum"); least && is_number(value))
        if (number_of(value) < number_of(*least)) findings.push_back(where + ": below minimum");
    if (const auto* most = schema.if_contains("maximum"); most && is_number(value))
        if (number_of(value) > number_of(*most)) findings.push_back(where + ": above maximum");
    if (const auto* choices = schema.if_contains("oneOf")) {
        int fitting = 0;
        for (const auto& choice : choices->as_array()) {
            Findings its;
            check(choice, value, where, its);
            fitting += its.empty() ? 1 : 0;
        }
        if (fitting != 1)
            findings.push_back(where + ": fits " + std::to_string(fitting) + " of oneOf");
    }
    if (value.is_string()) check_text(schema, value.get_string(), where, findings);
    if (value.is_array()) check_list(schema, value.get_array(), where, findings);
    if (!value.is_object()) return;
    check_object(schema, value, where, findings);
    if (const auto* parts = schema.if_contains("allOf"))
        for (const auto& part : parts->as_array())
            check_object(resolve(part).as_object(), value, where, findings);
    std::set<std::string> names;
    bool open = false;
    collect_names(*this, resolved, names, open);
    if (open || names.empty()) return;
    for (const auto& member : value.get_object())
        if (names.count(std::string(member.key())) == 0)
            findings.push_back(where + "/" + std::string(member.key()) + ": not in the contract");
}

void Schemas::lint(const json::value& schema, const std::string& where, Findings& findings) const {
    if (!schema.is_object()) {
        if (!schema.is_bool()) findings.push_back(where + ": is no schema");
        return;
    }
    const auto& object = schema.get_object();
    for (const auto& member : object)
        if (std::find(kKeywords.begin(), kKeywords.end(), member.key()) == kKeywords.end())
            findings.push_back(where + ": unknown keyword " + std::string(member.key()));
    if (const auto* reference = object.if_contains("$ref"))
        if (find(std::string_view(reference->as_string())) == nullptr)
            findings.push_back(where + ": " + std::string(reference->as_string()) +
                               " leads nowhere");
    if (const auto* type = object.if_contains("type"))
        if (std::find(kTypes.begin(), kTypes.end(), type->as_string()) == kTypes.end())
            findings.push_back(where + ": unknown type");
    if (const auto* pattern = object.if_contains("pattern")) {
        try {
            std::regex compiled{std::string(pattern->as_string())};
        } catch (const std::regex_error&) {
            findings.push_back(where + ": the pattern is no regular expression");
        }
    }
    const auto& properties = members(object, "properties");
    if (const auto* required = object.if_contains("required"))
        for (const auto& name : required->as_array())
            if (!properties.contains(name.as_string()))
                findings.push_back(where + ": requires " + std::string(name.as_string()) +
                                   ", which it does not have");
    for (const auto& [name, property] : properties)
        lint(property, where + "/properties/" + std::string(name), findings);
    for (const char* keyword : {"items", "additionalProperties"})
        if (const auto* inner = object.if_contains(keyword))
            lint(*inner, where + "/" + keyword, findings);
    for (const char* keyword : {"oneOf", "allOf"})
        if (const auto* list = object.if_contains(keyword))
            for (std::size_t i = 0; i < list->as_array().size(); ++i)
                lint(list->as_array()[i], where + "/" + keyword + "/" + std::to_string(i),
                     findings);
}

}  // namespace gongkai::api::testing
