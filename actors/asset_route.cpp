#include "actors/asset_route.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tickboard {

namespace {

using outcome = tl::expected<asset_question, query_problem>;

outcome without_parameters(std::string_view query, asset_question found) {
  if (query.empty())
    return found;
  return unexpected(query_problem{"query", "is not taken by this resource", "no parameters"});
}

/// In a path, + and & stand for themselves (RFC 3986, pchar).
std::string in_path(std::string_view segment) {
  std::string out;
  for (const char c : segment)
    out += c == '+' ? "%2B" : c == '&' ? "%26" : std::string{c};
  return out;
}

outcome read_symbol(std::string_view segment) {
  constexpr std::string_view allowed = "an asset code like BTC; GET /v1/assets lists them";
  const auto decoded = parse_query_string("symbol=" + in_path(segment));
  if (!decoded)
    return unexpected(decoded.error());
  auto symbol = decoded->front().second;
  if (symbol.size() > max_asset_length || !std::ranges::all_of(symbol, is_code_character))
    return unexpected(query_problem{"symbol", "is no asset code", std::string{allowed}});
  for (char& c : symbol)
    if (c >= 'a' && c <= 'z')
      c = static_cast<char>(c - 'a' + 'A');
  return ask_asset{std::move(symbol)};
}

} // namespace

std::optional<outcome> find_asset_route(std::string_view path, std::string_view query) {
  constexpr std::string_view assets = "/v1/assets";
  const auto parameters = [&] { return parse_query_string(query); };
  const auto as_question = [](auto found) { return asset_question{std::move(found)}; };
  if (path == assets)
    return parameters().and_then(parse_asset_query).map(as_question);
  if (path == "/v1/movers")
    return parameters().and_then(parse_movers_query).map(as_question);
  if (path == "/v1/categories")
    return without_parameters(query, ask_categories{});
  if (path == "/v1/global")
    return without_parameters(query, ask_global{});
  if (path.starts_with(assets) && path.size() > assets.size() + 1 && path[assets.size()] == '/')
    return read_symbol(path.substr(assets.size() + 1)).and_then([&](asset_question found) {
      return without_parameters(query, std::move(found));
    });
  return std::nullopt;
}

std::string link_header(const asset_query& query, std::uint64_t total) {
  const auto pages = std::max<std::uint64_t>(1, (total + query.per_page - 1) / query.per_page);
  std::string out;
  const auto add = [&](std::uint64_t page, std::string_view relation) {
    out += fmt::format("{}<{}>; rel=\"{}\"", out.empty() ? "" : ", ",
                       query.target(static_cast<std::uint32_t>(page)), relation);
  };
  add(1, "first");
  if (query.page > 1)
    add(std::min<std::uint64_t>(query.page - 1, pages), "prev");
  if (query.page < std::min<std::uint64_t>(pages, view_limits::max_page))
    add(query.page + 1, "next");
  if (pages <= view_limits::max_page)
    add(pages, "last");
  return out;
}

} // namespace tickboard
