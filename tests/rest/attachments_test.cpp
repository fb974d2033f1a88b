// Files: how they come in, who may name them, and how they go out.
#include "storage/audit/hash.hpp"
#include "tests/rest/bureau.hpp"

using namespace gongkai;
using namespace gongkai::api::testing;
namespace fs = std::filesystem;

namespace {

BureauOptions small_limits() {
    BureauOptions options;
    options.service = [](api::ServiceOptions& service) {
        service.limits.attachment_bytes = 1'000;
        service.limits.document_bytes = 2'000;
    };
    return options;
}

json::object with_file(const std::string& digest, const std::string& name) {
    auto body = new_document();
    body["attachments"] = json::array{{{"sha256", digest}, {"name", name}}};
    return body;
}

std::size_t files_in(const fs::path& folder) {
    std::size_t count = 0;
    for (const auto& entry : fs::recursive_directory_iterator(folder))
        count += entry.is_regular_file() ? 1 : 0;
    return count;
}

}  // namespace

TEST_CASE("attachments: what is too large is refused before it is read, and leaves nothing") {
    Bureau bureau(small_limits());
    const auto clerk = bureau.as("lihua");
    CHECK(clerk.upload(std::string(1'000, 'x')).status == 201);
    const auto large = clerk.upload(std::string(1'001, 'x'));
    CHECK(large.status == 413);
    CHECK(large.code() == "body_too_large");
    CHECK(large.number("/limit") == 1'000);
    CHECK(clerk.upload(std::string(300'000, 'x')).status == 413);
    CHECK(clerk.upload("").status == 400);
    CHECK(bureau.anonymous().upload("x").status == 401);
    CHECK(files_in(bureau.data() / "files") == 1);
    CHECK(files_in(bureau.data() / "spool") == 0);
    // The JSON of a document has a limit of its own.
    const auto leaves = bureau.leaves();
    CHECK(clerk.post("/api/v1/documents", new_document({{"summary", std::string(3'000, 'x')}}))
              .status == 413);
    CHECK(bureau.leaves() == leaves);
}

TEST_CASE("attachments: a large file comes back byte by byte, under its own name") {
    Bureau bureau;
    std::string bytes(3'000'000, '\0');
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = static_cast<char>(i * 31 + i / 251);
    const auto uploaded = bureau.as("lihua").upload(bytes);
    CHECK(uploaded.status == 201);
    const auto digest = uploaded.text("/sha256");
    CHECK(digest == storage::audit::to_hex(storage::audit::sha256(bytes)));
    const auto id = bureau.as("lihua")
                        .post("/api/v1/documents", with_file(digest, "附件1：任务分工.xlsx"))
                        .text("/id");
    const std::string path = "/api/v1/documents/" + id + "/attachments";
    const auto list = bureau.as("wangfang").get(path);
    CHECK(list.text("/attachments/0/name") == "附件1：任务分工.xlsx");
    CHECK(list.number("/attachments/0/size") == 3'000'000);
    const auto got = bureau.as("wangfang").get(path + "/" + digest);
    CHECK(got.status == 200);
    CHECK((got.body == bytes));
    CHECK(got.header("Content-Disposition").find("filename*=UTF-8''%E9%99%84") !=
          std::string::npos);
    CHECK(got.header("Content-Type") == "application/octet-stream");
    CHECK(got.header("Cache-Control") == "no-store");
    CHECK(got.header("Content-Security-Policy").find("default-src 'none'") == 0);
    const auto head = bureau.as("wangfang").send("HEAD", path + "/" + digest, "");
    CHECK(head.header("Content-Length") == "3000000");
    // The bytes of a document that one may not see, or has not: none.
    CHECK(bureau.as("zhaomin").get(path + "/" + digest).status == 404);
    CHECK(bureau.as("lihua").get(path + "/" + std::string(64, 'f')).status == 404);
    CHECK(bureau.as("lihua").get(path + "/..%2F..%2Faudit.key").status == 404);
}

TEST_CASE(
    "attachments: a file may be named for a day by who uploaded it, then it must come again") {
    Bureau bureau;
    const auto digest = bureau.as("lihua").upload("草稿附件").text("/sha256");
    bureau.advance_days(2);
    const auto late = bureau.as("lihua").post("/api/v1/documents", with_file(digest, "a.pdf"));
    CHECK(late.status == 400);
    CHECK(late.text("/errors/0/fault") == "unknown_file");
    CHECK(late.text("/errors/0/detail_zh") == "请先上传该文件");
    CHECK(bureau.as("lihua").upload("草稿附件").text("/sha256") == digest);
    CHECK(bureau.as("lihua").post("/api/v1/documents", with_file(digest, "a.pdf")).status == 201);
}

TEST_CASE("attachments: the list of an edit is the whole new list") {
    Bureau bureau;
    const auto clerk = bureau.as("lihua");
    const auto first = clerk.upload("一").text("/sha256"),
               second = clerk.upload("二").text("/sha256");
    const auto id = clerk.post("/api/v1/documents", with_file(first, "1.pdf")).text("/id");
    const std::string path = "/api/v1/documents/" + id;
    const auto edit = [&](const json::array& list, const char* revision) {
        return clerk.patch(path, {{"attachments", list}}, {{"If-Match", revision}});
    };
    const auto both = edit(
        {{{"sha256", first}, {"name", "1.pdf"}}, {{"sha256", second}, {"name", "2.pdf"}}}, "\"1\"");
    CHECK(both.status == 200);
    // The same list again is no edit, and names kept are no change of content.
    CHECK(edit({{{"sha256", first}, {"name", "1.pdf"}}, {{"sha256", second}, {"name", "2.pdf"}}},
               "\"2\"")
              .code() == "nothing_changed");
    CHECK(edit({{{"sha256", second}, {"name", "2.pdf"}}}, "\"2\"").status == 200);
    CHECK(clerk.get(path + "/attachments").size("/attachments") == 1);
    CHECK(clerk.get(path + "/attachments/" + first).status == 404);
    CHECK(edit({}, "\"3\"").status == 200);
    CHECK(clerk.get(path + "/attachments").size("/attachments") == 0);
    // Sent back for good, nothing of it can be changed any more.
    act(bureau, "lihua", id, "submit");
    CHECK(edit({{{"sha256", second}, {"name", "2.pdf"}}}, "\"5\"").status == 409);
}
