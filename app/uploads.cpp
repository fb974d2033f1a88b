#include "app/uploads.hpp"

#include <algorithm>

namespace gongkai::app {

void Uploads::add(engine::PersonId person, const engine::Digest& digest, std::uint64_t size,
                  engine::Instant now) {
    const std::lock_guard lock(mutex_);
    std::erase_if(uploads_, [&](const Upload& upload) {
        return (upload.person == person && upload.digest == digest) || now - upload.at > kept_ms;
    });
    if (uploads_.size() >= most) uploads_.erase(uploads_.begin());
    uploads_.push_back({person, digest, size, now});
}

void Uploads::remove(engine::PersonId person, const engine::Digest& digest) {
    const std::lock_guard lock(mutex_);
    std::erase_if(uploads_, [&](const Upload& upload) {
        return upload.person == person && upload.digest == digest;
    });
}

void Uploads::forget(const engine::Digest& digest) {
    const std::lock_guard lock(mutex_);
    std::erase_if(uploads_, [&](const Upload& upload) { return upload.digest == digest; });
}

std::optional<std::uint64_t> Uploads::size(engine::PersonId person, const engine::Digest& digest,
                                           engine::Instant now) const {
    const std::lock_guard lock(mutex_);
    for (const Upload& upload : uploads_) {
        if (upload.person == person && upload.digest == digest && now - upload.at <= kept_ms)
            return upload.size;
    }
    return std::nullopt;
}

bool Uploads::pending(const engine::Digest& digest, engine::Instant now) const {
    const std::lock_guard lock(mutex_);
    return std::any_of(uploads_.begin(), uploads_.end(), [&](const Upload& upload) {
        return upload.digest == digest && now - upload.at <= kept_ms;
    });
}

}  // namespace gongkai::app
