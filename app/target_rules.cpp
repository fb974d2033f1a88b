#include "app/target_rules.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace gongkai::app {

namespace {

using engine::Error;
using engine::ErrorCode;
using engine::Result;

constexpr unsigned kV4Prefix = 96;  // of ::ffff:0:0

bool same_prefix(const IpAddress& a, const IpAddress& b, unsigned bits) {
    const unsigned whole = bits / 8;
    if (!std::equal(a.bytes.begin(), a.bytes.begin() + whole, b.bytes.begin())) return false;
    if (bits % 8 == 0) return true;
    return (a.bytes[whole] ^ b.bytes[whole]) >> (8 - bits % 8) == 0;
}

struct Reserved {
    const char* address;
    unsigned prefix;  // as written: of 32 bits for IPv4
};

// The special-purpose registries of IANA (RFC 6890 and its successors), as far as they are not
// reachable everywhere.
constexpr Reserved kReserved[] = {
    {"0.0.0.0", 8},        // this network
    {"10.0.0.0", 8},       // private
    {"100.64.0.0", 10},    // shared by carriers
    {"127.0.0.0", 8},      // loopback
    {"169.254.0.0", 16},   // link-local; metadata services of clouds
    {"172.16.0.0", 12},    // private
    {"192.0.0.0", 24},     // protocol assignments
    {"192.0.2.0", 24},     // documentation
    {"192.88.99.0", 24},   // 6to4 relays
    {"192.168.0.0", 16},   // private
    {"198.18.0.0", 15},    // benchmarks
    {"198.51.100.0", 24},  // documentation
    {"203.0.113.0", 24},   // documentation
    {"224.0.0.0", 4},      // multicast
    {"240.0.0.0", 4},      // reserved, broadcast
    {"2001::", 23},        // protocol assignments, Teredo: an IPv4 address hides in it
    {"2001:db8::", 32},    // documentation
    {"2002::", 16},        // 6to4: an IPv4 address hides in it
    {"3fff::", 20},        // documentation
};

std::optional<unsigned> number(std::string_view text, unsigned most) {
    unsigned value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc() || end != text.data() + text.size() || value > most)
        return std::nullopt;
    return value;
}

bool is_label(std::string_view label) {
    return !label.empty() && label.size() <= 63 &&
           std::all_of(label.begin(), label.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
           });
}

// A last label of digits only would be an address in one of its old spellings.
bool is_name(std::string_view name) {
    if (name.empty() || name.size() > 253) return false;
    for (;;) {
        const auto dot = name.find('.');
        const std::string_view label = name.substr(0, dot);
        if (!is_label(label)) return false;
        if (dot == std::string_view::npos)
            return label.find_first_not_of("0123456789") != std::string_view::npos;
        name.remove_prefix(dot + 1);
    }
}

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return out;
}

Error bad_entry(const std::string& entry, const char* why) {
    return {ErrorCode::malformed, "allowed target '" + entry + "': " + why};
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
    const std::string copy(text);
    IpAddress address;
    in_addr v4{};
    if (::inet_pton(AF_INET, copy.c_str(), &v4) == 1) {
        address.bytes[10] = address.bytes[11] = 0xFF;
        std::memcpy(address.bytes.data() + 12, &v4, 4);
        return address;
    }
    if (::inet_pton(AF_INET6, copy.c_str(), address.bytes.data()) == 1) return address;
    return std::nullopt;
}

std::optional<IpAddress> IpAddress::of(const sockaddr& from) {
    IpAddress address;
    if (from.sa_family == AF_INET) {
        sockaddr_in v4{};
        std::memcpy(&v4, &from, sizeof v4);
        address.bytes[10] = address.bytes[11] = 0xFF;
        std::memcpy(address.bytes.data() + 12, &v4.sin_addr, 4);
        return address;
    }
    if (from.sa_family == AF_INET6) {
        sockaddr_in6 v6{};
        std::memcpy(&v6, &from, sizeof v6);
        std::memcpy(address.bytes.data(), &v6.sin6_addr, 16);
        return address;
    }
    return std::nullopt;
}

bool IpAddress::is_v4() const {
    IpAddress mapped;
    mapped.bytes[10] = mapped.bytes[11] = 0xFF;
    return same_prefix(*this, mapped, kV4Prefix);
}

bool IpAddress::is_public() const {
    // Of IPv6 only 2000::/3 is given out. The rest holds loopback, unique local, link-local and
    // multicast addresses, and those that carry an IPv4 address (compatible, NAT64).
    if (!is_v4() && bytes[0] >> 5 != 1) return false;
    return std::none_of(std::begin(kReserved), std::end(kReserved), [&](const Reserved& block) {
        const auto address = parse(block.address);
        const unsigned prefix = address->is_v4() ? kV4Prefix + block.prefix : block.prefix;
        return same_prefix(*this, *address, prefix);
    });
}

std::string to_string(const IpAddress& address) {
    char text[INET6_ADDRSTRLEN] = "";
    if (address.is_v4())
        ::inet_ntop(AF_INET, address.bytes.data() + 12, text, sizeof text);
    else
        ::inet_ntop(AF_INET6, address.bytes.data(), text, sizeof text);
    return text;
}

Result<TargetRules> TargetRules::parse(const std::vector<std::string>& entries) {
    TargetRules rules;
    for (const std::string& entry : entries) {
        TRY_VOID(rules.add(entry));
    }
    return rules;
}

Result<void> TargetRules::add(const std::string& entry) {
    std::string_view host = entry;
    if (const auto slash = host.find('/'); slash != std::string_view::npos) {
        const auto address = IpAddress::parse(host.substr(0, slash));
        if (!address) return bad_entry(entry, "before the / stands no address");
        const auto prefix = number(host.substr(slash + 1), address->is_v4() ? 32 : 128);
        if (!prefix) return bad_entry(entry, "after the / stands no length of a prefix");
        const Block block{*address, address->is_v4() ? kV4Prefix + *prefix : *prefix, 0};
        IpAddress first = *address;
        for (unsigned bit = block.prefix; bit < 128; ++bit)
            first.bytes[bit / 8] &= static_cast<std::uint8_t>(~(0x80U >> bit % 8));
        if (first != *address)
            return bad_entry(entry, "the address has bits beyond the prefix: mistyped?");
        blocks_.push_back(block);
        return {};
    }
    if (const auto address = IpAddress::parse(host)) {
        blocks_.push_back({*address, 128, 0});
        return {};
    }
    std::uint16_t port = 0;
    if (const auto colon = host.rfind(':'); colon != std::string_view::npos) {
        const auto given = number(host.substr(colon + 1), 65'535);
        if (!given || *given == 0) return bad_entry(entry, "after the : stands no port");
        port = static_cast<std::uint16_t>(*given);
        host = host.substr(0, colon);
    }
    if (host.size() > 2 && host.front() == '[' && host.back() == ']')
        host = host.substr(1, host.size() - 2);
    if (const auto address = IpAddress::parse(host)) {
        blocks_.push_back({*address, 128, port});
        return {};
    }
    std::string name = lower(host);
    const bool below = name.rfind("*.", 0) == 0;
    if (!is_name(below ? std::string_view(name).substr(2) : std::string_view(name)))
        return bad_entry(entry, "is no HOST[:PORT], *.SUFFIX[:PORT], ADDRESS[:PORT] or CIDR block");
    names_.push_back({below ? name.substr(1) : std::move(name), port});
    return {};
}

bool TargetRules::lists(const IpAddress& address, std::uint16_t port) const {
    return std::any_of(blocks_.begin(), blocks_.end(), [&](const Block& block) {
        return (block.port == 0 || block.port == port) &&
               same_prefix(block.address, address, block.prefix);
    });
}

bool TargetRules::allows_host(std::string_view host, std::uint16_t port) const {
    if (const auto address = IpAddress::parse(host)) return lists(*address, port);
    std::string name = lower(host);
    if (!name.empty() && name.back() == '.') name.pop_back();
    return std::any_of(names_.begin(), names_.end(), [&](const Name& listed) {
        if (listed.port != 0 && listed.port != port) return false;
        if (listed.name.front() != '.') return listed.name == name;
        return name.size() > listed.name.size() &&
               name.compare(name.size() - listed.name.size(), std::string::npos, listed.name) == 0;
    });
}

bool TargetRules::allows_address(const IpAddress& address, std::uint16_t port) const {
    return address.is_public() || lists(address, port);
}

}  // namespace gongkai::app
