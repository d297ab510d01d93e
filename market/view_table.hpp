#pragma once

#include "market/parameter_table.hpp"
#include "market/view_query.hpp"

namespace tickboard {

/// The parameters of GET /v1/markets, each with what reads it alone. What they cannot know of each
/// other, the tokens of cursors and snapshots among it, is left to parse_view_query.
const parameter_table<view_query>& view_table();

} // namespace tickboard
