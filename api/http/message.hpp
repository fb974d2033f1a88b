// What goes through the HTTP edge, as plain structs that own their data. No type of Asio or Beast
// appears here: a handler and its test need nothing but this header.
#pragma once

#include <any>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "api/http/file.hpp"

namespace gongkai::api {

struct Route;

enum class Method : std::uint8_t { get, head, post, put, patch, del, options };

std::string_view method_name(Method method);
// Methods are case-sensitive. nullopt: a method that this server does not implement (501).
std::optional<Method> method_from(std::string_view name);
// True for the methods that are refused first when the server is overloaded.
constexpr bool is_write(Method method) {
    return method == Method::post || method == Method::put || method == Method::patch ||
           method == Method::del;
}

// Header fields in the order in which they came; names compare without regard to ASCII case.
// All of them share one buffer, so that a request costs two allocations and not one per field.
class Headers {
  public:
    // The value of the first field of that name; nullopt when there is none. An empty value is not
    // an absent one. The view is valid until the next add/set/clear.
    std::optional<std::string_view> find(std::string_view name) const;
    // As find, but an absent field reads as "".
    std::string_view get(std::string_view name) const { return find(name).value_or(""); }
    bool contains(std::string_view name) const { return find(name).has_value(); }

    void add(std::string_view name, std::string_view value);
    // Replaces every field of that name by this one.
    void set(std::string_view name, std::string_view value);
    void remove(std::string_view name);
    void clear();

    std::size_t size() const { return fields_.size(); }
    bool empty() const { return fields_.empty(); }
    std::pair<std::string_view, std::string_view> operator[](std::size_t index) const;

  private:
    struct Field {
        std::uint32_t at, name_size, value_size;
    };
    std::string text_;
    std::vector<Field> fields_;
};

struct QueryItem {
    std::string name, value;
};

struct Request {
    Method method = Method::get;
    // The path as it came, still encoded and without the query: for links and signatures.
    std::string path;
    // The path's segments, decoded: "/a/b%2Fc" is {"a", "b/c"}, "/" is {}. Valid UTF-8, without
    // control characters, never "." or "..".
    std::vector<std::string> segments;
    // Decoded ("+" is a space), in order, as strict about bytes as segments.
    std::vector<QueryItem> query;
    Headers headers;
    // The whole body; empty when the route takes uploads (see upload).
    std::string body;
    // The body of a route with Route::spooled_upload: a file in the spool directory that is deleted
    // with the last owner unless somebody takes it (SpooledFile::release).
    std::shared_ptr<SpooledFile> upload;
    // The address of the TCP peer without its port.
    std::string peer;
    // Made by the server, unique over restarts; also sent back as X-Request-Id.
    std::string request_id;
    std::chrono::steady_clock::time_point received;
    // The route that matched, and the values of the {names} in its pattern.
    const Route* route = nullptr;
    std::vector<std::pair<std::string_view, std::string>> params;
    // Left by the middleware that authenticates for those after it: any copyable value.
    std::any principal;

    // A path parameter; "" when the route's pattern has no such name.
    std::string_view param(std::string_view name) const;
    // The first query item of that name.
    std::optional<std::string_view> query_value(std::string_view name) const;
};

// Bytes that outlive the server, such as the pages embedded in the binary: sent without a copy.
struct StaticBytes {
    std::string_view bytes;
};

struct Response {
    unsigned status = 200;
    // "" sends no Content-Type.
    std::string content_type;
    // Everything else. The server adds Date, Content-Length, Connection, X-Request-Id and the
    // security headers; of these a handler may replace Cache-Control and Content-Security-Policy.
    Headers headers;
    std::variant<std::string, StaticBytes, OpenFile> body;

    // The bytes of a body that is in memory; "" for a file.
    std::string_view text() const;
    std::uint64_t body_size() const;
};

Response json_response(unsigned status, std::string json);
Response text_response(unsigned status, std::string text);
Response no_content();

// The value of a Content-Disposition header that makes a browser save rather than show, with the
// file's name twice as RFC 6266 asks: an ASCII stand-in, and UTF-8 in the form of RFC 8187. Path
// separators, quotes and control characters never reach the header.
std::string attachment_disposition(std::string_view file_name);
// A file to be saved under that name by the one who asked.
Response download(OpenFile file, std::string_view file_name, std::string content_type);

}  // namespace gongkai::api
