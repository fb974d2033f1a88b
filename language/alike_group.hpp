// What makes two documents of one flow alike: the key `alike` of a flow. It is no rule of a
// document's way: nothing is refused for it, and what stands in the flow today is asked of the
// documents of every earlier version too. So fields are kept by name.
//
//     alike:
//       applicant: {title: 同一申请人, same: [applicant_name, applicant_contact]}
//       thing: {title: 同一信息, near: request_description, at_least: 60}
#pragma once

#include <string>
#include <vector>

namespace gongkai::language {

struct AlikeGroup {
    std::string name;  // permanent: duties.yaml and answers speak of it
    std::string title;
    std::vector<std::string> basis;
    std::vector<std::string> same;  // fields that are given and equal in both, all of them
    std::string near;               // a text that is near in both; empty: none
    int at_least = 0;               // how near at least, in percent, 1 .. 100
    bool numbers = true;            // the numbers in that text must be the same

    bool operator==(const AlikeGroup&) const = default;
};

}  // namespace gongkai::language
