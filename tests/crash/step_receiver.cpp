#include "tests/crash/step_receiver.hpp"

#include <boost/json.hpp>
#include <stdexcept>

namespace gongkai::crash {

namespace json = boost::json;

StepReceiver::StepReceiver() : server_({}, routes()) {
    if (!server_.listen()) throw std::runtime_error("the receiver of steps cannot listen");
    thread_ = std::thread([this] { server_.run(); });
}

StepReceiver::~StepReceiver() {
    server_.stop();
    thread_.join();
}

api::Router StepReceiver::routes() {
    api::Router router;
    router.add({.method = api::Method::post,
                .pattern = "/steps",
                .handler = api::sync([this](const api::Request& r) { return take(r.body); }),
                .operation = "step"});
    return router;
}

api::Response StepReceiver::take(const std::string& event) {
    boost::system::error_code malformed;
    const json::value value = json::parse(event, malformed);
    if (malformed) return api::text_response(400, "no event");
    const json::object& data = value.at("data").as_object();
    const std::lock_guard lock(mutex_);
    told_[std::stoull(std::string(data.at("document").as_string()))].push_back(
        {data.at("revision").to_number<std::uint32_t>(), std::string(data.at("leaf").as_string())});
    return api::text_response(200, "taken");
}

Told StepReceiver::told() const {
    const std::lock_guard lock(mutex_);
    return told_;
}

void StepReceiver::forget() {
    const std::lock_guard lock(mutex_);
    told_.clear();
}

}  // namespace gongkai::crash
