// The readable page of one published document: plain HTML, every text escaped, no script.
#pragma once

#include <string>

#include "app/publications.hpp"

namespace gongkai::api {

// `flow`: for the titles of fields and choices; nullptr where it is not known any more.
std::string public_page(const app::PublishedPage& page, const app::Flow* flow);

}  // namespace gongkai::api
