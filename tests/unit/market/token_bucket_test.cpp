#include "market/token_bucket.hpp"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

using namespace tickboard;
using namespace std::chrono_literals;

namespace {

using bucket_time = token_bucket::clock::time_point;

/// The definition: a request at `now` is allowed if, counted from each allowed one (and itself),
/// there are at most burst + rate * time.
bool allowed_by_definition(const std::vector<std::int64_t>& allowed_ns, std::int64_t now_ns,
                           const rate_limit& limit) {
  constexpr std::int64_t second = 1'000'000'000;
  for (std::size_t i = 0; i < allowed_ns.size(); ++i) {
    const auto count = static_cast<std::int64_t>(allowed_ns.size() - i + 1);
    const auto passed = static_cast<std::int64_t>(now_ns - allowed_ns[i]);
    if (count * second > limit.at_once() * second + passed * limit.per_second)
      return false;
  }
  return true;
}

} // namespace

TEST_CASE("a token bucket allows exactly what its definition allows") {
  std::mt19937_64 random{7};
  const auto below = [&](std::uint64_t end) { return static_cast<std::int64_t>(random() % end); };
  int allowed_count = 0, refused_count = 0;
  for (int round = 0; round < 200; ++round) {
    const rate_limit limit{static_cast<std::uint32_t>(1 + below(round % 3 == 0 ? 1'000'000 : 9)),
                           static_cast<std::uint32_t>(below(12))};
    const auto mean = 1'500'000'000U / limit.per_second + 1;
    token_bucket bucket{limit, bucket_time{}};
    std::vector<std::int64_t> allowed;
    std::int64_t now = 0;
    for (int i = 0; i < 120; ++i) {
      if (below(4) != 0) // some at one moment, some exactly when the next token is there
        now += below(3) == 0 ? 1'000'000'000 / limit.per_second : below(mean);
      if (allowed.size() > 100)
        break;
      const auto expected = allowed_by_definition(allowed, now, limit);
      const auto verdict = bucket.take(bucket_time{std::chrono::nanoseconds{now}});
      CAPTURE(limit.per_second);
      CAPTURE(limit.burst);
      CAPTURE(now);
      REQUIRE(verdict.allowed == expected);
      CHECK(verdict.limit == limit.at_once());
      CHECK(verdict.left < verdict.limit);
      if (expected) {
        allowed.push_back(now);
        ++allowed_count;
      } else {
        ++refused_count;
        // Not a whole second too early, not one too late.
        const auto due = now + verdict.retry_after.count() * 1'000'000'000;
        CHECK(allowed_by_definition(allowed, due, limit));
        CHECK_FALSE(verdict.retry_after < 1s);
        if (verdict.retry_after > 1s)
          CHECK_FALSE(allowed_by_definition(allowed, due - 1'000'000'000, limit));
      }
    }
  }
  CHECK(allowed_count > 1'000);
  CHECK(refused_count > 1'000);
}

TEST_CASE("what is left, and when all is back, is what then happens") {
  const rate_limit limit{2, 7};
  token_bucket bucket{limit, bucket_time{}};
  const auto first = bucket.take(bucket_time{});
  CHECK(first.left == 6);
  CHECK(first.whole_after == 1s); // half a second, rounded up
  for (std::uint32_t left = first.left; left > 0; --left)
    CHECK(bucket.take(bucket_time{}).left == left - 1);
  const auto refused = bucket.take(bucket_time{});
  CHECK_FALSE(refused.allowed);
  CHECK(refused.left == 0);
  CHECK(refused.whole_after == 4s);
  CHECK(bucket.take(bucket_time{4s}).left == 6);
}

TEST_CASE("long pauses and a clock that goes back do no harm") {
  token_bucket bucket{{1'000'000, 1'000'000}, bucket_time{}};
  CHECK(bucket.take(bucket_time{std::chrono::hours{24 * 365 * 200}}).left == 999'999);
  CHECK(bucket.take(bucket_time{1s}).left == 999'998);
  CHECK(bucket.take(bucket_time{}).left == 999'997);

  token_bucket small{{1'000'000, 2}, bucket_time{}};
  small.take(bucket_time{});
  small.take(bucket_time{});
  // What this brings is a little more than 64 bits hold.
  CHECK(small.take(bucket_time{std::chrono::nanoseconds{18'446'744'073'710}}).left == 1);
}

TEST_CASE("each client has a bucket of its own, and the table forgets who asked longest ago") {
  bucket_table table{{1, 2}, 3};
  const auto take = [&](const char* client) { return table.take(client, bucket_time{}); };
  for (const auto* client : {"a", "b", "c"}) {
    CHECK(take(client).left == 1);
    CHECK(take(client).left == 0);
    CHECK_FALSE(take(client).allowed);
  }
  CHECK_FALSE(take("a").allowed); // asked again, so b is the oldest now
  CHECK(take("d").allowed);
  CHECK(table.size() == 3);
  CHECK_FALSE(take("a").allowed);
  CHECK_FALSE(take("c").allowed);
  CHECK(take("b").left == 1); // forgotten: full again
  for (int i = 0; i < 10'000; ++i)
    table.take(std::to_string(i), bucket_time{});
  CHECK(table.size() == 3);
}
