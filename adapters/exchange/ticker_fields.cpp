#include "adapters/exchange/ticker_fields.hpp"

#include "adapters/exchange/excerpt.hpp"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <limits>

namespace tickboard::exchange {

namespace {

/// Times beyond year 9999 are another unit, or garbage that would outrank all that follows.
constexpr std::uint64_t max_unix_ms = 253'402'300'799'999;

/// The two or four digits at `at`; -1 if they are none.
int digits(std::string_view text, std::size_t at, std::size_t count) noexcept {
  int out = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (i >= text.size() || text[i] < '0' || text[i] > '9')
      return -1;
    out = out * 10 + (text[i] - '0');
  }
  return out;
}

/// Seconds that "Z" or "+hh:mm" stands for.
std::optional<int> parse_offset(std::string_view text) noexcept {
  if (text == "Z" || text == "z")
    return 0;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':')
    return std::nullopt;
  const int hours = digits(text, 1, 2), minutes = digits(text, 4, 2);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
    return std::nullopt;
  return (text[0] == '-' ? -60 : 60) * (hours * 60 + minutes);
}

} // namespace

std::optional<std::int64_t> parse_rfc3339_ms(std::string_view text) noexcept {
  namespace chrono = std::chrono;
  if (text.size() < 20 || text[4] != '-' || text[7] != '-' ||
      (text[10] != 'T' && text[10] != 't' && text[10] != ' ') || text[13] != ':' || text[16] != ':')
    return std::nullopt;
  const int year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2);
  const int hour = digits(text, 11, 2), minute = digits(text, 14, 2), second = digits(text, 17, 2);
  if (year < 1970 || month < 1 || day < 1 || hour < 0 || hour > 23 || minute < 0 || minute > 59 ||
      second < 0 || second > 60)
    return std::nullopt;
  const chrono::year_month_day date{chrono::year{year}, chrono::month{static_cast<unsigned>(month)},
                                    chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok())
    return std::nullopt;
  std::size_t i = 19;
  int millis = 0;
  if (text[i] == '.') {
    const auto begin = ++i;
    for (int unit = 100; i < text.size() && digits(text, i, 1) >= 0; ++i, unit /= 10)
      millis += unit * digits(text, i, 1);
    if (i == begin)
      return std::nullopt;
  }
  const auto offset = parse_offset(text.substr(i));
  if (!offset)
    return std::nullopt;
  const auto days = static_cast<std::int64_t>(chrono::sys_days{date}.time_since_epoch().count());
  const auto seconds = ((days * 24 + hour) * 60 + minute) * 60 + second - *offset;
  const auto out = seconds * 1000 + millis;
  if (out < 0)
    return std::nullopt;
  return out;
}

std::optional<std::uint64_t> parse_integer(std::string_view text, std::uint64_t max) noexcept {
  std::uint64_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc{} || end != text.data() + text.size() || out > max)
    return std::nullopt;
  return out;
}

void field_reader::blame(std::uint8_t key, std::string_view expected) {
  if (!problem_.empty())
    return;
  const auto& value = values_[key];
  const auto shown = value.kind == scalar_kind::absent ? "absent"
                     : value.kind == scalar_kind::text
                         ? fmt::format("\"{}\"", excerpt(value.text, 40))
                         : excerpt(value.text, 40);
  problem_ = fmt::format("{}: {} {}: {} is {}, expected {}", exchange_, event_,
                         excerpt(symbol_, 32), names_[key], shown, expected);
}

std::optional<std::string_view> field_reader::typed(std::uint8_t key, scalar_kind kind,
                                                    std::string_view expected) {
  if (!has(key))
    return std::nullopt;
  if (values_[key].kind == kind)
    return values_[key].text;
  blame(key, expected);
  return std::nullopt;
}

void field_reader::require(std::uint8_t key, std::string_view expected) {
  if (values_[key].kind == scalar_kind::absent)
    blame(key, expected);
}

std::string_view field_reader::symbol(std::uint8_t key) {
  constexpr std::string_view expected = "a symbol in text of 1 to 64 bytes";
  static_assert(max_native_length == 64);
  const auto& value = values_[key];
  if (value.kind != scalar_kind::text || value.text.empty() ||
      value.text.size() > max_native_length) {
    blame(key, expected);
    return {};
  }
  return symbol_ = value.text;
}

decimal field_reader::any_number(std::uint8_t key) {
  const auto expected = numbers_ == scalar_kind::text
                            ? "a decimal number of at most 38 characters in quotes"
                            : "a decimal number of at most 38 characters";
  static_assert(decimal::max_length == 38);
  const auto text = typed(key, numbers_, expected);
  if (!text)
    return {};
  if (const auto out = decimal::parse(*text))
    return *out;
  blame(key, expected);
  return {};
}

decimal field_reader::amount(std::uint8_t key) {
  const auto out = any_number(key);
  if (out.empty() || out.text().front() != '-')
    return out;
  blame(key, "a number that is not negative");
  return {};
}

decimal field_reader::required_amount(std::uint8_t key) {
  if (!has(key))
    blame(key, "a decimal number");
  return amount(key);
}

std::int64_t field_reader::unix_ms(std::uint8_t key) {
  constexpr std::string_view expected = "Unix time in milliseconds, up to the year 9999";
  const auto text = typed(key, scalar_kind::number, expected);
  if (!text)
    return 0;
  if (const auto out = parse_integer(*text, max_unix_ms))
    return static_cast<std::int64_t>(*out);
  blame(key, expected);
  return 0;
}

std::int64_t field_reader::rfc3339_ms(std::uint8_t key) {
  constexpr std::string_view expected = "a time as in 2026-01-01T00:00:00.123456Z";
  const auto text = typed(key, scalar_kind::text, expected);
  if (!text)
    return 0;
  if (const auto out = parse_rfc3339_ms(*text))
    return *out;
  blame(key, expected);
  return 0;
}

std::uint64_t field_reader::sequence(std::uint8_t key) {
  constexpr std::string_view expected = "an integer from 0 to 9223372036854775807";
  constexpr auto max = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  const auto text = typed(key, scalar_kind::number, expected);
  if (!text)
    return 0;
  if (const auto out = parse_integer(*text, max))
    return *out;
  blame(key, expected);
  return 0;
}

quote_group field_reader::quote(std::uint8_t bid, std::uint8_t ask, std::uint8_t bid_size,
                                std::uint8_t ask_size) {
  quote_group out{amount(bid), amount(ask), amount(bid_size), amount(ask_size)};
  const auto drop_empty_side = [](decimal& price, decimal& size) {
    if (!price.empty() && price.is_zero() && (size.empty() || size.is_zero()))
      price = size = decimal{};
  };
  drop_empty_side(out.bid, out.bid_size);
  drop_empty_side(out.ask, out.ask_size);
  return out;
}

ticker_patch* ticker_output::begin(field_reader& read, std::uint8_t symbol_key) const {
  const auto native = read.symbol(symbol_key);
  if (!read.ok()) {
    out.reject(read.problem());
    return nullptr;
  }
  if (collected) {
    collected->emplace_back(native);
    return nullptr;
  }
  const auto& subject = symbols.find(native);
  if (!subject) {
    ++out.ignored;
    return nullptr;
  }
  auto& patch = out.patches.emplace_back();
  patch.subject = subject;
  patch.received_ms = received_ms;
  return &patch;
}

void ticker_output::tell(event said) const {
  out.events.push_back(std::move(said));
}

void ticker_output::end(const field_reader& read) const {
  if (read.ok())
    return;
  out.patches.pop_back();
  out.reject(read.problem());
}

} // namespace tickboard::exchange
