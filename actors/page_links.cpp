#include "actors/page_links.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tickboard {

std::string page_links(std::uint32_t number, std::uint32_t per_page, std::uint64_t total,
                       const std::function<std::string(std::uint32_t page)>& target) {
  const auto pages = std::max<std::uint64_t>(1, (total + per_page - 1) / per_page);
  std::string out;
  const auto add = [&](std::uint64_t page, std::string_view relation) {
    out += fmt::format("{}<{}>; rel=\"{}\"", out.empty() ? "" : ", ",
                       target(static_cast<std::uint32_t>(page)), relation);
  };
  add(1, "first");
  if (number > 1)
    add(std::min<std::uint64_t>(number - 1, pages), "prev");
  if (number < std::min<std::uint64_t>(pages, view_limits::max_page))
    add(number + 1, "next");
  if (pages <= view_limits::max_page)
    add(pages, "last");
  return out;
}

std::string link_header(const view_query& query, std::uint64_t total, const page_place& place) {
  if (query.by_cursor) {
    auto out = fmt::format("<{}>; rel=\"first\"", cursor_target(query, "start"));
    if (!place.next.empty())
      out += fmt::format(", <{}>; rel=\"next\"", cursor_target(query, place.next));
    return out;
  }
  auto linked = query;
  if (!place.snapshot.empty()) {
    linked.snapshot = snapshot_use::read;
    linked.frozen.emplace().token = place.snapshot;
  }
  return page_links(place.number, query.per_page, total,
                    [&](std::uint32_t page) { return page_target(linked, page); });
}

} // namespace tickboard
