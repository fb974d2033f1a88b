// As much of JSON Schema as the contract uses. A keyword that is not understood here is a finding
// of its own, so that nothing in the contract goes unchecked unseen.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace gongkai::api::testing {

using Findings = std::vector<std::string>;

class Schemas {
  public:
    // `root`: the document that "#/..." points into. Must outlive it.
    explicit Schemas(const boost::json::value& root) : root_(root) {}

    // What a "$ref" names, however often; the value itself where it is none.
    const boost::json::value& resolve(const boost::json::value& value) const;
    // nullptr where "#/..." leads nowhere.
    const boost::json::value* find(std::string_view reference) const;

    // Whether the value fits. A member that the schema does not name does not, unless the schema
    // allows others (additionalProperties) or names none at all.
    void check(const boost::json::value& schema, const boost::json::value& value,
               const std::string& where, Findings& findings) const;

    // What is wrong with the schema itself, and all that it contains.
    void lint(const boost::json::value& schema, const std::string& where, Findings& findings) const;

  private:
    void check_object(const boost::json::object& schema, const boost::json::value& value,
                      const std::string& where, Findings& findings) const;
    void check_list(const boost::json::object& schema, const boost::json::array& list,
                    const std::string& where, Findings& findings) const;
    const boost::json::value& root_;
};

}  // namespace gongkai::api::testing
