#pragma once

#include <array>
#include <cassert>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace tickboard::simulator {

/// The text of one frame, built on the stack: frames are made by the hundred thousand a second.
/// Capacity holds the longest frame of any venue with the longest names several times over.
class frame_text {
public:
  std::string_view view() const noexcept { return {buffer_.data(), size_}; }
  void clear() noexcept { size_ = 0; }

  frame_text& raw(std::string_view text) noexcept {
    assert(size_ + text.size() <= buffer_.size());
    std::memcpy(buffer_.data() + size_, text.data(), text.size());
    size_ += text.size();
    return *this;
  }

  frame_text& raw(char c) noexcept { return raw({&c, 1}); }

  template <class Integer>
  frame_text& integer(Integer value) noexcept {
    size_ = static_cast<std::size_t>(
        std::to_chars(buffer_.data() + size_, buffer_.data() + buffer_.size(), value).ptr -
        buffer_.data());
    return *this;
  }

  /// `value` times 10^-decimals with all its decimals, then zeros up to `padded` decimals.
  frame_text& fixed(std::int64_t value, unsigned decimals, unsigned padded = 0) noexcept {
    std::array<char, 24> digits; // NOLINT: written by to_chars
    if (value < 0)
      raw('-');
    const auto magnitude =
        value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
    const auto count = static_cast<std::size_t>(
        std::to_chars(digits.data(), digits.data() + digits.size(), magnitude).ptr - digits.data());
    if (count > decimals) {
      raw({digits.data(), count - decimals});
      if (decimals > 0)
        raw('.').raw({digits.data() + count - decimals, decimals});
    } else {
      raw("0.").zeros(decimals - count).raw({digits.data(), count});
    }
    if (padded > decimals) {
      if (decimals == 0)
        raw('.');
      zeros(padded - decimals);
    }
    return *this;
  }

  /// As `fixed`, without zeros at the end of the decimals ("102861.5", "31888").
  frame_text& trimmed(std::int64_t value, unsigned decimals) noexcept {
    fixed(value, decimals);
    if (decimals > 0) {
      while (buffer_[size_ - 1] == '0')
        --size_;
      if (buffer_[size_ - 1] == '.')
        --size_;
    }
    return *this;
  }

  /// RFC 3339 in UTC with microseconds.
  frame_text& time(std::int64_t unix_us) noexcept {
    using namespace std::chrono;
    const sys_time<microseconds> at{microseconds{unix_us}};
    const auto day = floor<days>(at);
    const year_month_day date{day};
    const auto of_day = static_cast<std::uint64_t>((at - day).count());
    return wide(static_cast<unsigned>(static_cast<int>(date.year())), 4)
        .raw('-')
        .wide(static_cast<unsigned>(date.month()), 2)
        .raw('-')
        .wide(static_cast<unsigned>(date.day()), 2)
        .raw('T')
        .wide(of_day / 3'600'000'000, 2)
        .raw(':')
        .wide(of_day / 60'000'000 % 60, 2)
        .raw(':')
        .wide(of_day / 1'000'000 % 60, 2)
        .raw('.')
        .wide(of_day % 1'000'000, 6)
        .raw('Z');
  }

private:
  frame_text& zeros(std::size_t count) noexcept {
    return raw(std::string_view{"000000000000000000"}.substr(0, count));
  }

  /// At least `width` digits.
  frame_text& wide(std::uint64_t value, unsigned width) noexcept {
    for (std::uint64_t limit = 10; --width > 0; limit *= 10)
      if (value < limit) {
        zeros(width);
        break;
      }
    return integer(value);
  }

  std::array<char, 2048> buffer_; // only size_ characters are set
  std::size_t size_ = 0;
};

} // namespace tickboard::simulator
