#include "adapters/config/text_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <span>
#include <vector>

namespace tickboard::config {

namespace {

struct unit {
  std::string_view suffix;
  std::uint64_t factor;
};

// Largest first, so that formatting finds the shortest text.
constexpr std::array<unit, 4> durations{{{"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};
constexpr std::array<unit, 3> sizes{{{"MiB", 1024 * 1024}, {"KiB", 1024}, {"", 1}}};

std::optional<std::uint64_t> parse_with_unit(std::string_view text, std::span<const unit> units,
                                             std::uint64_t most) noexcept {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{})
    return std::nullopt;
  const auto suffix = text.substr(static_cast<std::size_t>(end - text.data()));
  const auto found = std::ranges::find(units, suffix, &unit::suffix);
  if (found == units.end() || number > most / found->factor)
    return std::nullopt;
  return number * found->factor;
}

std::string format_with_unit(std::uint64_t value, std::span<const unit> units) {
  const auto fits = [value](const unit& u) { return value != 0 && value % u.factor == 0; };
  const auto found = std::ranges::find_if(units, fits);
  return found == units.end() ? "0" : fmt::format("{}{}", value / found->factor, found->suffix);
}

} // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) noexcept {
  if (text == "0")
    return std::chrono::milliseconds{0};
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  const auto value = parse_with_unit(text, durations, static_cast<std::uint64_t>(most));
  if (!value)
    return std::nullopt;
  return std::chrono::milliseconds{static_cast<std::int64_t>(*value)};
}

std::string format_duration(std::chrono::milliseconds value) {
  return format_with_unit(static_cast<std::uint64_t>(value.count()), durations);
}

std::optional<std::uint64_t> parse_size(std::string_view text) noexcept {
  return parse_with_unit(text, sizes, std::numeric_limits<std::uint64_t>::max());
}

std::string format_size(std::uint64_t bytes) {
  return format_with_unit(bytes, sizes);
}

std::string one_line(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f)
      out += fmt::format("\\u{:04x}", byte);
    else
      out += c;
  }
  return out;
}

std::string quoted(std::string_view text) {
  constexpr std::size_t most = 60;
  std::size_t cut = std::min(text.size(), most);
  // Never in the middle of a UTF-8 sequence.
  while (cut < text.size() && cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0) == 0x80)
    --cut;
  return fmt::format("\"{}{}\"", one_line(text.substr(0, cut)), cut < text.size() ? "..." : "");
}

std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t limit) {
  const auto longer = std::max(a.size(), b.size());
  const auto shorter = std::min(a.size(), b.size());
  if (longer - shorter > limit)
    return limit + 1;
  // Optimal string alignment: three rows of the matrix are enough.
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j)
    last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(last);
    last.swap(row);
  }
  return std::min(last[b.size()], limit + 1);
}

} // namespace tickboard::config
