#include "app/webhook_sender.hpp"

#include <curl/curl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <unordered_map>

#include "storage/audit/hash.hpp"

namespace gongkai::app {

namespace {

constexpr std::size_t kMostHeaders = 64 * 1024;  // bytes of an answer's head
constexpr std::size_t kMostBody = 64 * 1024;
constexpr std::size_t kMostReason = 300;

struct EasyDelete {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct UrlDelete {
    void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
struct ListDelete {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

std::string part(CURLU* url, CURLUPart which, unsigned flags = 0) {
    char* text = nullptr;
    if (curl_url_get(url, which, &text, flags) != CURLUE_OK) return {};
    std::string out(text);
    curl_free(text);
    return out;
}

// Of an error text that the other side may have had a hand in.
std::string printable(std::string text) {
    if (text.size() > kMostReason) text.resize(kMostReason);
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c < 0x20 || c > 0x7E; }, '?');
    return text;
}

}  // namespace

struct WebhookSender::Multi {
    CURLM* handle = nullptr;
    std::unordered_map<CURL*, std::unique_ptr<Transfer>> transfers;

    Multi() {
        static const bool ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
        handle = ready ? curl_multi_init() : nullptr;
        if (handle == nullptr) storage::audit::stop_on_bug("libcurl cannot be used");
    }
    ~Multi() { curl_multi_cleanup(handle); }
    Multi(const Multi&) = delete;
    Multi& operator=(const Multi&) = delete;
};

// One request on its way. Stays where it is: libcurl keeps pointers into it.
struct WebhookSender::Transfer {
    explicit Transfer(Request asked, const TargetRules& target_rules)
        : request(std::move(asked)), rules(target_rules), url(curl_url()), easy(curl_easy_init()) {}

    Request request;
    const TargetRules& rules;
    std::unique_ptr<CURLU, UrlDelete> url;
    std::unique_ptr<curl_slist, ListDelete> headers;
    std::string refused;  // why no socket was opened for the last address
    bool opened = false;  // a socket was opened for another
    std::size_t head_bytes = 0;
    std::size_t body_bytes = 0;
    char error[CURL_ERROR_SIZE] = "";
    std::unique_ptr<CURL, EasyDelete> easy;  // cleaned up before what it points to

    std::string check_url();
    bool add_headers();
    bool set_up(const SenderLimits& limits);
    Answer answer(CURLcode result);

    static curl_socket_t open_socket(void* self, curlsocktype, curl_sockaddr* address);
    static std::size_t on_head(char*, std::size_t, std::size_t bytes, void* self);
    static std::size_t on_body(char*, std::size_t, std::size_t bytes, void* self);
};

// Why the URL may not be asked, or nothing.
std::string WebhookSender::Transfer::check_url() {
    if (curl_url_set(url.get(), CURLUPART_URL, request.url.c_str(), CURLU_DISALLOW_USER) !=
        CURLUE_OK)
        return "target refused: the address cannot be read";
    const std::string scheme = part(url.get(), CURLUPART_SCHEME);
    if (scheme != "http" && scheme != "https")
        return "target refused: only http and https are spoken";
    if (!part(url.get(), CURLUPART_ZONEID).empty())
        return "target refused: an address with a zone is link-local";
    const std::string port_text = part(url.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT);
    std::uint16_t port = 0;
    std::from_chars(port_text.data(), port_text.data() + port_text.size(), port);
    std::string host = part(url.get(), CURLUPART_HOST);
    if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
    if (rules.allows_host(host, port)) return {};
    return "target refused: " + host + ", port " + port_text + ", is not an allowed target";
}

bool WebhookSender::Transfer::add_headers() {
    for (const std::string& header : request.headers) {
        curl_slist* longer = curl_slist_append(headers.get(), header.c_str());
        if (longer == nullptr) return false;
        static_cast<void>(headers.release());
        headers.reset(longer);
    }
    return true;
}

bool WebhookSender::Transfer::set_up(const SenderLimits& limits) {
    bool all = true;
    const auto set = [&](CURLoption option, auto value) {
        all = curl_easy_setopt(easy.get(), option, value) == CURLE_OK && all;
    };
    set(CURLOPT_CURLU, url.get());
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_PROXY, "");  // also none of the environment
    set(CURLOPT_OPENSOCKETFUNCTION, &Transfer::open_socket);
    set(CURLOPT_OPENSOCKETDATA, this);
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(limits.connect_ms));
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(limits.total_ms));
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_QUICK_EXIT, 1L);  // a slow name server does not hold up the others
    set(CURLOPT_POST, 1L);
    set(CURLOPT_POSTFIELDS, request.body.data());
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    set(CURLOPT_HTTPHEADER, headers.get());
    set(CURLOPT_USERAGENT, "Gongkai");
    set(CURLOPT_HEADERFUNCTION, &Transfer::on_head);
    set(CURLOPT_HEADERDATA, this);
    set(CURLOPT_WRITEFUNCTION, &Transfer::on_body);
    set(CURLOPT_WRITEDATA, this);
    set(CURLOPT_ERRORBUFFER, &error[0]);
    return all;
}

curl_socket_t WebhookSender::Transfer::open_socket(void* self, curlsocktype,
                                                   curl_sockaddr* address) {
    auto& transfer = *static_cast<Transfer*>(self);
    const auto ip = IpAddress::of(address->addr);
    std::uint16_t port = 0;
    if (address->family == AF_INET)
        port = ntohs(reinterpret_cast<const sockaddr_in*>(&address->addr)->sin_port);
    if (address->family == AF_INET6)
        port = ntohs(reinterpret_cast<const sockaddr_in6*>(&address->addr)->sin6_port);
    if (!ip || !transfer.rules.allows_address(*ip, port)) {
        transfer.refused = "target refused: it leads to " + (ip ? to_string(*ip) : "no address") +
                           ", which is neither public nor an allowed address";
        return CURL_SOCKET_BAD;
    }
    transfer.opened = true;
    return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

std::size_t WebhookSender::Transfer::on_head(char*, std::size_t, std::size_t bytes, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    transfer.head_bytes += bytes;
    return transfer.head_bytes > kMostHeaders ? 0 : bytes;
}

std::size_t WebhookSender::Transfer::on_body(char*, std::size_t, std::size_t bytes, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    transfer.body_bytes += bytes;
    return transfer.body_bytes > kMostBody ? 0 : bytes;
}

WebhookSender::Answer WebhookSender::Transfer::answer(CURLcode result) {
    Answer answer;
    answer.tag = request.tag;
    // We stopped reading: the head was complete, and it is what counts.
    const bool long_body = result == CURLE_WRITE_ERROR && body_bytes > kMostBody;
    if (result != CURLE_OK && !long_body) {
        if (!refused.empty() && !opened)
            answer.failure = refused;
        else if (head_bytes > kMostHeaders)
            answer.failure = "answered with an endless head";
        else
            answer.failure = error[0] != '\0' ? error : curl_easy_strerror(result);
        answer.failure = printable(std::move(answer.failure));
        return answer;
    }
    long status = 0;
    curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
    answer.status = static_cast<int>(status);
    if (status >= 200 && status < 300) return answer;
    answer.failure = "answered " + std::to_string(status);
    if (status >= 300 && status < 400) answer.failure += ": redirects are not followed";
    return answer;
}

WebhookSender::WebhookSender(TargetRules rules, SenderLimits limits)
    : rules_(std::move(rules)), limits_(limits), multi_(std::make_unique<Multi>()) {}

WebhookSender::~WebhookSender() {
    abort();
}

void WebhookSender::send(Request request) {
    const std::uint64_t tag = request.tag;
    std::string failure = begin(std::make_unique<Transfer>(std::move(request), rules_));
    if (!failure.empty()) answers_.push_back({tag, 0, printable(std::move(failure))});
}

std::string WebhookSender::begin(std::unique_ptr<Transfer> transfer) {
    if (transfer->easy == nullptr || transfer->url == nullptr) return "out of memory";
    std::string refused = transfer->check_url();
    if (!refused.empty()) return refused;
    // A setting that this libcurl does not know would leave a hole: then nothing is sent.
    if (!transfer->add_headers() || !transfer->set_up(limits_))
        return "libcurl does not take a setting";
    CURL* easy = transfer->easy.get();
    if (curl_multi_add_handle(multi_->handle, easy) != CURLM_OK) return "libcurl takes no more";
    multi_->transfers.emplace(easy, std::move(transfer));
    return {};
}

void WebhookSender::collect() {
    int running = 0;
    curl_multi_perform(multi_->handle, &running);
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_->handle, &left)) {
        if (message->msg != CURLMSG_DONE) continue;
        const CURLcode result = message->data.result;
        const auto found = multi_->transfers.find(message->easy_handle);
        curl_multi_remove_handle(multi_->handle, message->easy_handle);
        if (found == multi_->transfers.end()) continue;
        answers_.push_back(found->second->answer(result));
        multi_->transfers.erase(found);
    }
}

std::vector<WebhookSender::Answer> WebhookSender::turn(std::int64_t wait_ms) {
    collect();
    if (answers_.empty()) {
        curl_multi_poll(multi_->handle, nullptr, 0, static_cast<int>(wait_ms), nullptr);
        collect();
    }
    return std::exchange(answers_, {});
}

std::size_t WebhookSender::in_flight() const {
    return multi_->transfers.size() + answers_.size();
}

void WebhookSender::abort() {
    for (const auto& [easy, transfer] : multi_->transfers)
        curl_multi_remove_handle(multi_->handle, easy);
    multi_->transfers.clear();
    answers_.clear();
}

void WebhookSender::wake() {
    curl_multi_wakeup(multi_->handle);
}

}  // namespace gongkai::app
