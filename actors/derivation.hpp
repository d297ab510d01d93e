#pragma once

#include "actors/messages/rates.hpp"
#include "actors/slot.hpp"
#include "market/market_caps.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <vector>

namespace tickboard {

/// Keeps up to date what a writer's markets show beside what their exchanges said, and what the
/// rates actor must know of them. Values are set when a changed market goes to Redis; those of a
/// quiet market move too, as rates and time do, so a sweep goes round all of them. Used by its
/// writer alone; all times are Unix ms by the writer's clock.
class derivation {
public:
  static constexpr std::size_t sweep_rounds = 80;   ///< sweeps that visit every market, if few
  static constexpr std::size_t sweep_limit = 50;    ///< markets that one sweep visits at most
  static constexpr std::int64_t settled_ms = 2'000; ///< a value this young is left alone
  /// How often updates alone set the changes over windows: each time moves the market in four
  /// indexes, and nobody reads a minute's change ten times a second.
  static constexpr std::int64_t changes_every_ms = 1'000;
  static constexpr std::int64_t rates_lifetime_ms = 30'000; ///< older rates are no rates
  static constexpr std::int64_t caps_lifetime_ms = 30'000;  ///< and market caps

  /// A market of the writer's, from now on; it must live until this object ends or forgets it.
  void add(slot& market);

  /// Those that are leaving are no markets of the writer's any more.
  void forget_leaving();

  /// To be called after every change of the market's state.
  void changed(slot& market, std::int64_t now_ms);

  /// Sets what the market shows as of now, if its state has changed since that was set last;
  /// changes over windows, of a market that updates set less than `changes_every_ms` ago, later in
  /// `sweep`.
  void refresh(slot& market, std::int64_t now_ms);

  /// Visits those whose changes over windows were put off by a second, and the next of all markets,
  /// at most `sweep_limit`; returns those that show something else now: they must go to Redis.
  std::vector<slot*> sweep(std::int64_t now_ms);

  void set_rates(rate_table_ptr rates);
  void set_market_caps(market_caps_ptr caps);

  /// Dollars per unit, if the rates are young enough to be believed.
  std::optional<double> usd_per(std::string_view asset, std::int64_t now_ms) const;

  /// What the rates actor does not know yet; empty if nothing.
  rate_news take_news();
  /// The rates actor knows nothing any more.
  void tell_everything();

private:
  static void note_price(slot& market, std::int64_t now_ms);
  void derive(slot& market, std::int64_t now_ms);
  void derive_values(slot& market, std::int64_t now_ms);
  void note_source(slot& market);

  std::vector<slot*> markets_;
  std::size_t next_ = 0; ///< of the sweep
  struct postponed {
    slot* market;
    std::int64_t due_ms;
  };
  std::deque<postponed> postponed_; ///< each market at most once, the first to be due first
  rate_table_ptr rates_ = std::make_shared<const rate_table>();
  market_caps_ptr caps_ = std::make_shared<const market_caps>();
  std::set<std::string> quotes_;
  std::vector<slot*> sources_with_news_; ///< each once
  std::vector<std::string> new_quotes_;
  std::vector<std::string> gone_sources_; ///< ids
  bool begins_ = true;
};

} // namespace tickboard
