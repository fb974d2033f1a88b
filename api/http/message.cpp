#include "api/http/message.hpp"

#include <array>

#include "api/http/text.hpp"

namespace gongkai::api {

namespace {

constexpr std::array<std::string_view, 7> method_names = {"GET",   "HEAD",   "POST",   "PUT",
                                                          "PATCH", "DELETE", "OPTIONS"};

}  // namespace

std::string_view method_name(Method method) {
    return method_names[static_cast<std::size_t>(method)];
}

std::optional<Method> method_from(std::string_view name) {
    for (std::size_t i = 0; i < method_names.size(); ++i)
        if (method_names[i] == name) return static_cast<Method>(i);
    return std::nullopt;
}

std::optional<std::string_view> Headers::find(std::string_view name) const {
    for (const auto& field : fields_)
        if (field.name_size == name.size() &&
            same_ignoring_case(std::string_view(text_).substr(field.at, field.name_size), name))
            return std::string_view(text_).substr(field.at + field.name_size, field.value_size);
    return std::nullopt;
}

void Headers::add(std::string_view name, std::string_view value) {
    fields_.push_back({static_cast<std::uint32_t>(text_.size()),
                       static_cast<std::uint32_t>(name.size()),
                       static_cast<std::uint32_t>(value.size())});
    text_.append(name).append(value);
}

void Headers::set(std::string_view name, std::string_view value) {
    remove(name);
    add(name, value);
}

void Headers::remove(std::string_view name) {
    std::erase_if(fields_, [&](const Field& field) {
        return same_ignoring_case(std::string_view(text_).substr(field.at, field.name_size), name);
    });
}

void Headers::clear() {
    text_.clear();
    fields_.clear();
}

std::pair<std::string_view, std::string_view> Headers::operator[](std::size_t index) const {
    const auto& field = fields_.at(index);
    const std::string_view all = text_;
    return {all.substr(field.at, field.name_size),
            all.substr(field.at + field.name_size, field.value_size)};
}

std::string_view Request::param(std::string_view name) const {
    for (const auto& [key, value] : params)
        if (key == name) return value;
    return {};
}

std::optional<std::string_view> Request::query_value(std::string_view name) const {
    for (const auto& item : query)
        if (item.name == name) return item.value;
    return std::nullopt;
}

std::string_view Response::text() const {
    if (const auto* own = std::get_if<std::string>(&body)) return *own;
    if (const auto* fixed = std::get_if<StaticBytes>(&body)) return fixed->bytes;
    return {};
}

std::uint64_t Response::body_size() const {
    if (const auto* file = std::get_if<OpenFile>(&body)) return file->size();
    return text().size();
}

Response json_response(unsigned status, std::string json) {
    Response response;
    response.status = status;
    response.content_type = "application/json";
    response.body = std::move(json);
    return response;
}

Response text_response(unsigned status, std::string text) {
    Response response;
    response.status = status;
    response.content_type = "text/plain; charset=utf-8";
    response.body = std::move(text);
    return response;
}

Response no_content() {
    Response response;
    response.status = 204;
    return response;
}

std::string attachment_disposition(std::string_view file_name) {
    // Only the last component counts, as every browser does it too.
    if (const auto slash = file_name.find_last_of("/\\"); slash != file_name.npos)
        file_name.remove_prefix(slash + 1);
    std::string plain, extended;
    const bool usable = is_clean_utf8(file_name) && !file_name.empty();
    if (!usable) file_name = "download";
    for (const char c : file_name) {
        const auto byte = static_cast<unsigned char>(c);
        const bool alnum =
            (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        // attr-char of RFC 8187; the stand-in keeps less, because some readers decode % in it.
        if (alnum || std::string_view("!#$&+-.^_`|~").find(c) != std::string_view::npos)
            extended += c;
        else
            extended.append({'%', "0123456789ABCDEF"[byte >> 4], "0123456789ABCDEF"[byte & 15]});
        if (byte < 0x80)
            plain += alnum || c == '.' || c == '-' || c == '_' || c == ' ' ? c : '_';
        else if ((byte & 0xC0) != 0x80)  // one stand-in a character, not one a byte
            plain += '_';
    }
    return "attachment; filename=\"" + plain + "\"; filename*=UTF-8''" + extended;
}

Response download(OpenFile file, std::string_view file_name, std::string content_type) {
    Response response;
    response.content_type = std::move(content_type);
    response.headers.set("Content-Disposition", attachment_disposition(file_name));
    response.body = std::move(file);
    return response;
}

}  // namespace gongkai::api
