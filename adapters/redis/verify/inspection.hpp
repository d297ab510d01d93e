#pragma once

#include "adapters/redis/layout.hpp"
#include "adapters/redis/verify/conversation.hpp"
#include "market/stored_row.hpp"
#include "market/ticker.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tickboard::redis {

/// A market of one partition as it stood there at one moment.
struct market_copy {
  std::string id;
  std::optional<std::string> row, version;
  std::optional<double> base; ///< score in `bases`
  std::array<std::optional<double>, index_count> scores;

  bool has_row() const noexcept { return row.has_value(); }
};

/// A partition's copy of a market, and whether it can be trusted.
struct read_copy {
  result<stored_row> row;
  result<ticker> state; ///< with the version; the error is the row's, if that has one

  bool intact() const { return row.has_value() && state.has_value(); }
};
read_copy read(const market_copy& copy);

/// What is wrong with a market in a partition.
enum class flaw : std::uint8_t {
  bad_row,       ///< it cannot be read
  bad_version,   ///< of a row that can
  foreign,       ///< a partition of another quote
  no_base,       ///< not in `bases`, or at another score than 0
  no_rank,       ///< not in an index
  wrong_rank,    ///< in an index, but not where its row says
  rest,          ///< in an index without a row
  rest_version,  ///< a version without a row
  rest_base,     ///< in `bases` without a row
  only_here,     ///< its row is not in the partner: the board, or the quote's own partition
  unlike_partner ///< the board has another row, or version
};

struct disagreement {
  flaw what = flaw::bad_row;
  std::size_t index = 0;        ///< of no_rank, wrong_rank, rest
  double there = 0, due = 0;    ///< scores; of wrong_rank
  bool derived = false;         ///< it may be that only what was derived differs
  std::int64_t received_ms = 0; ///< of the newer row
  bool told_twice = false;      ///< both rows are of the same updates, as two daemons heard them

  /// Of what a writer brings later than the row. All else stands and falls with the row; the index
  /// of staleness never lags.
  bool may_be_late() const noexcept {
    return what == flaw::only_here || (moves() && index != stale_index);
  }
  /// Only between rows that stand still: a busy market may always be caught on its way.
  bool moves() const noexcept { return what == flaw::wrong_rank || what == flaw::unlike_partner; }
};

/// A market in a partition and, if it belongs into another one too, there.
struct sighting {
  market_copy here;
  std::optional<market_copy> partner; ///< without what is derived from its row
};

/// Looks at markets where they are; knows which partition has what.
class inspector {
public:
  inspector(conversation& on, const layout& keys);

  /// At most 64 ids: what a script holds Redis for. Partners are seen a moment later.
  std::vector<sighting> look(std::size_t partition, std::span<const std::string> ids);
  std::vector<market_copy> copies(std::size_t partition, std::span<const std::string> ids,
                                  bool with_ranks);

  /// Every disagreement of what was seen, in the order of `flaw` and the indexes.
  std::vector<disagreement> judge(std::size_t partition, const sighting& seen) const;

  /// "by:last: 3 is there, its row says 4"
  std::string tell(const disagreement& one, const sighting& seen) const;

  /// Of the partition, but for `id`.
  const std::vector<std::size_t>& indexes(std::size_t partition) const noexcept {
    return indexes_[partition != layout::board];
  }
  /// The other partition that a market belongs to: its quote's own, or the board; or nothing.
  std::optional<std::size_t> partner(std::size_t partition, std::string_view id) const noexcept;
  /// The board takes every market.
  bool belongs(std::size_t partition, std::string_view id) const noexcept {
    return partition == layout::board || partner(partition, id);
  }

  static constexpr std::size_t most_ids = 64;
  static std::shared_ptr<const script> inspect_script();

private:
  conversation* on_;
  const layout* keys_;
  std::array<std::vector<std::size_t>, 2> indexes_; ///< of the board, and of other partitions
};

/// Its member of `bases`; for an id that is none, the id itself behind '|'.
std::string base_member(std::string_view id);

} // namespace tickboard::redis
