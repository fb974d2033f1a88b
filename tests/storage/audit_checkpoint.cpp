#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "storage/audit/checkpoint.hpp"
#include "storage/audit/files.hpp"

using namespace gongkai::storage::audit;
using gongkai::engine::Error;
using gongkai::engine::ErrorCode;
namespace fs = std::filesystem;

namespace {

struct Folder {
    Folder() {
        std::string name = (fs::temp_directory_path() / "gongkai-audit-XXXXXX").string();
        REQUIRE(mkdtemp(name.data()) != nullptr);
        path = name;
    }
    ~Folder() { fs::remove_all(path); }
    fs::path path;
};

std::string contents(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void overwrite(const fs::path& path, std::string_view bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
}

// The key and note that the Go implementation of signed notes documents itself with.
const std::string known_signing_key =
    "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const std::string known_verifier_key =
    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const std::string known_text =
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n";
const std::string known_note =
    known_text +
    "\n— PeterNeumann "
    "x08go/ZJkuBS9UG/"
    "SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

SigningKey a_key(const char* name = "example.gov.cn/record") {
    return SigningKey::generate(name).value();
}

}  // namespace

TEST_CASE("note: the note that other implementations know comes out the same") {
    const SigningKey key = SigningKey::parse(known_signing_key).value();
    CHECK(key.verifier().to_string() == known_verifier_key);
    CHECK(key.sign(known_text).value() == known_note);
    CHECK(open_note(known_note, {VerifierKey::parse(known_verifier_key).value()}).value() ==
          known_text);
}

TEST_CASE("note: no altered note is believed") {
    const std::vector<VerifierKey> keys{VerifierKey::parse(known_verifier_key).value()};
    for (std::size_t i = 0; i < known_note.size(); ++i) {
        std::string altered = known_note;
        altered[i] = static_cast<char>(altered[i] ^ 1);
        INFO(i);
        CHECK_FALSE(open_note(altered, keys).has_value());
    }
    CHECK(open_note(known_note, {}).error().code == ErrorCode::integrity);
    CHECK(open_note(known_note, {a_key("PeterNeumann").verifier()}).error().message ==
          "the note is not signed by a known key");
    std::string text_altered = known_note;
    text_altered[0] = 'i';
    CHECK(open_note(text_altered, keys).error().message ==
          "the signature by PeterNeumann is wrong");
}

TEST_CASE("note: signatures by unknown keys are ignored, a wrong one by a known key is not") {
    const SigningKey one = a_key("one");
    const SigningKey two = a_key("two");
    const std::string note = one.sign("text\n").value();
    const std::string other = two.sign("text\n").value();
    const std::string both = note + other.substr(other.find("\n\n") + 2);
    CHECK(open_note(both, {one.verifier()}).value() == "text\n");
    CHECK(open_note(both, {two.verifier()}).value() == "text\n");
    const std::string wrong = two.sign("texts\n").value();
    const std::string mixed = note + wrong.substr(wrong.find("\n\n") + 2);
    CHECK(open_note(mixed, {one.verifier()}).has_value());
    CHECK(open_note(mixed, {one.verifier(), two.verifier()}).error().code == ErrorCode::integrity);
}

TEST_CASE("note: what is no note is refused with the reason") {
    const auto why = [](std::string_view bytes) { return parse_note(bytes).error().message; };
    CHECK(why("") == "a signed note has no empty line before its signatures");
    CHECK(why("text\n\n") == "a signed note has no signature");
    CHECK(why("text\n\n— a AAAAAAA=") == "a signed note does not end with a newline");
    CHECK(why("text\n\n- a AAAAAAA=\n") == "a signature line does not start with a dash");
    CHECK(why("text\n\n— a\n") == "a signature line has no signature");
    CHECK(why("text\n\n— a AAAA\n") == "a signature line is not base64 of a signature");
    CHECK(why("text\n\n— a+b AAAAAAA=\n") == "a signature line has a name that cannot be one");
    CHECK(why("text\r\n\n— a AAAAAAA=\n") == "a signed note has a control character");
    CHECK(why("te\xffxt\n\n— a AAAAAAA=\n") == "a signed note is not UTF-8");
    CHECK(why(std::string((1 << 20) + 1, 'a')) == "a signed note is larger than 1 MiB");
    std::string many = "text\n\n";
    for (int i = 0; i < 65; ++i)
        many += "— a AAAAAAA=\n";
    CHECK(why(many) == "a signed note has more than 64 signatures");
    CHECK(a_key().sign("no newline").error().code == ErrorCode::invalid_argument);
    CHECK(a_key().sign("").error().code == ErrorCode::invalid_argument);
    CHECK(a_key().sign("a\tb\n").error().code == ErrorCode::invalid_argument);
}

TEST_CASE("note: keys that are none are refused with the reason") {
    const auto why = [](std::string_view text) { return VerifierKey::parse(text).error().message; };
    CHECK(VerifierKey::parse(" " + known_verifier_key + "\n").has_value());
    CHECK(why("") == "a verifier key does not have the form name+id+key");
    CHECK(why("a+b") == "a verifier key does not have the form name+id+key");
    CHECK(why("+c74f20a3+AAAA") == "a verifier key has a name that cannot be one");
    CHECK(why("a b+c74f20a3+AAAA") == "a verifier key has a name that cannot be one");
    CHECK(why("a+C74F20A3+AAAA") == "a verifier key has an id that is not 8 hexadecimal digits");
    CHECK(why("a+c74f20a3+AAAA") == "a verifier key is not base64 of 33 bytes");
    CHECK(why("Peter" + known_verifier_key.substr(12)) ==
          "a verifier key has an id that is not its own");
    std::string other_type = known_verifier_key;
    other_type.replace(other_type.find("+ARp"), 4, "+BRp");
    CHECK(why(other_type) == "a verifier key is not of the type Ed25519 (1)");
    CHECK(SigningKey::parse(known_verifier_key).error().message ==
          "a signing key does not start with PRIVATE+KEY+");
    for (const char* name : {"", "a b", "a+b", "a\nb",
                             "a\xe3\x80\x80"
                             "b",
                             "\xff"})
        CHECK(SigningKey::generate(name).error().code == ErrorCode::invalid_argument);
    CHECK(SigningKey::generate("楚雄市人社局").has_value());
}

TEST_CASE("note: a key file is for its owner only and is never overwritten") {
    const Folder folder;
    const fs::path path = folder.path / "key";
    const SigningKey key = a_key();
    REQUIRE(key.save(path).has_value());
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
    CHECK(SigningKey::load(path).value().verifier() == key.verifier());
    CHECK(a_key().save(path).error().code == ErrorCode::conflict);
    CHECK(SigningKey::load(path).value().verifier() == key.verifier());
    fs::permissions(path, fs::perms(0640));
    CHECK(SigningKey::load(path).error().code == ErrorCode::invalid_argument);
    CHECK(SigningKey::load(folder.path / "none").error().code == ErrorCode::not_found);
    CHECK(std::distance(fs::directory_iterator(folder.path), fs::directory_iterator()) == 1);
}

TEST_CASE("checkpoint: what was signed is opened, of the right origin only") {
    const SigningKey key = a_key();
    const Hash root = sha256("root");
    const std::string note = sign_checkpoint(42, root, key).value();
    CHECK(note.starts_with("example.gov.cn/record\n42\n"));
    const std::vector<VerifierKey> keys{key.verifier()};
    CHECK(open_checkpoint(note, "example.gov.cn/record", keys).value() ==
          Checkpoint{"example.gov.cn/record", 42, root});
    CHECK(open_checkpoint(note, "example.gov.cn/other", keys).error().code == ErrorCode::integrity);
    const std::string second = sign_checkpoint(42, root, key, HashAlgorithm::sm3).value();
    CHECK(open_checkpoint(second, "example.gov.cn/record", keys).error().code ==
          ErrorCode::integrity);
    CHECK(open_checkpoint(second, origin_of("example.gov.cn/record", HashAlgorithm::sm3), keys)
              .has_value());
}

TEST_CASE("checkpoint: a text that is none is refused with the reason") {
    const std::string root = to_base64(as_view(sha256("root")));
    const auto why = [](const std::string& text) {
        const auto checkpoint = parse_checkpoint(text);
        return checkpoint ? std::string() : checkpoint.error().message;
    };
    CHECK(why("a\n0\n" + root + "\n").empty());
    CHECK(why("a\n0\n" + root + "\nextension\n").empty());
    CHECK(why("a\n0\n" + root) == "a checkpoint has fewer than three lines");
    CHECK(why("\n0\n" + root + "\n") == "a checkpoint has no origin");
    for (const char* size :
         {"", "01", "-1", "1 ", "0x1", "9223372036854775808", "18446744073709551616"})
        CHECK(why("a\n" + std::string(size) + "\n" + root + "\n") ==
              "a checkpoint's second line is not a tree size");
    CHECK(why("a\n1\n" + root.substr(4) + "\n") ==
          "a checkpoint's third line is not base64 of 32 bytes");
    CHECK(why("a\n1\n" + root + "\n\n") == "a checkpoint has an empty extension line");
}

TEST_CASE("checkpoint: the folder keeps the last one and all before it") {
    const Folder folder;
    const SigningKey key = a_key();
    auto kept =
        CheckpointFolder::open(folder.path / "made", key.verifier().name(), {key.verifier()})
            .value();
    CHECK(kept.last().value() == std::nullopt);
    const auto at = [&](std::uint64_t size, const char* root) {
        return sign_checkpoint(size, sha256(root), key).value();
    };
    REQUIRE(kept.add(at(1, "a")).has_value());
    REQUIRE(kept.add(at(5, "b")).has_value());
    REQUIRE(kept.add(at(5, "b")).has_value());
    CHECK(kept.last().value()->size == 5);

    CHECK(kept.add(at(4, "c")).error().code == ErrorCode::integrity);
    CHECK(kept.add(at(5, "c")).error().code == ErrorCode::integrity);
    CHECK(kept.add(sign_checkpoint(9, Hash{}, a_key()).value()).error().code ==
          ErrorCode::integrity);
    CHECK(kept.add("no note").error().code == ErrorCode::malformed);
    CHECK(kept.last_note().value() == at(5, "b"));

    // A crash in the middle of a line costs that line only, one in the middle of a file nothing.
    const fs::path history = folder.path / "made" / "checkpoints.jsonl";
    overwrite(folder.path / "made" / "checkpoint.x7Yz12.unfinished", "exam");
    overwrite(history, contents(history) + R"({"note":"exam)");
    REQUIRE(kept.add(at(8, "d")).has_value());
    std::vector<std::string> notes;
    REQUIRE(kept.for_each([&](std::string_view note) -> gongkai::engine::Result<void> {
                    notes.emplace_back(note);
                    return {};
                })
                .has_value());
    CHECK(notes == std::vector<std::string>{at(1, "a"), at(5, "b"), at(8, "d")});
    CHECK(std::distance(fs::directory_iterator(folder.path / "made"), fs::directory_iterator()) ==
          3);
}

TEST_CASE("checkpoint: a last checkpoint that cannot be believed is never taken for none") {
    const Folder folder;
    const SigningKey key = a_key();
    auto kept =
        CheckpointFolder::open(folder.path, key.verifier().name(), {key.verifier()}).value();
    REQUIRE(kept.add(sign_checkpoint(3, sha256("a"), key).value()).has_value());
    std::string note = contents(folder.path / "checkpoint");
    overwrite(folder.path / "checkpoint", "");
    CHECK(kept.last().error().code == ErrorCode::malformed);
    note[note.find("\n3\n") + 1] = '2';
    overwrite(folder.path / "checkpoint", note);
    CHECK(kept.last().error().code == ErrorCode::integrity);
    CHECK(kept.add(sign_checkpoint(9, sha256("b"), key).value()).error().code ==
          ErrorCode::integrity);
    CHECK(contents(folder.path / "checkpoint") == note);
}

TEST_CASE("checkpoint: a truncated, restored or altered database does not extend it") {
    std::vector<std::string> rows;
    Frontier frontier;
    const auto append = [&](const std::string& leaf) {
        rows.emplace_back(frontier.append(leaf).bytes());
    };
    const NodeReader reader = [&](NodeId node) -> gongkai::engine::Result<Hash> {
        const NodePlace place = node_place(node);
        if (place.row >= rows.size()) return Error{ErrorCode::not_found, "no such row"};
        Hash hash;
        std::copy_n(rows[place.row].begin() + static_cast<std::ptrdiff_t>(place.offset), 32,
                    hash.begin());
        return hash;
    };
    for (int i = 0; i < 11; ++i)
        append(std::to_string(i));
    const Checkpoint checkpoint{"o", frontier.size(), frontier.root()};
    CHECK(check_extends(checkpoint, 11, reader).has_value());
    CHECK(check_extends({"o", 0, empty_root()}, 11, reader).has_value());
    append("11");
    append("12");
    CHECK(check_extends(checkpoint, 13, reader).has_value());
    CHECK(check_extends(checkpoint, 10, reader).error().code == ErrorCode::integrity);
    rows.clear();
    frontier = Frontier();
    for (int i = 0; i < 13; ++i)
        append(i == 4 ? "another" : std::to_string(i));
    CHECK(check_extends(checkpoint, 13, reader).error().code == ErrorCode::integrity);
}

TEST_CASE("files: a file is replaced whole and a lock is held by one") {
    const Folder folder;
    const fs::path path = folder.path / "file";
    REQUIRE(write_file(path, "one").has_value());
    REQUIRE(write_file(path, "two").has_value());
    CHECK(contents(path) == "two");
    CHECK(create_file(path, "three").error().code == ErrorCode::conflict);
    CHECK(contents(path) == "two");
    CHECK(read_file(path, 3).value() == "two");
    CHECK(read_file(path, 2).error().code == ErrorCode::malformed);
    CHECK(write_file(folder.path / "none" / "file", "x").error().code == ErrorCode::not_found);
    { const auto lock = FileLock::take(folder.path / "lock"); }
    CHECK(FileLock::take(folder.path / "lock").has_value());
    CHECK(std::distance(fs::directory_iterator(folder.path), fs::directory_iterator()) == 2);
}

TEST_CASE("files: of what was not finished only that is removed") {
    const Folder folder;
    for (const char* name :
         {"file", "file.a1B2c3.unfinished", "file.a1B2c3", "file.backup", "file.unfinished",
          "file.a1B2c3d.unfinished", "other.a1B2c3.unfinished"})
        overwrite(folder.path / name, "x");
    remove_unfinished(folder.path / "file");
    CHECK_FALSE(fs::exists(folder.path / "file.a1B2c3.unfinished"));
    CHECK(std::distance(fs::directory_iterator(folder.path), fs::directory_iterator()) == 6);
    remove_unfinished(folder.path / "none" / "file");
}
