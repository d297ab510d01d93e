#include "actors/entity_tag.hpp"
#include "actors/error.hpp"
#include "actors/messages/assets.hpp"
#include "actors/session.hpp"
#include "actors/unix_ms.hpp"
#include "market/coingecko_rows.hpp"
#include "market/coinmarketcap_rows.hpp"
#include "market/json_text.hpp"

#include <caf/all.hpp>
#include <fmt/format.h>

#include <functional>

/// The part of a session that answers in the words of other services: it asks for the rows as any
/// client of ours would, and puts them into their shapes.
namespace tickboard {

namespace {

/// With a tag of what it says; when it was made, as the status of listings tells, left out.
answer familiar_answer(std::string body, std::chrono::microseconds took = {}) {
  const auto data = body.starts_with("{\"status\":") ? body.find(",\"data\":") : 0;
  answer out;
  out.tag = entity_tag(std::hash<std::string_view>{}(std::string_view{body}.substr(data)));
  out.body = std::make_shared<const std::string>(std::move(body));
  out.took = took;
  return out;
}

/// Each currency, or the code of the first that has no live rate.
tl::expected<std::vector<const currency*>, std::string>
find_currencies(const std::vector<std::string>& codes, const asset_directory& directory) {
  std::vector<const currency*> out;
  for (const auto& code : codes) {
    const auto* const one = directory.find_currency(code);
    if (one == nullptr)
      return unexpected(code);
    out.push_back(one);
  }
  return out;
}

net::http_response no_rate(dialect of, std::string_view parameter, const std::string& code,
                           const asset_directory& directory) {
  const auto invalid = of == dialect::coingecko
                           ? fmt::format("invalid {}", parameter)
                           : fmt::format("Invalid value for \"{}\"", parameter);
  return familiar_error(of, 400,
                        fmt::format("{}: {} has no live rate to the dollar here; allowed: {}",
                                    invalid, json_excerpt(code), directory.currency_names()));
}

} // namespace

void session_state::ask_for_rows(dialect of, const asset_query& which,
                                 std::function<std::string(const rows_told& told)> translate) {
  ask<answer>(
      *config->query, asset_page_asked{which, client},
      [this, of, translate = std::move(translate)](const answer& page) {
        if (page.stale_since_ms != 0) { // their words have no place to say so
          respond(familiar_error(of, 503, "the rows of now cannot be had"));
          return;
        }
        const auto rows = read_asset_rows(*page.body);
        if (rows)
          answer_now(familiar_answer(translate({*rows, page.total}), page.took));
        else
          respond(familiar_error(of, 503, rows.error()));
      },
      [this, of](const caf::error& error) { respond(familiar_error(of, 503, why_not(error))); });
}

void session_state::answer_markets(const coingecko::markets_query& query,
                                   const asset_directory_ptr& directory) {
  const auto* const to = directory->find_currency(query.vs_currency);
  if (to == nullptr) {
    respond(no_rate(dialect::coingecko, "vs_currency", query.vs_currency, *directory));
    return;
  }
  const auto which = coingecko::rows_of(query, *directory);
  if (!which) {
    answer_now(familiar_answer("[]"));
    return;
  }
  ask_for_rows(dialect::coingecko, *which, [query, to, directory](const rows_told& told) {
    return coingecko::markets_body(told.rows, query, *to, *directory);
  });
}

void session_state::answer_price(const coingecko::price_query& query,
                                 const asset_directory_ptr& directory) {
  const auto to = find_currencies(query.vs_currencies, *directory);
  if (!to) {
    respond(no_rate(dialect::coingecko, "vs_currencies", to.error(), *directory));
    return;
  }
  const auto named = coingecko::resolve(query.coins, *directory);
  if (named.empty()) {
    answer_now(familiar_answer("{}"));
    return;
  }
  asset_query which;
  for (const auto& [name, symbol] : named)
    which.symbols.wanted.push_back(symbol);
  which.per_page = coingecko::max_coins;
  ask_for_rows(dialect::coingecko, which,
               [query, to = *to, named, directory](const rows_told& told) {
                 return coingecko::price_body(told.rows, named, query, to);
               });
}

void session_state::answer_listings(const coinmarketcap::listings_query& query,
                                    const asset_directory_ptr& directory) {
  std::vector<std::string> codes;
  for (const auto& [name, code] : query.convert)
    codes.push_back(code);
  const auto to = find_currencies(codes, *directory);
  if (!to) {
    respond(no_rate(dialect::coinmarketcap, "convert", to.error(), *directory));
    return;
  }
  ask_for_rows(dialect::coinmarketcap, coinmarketcap::rows_of(query),
               [this, query, to = *to, directory](const rows_told& told) {
                 const auto took = std::chrono::steady_clock::now() - asked;
                 return coinmarketcap::listings_body(
                     told.rows, query, to, *directory, told.total,
                     {unix_ms(), std::chrono::duration_cast<std::chrono::milliseconds>(took)});
               });
}

void session_state::ask_familiar(const familiar_question& what) {
  if (std::holds_alternative<ask_ping>(what)) {
    answer_now(familiar_answer(coingecko::ping_body()));
    return;
  }
  const auto of = dialect_of(what);
  ask<directory_told>(
      *config->assets, directory_asked{},
      [this, what](const directory_told& told) {
        std::visit(
            [&](const auto& one) {
              using type = std::decay_t<decltype(one)>;
              if constexpr (std::is_same_v<type, coingecko::markets_query>)
                answer_markets(one, told.directory);
              else if constexpr (std::is_same_v<type, coingecko::price_query>)
                answer_price(one, told.directory);
              else if constexpr (std::is_same_v<type, coinmarketcap::listings_query>)
                answer_listings(one, told.directory);
              else if constexpr (std::is_same_v<type, coingecko::list_query>)
                answer_now(familiar_answer(coingecko::list_body(one, *told.directory)));
              else
                answer_now(familiar_answer(coingecko::currencies_body(*told.directory)));
            },
            what);
      },
      [this, of](const caf::error& error) { respond(familiar_error(of, 503, why_not(error))); });
}

} // namespace tickboard
