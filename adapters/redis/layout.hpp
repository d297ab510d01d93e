#pragma once

#include "market/asset_board.hpp"
#include "market/fields.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tickboard::redis {

/// The keys of one partition (lua/README.md lists what each holds). All share one hash tag.
struct partition_keys {
  partition_keys(std::string_view prefix, std::string_view partition);

  /// The key of a market's row, a string.
  std::string row(std::string_view id) const { return std::string{rows}.append(id); }
  /// All that says which rows there are. Deleted at once, the partition is empty: rows that are
  /// left mean nothing.
  std::vector<std::string> frame() const;

  std::string epoch, owner, version, bases, counts;
  std::string rows;      ///< what the key of a row begins with; its id follows
  std::string snapshots; ///< of the board only: sorted set, snapshot by when it expires, Unix ms
  std::string daemons;   ///< of the board only: sorted set, daemon id by when it was last heard of
  std::string starter;   ///< of the board only: string, the daemon whose turn it is to start
  /// In the order of `sort_fields`, then that of staleness. A quote's own partition has those that
  /// are `indexed::everywhere`.
  std::array<std::string, index_count> by;
};

/// The keys of one snapshot; they share the board's hash tag.
struct snapshot_keys {
  std::string ranking; ///< sorted set: id by what the view is ordered by
  std::string rows;    ///< hash: id -> the row when the snapshot was made, if those were copied
  std::string alive;   ///< string: there while pages may be read
};

/// The keys of the partition that assets have of their own. No quote can be called like it.
struct asset_keys {
  explicit asset_keys(std::string_view prefix);

  std::string epoch, owner, row, tags;
  std::array<std::string, asset_sort_field_count> by; ///< in the order of `asset_sort_fields`

  std::vector<std::string> all() const;
};

/// Some of the indexes of each partition, in the order of the layout.
using partition_indexes = std::vector<index_set>;

/// Which partitions there are: the board, which holds every market, and one for each of the
/// configured quotes. A view of one such quote touches its partition alone; any other view is
/// answered by the board (docs/decisions/partitions.md).
class layout {
public:
  layout(std::string_view prefix, const std::vector<std::string>& quotes);

  static constexpr std::size_t board = 0;

  std::size_t size() const noexcept { return partitions_.size(); }
  const partition_keys& operator[](std::size_t i) const noexcept { return partitions_[i]; }
  std::string_view name(std::size_t i) const noexcept { return names_[i]; }

  /// The partition of its own that `quote` has, or `board`.
  std::size_t find(std::string_view quote) const noexcept;

  snapshot_keys snapshot(std::string_view name) const;

  /// The key of the price histories that were written in this period, by id. Of the board's hash
  /// tag, but not of the board: `pattern` leaves it out.
  std::string history(std::int64_t period) const;

  /// The key of the chunks that the markets of this quote have of a ring of candles, by id; `ring`
  /// is its name, and they are of this period. Every quote has its own hash tag, whether it has a
  /// partition or not, so that it keeps its candles when partitions change. Not of the board
  /// either.
  std::string candles(std::string_view quote, std::string_view ring, std::int64_t period) const;

  /// What SCAN matches to find every key of the board.
  std::string pattern() const;
  /// The same for the rows of a partition.
  std::string rows_pattern(std::size_t partition) const;

private:
  std::string prefix_;
  std::vector<std::string> names_;
  std::vector<partition_keys> partitions_;
};

} // namespace tickboard::redis
