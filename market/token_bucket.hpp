#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

namespace tickboard {

/// How much somebody may ask. Plain values; no limit without a rate.
struct rate_limit {
  std::uint32_t per_second = 0; ///< 0: not limited
  std::uint32_t burst = 0;      ///< at once, after a pause; 0: as many as `per_second`

  bool limits() const noexcept { return per_second != 0; }
  std::uint32_t at_once() const noexcept { return burst == 0 ? per_second : burst; }

  friend bool operator==(const rate_limit&, const rate_limit&) = default;
};

/// What one request meets.
struct rate_verdict {
  bool allowed = true;
  std::uint32_t limit = 0;             ///< the most that can be left
  std::uint32_t left = 0;              ///< further requests that would be allowed at once
  std::chrono::seconds retry_after{0}; ///< rounded up, at least 1, if not allowed; else 0
  std::chrono::seconds whole_after{0}; ///< until `left` is `limit` again if nothing is asked
};

/// A token bucket: starts full, one token a request. In whole numbers, so that nothing drifts: a
/// request is allowed exactly when, for every earlier moment, the requests allowed since then are
/// at most burst + rate * time. Not for limits without a rate. Not synchronised.
class token_bucket {
public:
  using clock = std::chrono::steady_clock;

  token_bucket(const rate_limit& limit, clock::time_point now);

  /// Time that goes backwards counts as none.
  rate_verdict take(clock::time_point now);

private:
  std::uint64_t rate_;     ///< billionths of a token each nanosecond
  std::uint64_t capacity_; ///< of the bucket, in billionths of a token
  std::uint64_t level_;
  clock::time_point filled_;
};

/// A bucket for each client, of the `max` that asked last: memory is bounded. A client that comes
/// again after it was forgotten starts with a full bucket, so with more than `max` clients at a
/// time the limit of each is looser than it says, and nobody is locked out. Not synchronised.
class bucket_table {
public:
  bucket_table(const rate_limit& limit, std::size_t max) : limit_(limit), max_(max) {}

  rate_verdict take(std::string_view client, token_bucket::clock::time_point now);
  const rate_limit& limit() const noexcept { return limit_; }
  std::size_t max() const noexcept { return max_; }
  std::size_t size() const noexcept { return order_.size(); }

private:
  struct entry {
    std::string client;
    token_bucket bucket;
  };

  rate_limit limit_;
  std::size_t max_;
  std::list<entry> order_; ///< who asked last is first
  std::unordered_map<std::string_view, std::list<entry>::iterator> by_client_; ///< into `order_`
};

} // namespace tickboard
