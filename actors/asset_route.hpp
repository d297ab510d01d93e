#pragma once

#include "market/asset_query.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace tickboard {

struct ask_asset {
  std::string symbol; ///< in capital letters
};
struct ask_categories {};
struct ask_global {};

/// What a request can ask about assets.
using asset_question =
    std::variant<asset_query, movers_query, ask_asset, ask_categories, ask_global>;

/// Reads a path and its query; nothing if the path is none of those about assets.
std::optional<tl::expected<asset_question, query_problem>> find_asset_route(std::string_view path,
                                                                            std::string_view query);

/// The Link header of a page of assets (RFC 8288): first, prev, next and last.
std::string link_header(const asset_query& query, std::uint64_t total);

} // namespace tickboard
