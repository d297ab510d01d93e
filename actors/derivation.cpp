#include "actors/derivation.hpp"

#include "market/valuation.hpp"

#include <algorithm>

namespace tickboard {

namespace {

rate_source source_of(const slot& market) {
  const auto number = [](const decimal& value) { return value ? value.value() : 0; };
  const auto& state = market.state;
  return {market.subject,
          number(state.trade.last),
          number(state.stats.volume),
          number(state.stats.quote_volume),
          state.received_ms,
          market.stale};
}

} // namespace

void derivation::add(slot& market) {
  markets_.push_back(&market);
  if (quotes_.insert(market.subject->quote).second)
    new_quotes_.push_back(market.subject->quote);
  market.is_rate_source = is_rate_source(*market.subject, *rates_);
  note_source(market);
}

void derivation::forget_leaving() {
  const auto is_leaving = [](const slot* one) { return one->is_leaving(); };
  for (auto* one : markets_)
    if (is_leaving(one)) {
      one->changes_postponed = one->has_rate_news = false;
      if (one->is_rate_source)
        gone_sources_.push_back(one->subject->id);
    }
  std::erase_if(markets_, is_leaving);
  std::erase_if(postponed_, [&](const postponed& one) { return is_leaving(one.market); });
  std::erase_if(sources_with_news_, is_leaving);
  next_ = 0;
}

void derivation::note_source(slot& market) {
  if (!market.is_rate_source || market.has_rate_news)
    return;
  market.has_rate_news = true;
  sources_with_news_.push_back(&market);
}

void derivation::changed(slot& market, std::int64_t now_ms) {
  note_price(market, now_ms);
  note_source(market);
  market.derived_due = true;
}

void derivation::refresh(slot& market, std::int64_t now_ms) {
  if (!market.derived_due)
    return;
  const auto age = now_ms - market.changes_ms;
  market.changed(); // some scores may have been looked at since the update
  if (!market.stale && age >= 0 && age < changes_every_ms) {
    derive_values(market, now_ms);
    if (!std::exchange(market.changes_postponed, true))
      postponed_.push_back({&market, now_ms + changes_every_ms});
    return;
  }
  market.changes_ms = market.stale ? 0 : now_ms;
  derive(market, now_ms);
}

void derivation::note_price(slot& market, std::int64_t now_ms) {
  const auto& last = market.state.trade.last;
  if (const double price = last && !market.stale ? last.value() : 0; price > 0)
    market.prices.set(now_ms, price);
  else
    market.prices.lose(now_ms);
}

std::optional<double> derivation::usd_per(std::string_view asset, std::int64_t now_ms) const {
  static const rate_table dollars_only;
  const bool believed = now_ms - rates_->as_of_ms() <= rates_lifetime_ms;
  return (believed ? *rates_ : dollars_only).usd_per(asset);
}

void derivation::derive(slot& market, std::int64_t now_ms) {
  derive_values(market, now_ms);
  market.state.derived.market_cap = now_ms - caps_->as_of_ms() <= caps_lifetime_ms
                                        ? caps_->of(market.subject->base)
                                        : std::nullopt;
  market.state.derived.change_pct = market.prices.changes(now_ms);
}

void derivation::derive_values(slot& market, std::int64_t now_ms) {
  value_in_usd(market.state, usd_per(market.subject->quote, now_ms));
  market.derived_ms = now_ms;
  market.derived_due = false;
}

std::vector<slot*> derivation::sweep(std::int64_t now_ms) {
  std::vector<slot*> out;
  const auto look_at = [&](slot& market) {
    const auto before = market.state.derived;
    derive(market, now_ms);
    if (market.state.derived != before)
      out.push_back(&market);
  };
  // A clock that was set back must not keep them waiting.
  while (!postponed_.empty() && (postponed_.front().due_ms <= now_ms ||
                                 postponed_.front().due_ms - now_ms > changes_every_ms)) {
    auto& market = *postponed_.front().market;
    postponed_.pop_front();
    market.changes_postponed = false;
    look_at(market);
  }
  const auto visits = std::min(markets_.size() / sweep_rounds + 1, sweep_limit);
  for (std::size_t i = 0; i < std::min(visits, markets_.size()); ++i) {
    next_ = next_ + 1 < markets_.size() ? next_ + 1 : 0;
    auto& market = *markets_[next_];
    const auto age = now_ms - market.derived_ms;
    if (market.derived_due || (age >= 0 && age < settled_ms))
      continue;
    look_at(market);
  }
  return out;
}

void derivation::set_rates(rate_table_ptr rates) {
  const bool further_assets = rates->size() != rates_->size();
  rates_ = std::move(rates);
  if (further_assets)
    for (auto* market : markets_)
      if (!market->is_rate_source && is_rate_source(*market->subject, *rates_)) {
        market->is_rate_source = true;
        note_source(*market);
      }
}

void derivation::set_market_caps(market_caps_ptr caps) {
  caps_ = std::move(caps);
}

rate_news derivation::take_news() {
  rate_news out;
  for (auto* market : std::exchange(sources_with_news_, {})) {
    market->has_rate_news = false;
    out.sources.push_back(source_of(*market));
  }
  out.quotes = std::exchange(new_quotes_, {});
  out.gone = std::exchange(gone_sources_, {});
  out.begins = std::exchange(begins_, false);
  return out;
}

void derivation::tell_everything() {
  new_quotes_.assign(quotes_.begin(), quotes_.end());
  gone_sources_.clear();
  begins_ = true;
  for (auto* market : markets_)
    note_source(*market);
}

} // namespace tickboard
