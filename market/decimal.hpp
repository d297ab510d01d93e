#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tickboard {

/// A decimal number kept as the exchange's own digits. What users see is `text()`; `value()` is
/// for ordering only. An empty decimal is "the exchange did not say" (JSON null).
///
/// Grammar accepted by `parse`: -?digits[.digits][(e|E)[+-]digits], at most `max_length`
/// characters once exponents are written out. Signs, zeros and precision stay as sent.
class decimal {
public:
  static constexpr std::size_t max_length = 38;

  decimal() = default;

  /// Nothing for text that is not a finite decimal number or is longer than `max_length`.
  static std::optional<decimal> parse(std::string_view text) noexcept;

  bool empty() const noexcept { return size_ == 0; }
  explicit operator bool() const noexcept { return size_ != 0; }
  std::string_view text() const noexcept { return {text_.data(), size_}; }

  /// The nearest double. Precondition: not empty.
  double value() const noexcept;

  /// True for 0, 0.00, -0 and so on. Precondition: not empty.
  bool is_zero() const noexcept;

  /// Exact; empty if an operand is empty or the result does not fit.
  static decimal difference(const decimal& a, const decimal& b) noexcept;
  static decimal product(const decimal& a, const decimal& b) noexcept;

  /// Same digits, character for character.
  friend bool operator==(const decimal& a, const decimal& b) noexcept {
    return a.text() == b.text();
  }

private:
  std::uint8_t size_ = 0;
  std::array<char, max_length + 1> text_; // not NUL-terminated; only size_ characters are set
};

/// (last - open) / open in percent; nothing if either is empty or open is zero.
std::optional<double> change_pct(const decimal& open, const decimal& last) noexcept;

} // namespace tickboard
