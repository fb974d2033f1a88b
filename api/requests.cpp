#include "api/requests.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include "api/json/writer.hpp"
#include "app/fingerprint.hpp"

namespace gongkai::api {

namespace {

template <class Number>
std::optional<Number> decimal(std::string_view text) {
    Number number{};
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || fault != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    if (text.size() > 1 && text[0] == '0') return std::nullopt;  // one spelling only
    return number;
}

Problem bad_header(std::string_view name, std::string detail, std::string detail_zh) {
    return problem(ApiProblem::invalid_header)
        .with_detail(std::move(detail), std::move(detail_zh))
        .with("header", json::quoted(name));
}

app::Rows read_rows(json::Reader& in, std::string_view name, const json::Value& list) {
    app::Rows rows;
    for (std::size_t i = 0; i < list.size(); ++i) {
        const json::Value row = list.element(i);
        app::Row cells;
        bool good = row.kind() == json::Kind::object;
        for (std::size_t k = 0; good && k < row.size(); ++k) {
            const json::Value cell = row.element(k);
            good = cell.kind() == json::Kind::text;
            if (good) cells.emplace_back(row.key(k), cell.text());
        }
        if (!good) {
            in.refuse(name, json::Fault::wrong_type,
                      "row " + std::to_string(i) + " must be an object of texts",
                      "第 " + std::to_string(i + 1) + " 行应为由文本组成的对象");
            return {};
        }
        rows.push_back(std::move(cells));
    }
    return rows;
}

app::PlainValue read_value(json::Reader& in, std::string_view name, const json::Value& value) {
    switch (value.kind()) {
        case json::Kind::null:
            return std::monostate{};
        case json::Kind::boolean:
            return value.boolean();
        case json::Kind::text:
            return std::string(value.text());
        case json::Kind::list:
            return read_rows(in, name, value);
        case json::Kind::integer: {
            std::int64_t number = 0;
            if (value.integer(number)) return number;
            in.refuse(name, json::Fault::out_of_range, "the number is too large", "数值过大");
            return std::monostate{};
        }
        case json::Kind::real:
        case json::Kind::object:
            break;
    }
    in.refuse(name, json::Fault::wrong_type, "a field is a text, a whole number, a flag or a table",
              "字段值应为文本、整数、真假值或者表格");
    return std::monostate{};
}

}  // namespace

app::Principal principal_of(const Request& request) {
    const auto* principal = std::any_cast<app::Principal>(&request.principal);
    return principal != nullptr ? *principal : app::Principal{};
}

Parsed<std::optional<std::uint32_t>> if_match_of(const Request& request) {
    const auto header = request.headers.find("If-Match");
    if (!header || *header == "*") return std::optional<std::uint32_t>{};
    std::string_view text = *header;
    if (text.size() > 2 && text.front() == '"' && text.back() == '"') {
        text = text.substr(1, text.size() - 2);
        if (const auto revision = decimal<std::uint32_t>(text)) return std::optional(*revision);
    }
    return bad_header("If-Match", "one strong ETag as it was given, like \"12\"",
                      "应为先前返回的单个强 ETag，例如 \"12\"");
}

Parsed<void> check_idempotency_key(const Request& request) {
    const auto header = request.headers.find("Idempotency-Key");
    if (!header) return {};
    const bool good =
        !header->empty() && header->size() <= 190 &&
        std::all_of(header->begin(), header->end(), [](char c) { return c > ' ' && c < 0x7F; });
    if (good) return {};
    return bad_header("Idempotency-Key", "1 to 190 visible ASCII characters",
                      "应为 1 至 190 个可见 ASCII 字符");
}

Parsed<std::optional<app::Idempotency>> idempotency_of(const Request& request) {
    const auto header = request.headers.find("Idempotency-Key");
    if (!header) return std::optional<app::Idempotency>{};
    TRY_VOID(check_idempotency_key(request));
    return std::optional(app::Idempotency{
        std::string(*header), app::fingerprint({method_name(request.method), request.path,
                                                request.headers.get("If-Match"), request.body})});
}

app::AdminRequest admin_request(const Request& request) {
    auto key = idempotency_of(request);
    return {principal_of(request), request.request_id, key ? std::move(*key) : std::nullopt};
}

std::string etag_of(std::uint32_t revision) {
    return "\"" + std::to_string(revision) + "\"";
}

std::optional<engine::DocumentId> document_id(std::string_view text) {
    const auto id = decimal<std::uint64_t>(text);
    if (!id || *id == 0 || *id > std::uint64_t{std::numeric_limits<std::int64_t>::max()})
        return std::nullopt;
    return id;
}

Parsed<engine::DocumentId> document_of(const Request& request) {
    const auto id = document_id(request.param("id"));
    if (!id) return problem(EdgeProblem::not_found);
    return *id;
}

Parsed<std::uint32_t> number_of(const Request& request, std::string_view parameter) {
    const auto number = decimal<std::uint32_t>(request.param(parameter));
    if (!number || *number == 0) return problem(EdgeProblem::not_found);
    return *number;
}

std::optional<engine::Digest> digest_from_hex(std::string_view hex) {
    engine::Digest digest{};
    if (hex.size() != digest.size() * 2) return std::nullopt;
    const auto digit = [](char c) {
        return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    };
    for (std::size_t i = 0; i < digest.size(); ++i) {
        const int high = digit(hex[2 * i]);
        const int low = digit(hex[2 * i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        digest[i] = static_cast<std::uint8_t>(high * 16 + low);
    }
    return digest;
}

Parsed<engine::Digest> digest_of(const Request& request, std::string_view parameter) {
    const auto digest = digest_from_hex(request.param(parameter));
    if (!digest) return problem(EdgeProblem::not_found);
    return *digest;
}

Problem bad_query(std::string_view name, std::string detail, std::string detail_zh) {
    return problem(ApiProblem::invalid_query)
        .with_detail(std::move(detail), std::move(detail_zh))
        .with("parameter", json::quoted(name));
}

Parsed<void> only_queries(const Request& request, std::initializer_list<std::string_view> names) {
    std::vector<std::string_view> seen;
    for (const QueryItem& item : request.query) {
        if (std::find(names.begin(), names.end(), item.name) == names.end())
            return bad_query(item.name, "this parameter is not known here", "此处没有该查询参数");
        if (std::find(seen.begin(), seen.end(), item.name) != seen.end())
            return bad_query(item.name, "given twice", "该查询参数重复");
        seen.push_back(item.name);
    }
    return {};
}

Parsed<std::optional<std::uint64_t>> query_number(const Request& request, std::string_view name,
                                                  std::uint64_t most) {
    const auto text = request.query_value(name);
    if (!text) return std::optional<std::uint64_t>{};
    const auto number = decimal<std::uint64_t>(*text);
    if (!number || *number > most)
        return bad_query(name, "a whole number of at most " + std::to_string(most),
                         "应为不大于 " + std::to_string(most) + " 的整数");
    return std::optional(*number);
}

Parsed<std::size_t> query_limit(const Request& request, std::size_t most) {
    TRY(const auto limit, query_number(request, "limit", most));
    if (limit && *limit == 0) return bad_query("limit", "at least 1", "至少为 1");
    return static_cast<std::size_t>(limit.value_or(50));
}

std::string query_text(const Request& request, std::string_view name) {
    return std::string(request.query_value(name).value_or(""));
}

std::vector<app::PlainField> read_fields(json::Reader& in) {
    std::vector<app::PlainField> fields;
    in.optional_object("fields", [&](json::Reader& object) {
        object.rest([&](std::string_view name, json::Value value) {
            fields.push_back({std::string(name), read_value(object, name, value)});
        });
    });
    return fields;
}

std::optional<std::vector<app::PlainAttachment>> read_attachments(json::Reader& in) {
    std::vector<app::PlainAttachment> attachments;
    const bool given = in.optional_list("attachments", {.max = 200}, [&](json::Reader& item) {
        app::PlainAttachment attachment;
        const std::string hex = item.text("sha256", {.min = 64, .max = 64});
        attachment.name = item.text("name", {.max = 255});
        const auto digest = digest_from_hex(hex);
        if (digest)
            attachment.digest = *digest;
        else if (!hex.empty())
            item.refuse("sha256", json::Fault::bad_text, "64 lower-case hexadecimal digits",
                        "应为 64 位小写十六进制数字");
        attachments.push_back(std::move(attachment));
    });
    if (!given) return std::nullopt;
    return attachments;
}

std::optional<std::string> read_comment(json::Reader& in) {
    return in.optional_text("comment", {.max = 5'000, .multiline = true});
}

app::input::Act read_act(json::Reader& in, std::string action) {
    app::input::Act act;
    act.action = std::move(action);
    act.state = in.optional_text("state", {.max = 200}).value_or("");
    act.fields = read_fields(in);
    act.comment = read_comment(in);
    if (const auto by = in.optional_integer("extend_by", {.min = 1, .max = 10'000}))
        act.extend_by = static_cast<std::int32_t>(*by);
    act.department = in.optional_text("department", {.max = 64});
    return act;
}

engine::DocumentId read_document(json::Reader& in, std::string_view name) {
    const std::string id = in.text(name, {.max = 20});
    if (const auto known = document_id(id)) return *known;
    if (!id.empty())
        in.refuse(name, json::Fault::bad_text, "the id of a document, as a text of digits",
                  "应为公文编号（数字文本）");
    return 0;
}

engine::PersonId read_person(json::Reader& in, std::string_view name) {
    return static_cast<engine::PersonId>(
        in.integer(name, {.min = 1, .max = std::numeric_limits<engine::PersonId>::max()}));
}

std::optional<app::Instant> read_time(json::Reader& in, std::string_view name) {
    const auto text = in.optional_text(name, {.max = 40});
    if (!text || text->empty()) return std::nullopt;
    const auto time = engine::parse_instant(*text);
    if (!time)
        in.refuse(name, json::Fault::bad_text, "a time in UTC like 2026-01-31T08:00:00Z",
                  "应为 UTC 时间，例如 2026-01-31T08:00:00Z");
    return time;
}

Parsed<void> read_object(const Request& request, const std::function<void(json::Reader&)>& read) {
    json::Issues issues;
    const auto run = [&](const json::Document& document) -> Parsed<void> {
        json::read(document.root(), issues, [&](json::Reader& in) {
            read(in);
            return 0;
        });
        if (!issues.empty()) return problem_of(issues);
        return {};
    };
    if (request.body.empty()) {
        const auto empty = json::parse("{}");
        return run(*empty);
    }
    TRY(const auto document, parse_body(request));
    return run(document);
}

Parsed<app::StepRequest> read_step(const Request& request, bool document, const FillInput& fill) {
    app::StepRequest step;
    step.principal = principal_of(request);
    step.request_id = request.request_id;
    TRY(step.idempotency, idempotency_of(request));
    TRY(step.expected_revision, if_match_of(request));
    if (document) {
        TRY(step.document, document_of(request));
    }
    TRY_VOID(read_object(request, [&](json::Reader& in) {
        step.input = fill(in);
        if (in.has("on_behalf_of")) step.on_behalf_of = read_person(in, "on_behalf_of");
    }));
    return step;
}

}  // namespace gongkai::api
