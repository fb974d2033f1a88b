// An attachment as a response.
#pragma once

#include "api/answer.hpp"
#include "app/attachments.hpp"

namespace gongkai::api {

// Content-Disposition: attachment with its name, never sniffed, streamed from disk.
Answer file_answer(const app::ReadableFile& file, const engine::Digest& digest);

}  // namespace gongkai::api
