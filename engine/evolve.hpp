// The fold. No rules at all: replay never argues with the past.
#pragma once

#include <span>

#include "engine/document.hpp"
#include "engine/event.hpp"

namespace gongkai::engine {

// Applies one event. `document` must be a default-constructed Document for Opened.
void evolve(const Definition& definition, Document& document, const Event& event);

// Applies the events of one step and counts the revision up by one.
void evolve_step(const Definition& definition, Document& document, std::span<const Event> events);

}  // namespace gongkai::engine
