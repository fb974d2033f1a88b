#include "storage/document_codec.hpp"

#include <catch2/catch.hpp>

#include "tests/storage/random_values.hpp"

using namespace gongkai::storage;
using namespace gongkai::storage::testing;
using gongkai::engine::Document;
using gongkai::engine::ErrorCode;

namespace {

std::string encoded(const Document& document) {
    std::string out;
    encode_document(document, out);
    return out;
}

}  // namespace

TEST_CASE("document codec: every document comes back as it was") {
    const unsigned seed = seed_of_run();
    INFO("GONGKAI_SEED=" << seed);
    Random random(seed);
    for (int i = 0; i < 2'000; ++i) {
        const Document document = random_document(random);
        const auto back = decode_document(encoded(document));
        REQUIRE(back.has_value());
        REQUIRE(*back == document);
    }
}

TEST_CASE("document codec: an empty document comes back, behind what the string held before") {
    std::string out = "before";
    encode_document(Document{}, out);
    CHECK(out.substr(0, 6) == "before");
    CHECK(*decode_document(out.substr(6)) == Document{});
}

TEST_CASE("document codec: bytes cut off or left over are refused") {
    const unsigned seed = seed_of_run();
    INFO("GONGKAI_SEED=" << seed);
    Random random(seed);
    for (int i = 0; i < 20; ++i) {
        const std::string bytes = encoded(random_document(random));
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            const auto cut = decode_document(std::string_view(bytes).substr(0, size));
            REQUIRE(!cut);
            REQUIRE(cut.error().code == ErrorCode::malformed);
        }
        REQUIRE(!decode_document(bytes + '\0'));
    }
}

TEST_CASE("document codec: damaged bytes are refused or are another document's own bytes") {
    const unsigned seed = seed_of_run();
    INFO("GONGKAI_SEED=" << seed);
    Random random(seed);
    for (int i = 0; i < 3'000; ++i) {
        std::string bytes = encoded(random_document(random));
        for (std::uint64_t n = random.below(3) + 1; n > 0; --n)
            bytes[random.below(bytes.size())] = static_cast<char>(random.below(256));
        const auto back = decode_document(bytes);
        if (back) REQUIRE(encoded(*back) == bytes);
    }
}

TEST_CASE("document codec: a document without relations is written as it always was") {
    Document document;
    CHECK(encoded(document)[0] == 1);
    document.parents.push_back({7, "request", "redaction"});
    std::string bytes = encoded(document);
    CHECK(bytes[0] == 2);
    CHECK(decode_document(bytes)->parents == document.parents);
    // No second spelling of a document that has none.
    bytes = encoded(Document{});
    bytes[0] = 2;
    CHECK(!decode_document(bytes + std::string(2, '\0')));
    // Nor of one that missed no deadline.
    bytes[0] = 3;
    CHECK(!decode_document(bytes + std::string(3, '\0')));
    CHECK(!decode_document(bytes + std::string(2, '\0') + std::string("\1\0", 2)));
}

TEST_CASE("document codec: the due moments that were missed") {
    Document document;
    document.missed = {std::nullopt, gongkai::engine::Instant{0}, gongkai::engine::Instant{-5}};
    const std::string bytes = encoded(document);
    CHECK(bytes[0] == 3);
    CHECK(decode_document(bytes)->missed == document.missed);
}

TEST_CASE("document codec: an unknown version and a forged count are refused") {
    std::string bytes = encoded(Document{});
    bytes[0] = 4;
    const auto newer = decode_document(bytes);
    REQUIRE(!newer);
    CHECK(newer.error().message.find("version 4") != std::string::npos);
    // A flow's name of 2^63 bytes.
    CHECK(!decode_document(std::string("\x01\x00\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 11)));
}
