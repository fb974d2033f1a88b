// The coroutine forms that api/ uses, run with a type that counts its copies: every object that is
// made is destroyed once. g++ 12 destroys twice, or not at all, in many of the other forms; a gate
// keeps them out of the tree, and this file shows that what it lets through is right with the
// compiler at hand.
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <catch2/catch.hpp>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>

namespace {

namespace asio = boost::asio;
using Executor = asio::io_context::executor_type;
template <class T>
using Task = asio::awaitable<T, Executor>;
using Await = asio::use_awaitable_t<Executor>;

// Knows every living object by its address: destroying one that does not live, or one twice, is
// noticed.
class Counted {
  public:
    explicit Counted(std::string text = "") : text_(std::move(text)) { born(); }
    Counted(const Counted& other) : text_(other.text_) { born(); }
    Counted(Counted&& other) noexcept : text_(std::move(other.text_)) { born(); }
    Counted& operator=(const Counted&) = default;
    Counted& operator=(Counted&&) = default;
    ~Counted() { wrong += living.erase(this) != 1; }
    const std::string& text() const { return text_; }

    static inline std::set<const void*> living;
    static inline int wrong = 0;

  private:
    void born() { wrong += !living.insert(this).second; }
    std::string text_;
};

// Suspends once, really: the rest runs from the queue.
Task<void> turn(asio::io_context& io) {
    Await token;
    co_await asio::post(io, token);
}

Task<Counted> pass_on(asio::io_context& io, Counted value) {
    Counted local(value.text() + "+");
    co_await turn(io);
    co_return local;
}

Task<Counted> pass_through(asio::io_context& io, Counted value) {
    Counted named(std::move(value));
    co_return co_await pass_on(io, named);
}

Task<std::unique_ptr<Counted>> pass_owner(asio::io_context& io, std::unique_ptr<Counted> owner) {
    auto mine = std::move(owner);
    co_await turn(io);
    co_return mine;
}

Task<Counted> fail(asio::io_context& io, Counted value) {
    Counted local(value);
    co_await turn(io);
    throw std::runtime_error(local.text());
}

Task<void> all_forms(asio::io_context& io, std::string& told) {
    Counted first("a");
    co_await turn(io);
    auto second = co_await pass_on(io, first);
    auto third = co_await pass_through(io, second);
    for (int i = 0; i < 3; ++i) {
        Counted inner("loop");
        auto again = co_await pass_on(io, inner);
        if (i == 1) co_await turn(io);
        if (i == 2) {
            auto once_more = co_await pass_on(io, again);
            told += once_more.text() + " ";
        }
    }
    auto owner = std::make_unique<Counted>("owned");
    auto returned = co_await pass_owner(io, std::move(owner));
    told += third.text() + " " + returned->text();
    try {
        Counted lost("lost");
        auto never = co_await fail(io, lost);
        told += never.text();
    } catch (const std::runtime_error& error) {
        told += std::string(" ") + error.what();
    }
}

Task<void> wait_for_ever(
    asio::basic_waitable_timer<std::chrono::steady_clock,
                               asio::wait_traits<std::chrono::steady_clock>, Executor>& timer,
    Counted value) {
    Counted local(value);
    boost::system::error_code ec;
    Await plain;
    auto token = asio::redirect_error(plain, ec);
    co_await timer.async_wait(token);
}

}  // namespace

TEST_CASE("coroutines: in the forms that are used every object is destroyed exactly once") {
    Counted::living.clear();
    Counted::wrong = 0;
    std::string told;
    {
        asio::io_context io{1};
        auto task = all_forms(io, told);
        asio::co_spawn(io, std::move(task), asio::detached);
        io.run();
    }
    CHECK(told == "loop++ a++ owned lost");
    CHECK(Counted::wrong == 0);
    CHECK(Counted::living.empty());
}

TEST_CASE("coroutines: one that never goes on is destroyed with what it holds") {
    Counted::living.clear();
    Counted::wrong = 0;
    {
        asio::io_context io{1};
        asio::basic_waitable_timer<std::chrono::steady_clock,
                                   asio::wait_traits<std::chrono::steady_clock>, Executor>
            timer(io.get_executor());
        timer.expires_at(std::chrono::steady_clock::time_point::max());
        {
            Counted argument("x");
            auto task = wait_for_ever(timer, argument);
            asio::co_spawn(io, std::move(task), asio::detached);
        }
        io.poll();
        CHECK(Counted::living.size() == 2);
    }
    CHECK(Counted::wrong == 0);
    CHECK(Counted::living.empty());
}
