#include "actors/assets.hpp"
#include "actors/derivation.hpp"
#include "actors/entity_tag.hpp"
#include "actors/error.hpp"
#include "market/answer_text.hpp"
#include "market/asset_totals.hpp"

#include <caf/all.hpp>
#include <fmt/format.h>

#include <set>

/// What the assets actor answers from memory.
namespace tickboard {

namespace {

constexpr std::int64_t directory_lifetime_ms = 1'000; ///< rates end by age too

caf::error not_yet() {
  return caf::make_error(ec::rebuilding,
                         std::string{"the first data of every market is waited for"});
}

} // namespace

caf::result<answer> assets_state::totals(bool of_categories) {
  if (!warm)
    return not_yet();
  const auto now = config.now_ms();
  answer_text body{now, of_categories ? "{\"data\":[" : "{\"data\":"};
  if (of_categories) {
    if (!category_rows)
      category_rows = tickboard::category_rows(ranking);
    for (const auto& row : *category_rows)
      body.add_row(row);
    body.append("]");
  } else {
    if (!global_row) {
      std::set<std::string_view> exchanges;
      for (const auto& [base, all] : markets.by_base())
        for (const auto& one : all)
          exchanges.insert(one.subject->exchange);
      global_row = tickboard::global_row(ranking, exchanges.size());
    }
    body.append_object(*global_row);
  }
  answer out;
  out.tag = entity_tag(body.mark());
  out.total = ranking.size();
  out.evaluated = std::chrono::steady_clock::now();
  body.append(fmt::format(",\"as_of_ms\":{}}}", now));
  out.body = body.take();
  return out;
}

/// An asset with a price of its own is worth that: so it is one of itself.
std::optional<currency> assets_state::currency_of(const std::string& code, bool rates_count) const {
  currency out{code, 1, {}, steady.contains(code)};
  if (code == "USD") {
    out.changes.fill(0.0);
    return out;
  }
  if (const auto moved = in_usd.find(code); moved != in_usd.end())
    out.changes = moved->second;
  if (const auto it = held.find(code); it != held.end() && it->second.values.price_usd) {
    out.usd = *it->second.values.price_usd;
    out.changes = it->second.values.changes;
  } else if (const auto rate = rates_count ? rates->usd_per(code) : std::nullopt) {
    out.usd = *rate;
  } else {
    return std::nullopt;
  }
  return out;
}

caf::result<directory_told> assets_state::directory_of_now() {
  if (!warm)
    return not_yet();
  const auto now = config.now_ms();
  if (!directory || now - directory_ms >= directory_lifetime_ms || now < directory_ms) {
    directory_ms = now;
    asset_directory made;
    made.catalogue = catalogue;
    for (const auto& [symbol, one] : held)
      made.symbols.emplace_back(symbol);
    made.market_cap = total_of(ranking).market_cap;
    const bool rates_count = now - rates->as_of_ms() <= derivation::rates_lifetime_ms;
    auto codes = quotes;
    codes.emplace("USD");
    for (auto& code : rates->known())
      codes.insert(std::move(code));
    for (const auto& code : codes)
      if (auto one = currency_of(code, rates_count))
        made.currencies.push_back(std::move(*one));
    directory = std::make_shared<const asset_directory>(std::move(made));
  }
  return directory_told{directory};
}

} // namespace tickboard
