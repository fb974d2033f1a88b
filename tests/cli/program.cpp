#include "tests/cli/program.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "app/log.hpp"
#include "app/sample.hpp"
#include "language/rulebook.hpp"
#include "storage/audit/hash.hpp"

extern char** environ;

namespace gongkai::cli::testing {

namespace fs = std::filesystem;

Folder::Folder() {
    std::string name = (fs::temp_directory_path() / "gongkai-cli-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
    path_ = name;
}

Folder::~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

std::string contents(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

boost::json::value Ran::json() const {
    boost::system::error_code fault;
    auto value = boost::json::parse(out, fault);
    INFO(told(*this));
    REQUIRE(!fault);
    return value;
}

std::string told(const Ran& ran) {
    return "exit " + std::to_string(ran.exit) + "\n--- stdout\n" + ran.out + "--- stderr\n" +
           ran.err;
}

Ran run(std::vector<std::string> words, const std::string& input) {
    // Through files: nobody waits for anybody's pipe.
    const Folder folder;
    std::ofstream(folder / "in", std::ios::binary) << input;
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    const auto open = [&](int descriptor, const char* name, int flags) {
        posix_spawn_file_actions_addopen(&files, descriptor, (folder / name).c_str(), flags, 0600);
    };
    open(STDIN_FILENO, "in", O_RDONLY);
    open(STDOUT_FILENO, "out", O_WRONLY | O_CREAT);
    open(STDERR_FILENO, "err", O_WRONLY | O_CREAT);
    std::vector<char*> arguments;
    for (std::string& word : words)
        arguments.push_back(word.data());
    arguments.push_back(nullptr);
    pid_t process = -1;
    const int failed =
        ::posix_spawnp(&process, arguments[0], &files, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&files);
    REQUIRE(failed == 0);
    int status = 0;
    while (::waitpid(process, &status, 0) < 0 && errno == EINTR) {
    }
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
            contents(folder / "out"), contents(folder / "err")};
}

Ran gongkai(const std::vector<std::string>& words, const std::string& input) {
    std::vector<std::string> all{GONGKAI_BINARY_DIR "/cli/gongkai"};
    all.insert(all.end(), words.begin(), words.end());
    return run(std::move(all), input);
}

std::string rules_folder() {
    return GONGKAI_SOURCE_DIR "/tests/crash/rules";
}

namespace {

app::Outcome step(app::Application& application, const std::string& login,
                  engine::DocumentId document, app::Input input) {
    const auto directory = application.identity().directory();
    app::StepRequest request;
    request.principal = {directory->person(login)->id, false, {}};
    request.document = document;
    request.input = std::move(input);
    return application.documents().run(std::move(request));
}

app::Done done(app::Outcome outcome) {
    if (const auto* error = std::get_if<engine::Error>(&outcome)) INFO(error->message);
    REQUIRE(std::holds_alternative<app::Done>(outcome));
    return std::get<app::Done>(std::move(outcome));
}

app::input::Act action(const std::string& name) {
    app::input::Act act;
    act.action = name;
    return act;
}

}  // namespace

std::unique_ptr<app::Application> Installation::serve() {
    app::set_log_sink([](const std::string&) {});
    app::ApplicationOptions options;
    options.data = data;
    options.rules = language::load_directory(rules).value();
    options.prove = false;
    options.scheduler = false;
    options.identity.argon2_bytes = 8 * 1024;
    options.identity.argon2_passes = 1;
    auto opened = app::Application::open(std::move(options));
    INFO((opened ? "" : opened.error().message));
    REQUIRE(opened.has_value());
    return std::move(*opened);
}

engine::DocumentId Installation::draft(app::Application& application, const std::string& body) {
    app::input::Open open;
    open.flow = "notice";
    open.department = "employment";
    open.fields = {{"title", std::string("关于就业补助的通知")},
                   {"body", body},
                   {"attribute", std::string("proactive")}};
    return done(step(application, "lihua", 0, open)).id;
}

void Installation::settle(app::Application& application) {
    const auto sample = app::create_sample(application.administration(), application.identity(),
                                           application.randomness());
    REQUIRE(sample.has_value());
    for (const app::SampleAccount& account : sample->accounts)
        passwords[account.login] = account.password;
}

engine::DocumentId Installation::publish() {
    const auto application = serve();
    settle(*application);
    const engine::DocumentId id = draft(*application, "第一条 内容。\n（此件公开发布）");
    const fs::path spooled = application->attachments().spool_folder() / "upload";
    std::ofstream(spooled, std::ios::binary) << attachment;
    const auto digest = storage::audit::sha256(attachment);
    const auto directory = application->identity().directory();
    REQUIRE(
        application->attachments()
            .add({directory->person("lihua")->id, false, {}}, spooled, digest, attachment.size())
            .has_value());
    app::input::Edit edit;
    edit.attachments = {{app::PlainAttachment{digest, "附件.txt"}}};
    done(step(*application, "lihua", id, edit));
    done(step(*application, "lihua", id, action("submit")));
    done(step(*application, "sunli", id, action("clear")));
    // The clerk cannot issue it: an attempt for the record.
    REQUIRE(std::holds_alternative<app::Refused>(step(*application, "lihua", id, action("issue"))));
    done(step(*application, "zhoujie", id, action("issue")));
    REQUIRE(application->close().has_value());
    return id;
}

}  // namespace gongkai::cli::testing
