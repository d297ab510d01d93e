#pragma once

#include "adapters/exchange/exchange.hpp"

#include <set>
#include <stdexcept>
#include <string>

namespace tickboard::test {

/// Kraken's protocol with a defect: it throws after it has decoded a frame that holds "POISON", and
/// at the first sight of one that holds "ONCE". Of one thread.
class fragile_protocol final : public exchange::protocol {
public:
  std::string_view name() const noexcept override { return real_.name(); }
  const exchange::limits& published_limits() const noexcept override {
    return real_.published_limits();
  }
  std::string_view default_ws_url() const noexcept override { return real_.default_ws_url(); }
  std::string_view default_rest_url() const noexcept override { return real_.default_rest_url(); }
  const std::vector<std::string>& default_channels() const noexcept override {
    return real_.default_channels();
  }
  const std::vector<std::string>& known_channels() const noexcept override {
    return real_.known_channels();
  }
  const std::vector<std::string>& ticker_channels() const noexcept override {
    return real_.ticker_channels();
  }
  std::string listing_target() const override { return real_.listing_target(); }
  result<std::vector<market_ptr>> parse_listing(std::string_view body, std::string_view feed_name,
                                                std::size_t& skipped) const override {
    return real_.parse_listing(body, feed_name, skipped);
  }
  result<market_ptr> market_from_symbol(std::string_view native,
                                        std::string_view feed_name) const override {
    return real_.market_from_symbol(native, feed_name);
  }
  std::size_t streams_per_market(std::span<const std::string> channels) const noexcept override {
    return real_.streams_per_market(channels);
  }
  std::vector<exchange::request> subscribe(std::span<const market_ptr> markets,
                                           std::span<const std::string> channels,
                                           std::uint64_t first_id) const override {
    return real_.subscribe(markets, channels, first_id);
  }
  std::vector<exchange::trade_question>
  last_trade_questions(std::span<const market_ptr> markets) const override {
    return real_.last_trade_questions(markets);
  }
  std::size_t markets_per_check() const noexcept override { return real_.markets_per_check(); }
  result<std::vector<exchange::trade_mark>>
  parse_last_trades(std::string_view body, std::span<const std::string> natives) const override {
    return real_.parse_last_trades(body, natives);
  }
  std::string keepalive(std::uint64_t request_id) const override {
    return real_.keepalive(request_id);
  }
  std::vector<std::string> symbols_in(std::string_view frame) const override {
    return real_.symbols_in(frame);
  }

  void decode(std::span<char> frame, std::int64_t received_ms, const symbol_table& symbols,
              exchange::decoded& out) const override {
    const std::string whole{frame.data(), frame.size()};
    real_.decode(frame, received_ms, symbols, out);
    if (whole.find("POISON") != whole.npos)
      throw std::out_of_range("no such level");
    if (whole.find("ONCE") != whole.npos && seen_.insert(whole).second)
      throw 7; // not even an std::exception
  }

private:
  const exchange::protocol& real_ = *exchange::find_protocol("kraken");
  mutable std::set<std::string> seen_;
};

} // namespace tickboard::test
