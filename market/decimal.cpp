#include "market/decimal.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace tickboard {

namespace {

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

__extension__ using wide = __int128;

/// digits * 10^-scale
struct fixed_point {
  wide digits = 0;
  int scale = 0;
};

constexpr wide wide_limit = static_cast<wide>(1) << 120;

std::optional<fixed_point> to_fixed(std::string_view text) noexcept {
  fixed_point out;
  const bool negative = text.front() == '-';
  bool fraction = false;
  for (const char c : text.substr(negative ? 1 : 0)) {
    if (c == '.') {
      fraction = true;
      continue;
    }
    if (out.digits > wide_limit / 16)
      return std::nullopt;
    out.digits = out.digits * 10 + (c - '0');
    out.scale += fraction ? 1 : 0;
  }
  if (negative)
    out.digits = -out.digits;
  return out;
}

/// More than any result has: a product has up to twice the places of a decimal behind the point.
constexpr std::size_t most_digits = 2 * decimal::max_length;

/// The digits of `rest`, the last one first, and zeros behind them until there are `least`.
template <class Unsigned>
std::size_t write_reversed(std::array<char, most_digits>& to, Unsigned rest,
                           std::size_t least) noexcept {
  std::size_t n = 0;
  for (; rest != 0 || n < least; rest /= 10)
    to[n++] = static_cast<char>('0' + static_cast<int>(rest % 10));
  return n;
}

decimal from_fixed(fixed_point value) noexcept {
  const bool negative = value.digits < 0;
  const auto magnitude = negative ? -value.digits : value.digits;
  const auto scale = static_cast<std::size_t>(value.scale);
  std::array<char, most_digits> reversed;
  const auto n = magnitude <= UINT64_MAX // nearly always, and dividing these is cheap
                     ? write_reversed(reversed, static_cast<std::uint64_t>(magnitude), scale + 1)
                     : write_reversed(reversed, magnitude, scale + 1);
  std::size_t end = 0;                        // behind the last digit, counted from there
  while (end < scale && reversed[end] == '0') // digits that only arithmetic made
    ++end;
  std::array<char, most_digits + 2> text;
  std::size_t size = 0;
  if (negative)
    text[size++] = '-';
  for (auto i = n; i > end; --i) {
    if (i == scale)
      text[size++] = '.';
    text[size++] = reversed[i - 1];
  }
  return decimal::parse({text.data(), size}).value_or(decimal{});
}

} // namespace

std::optional<decimal> decimal::parse(std::string_view text) noexcept {
  std::size_t i = 0;
  const auto digits_from = [&](std::size_t at) {
    while (at < text.size() && is_digit(text[at]))
      ++at;
    return at;
  };
  if (!text.empty() && text[0] == '-')
    i = 1;
  const auto whole_begin = i;
  i = digits_from(i);
  const auto whole = text.substr(whole_begin, i - whole_begin);
  if (whole.empty())
    return std::nullopt;
  std::string_view fraction;
  if (i < text.size() && text[i] == '.') {
    const auto begin = ++i;
    i = digits_from(i);
    fraction = text.substr(begin, i - begin);
    if (fraction.empty())
      return std::nullopt;
  }
  decimal out;
  if (i == text.size()) {
    if (text.size() > max_length)
      return std::nullopt;
    std::copy(text.begin(), text.end(), out.text_.begin());
    out.size_ = static_cast<std::uint8_t>(text.size());
    return out;
  }

  // An exponent is written out: move the point by `shift` places.
  if (text[i] != 'e' && text[i] != 'E')
    return std::nullopt;
  auto exponent = text.substr(i + 1);
  if (!exponent.empty() && exponent[0] == '+')
    exponent.remove_prefix(1);
  int shift = 0;
  const auto [end, error] =
      std::from_chars(exponent.data(), exponent.data() + exponent.size(), shift);
  if (error != std::errc{} || end != exponent.data() + exponent.size() || shift > 1000 ||
      shift < -1000)
    return std::nullopt;
  if (whole.size() + fraction.size() > max_length)
    return std::nullopt;
  const auto point = static_cast<int>(whole.size()) + shift; // digits before the point
  const auto count = static_cast<int>(whole.size() + fraction.size());
  const auto digit = [&](int k) {
    if (k < 0 || k >= count)
      return '0';
    const auto at = static_cast<std::size_t>(k);
    return at < whole.size() ? whole[at] : fraction[at - whole.size()];
  };
  const int first = std::min(point - 1, 0);
  const int last = std::max(count, point);
  std::size_t size = 0;
  const auto put = [&](char c) {
    if (size > max_length)
      return;
    out.text_[size++] = c;
  };
  if (text[0] == '-')
    put('-');
  bool significant = false;
  for (int k = first; k < last; ++k) {
    if (k == point)
      put('.');
    const char c = digit(k);
    significant = significant || c != '0' || k >= point - 1; // no zeros in front of the first digit
    if (significant)
      put(c);
  }
  if (size > max_length)
    return std::nullopt;
  out.size_ = static_cast<std::uint8_t>(size);
  return out;
}

double decimal::value() const noexcept {
  double out = 0;
  std::from_chars(text_.data(), text_.data() + size_, out);
  return out;
}

bool decimal::is_zero() const noexcept {
  return std::all_of(text_.begin(), text_.begin() + size_,
                     [](char c) { return c == '0' || c == '.' || c == '-'; });
}

decimal decimal::difference(const decimal& a, const decimal& b) noexcept {
  if (a.empty() || b.empty())
    return {};
  auto x = to_fixed(a.text());
  auto y = to_fixed(b.text());
  if (!x || !y)
    return {};
  const auto align = [](fixed_point& value, int scale) {
    for (; value.scale < scale; ++value.scale) {
      if (value.digits > wide_limit / 16 || value.digits < -wide_limit / 16)
        return false;
      value.digits *= 10;
    }
    return true;
  };
  if (!align(*x, y->scale) || !align(*y, x->scale))
    return {};
  return from_fixed({x->digits - y->digits, x->scale});
}

decimal decimal::product(const decimal& a, const decimal& b) noexcept {
  if (a.empty() || b.empty())
    return {};
  const auto x = to_fixed(a.text());
  const auto y = to_fixed(b.text());
  if (!x || !y)
    return {};
  fixed_point out{0, x->scale + y->scale};
  if (__builtin_mul_overflow(x->digits, y->digits, &out.digits) || out.digits > wide_limit ||
      out.digits < -wide_limit)
    return {};
  return from_fixed(out);
}

std::optional<double> change_pct(const decimal& open, const decimal& last) noexcept {
  if (open.empty() || last.empty() || open.is_zero())
    return std::nullopt;
  const double from = open.value();
  const double pct = (last.value() - from) / from * 100;
  if (!std::isfinite(pct))
    return std::nullopt;
  return pct;
}

} // namespace tickboard
