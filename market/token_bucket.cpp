#include "market/token_bucket.hpp"

#include <algorithm>

namespace tickboard {

namespace {

constexpr std::uint64_t token = 1'000'000'000;

/// Time until `amount` is there, in whole seconds.
std::chrono::seconds rounded_up(std::uint64_t amount, std::uint64_t rate) {
  const auto per_second = rate * token; // each nanosecond brings `rate`
  return std::chrono::seconds{(amount + per_second - 1) / per_second};
}

} // namespace

token_bucket::token_bucket(const rate_limit& limit, clock::time_point now)
    : rate_(limit.per_second), capacity_(limit.at_once() * token), level_(capacity_), filled_(now) {
}

rate_verdict token_bucket::take(clock::time_point now) {
  const auto elapsed = std::chrono::duration_cast<std::chrono::nanoseconds>(now - filled_).count();
  if (elapsed > 0) {
    filled_ = now;
    // Compared before it is multiplied, which could overflow after a long pause.
    const auto missing = capacity_ - level_;
    const auto passed = static_cast<std::uint64_t>(elapsed);
    level_ = passed > missing / rate_ ? capacity_ : level_ + passed * rate_;
  }
  rate_verdict out;
  out.allowed = level_ >= token;
  if (out.allowed)
    level_ -= token;
  else
    out.retry_after = rounded_up(token - level_, rate_);
  out.limit = static_cast<std::uint32_t>(capacity_ / token);
  out.left = static_cast<std::uint32_t>(level_ / token);
  out.whole_after = rounded_up(capacity_ - level_, rate_);
  return out;
}

rate_verdict bucket_table::take(std::string_view client, token_bucket::clock::time_point now) {
  if (const auto known = by_client_.find(client); known != by_client_.end()) {
    order_.splice(order_.begin(), order_, known->second);
  } else {
    if (order_.size() >= std::max<std::size_t>(max_, 1)) {
      by_client_.erase(order_.back().client);
      order_.pop_back();
    }
    order_.push_front({std::string{client}, token_bucket{limit_, now}});
    by_client_.emplace(order_.front().client, order_.begin());
  }
  return order_.front().bucket.take(now);
}

} // namespace tickboard
