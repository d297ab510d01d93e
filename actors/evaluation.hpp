#pragma once

#include "actors/board.hpp"
#include "actors/error.hpp"
#include "actors/view_answer.hpp"
#include "market/answer_text.hpp"
#include "market/asset.hpp"
#include "market/view_query.hpp"
#include "market/word_filter.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace tickboard {

/// How one question came out.
struct evaluation_outcome {
  std::shared_ptr<const std::string> body; ///< null: failed, or no such market
  std::uint64_t total = 0;
  std::uint64_t mark = 0; ///< of what the body says (answer_text)
  bool passing = false;   ///< lacks what Redis is about to have again: not worth keeping
  ec error{};             ///< meaningful if `problem` is not empty
  std::string problem;    ///< empty: answered, or refused
  page_place place;
  view_refusal refusal;
  std::shared_ptr<const std::string> link{}; ///< of a page: its Link header
};

using evaluation_callback = std::function<void(evaluation_outcome)>;

/// An answer of `total` rows: the body, which lacks its end, with the view's own time behind it.
evaluation_outcome finished(answer_text& body, std::uint64_t total, std::int64_t now_ms);

/// Why `answer` is no array of rows: the partition is not whole, or Redis failed.
evaluation_outcome evaluation_failure(const redis::reply& answer);
/// The same of a partition that is known not to be whole.
evaluation_outcome board_is_rebuilt();

/// Of a view whose words are in more names than are worth sending; its status is 0 else.
view_refusal too_many_names(const std::vector<word_filter>& words);

/// How much of Redis a question may take.
struct evaluation_bounds {
  std::uint32_t scan_limit = 2'000; ///< index entries and scores that a script call may look at
  std::chrono::milliseconds snapshot_ttl{300'000};
  std::size_t max_snapshots = 64;        ///< at once, of all daemons on this Redis
  std::uint32_t max_frozen_rows = 5'000; ///< rows that a snapshot with frozen rows may have
};

/// What a view is asked of, besides the board.
struct view_moment {
  std::int64_t now_ms = 0;    ///< the view's own time, Unix ms
  asset_catalogue_ptr assets; ///< says what is in a category; null: nothing is known of assets
};

/// Asks Redis for a page, of a snapshot that is made first or of an earlier one if the query says
/// so. Chooses the partition and the script, runs it (again and again where a
/// filter makes it look at more than `scan_limit` entries), and puts the rows, each with its age,
/// into the body that clients get. A walk that takes several calls goes on from the place where it
/// was, so that it meets each market that keeps its place once; one that moves meanwhile may be met
/// twice or not at all, as from one page to the next. `done` runs once, on the io
/// thread.
void evaluate_page(const board_ptr& board, const std::shared_ptr<redis::client>& store,
                   const view_query& query, const evaluation_bounds& bounds, const view_moment& at,
                   evaluation_callback done);

/// Asks Redis for one market's row.
void evaluate_row(const board_ptr& board, const std::shared_ptr<redis::client>& store,
                  const std::string& id, const std::string& quote, std::int64_t now_ms,
                  evaluation_callback done);

} // namespace tickboard
