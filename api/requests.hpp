// Reading what came: headers, paths, queries and JSON bodies, into what the use-cases take. Every
// function answers with the problem that says what is wrong and where.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "api/answer.hpp"
#include "api/http/body.hpp"
#include "app/administration.hpp"
#include "app/documents.hpp"

namespace gongkai::api {

// Who was authenticated; only behind a route that asks for it.
app::Principal principal_of(const Request& request);

// ---- headers

// The revision of `If-Match: "12"`; nullopt without the header or for `*`.
Parsed<std::optional<std::uint32_t>> if_match_of(const Request& request);
// 1 to 190 visible ASCII characters, bound to method, path, If-Match and body.
Parsed<std::optional<app::Idempotency>> idempotency_of(const Request& request);
// Whether the key can be read, without looking at the body.
Parsed<void> check_idempotency_key(const Request& request);
// Of an administrative act. The headers were checked by the middleware.
app::AdminRequest admin_request(const Request& request);
// "12" with quotes.
std::string etag_of(std::uint32_t revision);

// ---- paths and queries

// Decimal, as in every answer, without a sign or leading zeros; nullopt for anything else.
std::optional<engine::DocumentId> document_id(std::string_view text);
// Of the path: what is no id is nothing that exists, 404.
Parsed<engine::DocumentId> document_of(const Request& request);
Parsed<std::uint32_t> number_of(const Request& request, std::string_view parameter);
Parsed<engine::Digest> digest_of(const Request& request, std::string_view parameter);
std::optional<engine::Digest> digest_from_hex(std::string_view hex);

// A misspelt filter must not show everything: 400 for a parameter that is not among these.
Parsed<void> only_queries(const Request& request, std::initializer_list<std::string_view> names);
Parsed<std::optional<std::uint64_t>> query_number(const Request& request, std::string_view name,
                                                  std::uint64_t most);
Parsed<std::size_t> query_limit(const Request& request, std::size_t most = 200);
std::string query_text(const Request& request, std::string_view name);
Problem bad_query(std::string_view name, std::string detail, std::string detail_zh);

// ---- bodies

// {"name": value, ...}; null clears a field, a list of objects is a table.
std::vector<app::PlainField> read_fields(json::Reader& in);
// [{"sha256": "...", "name": "..."}, ...]
std::optional<std::vector<app::PlainAttachment>> read_attachments(json::Reader& in);
std::optional<std::string> read_comment(json::Reader& in);
app::input::Act read_act(json::Reader& in, std::string action);
engine::PersonId read_person(json::Reader& in, std::string_view name);
// The id of a document, as a text of digits; 0 where it is none, and refused.
engine::DocumentId read_document(json::Reader& in, std::string_view name);
std::optional<app::Instant> read_time(json::Reader& in, std::string_view name);

// The body as an object; an empty body reads as {}.
Parsed<void> read_object(const Request& request, const std::function<void(json::Reader&)>& read);

using FillInput = std::function<app::Input(json::Reader&)>;
// Everything that a step takes from the request. `document`: the path names it.
Parsed<app::StepRequest> read_step(const Request& request, bool document, const FillInput& fill);

}  // namespace gongkai::api
