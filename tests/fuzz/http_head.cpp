// Any bytes as the beginning of a connection: nothing crashes, and what is accepted has one
// reading.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "api/http/head_parse.hpp"
#include "api/http/text.hpp"

using namespace gongkai::api;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const HeadLimits limits;

    // In one piece or byte by byte, the head ends at the same place or fails in the same way.
    HeadFinder whole(limits), piecemeal(limits);
    const auto end = whole.find(bytes);
    std::size_t end_again = 0;
    for (std::size_t i = 1; i <= size && end_again == 0 && piecemeal.fault() == HeadFault::none;
         ++i)
        end_again = piecemeal.find(bytes.substr(0, i));
    require(end == end_again && whole.fault() == piecemeal.fault());

    const auto head = bytes.substr(0, end == 0 ? size : end);
    Request request;
    HeadInfo info;
    if (parse_head(head, limits, request, info)) return 0;
    require(end != 0 && head.size() <= limits.bytes && request.headers.size() <= limits.fields);
    // The scan and Beast's parser saw the same fields.
    std::size_t hosts = 0, lengths = 0, lines = 0;
    for (const char c : head)
        lines += c == '\n';
    require(lines == request.headers.size() + 2);
    for (std::size_t i = 0; i < request.headers.size(); ++i) {
        const auto [name, value] = request.headers[i];
        require(is_token(name) && value.find_first_of(std::string_view("\r\n\0", 3)) == value.npos);
        require(!same_ignoring_case(name, "transfer-encoding"));
        hosts += same_ignoring_case(name, "host");
        lengths += same_ignoring_case(name, "content-length");
    }
    require(hosts == 1 || (hosts == 0 && info.http_1_0));
    require(lengths == (info.content_length ? 1U : 0U));
    for (const auto& segment : request.segments)
        require(!segment.empty() && segment != "." && segment != ".." && is_clean_utf8(segment));
    return 0;
}
