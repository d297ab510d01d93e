#include "actors/asset_route.hpp"

#include "actors/page_links.hpp"

#include <algorithm>

namespace tickboard {

namespace {

using outcome = tl::expected<asset_question, query_problem>;

outcome without_parameters(std::string_view query, asset_question found) {
  if (auto problem = refuse_any(query))
    return unexpected(std::move(*problem));
  return found;
}

outcome read_symbol(std::string_view segment) {
  constexpr std::string_view allowed = "an asset code like BTC; GET /v1/assets lists them";
  const auto decoded = parse_query_string("symbol=" + path_as_query_value(segment));
  if (!decoded)
    return unexpected(decoded.error());
  auto symbol = decoded->front().second;
  if (symbol.size() > max_asset_length || !std::ranges::all_of(symbol, is_code_character))
    return unexpected(query_problem{"symbol", "is no asset code", std::string{allowed}});
  to_upper(symbol);
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
  return page_links(query.page, query.per_page, total,
                    [&](std::uint32_t page) { return query.target(page); });
}

} // namespace tickboard
