#include "tests/cli/request_office.hpp"

#include <cstdlib>
#include <fstream>

namespace gongkai::cli::testing {

RequestOffice::RequestOffice() {
    rules = GONGKAI_SOURCE_DIR "/workflows";
    const auto application = serve();
    settle(*application);
    const auto directory = application->identity().directory();
    app::StepRequest step;
    step.principal = {directory->person("liuyang")->id, false, {}};
    step.input =
        app::input::Open{"request",
                         "office",
                         {{"title", std::string("就业补助资金分配方案")},
                          {"applicant_kind", std::string("natural_person")},
                          {"applicant_name", std::string("张三")},
                          {"identity_proof", std::string("居民身份证")},
                          {"applicant_contact", std::string("0878-0000001")},
                          {"request_description", std::string("2025年就业补助资金分配方案")},
                          {"channel_of_receipt", std::string("counter")},
                          {"submitted_on", std::string("2025-12-25")},
                          {"received_on", std::string("2025-12-25")}},
                         {}};
    const auto outcome = application->documents().run(std::move(step));
    REQUIRE(std::holds_alternative<app::Done>(outcome));
    request = std::to_string(std::get<app::Done>(outcome).id);
    REQUIRE(application->close().has_value());
}

Ran RequestOffice::as(const std::string& login, std::vector<std::string> all) const {
    all.insert(all.end(), {"--as", login, "--data", words()});
    return gongkai(all);
}

Ran RequestOffice::report(const std::string& login, std::vector<std::string> all) const {
    all.insert(all.begin(), "report");
    return as(login, std::move(all));
}

std::uint64_t RequestOffice::leaves() const {
    const Ran ran = gongkai({"audit", "checkpoint", "--data", words(), "--json"});
    INFO(told(ran));
    REQUIRE(ran.exit == 0);
    return ran.json().at("size").to_number<std::uint64_t>();
}

std::string RequestOffice::write(const std::string& name, const std::string& text) const {
    const auto file = folder / name;
    std::ofstream(file, std::ios::binary) << text;
    return file.string();
}

void keep_page(const std::filesystem::path& file) {
    if (const char* kept = std::getenv("GONGKAI_PAGES")) {
        std::filesystem::copy_file(file, std::filesystem::path(kept) / file.filename(),
                                   std::filesystem::copy_options::overwrite_existing);
    }
}

}  // namespace gongkai::cli::testing
