// Where messages may be sent to. Who may add a subscriber could otherwise make this server ask any
// service of its own network (SSRF), so nothing may be reached that the operator did not list.
//
//   oa.example.cn         this host on any port     10.20.3.4, fd00::5       this address on any
//   port oa.example.cn:8443    on that port only         10.20.3.4:8090           on that port only
//   *.example.cn          every host below it       [fd00::5]:8090
//                                                   10.20.0.0/16             all of these addresses
//
// Two questions are asked. Of the URL: is its host listed, or is it an address that is? And at the
// moment of connecting, of the very address that the name led to: is it public, or listed as an
// address? A listed name alone never opens a private address: whoever answers for the name would
// then choose which one.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/result.hpp"

struct sockaddr;

namespace gongkai::app {

// IPv4 as ::ffff:a.b.c.d, so that both spellings of one address are one value.
struct IpAddress {
    std::array<std::uint8_t, 16> bytes{};

    static std::optional<IpAddress> parse(std::string_view text);
    static std::optional<IpAddress> of(const sockaddr& address);
    bool is_v4() const;
    // Routed on the internet and nobody's private network: no loopback, private, shared,
    // link-local, multicast, documentation, translation or reserved address.
    bool is_public() const;
    bool operator==(const IpAddress&) const = default;
};
std::string to_string(const IpAddress& address);

class TargetRules {
  public:
    TargetRules() = default;  // nothing may be reached
    // Error `malformed` names the entry.
    static engine::Result<TargetRules> parse(const std::vector<std::string>& entries);

    // `host` as in a URL: a name, or an address without brackets.
    bool allows_host(std::string_view host, std::uint16_t port) const;
    bool allows_address(const IpAddress& address, std::uint16_t port) const;

  private:
    struct Name {
        std::string name;        // lower case; begins with '.' where everything below it is meant
        std::uint16_t port = 0;  // 0: any
    };
    struct Block {
        IpAddress address;
        unsigned prefix = 128;
        std::uint16_t port = 0;
    };
    engine::Result<void> add(const std::string& entry);
    bool lists(const IpAddress& address, std::uint16_t port) const;

    std::vector<Name> names_;
    std::vector<Block> blocks_;
};

}  // namespace gongkai::app
