#pragma once

#include "actors/evaluation.hpp"
#include "tests/bench/store/redis_bench.hpp"
#include "tests/integration/store/model.hpp"

#include <deque>

namespace tickboard::bench {

/// Markets as exchanges have them: rows of the usual size, no two values of one field alike, about
/// ten markets a base on twelve exchanges. Made from a seed, and written to Redis as writers do.
/// Categories: `few` has 40 bases, `tenth` every tenth.
class bench_board {
public:
  bench_board(std::size_t markets, std::uint64_t seed,
              const std::vector<std::string>& options = {});

  test::model truth;
  board_ptr on;
  redis_bench redis;

  /// All values of the first `count` markets become others, at the next moment or at the same.
  /// Writes nothing.
  void move(std::size_t count, bool at_once = false);
  /// Queues these for their partitions.
  void mark(slot& market);
  /// Brings everything that is queued to Redis.
  void flush();

  std::int64_t now_ms() const { return truth.now + 5; }

  /// The daemon's own way of answering; the rows of the page.
  question asks(const view_query& query, const evaluation_bounds& bounds = {}) const;
  evaluation_outcome page(const view_query& query, const evaluation_bounds& bounds = {});

  std::vector<lane> lanes;

private:
  void add_markets(std::size_t count);
  void set(slot& market, std::size_t price, std::size_t turnover);

  int moves_ = 0;
};

/// The rows in a body, each as it is stored, without its age; of markets, or of what else has its
/// name first.
texts rows_in(const std::string& body, std::string_view first_member = "id");

/// The number behind `"name":` in a body; 0 if there is none.
std::uint64_t number_in(const std::string& body, const std::string& name);

} // namespace tickboard::bench
