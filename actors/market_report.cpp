#include "actors/market_report.hpp"

#include "market/valuation.hpp"

#include <caf/actor.hpp>

#include <algorithm>
#include <cmath>

namespace tickboard {

market_value value_of(const slot& market, const std::optional<double>& usd_per_quote) {
  const auto& state = market.state;
  const auto in_usd = [&](const decimal& value) -> std::optional<double> {
    if (!value || !usd_per_quote)
      return std::nullopt;
    const double usd = value.value() * *usd_per_quote;
    return std::isfinite(usd) ? std::optional{shown_usd(usd)} : std::nullopt;
  };
  market_value out;
  out.subject = market.subject;
  out.price_usd = state.derived.price_usd;
  out.volume_usd_24h = state.derived.volume_usd_24h;
  out.bid_usd = in_usd(state.quote.bid);
  out.ask_usd = in_usd(state.quote.ask);
  std::ranges::copy(state.derived.change_pct, out.changes.begin());
  if (state.stats.basis == change_basis::rolling_24h) { // a day of the calendar is another question
    out.changes[window_count] = state.stats.change_pct;
    out.high_usd_24h = in_usd(state.stats.high);
    out.low_usd_24h = in_usd(state.stats.low);
  }
  out.ts_ms = state.ts_ms();
  out.received_ms = state.received_ms;
  out.stale = market.stale;
  return out;
}

void market_report::changed(slot& market) {
  if (market.has_asset_news)
    return;
  market.has_asset_news = true;
  news_.push_back(&market);
  if (!market.is_reported) {
    market.is_reported = true;
    markets_.push_back(&market);
  }
}

void market_report::forget_leaving() {
  const auto is_leaving = [](const slot* one) { return one->is_leaving(); };
  for (auto* one : markets_)
    if (is_leaving(one)) {
      one->is_reported = one->has_asset_news = false;
      gone_.push_back(one->subject);
    }
  std::erase_if(markets_, is_leaving);
  std::erase_if(news_, is_leaving);
}

bool market_report::is_due(const caf::actor& to, std::int64_t now_ms) {
  if (told_ != to.address()) {
    told_ = to.address();
    gone_.clear(); // it never heard of them
    failed();
  }
  const auto since = now_ms - taken_ms_;
  return !under_way_ && (begins_ || !news_.empty() || !gone_.empty()) &&
         (since < 0 || since >= interval_ms);
}

market_news market_report::take(std::size_t writer, derivation& derived, std::int64_t now_ms) {
  market_news out;
  out.writer = writer;
  out.begins = std::exchange(begins_, false);
  out.markets.reserve(news_.size());
  for (auto* market : std::exchange(news_, {})) {
    market->has_asset_news = false;
    derived.refresh(*market, now_ms);
    out.markets.push_back(value_of(*market, derived.usd_per(market->subject->quote, now_ms)));
  }
  // One that came back since is told of by its news, which go before.
  out.gone = gone_;
  gone_under_way_ = gone_.size();
  taken_ms_ = now_ms;
  under_way_ = true;
  return out;
}

void market_report::answered() {
  under_way_ = false;
  gone_.erase(gone_.begin(), gone_.begin() + static_cast<std::ptrdiff_t>(gone_under_way_));
  gone_under_way_ = 0;
}

void market_report::failed() {
  under_way_ = false;
  gone_under_way_ = 0;
  begins_ = true;
  for (auto* market : markets_)
    changed(*market);
}

} // namespace tickboard
