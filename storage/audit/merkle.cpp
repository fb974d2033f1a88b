#include "storage/audit/merkle.hpp"

#include <algorithm>
#include <bit>
#include <optional>

namespace gongkai::storage::audit {

namespace {

using engine::Error;
using engine::ErrorCode;

constexpr std::string_view leaf_prefix{"\x00", 1};
constexpr std::string_view node_prefix{"\x01", 1};

Hash leaf_hash_with(Hasher& hasher, std::string_view bytes) {
    return hasher.digest(leaf_prefix, bytes);
}

Hash node_hash_with(Hasher& hasher, const Hash& left, const Hash& right) {
    return hasher.digest(node_prefix, as_view(left), as_view(right));
}

// The largest power of two that is smaller than n, for n > 1: where RFC 6962 splits a tree.
std::uint64_t split_point(std::uint64_t n) noexcept {
    return std::bit_floor(n - 1);
}

// Walks the tree of RFC 6962 section 2.1 over rows that hold complete subtrees only.
class Walk {
  public:
    Walk(const NodeReader& reader, HashAlgorithm algorithm)
        : reader_(reader), hasher_(thread_hasher(algorithm)) {}

    // The hash of leaves [begin, begin + count). `begin` is a multiple of the smallest power of two
    // >= count, as it is everywhere in this tree.
    Result<Hash> subtree(std::uint64_t begin, std::uint64_t count) {
        if (std::has_single_bit(count)) {
            const auto level = static_cast<unsigned>(std::countr_zero(count));
            return reader_(NodeId{level, begin >> level});
        }
        const std::uint64_t left_count = split_point(count);
        TRY(const Hash left, subtree(begin, left_count));
        TRY(const Hash right, subtree(begin + left_count, count - left_count));
        return node_hash_with(hasher_, left, right);
    }

    // PATH(index, D[begin : begin + count]), appended to `proof`.
    Result<void> path(std::uint64_t index, std::uint64_t begin, std::uint64_t count,
                      std::vector<Hash>& proof) {
        if (count == 1) return {};
        const std::uint64_t left_count = split_point(count);
        const bool is_left = index < left_count;
        if (is_left) {
            TRY_VOID(path(index, begin, left_count, proof));
        } else {
            TRY_VOID(path(index - left_count, begin + left_count, count - left_count, proof));
        }
        TRY(const Hash sibling,
            is_left ? subtree(begin + left_count, count - left_count) : subtree(begin, left_count));
        proof.push_back(sibling);
        return {};
    }

    // SUBPROOF(first, D[begin : begin + count], whole), appended to `proof`.
    Result<void> subproof(std::uint64_t first, std::uint64_t begin, std::uint64_t count, bool whole,
                          std::vector<Hash>& proof) {
        if (first == count) {
            if (whole) return {};
            TRY(const Hash known, subtree(begin, count));
            proof.push_back(known);
            return {};
        }
        const std::uint64_t left_count = split_point(count);
        const bool is_left = first <= left_count;
        if (is_left) {
            TRY_VOID(subproof(first, begin, left_count, whole, proof));
        } else {
            TRY_VOID(
                subproof(first - left_count, begin + left_count, count - left_count, false, proof));
        }
        TRY(const Hash sibling,
            is_left ? subtree(begin + left_count, count - left_count) : subtree(begin, left_count));
        proof.push_back(sibling);
        return {};
    }

  private:
    const NodeReader& reader_;
    Hasher& hasher_;
};

}  // namespace

Hash leaf_hash(std::string_view leaf_bytes, HashAlgorithm algorithm) {
    return leaf_hash_with(thread_hasher(algorithm), leaf_bytes);
}

Hash node_hash(const Hash& left, const Hash& right, HashAlgorithm algorithm) {
    return node_hash_with(thread_hasher(algorithm), left, right);
}

Hash empty_root(HashAlgorithm algorithm) {
    return thread_hasher(algorithm).digest({});
}

NodePlace node_place(NodeId node) noexcept {
    return {((node.index + 1) << node.level) - 1, node.level * sizeof(Hash)};
}

unsigned nodes_in_row(std::uint64_t leaf_index) noexcept {
    return static_cast<unsigned>(std::countr_one(leaf_index)) + 1;
}

Result<Frontier> Frontier::restore(std::uint64_t size, std::span<const Hash> peaks,
                                   HashAlgorithm algorithm) {
    if (peaks.size() != static_cast<std::size_t>(std::popcount(size)))
        return Error{ErrorCode::malformed, "audit tree of size " + std::to_string(size) + " has " +
                                               std::to_string(std::popcount(size)) +
                                               " peaks, not " + std::to_string(peaks.size())};
    Frontier frontier(algorithm);
    frontier.size_ = size;
    std::size_t next = 0;
    for (unsigned level = 64; level-- > 0;) {
        if ((size >> level) & 1) frontier.peaks_[level] = peaks[next++];
    }
    return frontier;
}

Result<Frontier> Frontier::load(std::uint64_t size, const NodeReader& reader,
                                HashAlgorithm algorithm) {
    Frontier frontier(algorithm);
    frontier.size_ = size;
    for (unsigned level = 0; level < 64; ++level) {
        if (((size >> level) & 1) == 0) continue;
        TRY(frontier.peaks_[level], reader(NodeId{level, (size >> level) - 1}));
    }
    return frontier;
}

NodeBlob Frontier::append(std::string_view leaf_bytes) {
    return append_hash(leaf_hash_with(thread_hasher(algorithm_), leaf_bytes));
}

NodeBlob Frontier::append_hash(const Hash& leaf) {
    NodeBlob blob;
    blob.hashes_[0] = leaf;
    Hasher& hasher = thread_hasher(algorithm_);
    const unsigned completed = nodes_in_row(size_) - 1;
    for (unsigned level = 0; level < completed; ++level)
        blob.hashes_[level + 1] = node_hash_with(hasher, peaks_[level], blob.hashes_[level]);
    blob.count_ = completed + 1;
    peaks_[completed] = blob.hashes_[completed];
    ++size_;
    return blob;
}

std::vector<Hash> Frontier::peaks() const {
    std::vector<Hash> out;
    for (unsigned level = 64; level-- > 0;) {
        if ((size_ >> level) & 1) out.push_back(peaks_[level]);
    }
    return out;
}

Hash Frontier::root() const {
    if (size_ == 0) return empty_root(algorithm_);
    Hasher& hasher = thread_hasher(algorithm_);
    auto level = static_cast<unsigned>(std::countr_zero(size_));
    Hash root = peaks_[level];
    for (++level; level < 64; ++level) {
        if ((size_ >> level) & 1) root = node_hash_with(hasher, peaks_[level], root);
    }
    return root;
}

Result<Hash> root_at(std::uint64_t size, const NodeReader& reader, HashAlgorithm algorithm) {
    if (size == 0) return empty_root(algorithm);
    return Walk(reader, algorithm).subtree(0, size);
}

Result<std::vector<Hash>> inclusion_proof(std::uint64_t index, std::uint64_t size,
                                          const NodeReader& reader, HashAlgorithm algorithm) {
    if (index >= size)
        return Error{ErrorCode::invalid_argument, "leaf " + std::to_string(index) +
                                                      " is not in an audit tree of size " +
                                                      std::to_string(size)};
    std::vector<Hash> proof;
    TRY_VOID(Walk(reader, algorithm).path(index, 0, size, proof));
    return proof;
}

Result<std::vector<Hash>> consistency_proof(std::uint64_t first, std::uint64_t second,
                                            const NodeReader& reader, HashAlgorithm algorithm) {
    if (first > second)
        return Error{ErrorCode::invalid_argument,
                     "an audit tree of size " + std::to_string(second) +
                         " cannot extend one of size " + std::to_string(first)};
    std::vector<Hash> proof;
    if (first == 0 || first == second) return proof;
    TRY_VOID(Walk(reader, algorithm).subproof(first, 0, second, true, proof));
    return proof;
}

bool verify_inclusion(const Hash& leaf, std::uint64_t index, std::uint64_t size,
                      std::span<const Hash> proof, const Hash& root, HashAlgorithm algorithm) {
    if (index >= size) return false;
    Hasher& hasher = thread_hasher(algorithm);
    std::uint64_t fn = index;
    std::uint64_t sn = size - 1;
    Hash r = leaf;
    for (const Hash& p : proof) {
        if (sn == 0) return false;
        if ((fn & 1) != 0 || fn == sn) {
            r = node_hash_with(hasher, p, r);
            while ((fn & 1) == 0 && fn != 0) {
                fn >>= 1;
                sn >>= 1;
            }
        } else {
            r = node_hash_with(hasher, r, p);
        }
        fn >>= 1;
        sn >>= 1;
    }
    return sn == 0 && r == root;
}

bool verify_consistency(std::uint64_t first, std::uint64_t second, std::span<const Hash> proof,
                        const Hash& first_root, const Hash& second_root, HashAlgorithm algorithm) {
    if (first > second) return false;
    if (first == second) return proof.empty() && first_root == second_root;
    if (first == 0) return proof.empty() && first_root == empty_root(algorithm);
    if (proof.empty()) return false;
    Hasher& hasher = thread_hasher(algorithm);
    // Where the first tree is one complete subtree, its root is not repeated in the proof.
    const bool root_left_out = std::has_single_bit(first);
    std::uint64_t fn = first - 1;
    std::uint64_t sn = second - 1;
    while ((fn & 1) != 0) {
        fn >>= 1;
        sn >>= 1;
    }
    Hash fr = root_left_out ? first_root : proof.front();
    Hash sr = fr;
    for (const Hash& c : proof.subspan(root_left_out ? 0 : 1)) {
        if (sn == 0) return false;
        if ((fn & 1) != 0 || fn == sn) {
            fr = node_hash_with(hasher, c, fr);
            sr = node_hash_with(hasher, c, sr);
            while ((fn & 1) == 0 && fn != 0) {
                fn >>= 1;
                sn >>= 1;
            }
        } else {
            sr = node_hash_with(hasher, sr, c);
        }
        fn >>= 1;
        sn >>= 1;
    }
    return sn == 0 && fr == first_root && sr == second_root;
}

}  // namespace gongkai::storage::audit
