#pragma once

#include "adapters/net/http_server.hpp"
#include "market/coingecko_query.hpp"
#include "market/coinmarketcap_query.hpp"

#include <optional>
#include <string_view>
#include <variant>

/// Resources that clients know from other services: docs/decisions/familiar.md.
namespace tickboard {

struct ask_ping {};
struct ask_currencies {};

/// What a request can ask in words that others defined.
using familiar_question =
    std::variant<ask_ping, ask_currencies, coingecko::markets_query, coingecko::price_query,
                 coingecko::list_query, coinmarketcap::listings_query>;

/// Whose errors a client expects.
enum class dialect : std::uint8_t { coingecko, coinmarketcap };

dialect dialect_of(const familiar_question& question) noexcept;
/// Of what is at a path, if that is in other words than ours.
std::optional<dialect> dialect_at(std::string_view path) noexcept;

/// An error in the shape, and with a status, of that service. `status` is 400, 401, 404, 405,
/// 422 (CoinGecko: a parameter is missing), 429 or 503 (CoinMarketCap: 500).
net::http_response familiar_error(dialect of, unsigned status, std::string_view text);

/// Reads a path and its query; nothing if the path is none of those.
std::optional<std::variant<familiar_question, net::http_response>>
find_familiar_route(const net::http_request& request, std::string_view path,
                    std::string_view query);

} // namespace tickboard
