// Answers that are no JSON of ours: pictures of flows, and proofs.
#pragma once

#include <string>

#include "api/answer.hpp"
#include "app/diagram.hpp"

namespace gongkai::api {

// ?format=svg|mermaid|dot; svg where it is left out.
Parsed<app::Picture> picture_of(const Request& request);
Response picture_answer(const app::Flow& flow, app::Picture picture,
                        const engine::Document* at = nullptr);
// The proof file as it is verified offline.
Response proof_answer(std::string proof);

}  // namespace gongkai::api
