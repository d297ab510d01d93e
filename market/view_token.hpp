#pragma once

#include "market/view_query.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace tickboard {

// What clients hand back to go on in a view: base64url, so that it needs no escaping in a URL. A
// token names its view by a hash and ends with a checksum; it is not a secret, and forging one
// gives no more than asking would.

/// The token of `cursor=` for the rows behind `place` in the view of `query`.
std::string cursor_token(const view_query& query, const view_place& place);

/// Why a token was not taken.
enum class token_problem {
  damaged,      ///< no token of ours, or not all of it
  another_view, ///< of other filters or another sort than those of the query
};

tl::expected<view_place, token_problem> read_cursor_token(const view_query& query,
                                                          std::string_view token);

/// The token of `snapshot=` for a ranking that was frozen for `query`.
std::string snapshot_token(const view_query& query, const snapshot_ref& made);

/// With a `query`, the snapshot must be of its view; without, any will do.
tl::expected<snapshot_ref, token_problem> read_snapshot_token(const view_query* query,
                                                              std::string_view token);

} // namespace tickboard
