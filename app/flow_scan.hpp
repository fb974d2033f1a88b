// Going through the documents of one flow, newest first, with their texts. Bounded, and a snapshot
// of the store for each few hundred rows, so that no reader is long. What is written meanwhile may
// be seen or not.
#pragma once

#include <functional>
#include <string>

#include "engine/document.hpp"
#include "storage/store.hpp"

namespace gongkai::app {

struct ScanBounds {
    std::size_t of_flow = 5'000;  // documents
    std::size_t of_all = 50'000;  // documents of whatever flow
    std::size_t at_once = 1'000;  // ... in one snapshot
};

struct ScanEnd {
    std::size_t looked_at = 0;  // documents of the flow
    bool complete = true;       // false: a bound was met before `oldest`
};

// `oldest`: no document with a smaller id. `visit` is called inside the store's callback.
engine::Result<ScanEnd> scan_flow(
    storage::Store& store, const std::string& flow, engine::DocumentId oldest,
    const std::function<engine::Result<void>(storage::Reader&, const storage::DocumentRow&)>& visit,
    const ScanBounds& bounds = {});

}  // namespace gongkai::app
