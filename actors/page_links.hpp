#pragma once

#include "actors/view_answer.hpp"
#include "market/view_query.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace tickboard {

/// The Link header of page `number` of a list of `total` rows (RFC 8288): first, prev, next and
/// last, as far as there are. `target` gives a page's path and query.
std::string page_links(std::uint32_t number, std::uint32_t per_page, std::uint64_t total,
                       const std::function<std::string(std::uint32_t page)>& target);

/// The same of a page of markets; of a cursor's page, first and next.
std::string link_header(const view_query& query, std::uint64_t total, const page_place& place);

} // namespace tickboard
