#pragma once

#include "market/parameter_table.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tickboard {

/// GET /v1/search.
struct ask_search {
  std::string text;
  std::uint32_t limit = 10;
};

std::vector<parameter_note> search_parameters();

/// Reads `q` and `limit`. Unknown or illegal parameters, and a `q` that nothing can be found by,
/// are refused.
tl::expected<ask_search, query_problem> parse_search(const query_parameters& parameters);

} // namespace tickboard
