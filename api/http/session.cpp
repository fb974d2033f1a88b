#include "api/http/session.hpp"

#include <sys/sendfile.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "api/http/responder.hpp"
#include "api/http/wire.hpp"

namespace gongkai::api {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

// A body that nobody wanted is read to its end when it is no longer than this; behind a longer one
// the connection is closed.
constexpr std::uint64_t leftover_limit = 64 * 1024;
constexpr std::size_t chunk_size = 64 * 1024, leftover_chunk = 8 * 1024;
// A file of this many bytes goes out before others get their turn.
constexpr std::size_t file_turn = 512 * 1024;

bool would_block(const error_code& ec) {
    return ec == asio::error::would_block || ec == asio::error::try_again;
}

}  // namespace

Session::Session(Hub& hub, Socket connection, std::string peer, bool refused)
    : socket(std::move(connection)),
      hub_(hub),
      peer_(std::move(peer)),
      refused_(refused),
      finder_(hub.config.head) {
    self_ = hub_.sessions.insert(hub_.sessions.end(), this);
    (refused_ ? hub_.refusing : hub_.open) += 1;
}

Session::~Session() {
    hub_.sessions.erase(self_);
    (refused_ ? hub_.refusing : hub_.open) -= 1;
    if (hub_.session_ended) hub_.session_ended();
}

void Session::enter(Phase phase, std::chrono::milliseconds limit) {
    phase_ = phase;
    deadline_ = Clock::now() + limit;
}

// --- the head

void Session::begin_request() {
    if (begin_ == end_) begin_ = end_ = 0;
    finder_.reset();
    head_size_ = 0;
    exchange_.reset();
    if (!chunk_.empty()) std::string().swap(chunk_);
    info_ = {};
    understood_ = answer_ready_ = keep_alive_ = false;
    steps_entered_ = 0;
    body_left_ = body_got_ = skip_ = 0;
    fault_ = {};
    if (refused_) {
        refuse_and_close(EdgeProblem::too_many_connections, "too_many_connections");
    } else if (begin_ != end_) {
        enter(Phase::head, hub_.config.header_timeout);
    } else if (hub_.draining) {
        gone_ = true;
    } else {
        enter(Phase::idle, hub_.config.idle_timeout);
    }
}

bool Session::head_missing() {
    if (gone_ || answer_ready_) return false;
    head_size_ = finder_.find(buffered());
    return head_size_ == 0 && finder_.fault() == HeadFault::none;
}

asio::mutable_buffer Session::head_room() {
    // A head is never larger than its limit, so moving it to the front always makes room.
    if (begin_ > 0 && end_ == buffer_.size()) {
        std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    return asio::buffer(buffer_.data() + end_, buffer_.size() - end_);
}

void Session::head_arrived(const error_code& ec, std::size_t count) {
    if (timed_out_) return timed_out_in("slow_head");
    if (ec) {
        gone_ = true;
        return;
    }
    end_ += count;
    if (phase_ == Phase::idle) enter(Phase::head, hub_.config.header_timeout);
}

void Session::timed_out_in(std::string_view fault) {
    timed_out_ = false;
    refuse_and_close(EdgeProblem::request_timeout, fault);
}

// --- what the head says

void Session::answer(Response response, std::string_view fault) {
    if (!exchange_) {
        exchange_ = std::make_shared<Exchange>();
        exchange_->request.request_id = hub_.new_request_id();
    }
    exchange_->response = std::move(response);
    fault_ = fault;
    answer_ready_ = true;
}

void Session::refuse_and_close(EdgeProblem problem, std::string_view fault) {
    answer(to_response(problem), fault);
    keep_alive_ = false;
    body_left_ = 0;
}

void Session::open_exchange() {
    if (gone_ || answer_ready_) return;
    // Far away: a handler has the time it takes.
    enter(Phase::handler, std::chrono::hours(24));
    exchange_ = std::make_shared<Exchange>();
    auto& request = exchange_->request;
    request.request_id = hub_.new_request_id();
    request.received = deadline_ - std::chrono::hours(24);
    if (head_size_ == 0)
        return refuse_and_close(problem_of(finder_.fault()), name_of(finder_.fault()));
    const auto head = buffered().substr(0, head_size_);
    begin_ += head_size_;
    if (const auto refusal = parse_head(head, hub_.config.head, request, info_))
        return refuse_and_close(refusal->problem, refusal->fault);
    understood_ = true;
    request.peer = peer_;
    exchange_->sink = hub_.mailbox;
    exchange_->waiter = this;
    hub_.requests.fetch_add(1, std::memory_order_relaxed);
    keep_alive_ = info_.keep_alive;
    body_left_ = info_.content_length.value_or(0);
    if (auto refusal = check_before_body()) {
        answer(std::move(*refusal), fault_);
        // Without an invitation the peer sends nothing, or sends it anyway: nobody can know.
        if (body_left_ > leftover_limit || info_.expects_continue)
            keep_alive_ = keep_alive_ && body_left_ == 0;
        else
            skip_ = body_left_;
        body_left_ = 0;
    } else if (body_left_ > 0 || request.route->spooled_upload) {
        begin_body();
    }
}

std::optional<Response> Session::check_before_body() {
    auto& request = exchange_->request;
    const auto match = hub_.router.match(request);
    if (!match.route) {
        if (match.allow.empty()) return to_response(EdgeProblem::not_found);
        if (request.method == Method::options) {
            auto response = no_content();
            response.headers.set("Allow", match.allow);
            return response;
        }
        auto response = to_response(EdgeProblem::method_not_allowed);
        response.headers.set("Allow", match.allow);
        return response;
    }
    const bool reads = request.method == Method::get || request.method == Method::head;
    if (is_write(request.method)) {
        if (hub_.config.overloaded && hub_.config.overloaded()) {
            fault_ = "overloaded";
            return to_response(EdgeProblem::overloaded);
        }
    }
    const auto limit = reads ? 0 : match.route->body_limit;
    if (body_left_ > limit) {
        fault_ = "body_too_large";
        return to_response(
            problem(EdgeProblem::body_too_large).with("limit", std::to_string(limit)));
    }
    return run_before(request);
}

// The steps are as fallible as handlers, and a failing one must not let the request pass.
std::optional<Response> Session::run_before(Request& request) {
    try {
        for (const auto& step : hub_.router.middleware()) {
            ++steps_entered_;
            if (!step.before) continue;
            if (auto response = step.before(request)) return response;
        }
    } catch (...) {
        fault_ = "middleware_threw";
        return to_response(EdgeProblem::internal_error);
    }
    return std::nullopt;
}

void Session::run_after(const Request& request, Response& response) {
    const auto& steps = hub_.router.middleware();
    for (auto i = steps_entered_; i > 0; --i) {
        if (!steps[i - 1].after) continue;
        try {
            steps[i - 1].after(request, response);
        } catch (...) {
            fault_ = "middleware_threw";
            response = to_response(EdgeProblem::internal_error);
        }
    }
}

// --- the body

void Session::begin_body() {
    auto& request = exchange_->request;
    if (request.route->spooled_upload) {
        auto file = SpooledFile::create(hub_.config.spool_directory);
        if (!file) return refuse_and_close(EdgeProblem::storage_full, "spool");
        request.upload = std::move(*file);
    } else {
        request.body.reserve(std::min<std::uint64_t>(body_left_, chunk_size));
    }
    const auto ready = buffered().substr(0, std::min<std::uint64_t>(body_left_, end_ - begin_));
    begin_ += ready.size();
    body_began_ = request.received;
    phase_ = Phase::body;
    if (ready.size() < body_left_) {
        chunk_.resize(std::min<std::uint64_t>(body_left_ - ready.size(), chunk_size));
        if (info_.expects_continue && ready.empty()) {
            static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
            error_code ec;
            if (socket.write_some(asio::buffer(go_on), ec) != go_on.size()) gone_ = true;
        }
    }
    take_body(ready);
}

asio::mutable_buffer Session::body_room() {
    return asio::buffer(chunk_.data(), std::min<std::uint64_t>(body_left_, chunk_.size()));
}

void Session::body_arrived(const error_code& ec, std::size_t count) {
    if (timed_out_) return timed_out_in("slow_body");
    if (ec) {
        gone_ = true;
        return;
    }
    take_body({chunk_.data(), count});
}

void Session::take_body(std::string_view bytes) {
    auto& request = exchange_->request;
    body_left_ -= bytes.size();
    body_got_ += bytes.size();
    if (!request.upload) {
        request.body.append(bytes);
    } else if (const auto ec = request.upload->write(bytes)) {
        const bool full = ec.value() == ENOSPC || ec.value() == EDQUOT;
        return refuse_and_close(full ? EdgeProblem::storage_full : EdgeProblem::internal_error,
                                "spool");
    }
    extend_body_deadline();
    if (body_left_ == 0) end_body();
}

void Session::extend_body_deadline() {
    const auto& config = hub_.config;
    deadline_ = body_began_ + config.body_timeout +
                std::chrono::seconds(body_got_ / std::max<std::uint64_t>(config.body_rate, 1));
}

void Session::end_body() {
    const auto& upload = exchange_->request.upload;
    if (upload && upload->finish()) refuse_and_close(EdgeProblem::internal_error, "spool");
}

// --- the answer

bool Session::call_handler() {
    if (gone_ || answer_ready_) return false;
    phase_ = Phase::handler;
    deadline_ = Clock::time_point::max();
    exchange_->in_handler = true;
    try {
        exchange_->request.route->handler(exchange_->request, Responder(exchange_));
    } catch (...) {
        // The handler's Responder is gone with it: 500 was answered, unless it had answered before
        // or had handed a copy to somebody who still will.
        fault_ = "handler_threw";
    }
    exchange_->in_handler = false;
    return !exchange_->answered_in_handler;
}

void Session::answered() {
    if (const auto waiting = std::move(resume_)) waiting->resume();
}

void Session::begin_response() {
    if (gone_) return;
    auto& request = exchange_->request;
    auto& response = exchange_->response;
    run_after(request, response);
    // Whoever has the answer finds nothing of the upload left that was not taken.
    request.upload.reset();
    keep_alive_ = keep_alive_ && !hub_.draining;
    const bool bodiless =
        !has_body(response.status) || (understood_ && request.method == Method::head);
    Envelope envelope;
    envelope.date = hub_.date;
    envelope.request_id = request.request_id;
    envelope.content_security_policy =
        request.route && !request.route->content_security_policy.empty()
            ? request.route->content_security_policy
            : hub_.config.content_security_policy;
    envelope.retry_after_s = static_cast<unsigned>(hub_.config.retry_after.count());
    envelope.http_1_0 = info_.http_1_0;
    envelope.keep_alive = keep_alive_;
    head_.clear();
    write_head(response, envelope, head_);
    sent_ = 0;
    file_at_ = 0;
    to_send_ = head_.size() + (bodiless ? 0 : response.body_size());
    enter(Phase::response, hub_.config.write_timeout);
}

bool Session::response_unsent() {
    if (gone_ || closed_) {
        gone_ = true;
        return false;
    }
    const bool in_memory = !std::holds_alternative<OpenFile>(exchange_->response.body);
    if ((in_memory || sent_ < head_.size()) && !send_memory()) return !gone_;
    return !gone_ && sent_ < to_send_ && send_file();
}

// True: all of it is sent. False: the socket takes no more for now, or the connection is gone.
bool Session::send_memory() {
    const auto text = to_send_ > head_.size() ? exchange_->response.text() : std::string_view();
    const auto total = head_.size() + text.size();
    while (sent_ < total) {
        const auto head_left = std::string_view(head_).substr(std::min(sent_, head_.size()));
        const auto text_left = text.substr(sent_ > head_.size() ? sent_ - head_.size() : 0);
        const std::array<asio::const_buffer, 2> parts = {
            asio::buffer(head_left.data(), head_left.size()),
            asio::buffer(text_left.data(), text_left.size())};
        error_code ec;
        const auto count = socket.write_some(parts, ec);
        if (ec) {
            gone_ = !would_block(ec);
            return false;
        }
        sent_ += count;
        deadline_ = Clock::now() + hub_.config.write_timeout;
    }
    return true;
}

// True: wait until the socket is writable.
bool Session::send_file() {
    const auto& file = std::get<OpenFile>(exchange_->response.body);
    const auto count = ::sendfile(socket.native_handle(), file.descriptor(), &file_at_,
                                  std::min<std::uint64_t>(to_send_ - sent_, file_turn));
    if (count <= 0) {
        // 0: the file has become shorter than it was; the peer sees a broken connection, not a lie.
        gone_ = count == 0 || (errno != EAGAIN && errno != EINTR);
        return !gone_;
    }
    sent_ += static_cast<std::size_t>(count);
    deadline_ = Clock::now() + hub_.config.write_timeout;
    return sent_ < to_send_;
}

void Session::end_response() {
    if (hub_.config.served && exchange_ && !gone_) {
        Served served;
        served.request = understood_ ? &exchange_->request : nullptr;
        served.status = exchange_->response.status;
        served.request_bytes = body_got_;
        served.response_bytes = to_send_ - head_.size();
        if (understood_) served.took = Clock::now() - exchange_->request.received;
        served.fault = fault_;
        hub_.config.served(served);
    }
    if (!keep_alive_) gone_ = true;
    if (gone_ || skip_ == 0) return;
    const auto ready = std::min<std::uint64_t>(skip_, end_ - begin_);
    begin_ += ready;
    skip_ -= ready;
    enter(Phase::leftover, hub_.config.body_timeout);
}

asio::mutable_buffer Session::leftover_room() {
    if (chunk_.empty()) chunk_.resize(leftover_chunk);
    const auto wanted = phase_ == Phase::linger ? chunk_.size() : skip_;
    return asio::buffer(chunk_.data(), std::min<std::uint64_t>(wanted, chunk_.size()));
}

void Session::leftover_arrived(const error_code& ec, std::size_t count) {
    if (ec || timed_out_) gone_ = true;
    skip_ -= count;
}

// --- the end

void Session::begin_linger() {
    if (closed_) return;
    error_code ec;
    socket.shutdown(Socket::shutdown_send, ec);
    // Closing with bytes unread would throw away what the peer has not yet read of the answer.
    if (ec || phase_ != Phase::response) return close();
    enter(Phase::linger, hub_.config.linger);
}

void Session::linger_arrived(const error_code& ec) {
    if (ec) close();
}

void Session::close() {
    if (closed_) return;
    closed_ = gone_ = true;
    error_code ec;
    socket.close(ec);
}

void Session::abandon() {
    close();
    resume_ = nullptr;
}

void Session::check_deadline(Clock::time_point now) {
    if (now < deadline_) return;
    deadline_ = Clock::time_point::max();
    if (phase_ == Phase::head || phase_ == Phase::body) {
        timed_out_ = true;
        error_code ec;
        socket.cancel(ec);
    } else if (phase_ != Phase::handler) {
        close();
    }
}

// --- what the hub does with all of them

std::string Hub::new_request_id() {
    static constexpr char digits[] = "0123456789abcdef";
    std::string id = id_prefix;
    const auto number = next_id++;
    for (int shift = 36; shift >= 0; shift -= 4)
        id += digits[number >> shift & 15];
    return id;
}

void sweep_sessions(Hub& hub) {
    const auto now = Clock::now();
    for (auto it = hub.sessions.begin(); it != hub.sessions.end();)
        (*it++)->check_deadline(now);
}

void close_idle_sessions(Hub& hub) {
    for (auto it = hub.sessions.begin(); it != hub.sessions.end();) {
        Session* session = *it++;
        if (session->idle()) session->close();
    }
}

void abandon_sessions(Hub& hub) {
    for (auto it = hub.sessions.begin(); it != hub.sessions.end();)
        (*it++)->abandon();
}

}  // namespace gongkai::api
