#pragma once

#include "actors/feed.hpp"
#include "actors/messages/followed.hpp"
#include "actors/messages/keeper.hpp"
#include "tests/unit/actors/connection_fixture.hpp"

#include <rapidjson/document.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace tickboard::test {

/// Coinbase's GET /products with these products ("BASE-QUOTE").
inline std::string coinbase_products(const std::vector<std::string>& products) {
  std::string out = "[";
  for (const auto& one : products) {
    const auto dash = one.find('-');
    out += fmt::format(
        R"({}{{"id":"{}","base_currency":"{}","quote_currency":"{}","quote_increment":"0.01",)"
        R"("base_increment":"0.00000001","display_name":"{}","min_market_funds":"1",)"
        R"("margin_enabled":false,"post_only":false,"limit_only":false,"cancel_only":false,)"
        R"("status":"online","status_message":"","trading_disabled":false}})",
        out.size() == 1 ? "" : ",", one, one.substr(0, dash), one.substr(dash + 1), one);
  }
  return out + "]";
}

/// The products of a Coinbase subscribe message.
inline std::vector<std::string> products_in(const std::string& text) {
  rapidjson::Document message;
  message.Parse(text.c_str());
  REQUIRE(message.IsObject());
  std::vector<std::string> out;
  for (const auto& one : message["product_ids"].GetArray())
    out.emplace_back(one.GetString());
  return out;
}

/// A feed of Coinbase with a real normalizer behind it, two markets a connection. Backoffs are
/// half a second to a second.
struct feed_fixture : actor_fixture {
  feed_fixture() {
    config.settings.exchange = config.settings.name = "coinbaseexchange";
    config.settings.ws_url = "wss://ws.test";
    config.settings.rest_url = "https://rest.test";
    config.settings.symbols = {"*/USD"};
    config.settings.streams_per_connection = 2;
    config.protocol = exchange::find_protocol("coinbaseexchange");
    config.first_source_id = 500;
    config.restarts = {std::chrono::milliseconds{1'000}, std::chrono::milliseconds{1'000}, 1'000,
                       std::chrono::milliseconds{60'000}, std::chrono::milliseconds{60'000}};
    config.get = [this](const net::http_get_options& options, auto done) {
      asked.push_back(options.url);
      answer_listing = std::move(done);
    };
    config.open = streams.opener();
    const auto at = [](const auto& probe) {
      auto out = make_address();
      out->set(probe.handle());
      return out;
    };
    config.writers = {at(writer)};
    config.status = at(status);
    config.keeper = at(keeper);
    config.search = at(search);
    config.normalizers = {make_address()};
    config.normalizers[0]->set(spawn(normalizer, config.writers, make_address()));
  }

  void start() {
    subject = spawn(feed, config);
    end_of_it.emplace(subject);
    run();
  }

  void list(result<net::http_reply> reply) {
    REQUIRE(answer_listing);
    std::exchange(answer_listing, nullptr)(std::move(reply));
    run();
  }
  void list(const std::vector<std::string>& products) {
    list(net::http_reply{200, coinbase_products(products)});
  }

  /// The feed follows `markets` markets, whose connections were all started and none is open.
  void start_following(std::size_t markets = 2) {
    start();
    list(numbered_natives(markets, "-"));
    advance(config.protocol->published_limits().connect_interval * ((markets - 1) / 2));
    REQUIRE(streams.opened.size() == (markets + 1) / 2);
  }

  /// Opens the stream if need be, and data flows.
  void go_live(scripted_stream& stream) {
    stream.open();
    run();
    REQUIRE_FALSE(stream.sent.empty());
    const auto products = products_in(stream.sent[0]);
    stream.receive({coinbase_subscriptions(products)});
    keep_live(stream);
  }
  void keep_live(scripted_stream& stream) {
    stream.receive({coinbase_ticker(products_in(stream.sent.at(0)).at(0), ++sequence)});
    run();
  }

  void lose(scripted_stream& stream) {
    stream.fail("connection reset by peer");
    run();
  }

  /// What writers were told of the rows' liveness since the last time.
  std::vector<bool> liveness() {
    std::vector<bool> out;
    for (const auto& one : writer.take<source_liveness>()) {
      CHECK(one.source_id == 501);
      out.push_back(one.live);
    }
    return out;
  }

  std::vector<std::string> asked; ///< listings, by URL
  std::function<void(result<net::http_reply>)> answer_listing;
  scripted_streams streams;
  probe<write_patches, source_liveness, markets_followed> writer{*this};
  probe<connection_status, connection_ended, feed_status, connection_gone> status{*this};
  probe<markets_expected> keeper{*this};
  probe<markets_followed> search{*this};
  feed_config config;
  caf::actor subject;
  std::optional<obituary> end_of_it;
  std::uint64_t sequence = 0;
};

} // namespace tickboard::test
