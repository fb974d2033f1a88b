#include "app/target_rules.hpp"

#include <catch2/catch.hpp>

namespace gongkai::app {

namespace {

TargetRules rules(const std::vector<std::string>& entries) {
    auto parsed = TargetRules::parse(entries);
    if (!parsed) throw std::runtime_error(parsed.error().message);
    return std::move(parsed).value();
}

IpAddress ip(const std::string& text) {
    const auto address = IpAddress::parse(text);
    if (!address) throw std::runtime_error(text + " is no address");
    return *address;
}

}  // namespace

TEST_CASE("targets: only what the internet reaches is public") {
    const auto address = GENERATE(as<std::string>(), "1.1.1.1", "9.255.255.255", "11.0.0.0",
                                  "100.63.255.255", "100.128.0.0", "128.0.0.1", "172.15.255.255",
                                  "172.32.0.0", "192.167.0.1", "198.20.0.1", "223.255.255.255",
                                  "::ffff:8.8.8.8", "2400:3200::1", "2001:200::1", "2606:4700::1");
    CAPTURE(address);
    CHECK(ip(address).is_public());
}

TEST_CASE("targets: private, local, shared, multicast and translated addresses are not public") {
    const auto address = GENERATE(
        as<std::string>(), "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1",
        "100.127.255.255", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1",
        "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1",
        "198.19.255.255", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.255",
        "240.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:10.1.2.3",
        "::ffff:a9fe:a9fe", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "100::1", "2001::1",
        "2001:0:53aa:64c:0:0:80ff:fffe", "2001:db8::1", "2002:7f00:1::", "3fff::1", "5f00::1",
        "fc00::1", "fd12:3456::1", "fe80::1", "fec0::1", "ff02::1");
    CAPTURE(address);
    CHECK_FALSE(ip(address).is_public());
    CHECK_FALSE(rules({"oa.example.cn"}).allows_address(ip(address), 443));
}

TEST_CASE("targets: a host is allowed as it is listed, and nothing beside it") {
    struct Case {
        const char* entry;
        const char* host;
        std::uint16_t port;
        bool allowed;
    };
    const auto one = GENERATE(
        Case{"oa.example.cn", "oa.example.cn", 443, true},
        Case{"oa.example.cn", "OA.Example.CN.", 8'080, true},
        Case{"OA.example.cn", "oa.example.cn", 1, true},
        Case{"oa.example.cn", "x.oa.example.cn", 443, false},
        Case{"oa.example.cn", "oa.example.cn.evil.com", 443, false},
        Case{"oa.example.cn", "boa.example.cn", 443, false},
        Case{"oa.example.cn:8443", "oa.example.cn", 8'443, true},
        Case{"oa.example.cn:8443", "oa.example.cn", 443, false},
        Case{"*.example.cn", "oa.example.cn", 443, true},
        Case{"*.example.cn", "a.b.example.cn", 443, true},
        Case{"*.example.cn", "example.cn", 443, false},
        Case{"*.example.cn", "badexample.cn", 443, false},
        Case{"*.example.cn", ".example.cn", 443, false},
        Case{"*.example.cn:443", "oa.example.cn", 80, false},
        Case{"10.20.3.4", "10.20.3.4", 80, true}, Case{"10.20.3.4", "::ffff:10.20.3.4", 80, true},
        Case{"10.20.3.4:8090", "10.20.3.4", 8'090, true},
        Case{"10.20.3.4:8090", "10.20.3.4", 80, false}, Case{"10.20.3.4", "10.20.3.5", 80, false},
        Case{"10.20.0.0/16", "10.20.255.1", 1, true}, Case{"10.20.0.0/16", "10.21.0.0", 1, false},
        Case{"10.20.0.0/16", "oa.example.cn", 443, false},
        Case{"192.0.2.128/25", "192.0.2.127", 1, false}, Case{"0.0.0.0/0", "127.0.0.1", 80, true},
        Case{"0.0.0.0/0", "::1", 80, false}, Case{"fd00::5", "fd00::5", 80, true},
        Case{"[fd00::5]:8090", "fd00::5", 8'090, true},
        Case{"[fd00::5]:8090", "fd00::5", 80, false}, Case{"fd00::/8", "fdff::1", 80, true},
        Case{"fd00::/8", "fc00::1", 80, false}, Case{"::1", "127.0.0.1", 80, false});
    CAPTURE(one.entry, one.host, one.port);
    CHECK(rules({one.entry}).allows_host(one.host, one.port) == one.allowed);
    // Nothing is allowed by nobody's word, and a second entry takes nothing away.
    CHECK_FALSE(TargetRules().allows_host(one.host, one.port));
    CHECK(rules({"other.example", one.entry}).allows_host(one.host, one.port) == one.allowed);
}

TEST_CASE("targets: a listed name opens no private address, a listed address does") {
    CHECK_FALSE(rules({"oa.example.cn", "*.local"}).allows_address(ip("10.20.3.4"), 443));
    CHECK(rules({"oa.example.cn"}).allows_address(ip("8.8.8.8"), 443));
    CHECK(rules({"10.20.0.0/16"}).allows_address(ip("10.20.3.4"), 443));
    CHECK(rules({"10.20.0.0/16"}).allows_address(ip("::ffff:10.20.3.4"), 443));
    CHECK_FALSE(rules({"10.20.0.0/16"}).allows_address(ip("10.21.3.4"), 443));
    CHECK(rules({"10.20.3.4:8090"}).allows_address(ip("10.20.3.4"), 8'090));
    CHECK_FALSE(rules({"10.20.3.4:8090"}).allows_address(ip("10.20.3.4"), 22));
}

TEST_CASE("targets: a mistyped entry is refused and named") {
    const auto entry = GENERATE(
        as<std::string>(), "", "*", "*.", "*.*.cn", "http://oa.example.cn", "oa.example.cn/",
        "oa.example.cn:", "oa.example.cn:0", "oa.example.cn:65536", "oa.example.cn:https",
        "oa..example.cn", "oa example.cn", "市.example.cn", "user@oa.example.cn", "10.20.0.0/33",
        "10.20.0.0/x", "10.20.0.0/", "10.20.0.1/16", "fd00::1/8", "fd00::/129", "10.20.3", "1",
        "0x7f.1.2.3.4", "256.1.1.1", "[fd00::5", "[]:80");
    const auto parsed = TargetRules::parse({"oa.example.cn", entry});
    CAPTURE(entry);
    REQUIRE_FALSE(parsed.has_value());
    CHECK(parsed.error().code == engine::ErrorCode::malformed);
    CHECK(parsed.error().message.find("'" + entry + "'") != std::string::npos);
}

}  // namespace gongkai::app
