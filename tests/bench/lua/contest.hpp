#pragma once

#include "actors/asset_store.hpp"
#include "tests/bench/store/bench_board.hpp"
#include "tests/bench/store/figures.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tickboard::bench {

/// One way of getting an answer.
struct contender {
  std::string name;
  question ask;
  question observe; ///< of writes: what is then stored; else null
  redis_bench* on = nullptr;
  figure us{};
};

/// A script, and what one would do without it. All must lead to the same.
struct contest {
  std::string script; ///< empty: the daemon itself does without one
  std::string what;
  contender ours;
  std::vector<contender> instead;
  std::optional<contender> search; ///< RediSearch, where it can do this at all
};

/// What the contests are about: a board, assets in a partition of their own, what the alternatives
/// need besides (sets of each exchange, quote and category), and, if the module is there, a server
/// with the same in RediSearch.
struct arena {
  arena(std::size_t markets, std::size_t assets, const std::string& module_file);

  std::deque<held_asset> assets;
  bench_board board;
  std::unique_ptr<redis_bench> search; ///< null: no module

  const std::string& by(std::string_view field) const;       ///< the board's index
  const std::string& asset_by(std::string_view field) const; ///< that of assets
  const redis::partition_keys& keys() const { return board.on->layout[redis::layout::board]; }

private:
  void add_assets(std::size_t count);
  void add_sets();
  void fill_search();
};

std::vector<contest> page_contests(arena& in);
std::vector<contest> gather_contests(arena& in);
std::vector<contest> asset_contests(arena& in);
std::vector<contest> write_contests(arena& in);

// -- pieces of which questions are made -----------------------------------------------------------

/// The daemon's own way: the total, then the rows.
question page_of(const arena& in, const view_query& query);

/// MGET of `ids`, or HMGET where `rows` is a hash: `done` hears `before`, then the rows.
void then_rows(const std::shared_ptr<redis::client>& client, const std::string& rows, texts before,
               const texts& ids, const finished& done);

/// Pipelined in one trip; what they are answered with is the answer.
question plain(std::vector<redis::command> commands);

/// A page out of RediSearch: the total, then the rows.
question search_page(const std::string& index, const std::string& filter, const std::string& sort,
                     std::size_t offset, std::size_t limit);

/// A market as a document of RediSearch; `again` replaces what it has.
redis::command search_document_of(const slot& market, bool again);

/// The rows of these documents.
question search_rows(const std::string& index, const texts& ids);

/// A name that no other connection uses.
std::string name_of(const std::shared_ptr<redis::client>& client);

} // namespace tickboard::bench
