#include <bit>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <random>

#include "storage/audit/merkle.hpp"

using namespace gongkai::storage::audit;
using gongkai::engine::Error;
using gongkai::engine::ErrorCode;

namespace {

// The tree as RFC 6962 section 2.1 defines it, by recursion over lists of leaves: slow, and plainly
// right.
struct Naive {
    std::vector<std::string> leaves;
    HashAlgorithm algorithm = HashAlgorithm::sha256;

    static std::size_t split(std::size_t n) {
        std::size_t k = 1;
        while (k * 2 < n)
            k *= 2;
        return k;
    }
    Hash root(std::size_t begin, std::size_t end) const {
        if (begin == end) return Hasher(algorithm).digest({});
        if (end - begin == 1)
            return Hasher(algorithm).digest(std::string_view("\0", 1), leaves[begin]);
        const std::size_t k = split(end - begin);
        return Hasher(algorithm).digest("\x01", as_view(root(begin, begin + k)),
                                        as_view(root(begin + k, end)));
    }
    std::vector<Hash> path(std::size_t m, std::size_t begin, std::size_t end) const {
        if (end - begin == 1) return {};
        const std::size_t k = split(end - begin);
        std::vector<Hash> proof = m < k ? path(m, begin, begin + k) : path(m - k, begin + k, end);
        proof.push_back(m < k ? root(begin + k, end) : root(begin, begin + k));
        return proof;
    }
    std::vector<Hash> subproof(std::size_t m, std::size_t begin, std::size_t end,
                               bool whole) const {
        if (m == end - begin)
            return whole ? std::vector<Hash>{} : std::vector<Hash>{root(begin, end)};
        const std::size_t k = split(end - begin);
        std::vector<Hash> proof =
            m <= k ? subproof(m, begin, begin + k, whole) : subproof(m - k, begin + k, end, false);
        proof.push_back(m <= k ? root(begin + k, end) : root(begin, begin + k));
        return proof;
    }
};

// Rows as a store keeps them: one blob a leaf.
struct Rows {
    std::vector<std::string> blobs;
    NodeReader reader() const {
        return [this](NodeId node) -> gongkai::engine::Result<Hash> {
            const NodePlace place = node_place(node);
            if (place.row >= blobs.size() || place.offset + 32 > blobs[place.row].size())
                return Error{ErrorCode::not_found, "no such node"};
            Hash hash;
            std::copy_n(blobs[place.row].begin() + static_cast<std::ptrdiff_t>(place.offset), 32,
                        hash.begin());
            return hash;
        };
    }
};

struct Grown {
    Naive naive;
    Rows rows;
    Frontier frontier;
};

Grown grow(std::size_t size, HashAlgorithm algorithm) {
    Grown grown{{{}, algorithm}, {}, Frontier(algorithm)};
    for (std::size_t i = 0; i < size; ++i) {
        grown.naive.leaves.push_back("leaf " + std::to_string(i * i));
        grown.rows.blobs.emplace_back(grown.frontier.append(grown.naive.leaves.back()).bytes());
    }
    return grown;
}

// The eight leaves that implementations of Certificate Transparency test themselves with.
const std::vector<std::string> known_leaves = {"",
                                               "00",
                                               "10",
                                               "2021",
                                               "3031",
                                               "40414243",
                                               "5051525354555657",
                                               "606162636465666768696a6b6c6d6e6f"};
const std::vector<std::string> known_roots = {
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

Hash known(std::string_view hex) {
    return hash_from_hex(hex).value();
}

unsigned seed_of_run() {
    if (const char* given = std::getenv("GONGKAI_SEED"))
        return static_cast<unsigned>(std::atol(given));
    return std::random_device{}();
}

}  // namespace

TEST_CASE("merkle: the roots of the well-known eight leaves") {
    Frontier frontier;
    CHECK(to_hex(frontier.root()) == known_roots[0]);
    for (std::size_t i = 0; i < known_leaves.size(); ++i) {
        frontier.append(bytes_from_hex(known_leaves[i]).value());
        CHECK(to_hex(frontier.root()) == known_roots[i + 1]);
    }
}

TEST_CASE("merkle: the proofs of the well-known eight leaves") {
    Rows rows;
    Frontier frontier;
    for (const auto& leaf : known_leaves)
        rows.blobs.emplace_back(frontier.append(bytes_from_hex(leaf).value()).bytes());
    const Hash a = known("96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7");
    const Hash b = known("5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e");
    const Hash c = known("6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4");
    const Hash d = known("bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b");
    const Hash e = known("ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0");
    const Hash f = known("0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a");
    const auto reader = rows.reader();
    CHECK(inclusion_proof(0, 8, reader).value() == std::vector<Hash>{a, b, c});
    CHECK(inclusion_proof(5, 8, reader).value() == std::vector<Hash>{d, e, known(known_roots[4])});
    CHECK(inclusion_proof(2, 3, reader).value() == std::vector<Hash>{known(known_roots[2])});
    CHECK(inclusion_proof(1, 5, reader).value() == std::vector<Hash>{known(known_roots[1]), b, d});
    CHECK(consistency_proof(1, 8, reader).value() == std::vector<Hash>{a, b, c});
    CHECK(consistency_proof(6, 8, reader).value() ==
          std::vector<Hash>{f, e, known(known_roots[4])});
    CHECK(consistency_proof(2, 5, reader).value() == std::vector<Hash>{b, d});
}

TEST_CASE("merkle: SM3 gives the digests of its standard") {
    REQUIRE(available(HashAlgorithm::sm3));
    Hasher sm3(HashAlgorithm::sm3);
    CHECK(to_hex(sm3.digest("abc")) ==
          "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
    std::string sixteen_times;
    for (int i = 0; i < 16; ++i)
        sixteen_times += "abcd";
    CHECK(to_hex(sm3.digest(sixteen_times)) ==
          "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732");
    CHECK(to_hex(Hasher().digest("abc")) ==
          "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("merkle: every tree up to 70 leaves agrees with the recursive definition") {
    const auto algorithm = GENERATE(HashAlgorithm::sha256, HashAlgorithm::sm3);
    constexpr std::size_t most = 70;
    const Grown grown = grow(most, algorithm);
    const auto reader = grown.rows.reader();
    for (std::size_t n = 0; n <= most; ++n) {
        const Hash root = grown.naive.root(0, n);
        REQUIRE(root_at(n, reader, algorithm).value() == root);
        const Frontier loaded = Frontier::load(n, reader, algorithm).value();
        REQUIRE(loaded.root() == root);
        const auto peaks = loaded.peaks();
        REQUIRE(Frontier::restore(n, peaks, algorithm).value().root() == root);
        for (std::size_t i = 0; i < n; ++i) {
            const auto proof = inclusion_proof(i, n, reader, algorithm).value();
            REQUIRE(proof == grown.naive.path(i, 0, n));
            REQUIRE(verify_inclusion(leaf_hash(grown.naive.leaves[i], algorithm), i, n, proof, root,
                                     algorithm));
        }
        for (std::size_t m = 1; m <= n; ++m) {
            const auto proof = consistency_proof(m, n, reader, algorithm).value();
            REQUIRE(proof == grown.naive.subproof(m, 0, n, true));
            REQUIRE(verify_consistency(m, n, proof, grown.naive.root(0, m), root, algorithm));
        }
    }
}

TEST_CASE("merkle: a frontier that was restored grows like the one that was never put away") {
    const Grown grown = grow(40, HashAlgorithm::sha256);
    for (std::size_t n = 0; n < 40; ++n) {
        Frontier restored = Frontier::load(n, grown.rows.reader()).value();
        for (std::size_t i = n; i < 40; ++i)
            REQUIRE(restored.append(grown.naive.leaves[i]).bytes() == grown.rows.blobs[i]);
        REQUIRE(restored.root() == grown.frontier.root());
    }
}

TEST_CASE("merkle: a copy of the frontier rolls back what was appended after it") {
    Grown grown = grow(13, HashAlgorithm::sha256);
    const Frontier kept = grown.frontier;
    grown.frontier.append("a step that is rolled back");
    CHECK(grown.frontier.root() != kept.root());
    grown.frontier = kept;
    CHECK(grown.frontier.size() == 13);
    CHECK(grown.frontier.root() == grown.naive.root(0, 13));
}

TEST_CASE("merkle: every complete subtree lies in the row of the leaf that completed it") {
    const Grown grown = grow(64, HashAlgorithm::sha256);
    for (std::uint64_t row = 0; row < 64; ++row)
        CHECK(grown.rows.blobs[row].size() == 32 * nodes_in_row(row));
    for (unsigned level = 0; level <= 6; ++level) {
        const std::size_t width = std::size_t{1} << level;
        for (std::size_t index = 0; (index + 1) * width <= 64; ++index)
            REQUIRE(grown.rows.reader()({level, index}).value() ==
                    grown.naive.root(index * width, (index + 1) * width));
    }
}

TEST_CASE("merkle: no altered proof is accepted") {
    const unsigned seed = seed_of_run();
    INFO("GONGKAI_SEED=" << seed);
    std::mt19937 random(seed);
    const auto below = [&](std::size_t n) {
        return std::uniform_int_distribution<std::size_t>(0, n - 1)(random);
    };
    const Grown grown = grow(200, HashAlgorithm::sha256);
    const auto reader = grown.rows.reader();
    for (int round = 0; round < 400; ++round) {
        const std::size_t n = 2 + below(199);
        const std::size_t i = below(n);
        const Hash root = grown.naive.root(0, n);
        const Hash leaf = leaf_hash(grown.naive.leaves[i]);
        const auto proof = inclusion_proof(i, n, reader).value();
        REQUIRE(verify_inclusion(leaf, i, n, proof, root));
        auto wrong = proof;
        wrong[below(wrong.size())][below(32)] ^= static_cast<std::uint8_t>(1 << below(8));
        CHECK_FALSE(verify_inclusion(leaf, i, n, wrong, root));
        auto shorter = proof;
        shorter.pop_back();
        CHECK_FALSE(verify_inclusion(leaf, i, n, shorter, root));
        auto longer = proof;
        longer.push_back(root);
        CHECK_FALSE(verify_inclusion(leaf, i, n, longer, root));
        CHECK_FALSE(verify_inclusion(leaf, n, n, proof, root));
        CHECK_FALSE(verify_inclusion(leaf, (i + 1) % n, n, proof, root));

        const std::size_t m = 1 + below(n - 1);
        const Hash older = grown.naive.root(0, m);
        const auto consistency = consistency_proof(m, n, reader).value();
        REQUIRE(verify_consistency(m, n, consistency, older, root));
        auto forged = consistency;
        forged[below(forged.size())][below(32)] ^= static_cast<std::uint8_t>(1 << below(8));
        CHECK_FALSE(verify_consistency(m, n, forged, older, root));
        forged = consistency;
        forged.pop_back();
        CHECK_FALSE(verify_consistency(m, n, forged, older, root));
        forged = consistency;
        forged.push_back(root);
        CHECK_FALSE(verify_consistency(m, n, forged, older, root));
        CHECK_FALSE(verify_consistency(m, n, consistency, root, root));
        CHECK_FALSE(verify_consistency(n, m, consistency, root, older));
    }
}

TEST_CASE("merkle: what does not fit is an error and never a wrong answer") {
    const Grown grown = grow(5, HashAlgorithm::sha256);
    const auto reader = grown.rows.reader();
    CHECK(inclusion_proof(5, 5, reader).error().code == ErrorCode::invalid_argument);
    CHECK(inclusion_proof(0, 0, reader).error().code == ErrorCode::invalid_argument);
    CHECK(consistency_proof(5, 4, reader).error().code == ErrorCode::invalid_argument);
    CHECK(Frontier::restore(5, {}).error().code == ErrorCode::malformed);
    // A store that has lost rows says so instead of proving something else.
    CHECK(root_at(6, reader).error().code == ErrorCode::not_found);
    CHECK(Frontier::load(8, reader).error().code == ErrorCode::not_found);
    CHECK(inclusion_proof(1, 8, reader).error().code == ErrorCode::not_found);
}

TEST_CASE("hash: hexadecimal and base64 have one spelling") {
    CHECK(to_hex(sha256("")) == known_roots[0]);
    CHECK_FALSE(hash_from_hex(known_roots[0].substr(1)));
    std::string upper = known_roots[0];
    upper[0] = 'E';
    CHECK_FALSE(hash_from_hex(upper));
    CHECK(bytes_from_hex("00ff").value() == std::string("\x00\xff", 2));
    CHECK_FALSE(bytes_from_hex("0"));
    for (const char* text : {"", "Zg==", "Zm8=", "Zm9v", "Zm9vYg=="})
        CHECK(to_base64(from_base64(text).value()) == text);
    for (const char* text :
         {"Zg", "Zg=", "Zh==", "Zm9=", "Zm9v\n", " Zm9v", "Zm9v====", "====", "Z===", "Zg==Zg=="})
        CHECK_FALSE(from_base64(text));
}
