#include "actors/contract_examples.hpp"

#include "actors/candle_evaluation.hpp"
#include "actors/quote_evaluation.hpp"
#include "actors/status.hpp"
#include "market/answer_text.hpp"
#include "market/asset_totals.hpp"
#include "market/coingecko_rows.hpp"
#include "market/coinmarketcap_rows.hpp"
#include "market/ticker.hpp"

#include <fmt/format.h>

namespace tickboard::examples {

namespace {

constexpr std::int64_t now_ms = 1'795'411'128'660;
constexpr std::int64_t received_ms = now_ms - 2;

std::string market_row() {
  const auto digits = [](const char* text) { return *decimal::parse(text); };
  ticker state;
  state.trade = {digits("93000.0")};
  state.quote = {digits("92969.3"), digits("93000.0"), digits("148.25875071"),
                 digits("116.57813869")};
  state.stats = {digits("91000"),
                 digits("94777.8"),
                 digits("89180.0"),
                 digits("10997.07377956"),
                 digits("1013933501.597565868"),
                 2.197802,
                 change_basis::rolling_24h};
  state.trade_at.ts_ms = received_ms - 1;
  state.received_ms = received_ms;
  state.derived = {93'000, 1'013'933'502, 1'855'350'000'000, {0.0142, -0.1101, 0.3, 1.25}};
  std::string out;
  append_row(out, **make_market("kraken", "BTC", "USD", "BTC/USD"), state, false, 1);
  return out;
}

/// An asset of the board, and the board that has nothing else.
struct asset_board_example {
  asset_board_example() {
    known.symbol = "BTC";
    known.name = "Bitcoin";
    known.slug = "bitcoin";
    known.categories = {make_category("Layer 1")};
    known.circulating_supply = *decimal::parse("19687500");
    known.max_supply = *decimal::parse("21000000");
    values.price_usd = 92'988.25;
    values.high_usd_24h = 94'771.1;
    values.low_usd_24h = 89'182.4;
    values.volume_usd_24h = 4'931'702'168;
    values.market_cap = 1'830'706'171'875;
    values.bid_usd = 92'969.3;
    values.bid_market = "kraken:BTC-USD";
    values.ask_usd = 92'995.1;
    values.ask_market = "coinbaseexchange:BTC-USD";
    values.changes = {0.0142, -0.1101, 0.3, 1.25, 2.1978};
    values.markets = 18;
    values.exchanges = 3;
    values.sources = {"binance", "coinbaseexchange", "kraken"};
    values.ts_ms = received_ms - 1;
    values.received_ms = received_ms;
    values.rank = 1;
  }

  std::string row() const {
    std::string out;
    append_asset_row(out, all.front());
    return out;
  }

  tickboard::asset known;
  asset_values values;
  std::vector<asset_view> all{{"BTC", &known, &values}};
};

/// What other shapes are made of.
struct familiar_example {
  familiar_example() {
    const asset_board_example board;
    catalogue_builder known;
    known.add(board.known);
    directory.catalogue = std::move(known).build();
    currency dollars{"USD", 1, {}, true};
    dollars.changes.fill(0.0);
    directory.currencies = {dollars};
    directory.symbols = {"BTC"};
    directory.market_cap = board.values.market_cap;
    rows = *read_asset_rows("{\"data\":[" + board.row() + "]}");
  }

  const currency& dollar() const { return directory.currencies.front(); }

  asset_directory directory;
  std::vector<asset_row> rows;
};

std::string shaped(view_format format, std::vector<std::string_view> members) {
  answer_text out{now_ms, view_shape{format, std::move(members)}};
  out.add_row(market_row());
  return *out.take();
}

/// An answer's text: rows, then what stands behind them.
std::string enveloped(const std::vector<std::string>& rows, std::string_view behind) {
  answer_text out{now_ms};
  for (const auto& row : rows)
    out.add_row(row);
  return fmt::format("{}]{},\"as_of_ms\":{}}}", *out.take(), behind, now_ms);
}

std::string shown(const std::string& row) {
  answer_text out{now_ms, ""};
  out.append_object(row);
  return *out.take();
}

constexpr std::string_view one_page = R"(,"page":{"number":1,"size":1,"total":557,"pages":557})";

} // namespace

std::string markets() {
  return enveloped({market_row()}, one_page);
}

std::string markets_csv() {
  return shaped(view_format::csv, {"id", "last", "age_ms"});
}

std::string markets_ndjson() {
  return shaped(view_format::ndjson, {});
}

std::string market() {
  return shown(market_row());
}

std::string stream() {
  return fmt::format("retry: 2000\nevent: page\nid: 5f0c1a2b-7-1\ndata: {}\n\n"
                     "event: change\nid: 5f0c1a2b-7-2\ndata: {{\"meta\":{{\"as_of_ms\":{}}},"
                     "\"rows\":{{\"kraken:BTC-USD\":{{\"last\":\"64250.2\"}}}}}}\n\n",
                     markets(), now_ms + 250);
}

std::string candles() {
  const auto digits = [](const char* text) { return *decimal::parse(text); };
  candle_query query;
  query.id = "kraken:BTC-USD";
  constexpr std::int64_t minute = 60'000, start_ms = now_ms / minute * minute;
  return candles_text(query,
                      {{start_ms - minute, digits("92969.3"), digits("93010.0"), digits("92960.1"),
                        digits("92981.9")},
                       {start_ms, digits("92981.9"), digits("93000.0"), digits("92981.9"),
                        digits("93000.0")}},
                      start_ms - 1'439 * minute, now_ms) +
         fmt::format(",\"as_of_ms\":{}}}", now_ms);
}

std::string quotes() {
  return quotes_text(
             {{"USD", 557, {"coinbaseexchange", "kraken"}, true}, {"GBP", 12, {"kraken"}, false}}) +
         fmt::format(",\"as_of_ms\":{}}}", now_ms);
}

std::string assets() {
  return enveloped({asset_board_example{}.row()}, one_page);
}

std::string asset() {
  return fmt::format(R"({{"data":{},"markets":[{}],"as_of_ms":{}}})",
                     shown(asset_board_example{}.row()), shown(market_row()), now_ms);
}

std::string movers() {
  return enveloped({asset_board_example{}.row()},
                   R"(,"window":"24h","direction":"up","min_volume_usd":100000)");
}

std::string categories() {
  return enveloped(category_rows(asset_board_example{}.all), "");
}

std::string global() {
  return fmt::format(R"({{"data":{},"as_of_ms":{}}})",
                     shown(global_row(asset_board_example{}.all, 3)), now_ms);
}

std::string search() {
  return fmt::format(R"({{"data":[{{"kind":"asset","match":"typo","asset":{}}},)"
                     R"({{"kind":"market","match":"typo","market":{}}}],"as_of_ms":{}}})",
                     shown(asset_board_example{}.row()), shown(market_row()), now_ms);
}

std::string gecko_coins() {
  const familiar_example board;
  coingecko::markets_query query;
  query.price_changes = {"1h", "24h"};
  return coingecko::markets_body(board.rows, query, board.dollar(), board.directory);
}

std::string gecko_prices() {
  const familiar_example board;
  coingecko::price_query query;
  query.change = query.last_updated = true;
  const std::vector<std::pair<std::string, std::string>> named{{"bitcoin", "BTC"}};
  const std::vector<const currency*> dollars{&board.dollar()};
  return coingecko::price_body(board.rows, named, query, dollars);
}

std::string gecko_currencies() {
  return coingecko::currencies_body(familiar_example{}.directory);
}

std::string gecko_list() {
  return coingecko::list_body({}, familiar_example{}.directory);
}

std::string gecko_ping() {
  return coingecko::ping_body();
}

std::string listings() {
  const familiar_example board;
  const std::vector<const currency*> dollars{&board.dollar()};
  return coinmarketcap::listings_body(board.rows, *coinmarketcap::parse_listings({}), dollars,
                                      board.directory, 1, {now_ms, std::chrono::milliseconds{1}});
}

std::string exchanges() {
  status_state told;
  feed_status feed;
  feed.feed = feed.exchange = "kraken";
  feed.state = "following";
  feed.markets = 1;
  told.take(feed);
  connection_status link;
  link.feed = "kraken";
  link.connection = 1;
  link.state = "connecting"; // one that is live would show the time of now
  link.markets = 1;
  link.last_frame_ms = received_ms;
  told.take(link);
  return told.json(now_ms);
}

std::string health() {
  return R"({"status":"ok","metadata":{"state":"ok","source":"postgres","assets":50,)"
         R"("age_ms":1200,"problem":null},"config":{"state":"ok","problem":null}})";
}

std::string metrics() {
  auto one =
      metrics::make_family({"tickboard_ready", "1 while pages are served"}, metrics::kind::gauge);
  metrics::add(one, {}, 1);
  return metrics::exposition({one});
}

std::string readiness() {
  return R"({"status":"ready"})";
}

} // namespace tickboard::examples
