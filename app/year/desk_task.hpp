// What the person at a desk has before them. Inside of app/year/desk*.cpp only.
#pragma once

#include <string>

#include "app/year/desk.hpp"

namespace gongkai::app {

struct Desk::Task {
    const Worker& who;
    engine::DocumentId id;
    std::string state_name;
    OffersView view;
    DocumentView document;
    engine::StateId state = engine::kNone;

    const engine::Definition& definition() const { return view.flow->definition; }
    const engine::Offer* offer(engine::Offer::Kind kind) const {
        for (const engine::Offer& one : view.offers) {
            if (one.kind == kind && one.state == state && one.allowed()) return &one;
        }
        return nullptr;
    }
};

// Why there was no step, in a few words.
std::string told(const Outcome& outcome);

}  // namespace gongkai::app
