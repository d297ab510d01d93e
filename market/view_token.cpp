#include "market/view_token.hpp"

#include <fmt/format.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>

namespace tickboard {

namespace {

constexpr char cursor_version = 1;
constexpr char snapshot_version = 2; ///< apart: neither token is taken for the other

/// FNV-1a: the same in every build and on every machine, unlike std::hash.
std::uint64_t stable_hash(std::string_view text) noexcept {
  std::uint64_t out = 14695981039346656037u;
  for (const char c : text) {
    out ^= static_cast<unsigned char>(c);
    out *= 1099511628211u;
  }
  return out;
}

void append_bytes(std::string& out, std::uint64_t value, int count) {
  for (int i = 0; i < count; ++i)
    out.push_back(static_cast<char>(value >> (8 * i) & 0xFF));
}

/// Takes `count` bytes off the front. Precondition: there are as many.
std::uint64_t take_bytes(std::string_view& from, int count) noexcept {
  std::uint64_t out = 0;
  for (int i = 0; i < count; ++i)
    out |= std::uint64_t{static_cast<unsigned char>(from[static_cast<std::size_t>(i)])} << (8 * i);
  from.remove_prefix(static_cast<std::size_t>(count));
  return out;
}

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string to_base64url(std::string_view bytes) {
  std::string out;
  std::uint32_t pending = 0;
  int bits = 0;
  for (const char c : bytes) {
    pending = pending << 8 | static_cast<unsigned char>(c);
    for (bits += 8; bits >= 6; bits -= 6)
      out.push_back(alphabet[pending >> (bits - 6) & 63]);
  }
  if (bits > 0)
    out.push_back(alphabet[pending << (6 - bits) & 63]);
  return out;
}

/// Nothing for text that `to_base64url` does not make.
std::optional<std::string> from_base64url(std::string_view text) {
  std::string out;
  std::uint32_t pending = 0;
  int bits = 0;
  for (const char c : text) {
    const auto digit = alphabet.find(c);
    if (digit == std::string_view::npos)
      return std::nullopt;
    pending = pending << 6 | static_cast<std::uint32_t>(digit);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out.push_back(static_cast<char>(pending >> bits & 0xFF));
    }
  }
  if (bits >= 6 || (pending & ((1u << bits) - 1)) != 0)
    return std::nullopt;
  return out;
}

constexpr int checksum_bytes = 4;

std::string seal(std::string bytes) {
  append_bytes(bytes, stable_hash(bytes), checksum_bytes);
  return to_base64url(bytes);
}

std::optional<std::string> unseal(std::string_view token) {
  auto bytes = from_base64url(token);
  if (!bytes || bytes->size() < checksum_bytes)
    return std::nullopt;
  std::string_view check{*bytes};
  check.remove_prefix(bytes->size() - checksum_bytes);
  const auto stated = take_bytes(check, checksum_bytes);
  bytes->resize(bytes->size() - checksum_bytes);
  if ((stable_hash(*bytes) & 0xFFFFFFFF) != stated)
    return std::nullopt;
  return bytes;
}

} // namespace

std::string cursor_token(const view_query& query, const view_place& place) {
  std::string bytes{cursor_version};
  append_bytes(bytes, stable_hash(query.view()), 8);
  append_bytes(bytes, std::bit_cast<std::uint64_t>(place.score), 8);
  return seal(bytes + place.id);
}

tl::expected<view_place, token_problem> read_cursor_token(const view_query& query,
                                                          std::string_view token) {
  const auto bytes = unseal(token);
  if (!bytes || bytes->size() < 1 + 8 + 8 + 1 || bytes->front() != cursor_version)
    return unexpected(token_problem::damaged);
  std::string_view rest{*bytes};
  rest.remove_prefix(1);
  const auto view = take_bytes(rest, 8);
  view_place out{std::bit_cast<double>(take_bytes(rest, 8)), std::string{rest}};
  if (std::isnan(out.score) || out.score == std::numeric_limits<double>::infinity() ||
      out.id.size() > max_id_length)
    return unexpected(token_problem::damaged);
  if (view != stable_hash(query.view()))
    return unexpected(token_problem::another_view);
  return out;
}

std::string snapshot_token(const view_query& query, const snapshot_ref& made) {
  std::uint64_t name = 0;
  std::from_chars(made.name.data(), made.name.data() + made.name.size(), name, 16);
  std::string bytes{snapshot_version};
  append_bytes(bytes, stable_hash(query.view()), 8);
  append_bytes(bytes, name, 8);
  append_bytes(bytes, static_cast<std::uint64_t>(made.created_ms), 8);
  append_bytes(bytes, (made.descending ? 1u : 0u) | (made.has_rows ? 2u : 0u), 1);
  return seal(std::move(bytes));
}

tl::expected<snapshot_ref, token_problem> read_snapshot_token(const view_query* query,
                                                              std::string_view token) {
  const auto bytes = unseal(token);
  if (!bytes || bytes->size() != 1 + 8 + 8 + 8 + 1 || bytes->front() != snapshot_version)
    return unexpected(token_problem::damaged);
  std::string_view rest{*bytes};
  rest.remove_prefix(1);
  const auto view = take_bytes(rest, 8);
  snapshot_ref out;
  out.token = token;
  out.name = fmt::format("{:016x}", take_bytes(rest, 8));
  out.created_ms = static_cast<std::int64_t>(take_bytes(rest, 8));
  const auto flags = take_bytes(rest, 1);
  out.descending = (flags & 1) != 0;
  out.has_rows = (flags & 2) != 0;
  if (query != nullptr && view != stable_hash(query->view()))
    return unexpected(token_problem::another_view);
  return out;
}

} // namespace tickboard
