// The documents that are like one, as JSON.
#pragma once

#include <string>

#include "app/alike.hpp"

namespace gongkai::api {

std::string alike_json(const app::AlikeView& view);

}  // namespace gongkai::api
