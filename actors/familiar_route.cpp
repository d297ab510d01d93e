#include "actors/familiar_route.hpp"

#include "actors/unix_ms.hpp"
#include "market/coingecko_rows.hpp"
#include "market/coinmarketcap_rows.hpp"

#include <fmt/format.h>

namespace tickboard {

namespace {

using familiar_outcome = tl::expected<familiar_question, query_problem>;

constexpr std::string_view gecko_root = "/api/v3/";
constexpr std::string_view listings_root = "/v1/cryptocurrency/";

familiar_outcome without_more(const query_parameters& given, familiar_question found) {
  if (auto problem = coingecko::refuse_more_than_keys(given))
    return unexpected(std::move(*problem));
  return found;
}

using familiar_reader = familiar_outcome (*)(const query_parameters& given);

constexpr std::pair<std::string_view, familiar_reader> familiar_resources[] = {
    {"/api/v3/ping", [](const auto& given) { return without_more(given, ask_ping{}); }},
    {"/api/v3/simple/supported_vs_currencies",
     [](const auto& given) { return without_more(given, ask_currencies{}); }},
    {"/api/v3/simple/price",
     [](const auto& given) -> familiar_outcome { return coingecko::parse_price(given); }},
    {"/api/v3/coins/list",
     [](const auto& given) -> familiar_outcome { return coingecko::parse_list(given); }},
    {"/api/v3/coins/markets",
     [](const auto& given) -> familiar_outcome { return coingecko::parse_markets(given); }},
    {"/v1/cryptocurrency/listings/latest",
     [](const auto& given) -> familiar_outcome { return coinmarketcap::parse_listings(given); }},
};

std::string resource_names(std::string_view root) {
  std::string out;
  for (const auto& [path, read] : familiar_resources)
    if (path.starts_with(root))
      out += (out.empty() ? "" : ", ") + std::string{path};
  return out;
}

net::http_response refusal_of(dialect of, const query_problem& why) {
  if (of == dialect::coingecko && why.missing)
    return familiar_error(
        of, 422, fmt::format("Missing parameter {}; allowed: {}", why.parameter, why.allowed));
  const auto quote = of == dialect::coinmarketcap ? "\"" : "";
  return familiar_error(
      of, 400,
      fmt::format("{}{}{} {}; allowed: {}", quote, why.parameter, quote, why.detail, why.allowed));
}

} // namespace

dialect dialect_of(const familiar_question& question) noexcept {
  return std::holds_alternative<coinmarketcap::listings_query>(question) ? dialect::coinmarketcap
                                                                         : dialect::coingecko;
}

std::optional<dialect> dialect_at(std::string_view path) noexcept {
  if (path.starts_with(gecko_root))
    return dialect::coingecko;
  if (path.starts_with(listings_root))
    return dialect::coinmarketcap;
  return std::nullopt;
}

net::http_response familiar_error(dialect of, unsigned status, std::string_view text) {
  net::http_response out;
  const bool gecko = of == dialect::coingecko;
  out.status = !gecko && status == 503 ? 500 : status;
  out.body = std::make_shared<const std::string>(
      gecko ? coingecko::error_body(text)
            : coinmarketcap::error_body(out.status, text, {unix_ms(), {}}));
  if (status == 503)
    out.headers.emplace_back("Retry-After", "1");
  return out;
}

std::optional<std::variant<familiar_question, net::http_response>>
find_familiar_route(const net::http_request& request, std::string_view path,
                    std::string_view query) {
  const auto spoken = dialect_at(path);
  if (!spoken)
    return std::nullopt;
  const auto of = *spoken;
  const auto* const found =
      std::find_if(std::begin(familiar_resources), std::end(familiar_resources),
                   [&](const auto& one) { return one.first == path; });
  if (found == std::end(familiar_resources))
    return familiar_error(
        of, 404,
        fmt::format("Incorrect path. There are {}",
                    resource_names(of == dialect::coingecko ? gecko_root : listings_root)));
  if (request.method == net::http_method::other) {
    auto refusal = familiar_error(of, 405,
                                  fmt::format("{} is not allowed here; allowed: GET, HEAD",
                                              request.method_text.substr(0, 32)));
    refusal.headers.emplace_back("Allow", "GET, HEAD");
    return refusal;
  }
  auto question = parse_query_string(query).and_then(found->second);
  if (!question)
    return refusal_of(of, question.error());
  return std::move(*question);
}

} // namespace tickboard
