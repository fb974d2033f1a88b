// A bureau with a small flow `request` of its own, with an applicant who confirms and a reply that
// is signed: what the public hands in, letters and fees do not hang on how the shipped flow goes.
#pragma once

#include "tests/rest/bureau.hpp"

namespace gongkai::api::testing {

BureauOptions with_requests();

// A complete application, as the public hands it in; null takes a member away.
json::object application(const json::object& more = {});

}  // namespace gongkai::api::testing
