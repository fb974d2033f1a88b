// Inside the edge only: one connection. The steps of a request are ordinary functions
// (session.cpp); the coroutine that waits between them is serve() in session_loop.cpp, and it does
// nothing else.
#pragma once

#include <array>
#include <boost/asio/buffer.hpp>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "api/http/head_parse.hpp"
#include "api/http/hub.hpp"

namespace gongkai::api {

// A coroutine that waits for an answer. Destroyed without resume() it never goes on.
// (any_completion_handler of Boost 1.81 recurses without end when it is moved.)
struct Resumption {
    virtual ~Resumption() = default;
    virtual void resume() = 0;
};

class Session {
  public:
    Session(Hub& hub, Socket socket, std::string peer, bool refused);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    Socket socket;

    // The steps, in their order. Each ..._missing() says whether more bytes are needed from the
    // socket into the room given, each ..._arrived() takes what came.
    bool serving() const { return !gone_; }
    void begin_request();
    bool head_missing();
    boost::asio::mutable_buffer head_room();
    void head_arrived(const boost::system::error_code& ec, std::size_t count);

    // Parses, routes, runs the middleware; the answer may be known after it.
    void open_exchange();
    bool body_missing() const { return !gone_ && !answer_ready_ && body_left_ > 0; }
    boost::asio::mutable_buffer body_room();
    void body_arrived(const boost::system::error_code& ec, std::size_t count);

    // Calls the handler unless the answer is known; true: the answer comes later.
    bool call_handler();
    // Resumes the coroutine when the Responder is completed.
    void wait_for_answer(std::unique_ptr<Resumption> resume) { resume_ = std::move(resume); }
    void answered();

    void begin_response();
    bool response_unsent();  // sends what can be sent now; true: wait until the socket is writable
    void end_response();

    // The rest of a small body that nobody wanted, so that the connection can go on.
    bool leftover_missing() const { return !gone_ && skip_ > 0; }
    boost::asio::mutable_buffer leftover_room();
    void leftover_arrived(const boost::system::error_code& ec, std::size_t count);

    // The peer reads the last answer before the connection is torn down.
    void begin_linger();
    bool lingering() const { return phase_ == Phase::linger && !closed_; }
    void linger_arrived(const boost::system::error_code& ec);
    void close();

    // By the sweep and the drain.
    void check_deadline(Clock::time_point now);
    bool idle() const { return phase_ == Phase::idle; }
    void abandon();

  private:
    enum class Phase { idle, head, body, handler, response, leftover, linger };

    void enter(Phase phase, std::chrono::milliseconds limit);
    void extend_body_deadline();
    std::string_view buffered() const { return {buffer_.data() + begin_, end_ - begin_}; }
    void answer(Response response, std::string_view fault = {});
    void refuse_and_close(EdgeProblem problem, std::string_view fault);
    std::optional<Response> check_before_body();
    std::optional<Response> run_before(Request& request);
    void run_after(const Request& request, Response& response);
    void begin_body();
    void take_body(std::string_view bytes);
    void end_body();
    void timed_out_in(std::string_view fault);
    bool send_memory();
    bool send_file();

    Hub& hub_;
    std::list<Session*>::iterator self_;
    std::string peer_;
    bool refused_;

    Phase phase_ = Phase::idle;
    Clock::time_point deadline_;
    bool timed_out_ = false, gone_ = false, closed_ = false;

    std::array<char, 16 * 1024> buffer_;
    std::size_t begin_ = 0, end_ = 0;
    HeadFinder finder_;
    std::size_t head_size_ = 0;

    std::shared_ptr<Exchange> exchange_;
    HeadInfo info_;
    bool understood_ = false;        // the head was: there is a request to speak of
    std::size_t steps_entered_ = 0;  // middleware whose after() is due
    std::uint64_t body_left_ = 0, body_got_ = 0, skip_ = 0;
    Clock::time_point body_began_;
    std::string chunk_;  // room for bodies; empty until one needs it
    bool answer_ready_ = false, keep_alive_ = false;
    std::string_view fault_;
    std::unique_ptr<Resumption> resume_;

    std::string head_;  // of the response
    std::size_t sent_ = 0;
    std::uint64_t to_send_ = 0;  // head and body
    std::int64_t file_at_ = 0;
};

}  // namespace gongkai::api
