#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tickboard::net {

/// A SHA-256.
using digest = std::array<std::uint8_t, 32>;

digest sha256(std::string_view text);

/// From 64 hexadecimal digits, of either case. Null for anything else.
std::optional<digest> parse_digest(std::string_view hex) noexcept;

/// Compared in a time that does not tell where they differ.
bool same_digest(const digest& a, const digest& b) noexcept;

} // namespace tickboard::net
