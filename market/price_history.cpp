#include "market/price_history.hpp"

#include "market/shown.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

namespace tickboard {

namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

constexpr std::int64_t step_ms(std::size_t window) noexcept {
  return windows[window].length_ms / price_history::steps;
}

template <class Value>
void append_bytes(std::string& out, Value value) {
  static_assert(std::endian::native == std::endian::little);
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

template <class Value>
bool take_bytes(std::string_view& from, Value& into) {
  if (from.size() < sizeof into)
    return false;
  std::memcpy(&into, from.data(), sizeof into);
  from.remove_prefix(sizeof into);
  return true;
}

} // namespace

std::unique_ptr<price_history::rings> price_history::no_samples() {
  auto out = std::make_unique<rings>();
  for (auto& one : *out)
    one.fill(unknown);
  return out;
}

/// What stood until now was the price at each round time that has passed since.
void price_history::advance(std::int64_t now_ms) {
  if (now_ms < until_ms_ - forgets_ms)
    samples_.reset();
  if (!samples_)
    return;
  if (now_ms <= until_ms_)
    return;
  constexpr auto shortest = step_ms(0); // divides the others
  static_assert(step_ms(1) % shortest == 0 && step_ms(2) % shortest == 0 &&
                step_ms(3) % shortest == 0 && window_count == 4);
  if (now_ms / shortest == until_ms_ / shortest) {
    until_ms_ = now_ms;
    return;
  }
  for (std::size_t w = 0; w < window_count; ++w) {
    const auto last = now_ms / step_ms(w);
    auto number = std::max(until_ms_ / step_ms(w), last - capacity);
    while (number < last)
      at((*samples_)[w], ++number) = price_ > 0 ? price_ : unknown;
  }
  until_ms_ = now_ms;
}

void price_history::set(std::int64_t now_ms, double price) {
  advance(now_ms);
  if (!samples_) {
    samples_ = no_samples();
    until_ms_ = now_ms;
  }
  price_ = price;
}

void price_history::lose(std::int64_t now_ms) {
  advance(now_ms);
  price_ = 0;
}

std::array<std::optional<double>, window_count> price_history::changes(std::int64_t now_ms) {
  advance(now_ms);
  std::array<std::optional<double>, window_count> out;
  if (!samples_ || price_ <= 0)
    return out;
  for (std::size_t w = 0; w < window_count; ++w) {
    const auto start = until_ms_ / step_ms(w) - steps;
    for (auto number = start; number >= std::max<std::int64_t>(0, start - spare); --number) {
      const double then = at((*samples_)[w], number);
      if (std::isnan(then))
        continue;
      if (const double pct = as_shown<decimals>((price_ - then) / then * 100); std::isfinite(pct))
        out[w] = pct;
      break;
    }
  }
  return out;
}

// The time up to which there are samples, then for each window, oldest first: how many samples are
// the same (a byte), and that sample.
std::string price_history::encode() const {
  std::string out;
  if (!samples_)
    return out;
  append_bytes(out, until_ms_);
  for (std::size_t w = 0; w < window_count; ++w) {
    auto& ring = (*samples_)[w];
    const auto last = until_ms_ / step_ms(w);
    const auto bits = [&](std::int64_t number) {
      return std::bit_cast<std::uint64_t>(at(ring, number));
    };
    for (auto number = last - capacity + 1; number <= last;) {
      auto end = number + 1;
      while (end <= last && bits(end) == bits(number))
        ++end;
      append_bytes(out, static_cast<std::uint8_t>(end - number));
      append_bytes(out, bits(number));
      number = end;
    }
  }
  return out;
}

bool price_history::restore(std::string_view encoded, std::int64_t now_ms) {
  std::int64_t theirs_until = 0;
  if (!take_bytes(encoded, theirs_until) || theirs_until > now_ms ||
      theirs_until < windows.back().length_ms * 2)
    return false;
  auto theirs = no_samples();
  for (std::size_t w = 0; w < window_count; ++w) {
    auto number = theirs_until / step_ms(w) - capacity;
    for (std::int64_t left = capacity; left > 0;) {
      std::uint8_t count = 0;
      double sample = unknown;
      if (!take_bytes(encoded, count) || !take_bytes(encoded, sample) || count == 0 ||
          count > left || (!std::isnan(sample) && !(std::isfinite(sample) && sample > 0)))
        return false;
      for (left -= count; count > 0; --count)
        at((*theirs)[w], ++number) = sample;
    }
  }
  if (!encoded.empty())
    return false;
  if (!samples_) {
    samples_ = std::move(theirs);
    until_ms_ = theirs_until;
    return true;
  }
  for (std::size_t w = 0; w < window_count; ++w) {
    const auto their_last = theirs_until / step_ms(w), our_last = until_ms_ / step_ms(w);
    for (auto number = std::max(their_last, our_last) - capacity + 1;
         number <= std::min(their_last, our_last); ++number)
      if (auto& ours = at((*samples_)[w], number); std::isnan(ours))
        ours = at((*theirs)[w], number);
  }
  return true;
}

} // namespace tickboard
