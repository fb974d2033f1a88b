// The Merkle tree of RFC 6962 (RFC 9162 section 2.1) over the leaves of the record.
//
//   leaf hash = H(0x00 || bytes)      node = H(0x01 || left || right)      root of the empty tree =
//   H("")
//
// How the tree is stored: the row of leaf n holds, besides the leaf's bytes, one blob with the
// hashes of all subtrees that leaf n completed, lowest first: its leaf hash, then level 1, 2, ...
// (as many as n has trailing one bits, plus one). Every complete subtree is completed by exactly
// one leaf, so appending writes one row, and the hash of subtree `index` on `level` is always in
// row (index + 1) * 2^level - 1 at byte 32 * level. See node_place().
//
// Everything is pure; nothing here may be called on one object from two threads at once. Sizes and
// indexes are below 2^63.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "engine/result.hpp"
#include "storage/audit/hash.hpp"

namespace gongkai::storage::audit {

using engine::Result;

Hash leaf_hash(std::string_view leaf_bytes, HashAlgorithm algorithm = HashAlgorithm::sha256);
Hash node_hash(const Hash& left, const Hash& right,
               HashAlgorithm algorithm = HashAlgorithm::sha256);
Hash empty_root(HashAlgorithm algorithm = HashAlgorithm::sha256);

// A complete subtree: leaves [index * 2^level, (index + 1) * 2^level).
struct NodeId {
    unsigned level = 0;
    std::uint64_t index = 0;
    friend bool operator==(const NodeId&, const NodeId&) = default;
};

struct NodePlace {
    std::uint64_t row = 0;   // the leaf index whose row holds the hash
    std::size_t offset = 0;  // in bytes, in that row's blob
};
NodePlace node_place(NodeId node) noexcept;
// How many hashes the row of this leaf holds: between 1 and 64.
unsigned nodes_in_row(std::uint64_t leaf_index) noexcept;

// Reads a complete subtree's hash from wherever the rows are. Never asked for an incomplete
// subtree.
using NodeReader = std::function<Result<Hash>(NodeId)>;

// The blob of one row, by value: no allocation, 2 KiB at most and 64 bytes on average.
class NodeBlob {
  public:
    std::string_view bytes() const noexcept {
        return {reinterpret_cast<const char*>(hashes_.data()), count_ * sizeof(Hash)};
    }
    std::span<const Hash> hashes() const noexcept { return {hashes_.data(), count_}; }
    const Hash& leaf() const noexcept { return hashes_[0]; }

  private:
    friend class Frontier;
    NodeBlob() noexcept {
    }  // not `= default`: the hashes beyond count_ stay uninitialised on purpose
    std::array<Hash, 64> hashes_;
    std::size_t count_ = 0;
};

// The right edge of a tree: all that appending needs. A copyable value: keep a copy to roll back
// to.
class Frontier {
  public:
    explicit Frontier(HashAlgorithm algorithm = HashAlgorithm::sha256) noexcept
        : algorithm_(algorithm) {}

    // `peaks` are the roots of the complete subtrees of which a tree of this size consists, the
    // largest (leftmost) first. Error `malformed` where their number is not the number of one bits
    // in `size`.
    static Result<Frontier> restore(std::uint64_t size, std::span<const Hash> peaks,
                                    HashAlgorithm algorithm = HashAlgorithm::sha256);
    // The same, with the peaks read from the rows. Passes on the reader's error.
    static Result<Frontier> load(std::uint64_t size, const NodeReader& reader,
                                 HashAlgorithm algorithm = HashAlgorithm::sha256);

    // The returned blob belongs into the row of the leaf whose index was size() before the call.
    NodeBlob append(std::string_view leaf_bytes);
    // The same for a leaf whose hash is already known.
    NodeBlob append_hash(const Hash& leaf);

    std::uint64_t size() const noexcept { return size_; }
    HashAlgorithm algorithm() const noexcept { return algorithm_; }
    std::vector<Hash> peaks() const;
    Hash root() const;

  private:
    HashAlgorithm algorithm_;
    std::uint64_t size_ = 0;
    std::array<Hash, 64> peaks_;  // by level; valid where size_ has that bit
};

// The root that the tree had when it held `size` leaves.
Result<Hash> root_at(std::uint64_t size, const NodeReader& reader,
                     HashAlgorithm algorithm = HashAlgorithm::sha256);

// The audit path of leaf `index` in the tree of `size` leaves, lowest sibling first; reads at most
// 2 * 64 nodes. Error `invalid_argument` where index >= size.
Result<std::vector<Hash>> inclusion_proof(std::uint64_t index, std::uint64_t size,
                                          const NodeReader& reader,
                                          HashAlgorithm algorithm = HashAlgorithm::sha256);

// The proof that the tree of `second` leaves extends the tree of `first` leaves. Empty where first
// is 0 or equals second. Error `invalid_argument` where first > second.
Result<std::vector<Hash>> consistency_proof(std::uint64_t first, std::uint64_t second,
                                            const NodeReader& reader,
                                            HashAlgorithm algorithm = HashAlgorithm::sha256);

// RFC 9162 sections 2.1.3.2 and 2.1.4.2. They accept only a proof of exactly the right length.
bool verify_inclusion(const Hash& leaf, std::uint64_t index, std::uint64_t size,
                      std::span<const Hash> proof, const Hash& root,
                      HashAlgorithm algorithm = HashAlgorithm::sha256);
bool verify_consistency(std::uint64_t first, std::uint64_t second, std::span<const Hash> proof,
                        const Hash& first_root, const Hash& second_root,
                        HashAlgorithm algorithm = HashAlgorithm::sha256);

}  // namespace gongkai::storage::audit
