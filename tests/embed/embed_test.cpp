#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "embedded/chosen.hpp"
#include "embedded/sample.hpp"
#include "embedded/single.hpp"

namespace embedded = gongkai::embedded;

static std::string read(std::string_view path) {
    std::ifstream in(GONGKAI_SOURCE_DIR "/tests/embed/sample/" + std::string(path),
                     std::ios::binary);
    REQUIRE(in);
    return {std::istreambuf_iterator<char>(in), {}};
}

static std::vector<std::string_view> paths(std::span<const embedded::File> files) {
    std::vector<std::string_view> found;
    for (const auto& file : files) {
        found.push_back(file.path);
    }
    return found;
}

TEST_CASE("embedded files are the files, byte for byte, sorted by path") {
    CHECK(paths(embedded::sample()) ==
          std::vector<std::string_view>{"empty.txt", "notes.md", "parts/bytes.bin", "决策.yaml"});
    for (const auto& file : embedded::sample()) {
        INFO(file.path);
        CHECK(file.bytes == read(file.path));
        CHECK(file.bytes.data()[file.bytes.size()] == '\0');
    }
}

TEST_CASE("the sum of an embedded file is its SHA-256") {
    CHECK(embedded::sample().front().sha256 ==
          "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_CASE("patterns choose what is embedded, and a single file may be named") {
    CHECK(paths(embedded::chosen()) ==
          std::vector<std::string_view>{"parts/bytes.bin", "决策.yaml"});
    CHECK(paths(embedded::single()) == std::vector<std::string_view>{"notes.md"});
}
