#include "tests/rest/bureau.hpp"

#include "app/catalog.hpp"
#include "app/log.hpp"
#include "app/sample.hpp"
#include "language/rulebook.hpp"

namespace gongkai::api::testing {

namespace {

json::value parsed(const std::string& body) {
    boost::system::error_code fault;
    auto value = json::parse(body, fault);
    return fault ? json::value() : value;
}

}  // namespace

// Read once: the files do not change while the tests run.
const std::vector<language::SourceFile>& shipped_rules() {
    static const auto files = [] {
        auto read = language::load_directory(GONGKAI_SOURCE_DIR "/workflows");
        if (!read) throw std::runtime_error(read.error().message);
        return std::move(*read);
    }();
    return files;
}

// ---- answers

const json::value& Answer::at(std::string_view pointer) const {
    static const json::value none;
    boost::system::error_code missing;
    const auto* found = json.find_pointer(pointer, missing);
    return missing || found == nullptr ? none : *found;
}

std::string Answer::text(std::string_view pointer) const {
    const auto& value = at(pointer);
    return value.is_string() ? std::string(value.get_string()) : std::string();
}

std::int64_t Answer::number(std::string_view pointer) const {
    boost::system::error_code ignored;
    return at(pointer).is_number() ? at(pointer).to_number<std::int64_t>(ignored) : 0;
}

std::size_t Answer::size(std::string_view pointer) const {
    const auto& value = at(pointer);
    return value.is_array()    ? value.get_array().size()
           : value.is_object() ? value.get_object().size()
                               : 0;
}

std::string Answer::without_request() const {
    std::string kept;
    std::string_view rest = head;
    while (!rest.empty()) {
        const auto end = std::min(rest.find("\r\n"), rest.size());
        const auto line = rest.substr(0, end);
        rest.remove_prefix(std::min(rest.size(), end + 2));
        if (!line.starts_with("X-Request-Id:") && !line.starts_with("Date:"))
            kept.append(line).append("\n");
    }
    return std::to_string(status) + "\n" + kept + "\n" + body;
}

std::string show(const Answer& answer) {
    return std::to_string(answer.status) + "\n" + answer.head + "\n\n" + answer.body;
}

// ---- callers

Answer Caller::send(const std::string& method, const std::string& target, const std::string& body,
                    Fields more) const {
    if (!token_.empty()) more.emplace_back("Authorization", "Bearer " + token_);
    return bureau_->ask(method, target, body, more);
}
Answer Caller::get(const std::string& target, Fields more) const {
    return send("GET", target, "", std::move(more));
}
Answer Caller::post(const std::string& target, const json::value& body, Fields more) const {
    return send("POST", target, json::serialize(body), std::move(more));
}
Answer Caller::put(const std::string& target, const json::value& body, Fields more) const {
    return send("PUT", target, json::serialize(body), std::move(more));
}
Answer Caller::patch(const std::string& target, const json::value& body, Fields more) const {
    return send("PATCH", target, json::serialize(body), std::move(more));
}
Answer Caller::del(const std::string& target, Fields more) const {
    return send("DELETE", target, "", std::move(more));
}
Answer Caller::upload(const std::string& bytes) const {
    return send("POST", "/api/v1/attachments", bytes,
                {{"Content-Type", "application/octet-stream"}});
}

// ---- the bureau

Bureau::Bureau(BureauOptions options)
    : clock(*engine::parse_instant(options.start)), options_(std::move(options)) {
    app::set_log_sink([](const std::string&) {});
    const auto opened = open();
    if (!opened) throw std::runtime_error(opened.error().message);
    set_up();
}

Bureau::~Bureau() = default;

app::ApplicationOptions Bureau::application_options() {
    app::ApplicationOptions options;
    options.data = data();
    options.rules = shipped_rules();
    options.prove = false;  // tests/engine and `gongkai check` do
    options.identity.argon2_bytes = 8 * 1024;
    options.identity.argon2_passes = 1;
    options.scheduler = false;
    options.outbox.thread = false;
    options.clock = &clock;
    options.on_broken = [](const engine::Error&) {};
    if (options_.application) options_.application(options);
    return options;
}

engine::Result<void> Bureau::open() {
    TRY(application_, app::Application::open(application_options()));
    ServiceOptions options;
    options.port = 0;
    if (options_.service) options_.service(options);
    service_ = std::make_unique<Service>(*application_, std::move(options));
    TRY(port_, service_->listen());
    service_->start();
    return {};
}

void Bureau::set_up() {
    const auto bureau = app::create_sample(application_->administration(), application_->identity(),
                                           application_->randomness());
    if (!bureau) throw std::runtime_error(bureau.error().message);
    for (const auto& account : bureau->accounts) {
        passwords_[account.login] = account.password;
        if (!account.key.empty()) tokens_[account.login] = account.key;
    }
    bring_in_catalog();
}

// What is published hangs on an item: one of the shipped catalogues, where the flows are shipped
// ones too.
void Bureau::bring_in_catalog() {
    std::vector<language::SourceFile> files = shipped_rules();
    std::erase_if(files, [](const auto& file) { return file.path != "catalog/key_areas.yaml"; });
    const auto reading = app::read_catalogs(files, application_->flows());
    for (const app::CatalogImport& catalog : reading.catalogs) {
        const auto done = application_->administration().import_catalog(
            {{id("liuyang"), false, {}}, "set up", std::nullopt}, catalog);
        if (!std::holds_alternative<app::CatalogCounts>(done))
            throw std::runtime_error("the catalogue was not brought in");
    }
}

void Bureau::close() {
    client_.reset();
    service_->drain(std::chrono::seconds(10));
    service_->wait();
    service_.reset();
    application_.reset();
}

Caller Bureau::login(const std::string& login) {
    const auto answer = anonymous().post("/api/v1/sessions",
                                         {{"login", login}, {"password", passwords_.at(login)}});
    INFO(show(answer));
    REQUIRE(answer.status == 201);
    return {*this, answer.text("/token")};
}

Caller Bureau::as(const std::string& login) {
    auto& token = tokens_[login];
    if (token.empty()) token = this->login(login).token();
    return {*this, token};
}

void Bureau::advance_days(int days) {
    clock.advance_ms(days * engine::ms_per_day);
    std::erase_if(tokens_, [](const auto& token) { return token.second.starts_with("gks_"); });
}

engine::PersonId Bureau::id(const std::string& login) const {
    const auto directory = application_->identity().directory();
    const auto* person = directory->person(login);
    if (person == nullptr) throw std::runtime_error("nobody is " + login);
    return person->id;
}

std::uint64_t Bureau::leaves() {
    return application_->store().head().size;
}

Answer Bureau::ask(const std::string& method, const std::string& target, const std::string& body,
                   const Fields& headers) {
    std::string request = method + " " + target + " HTTP/1.1\r\nHost: test\r\n";
    bool typed = body.empty();
    for (const auto& [name, value] : headers) {
        request += name + ": " + value + "\r\n";
        typed = typed || name == "Content-Type";
    }
    if (!typed) request += "Content-Type: application/json\r\n";
    if (!body.empty() || method == "POST" || method == "PUT" || method == "PATCH")
        request += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    request += "\r\n" + body;

    if (!client_) client_ = std::make_unique<Client>(port_);
    const Reply reply = client_->ask(request, method == "HEAD");
    if (reply.status == 0 || reply.header("Connection") == "close") client_.reset();
    Answer answer{reply.status, reply.head, reply.body, {}};
    if (answer.header("Content-Type").find("json") != std::string::npos)
        answer.json = parsed(reply.body);

    const Observed observed{method,       target,
                            body,         headers,
                            reply.status, reply.header("Content-Type"),
                            reply.body,   reply.header("X-Request-Id")};
    INFO(method << " " << target << "\n" << body << "\n" << show(answer));
    const Findings findings = Contract::shipped().judge(observed);
    CHECK(findings == Findings{});
    if (const auto* operation = Contract::shipped().find(method, target);
        operation && answer.status < 300)
        granted_.insert(operation->id);
    CHECK(answer.header("X-Request-Id") != "");
    CHECK(answer.header("X-Content-Type-Options") == "nosniff");
    return answer;
}

// ---- documents

json::object new_document(const json::object& more) {
    json::object fields{
        {"title", "关于开展职业技能培训的实施方案"},
        {"body", "为贯彻落实职业技能提升行动，制定本方案。\n（此件公开发布）"},
        {"formed_at", "2026-03-02"},
        {"attribute", "proactive"},
        {"catalog_item", "ZD-2.1"},
        {"steps", json::array{{{"step", "动员"}, {"content", "印发通知"}, {"due", "2026年4月"}}}}};
    for (const auto& [name, value] : more)
        fields[name] = value;
    return {{"flow", "execution"}, {"department", "employment"}, {"fields", std::move(fields)}};
}

std::string draft(Bureau& bureau, const json::object& more) {
    const auto answer = bureau.as("lihua").post("/api/v1/documents", new_document(more));
    INFO(show(answer));
    REQUIRE(answer.status == 201);
    return answer.text("/id");
}

Answer try_to(Bureau& bureau, const std::string& login, const std::string& id,
              const std::string& action, const json::object& fields, const std::string& comment) {
    json::object body;
    if (!fields.empty()) body["fields"] = fields;
    if (!comment.empty()) body["comment"] = comment;
    return bureau.as(login).post("/api/v1/documents/" + id + "/actions/" + action, body);
}

Answer act(Bureau& bureau, const std::string& login, const std::string& id,
           const std::string& action, const json::object& fields, const std::string& comment) {
    const auto answer = try_to(bureau, login, id, action, fields, comment);
    INFO(login << ": " << action << "\n" << show(answer));
    REQUIRE(answer.status == 200);
    return answer;
}

void bring_to(Bureau& bureau, const std::string& id, const std::string& state) {
    struct Step {
        const char* from;
        const char* login;
        const char* action;
        const char* field;
    };
    constexpr Step way[] = {
        {"drafting", "lihua", "submit", ""},
        {"release/attribution/department_check", "wangfang", "agree", ""},
        {"release/attribution/office_check", "yangmei", "agree", ""},
        {"release/attribution/signing", "zhoujie", "issue", ""},
        {"release/secrecy/self_review", "lihua", "confirm", "self_review_opinion"},
        {"release/secrecy/department_review", "wangfang", "agree", ""},
        {"release/secrecy/secrecy_check", "sunli", "release", "secrecy_opinion"},
        {"release/secrecy/leader_review", "huangwei", "approve", ""},
        {"release/secrecy/procedure_check", "majun", "complete", ""},
        {"release/publication/reviews/first_review", "majun", "pass", "first_proofreading"},
        {"release/publication/reviews/second_review", "wangfang", "pass", "second_proofreading"},
        {"release/publication/reviews/third_review", "zhoujie", "pass", "third_proofreading"},
        {"release/publication/ready", "majun", "publish", ""}};
    const std::string last = state == "published" ? "release/published" : state;
    for (std::string now = state_of(bureau, id); now != last; now = state_of(bureau, id)) {
        const auto* step = std::find_if(std::begin(way), std::end(way),
                                        [&](const Step& one) { return now == one.from; });
        if (step == std::end(way)) FAIL("no way from " << now << " to " << last);
        json::object fields;
        if (*step->field != '\0') fields[step->field] = "无问题";
        act(bureau, step->login, id, step->action, fields);
    }
}

std::string state_of(Bureau& bureau, const std::string& id) {
    const auto answer = bureau.as("auditor").get("/api/v1/documents/" + id);
    INFO(show(answer));
    REQUIRE(answer.status == 200);
    return answer.text("/states/0/name");
}

}  // namespace gongkai::api::testing
