#include "actors/assets.hpp"
#include "actors/error.hpp"
#include "actors/market_report.hpp"
#include "actors/messages/keeper.hpp"
#include "actors/messages/search.hpp"
#include "actors/messages/writer.hpp"
#include "actors/session.hpp"
#include "tests/support/actor_fixture.hpp"

using namespace tickboard;
using namespace tickboard::test;
using namespace std::chrono_literals;

namespace {

market_value valued(const std::string& exchange, const std::string& base, double price,
                    double volume) {
  market_value out;
  out.subject = *make_market(exchange, base, "USD", base + "USD");
  out.price_usd = price;
  out.volume_usd_24h = volume;
  out.received_ms = 77;
  return out;
}

/// The assets actor without Redis: what it answers itself.
struct assets_fixture : actor_fixture {
  assets_fixture() {
    assets_config config;
    config.board = std::make_shared<const board>("t", std::vector<std::string>{});
    config.open = [](auto, auto) { return nullptr; };
    keeper->set(spawn([this](caf::event_based_actor*) -> caf::behavior {
      return {[this](const readiness_asked&) { return readiness{board_ready, ""}; }};
    }));
    metadata->set(spawn([](caf::event_based_actor*) -> caf::behavior {
      return {[](const catalogue_asked&) { return catalogue_changed{catalogue()}; }};
    }));
    search->set(weights.handle());
    config.keeper = keeper;
    config.metadata = metadata;
    config.search = search;
    config.writers = {make_address(), writer};
    writer->set(caps.handle());
    config.now_ms = [this] { return now_ms(); };
    subject = spawn(assets, std::move(config));
    run();
  }

  std::int64_t now_ms() {
    return 1'000'000 + std::chrono::duration_cast<std::chrono::milliseconds>(
                           scheduler().clock().now().time_since_epoch())
                           .count();
  }

  static asset_catalogue_ptr catalogue() {
    catalogue_builder out;
    asset one;
    one.symbol = "BTC";
    one.name = "Bitcoin";
    one.circulating_supply = *decimal::parse("2");
    one.categories = {make_category("Layer 1")};
    CHECK_FALSE(out.add(one));
    return std::move(out).build();
  }

  template <class Question>
  std::string ask(Question question) {
    std::string out;
    spawn([&, this](caf::event_based_actor* self) {
      self->request(subject, 1s, question)
          .then([&](const answer& found) { out = *found.body; },
                [&](const caf::error& error) { out = describe(error); });
    });
    run();
    return out;
  }

  probe<search_weights> weights{*this};
  probe<market_caps_published> caps{*this};
  address_ptr keeper = make_address(), metadata = make_address(), search = make_address(),
              writer = make_address();
  bool board_ready = false;
  caf::actor subject;
};

} // namespace

TEST_CASE("totals are told once everything that there is at a start was") {
  assets_fixture one;
  one.send(one.subject, market_news{0, {valued("a", "BTC", 10, 4)}, true});
  one.board_ready = true;
  one.advance(3s);
  CHECK(one.ask(totals_asked{}).find("waited for") != std::string::npos); // writer 1 is silent
  one.send(one.subject,
           market_news{1, {valued("b", "BTC", 10, 4), valued("b", "ETH", 1, 2)}, true});
  one.advance(2s);
  const auto now = [&](std::int64_t later) { return std::to_string(one.now_ms() + later); };
  CHECK(
      one.ask(totals_asked{}) ==
      R"({"data":{"assets":2,"markets":3,"exchanges":2,"btc_dominance_pct":100,"eth_dominance_pct":null,)"
      R"("market_cap":20,"market_cap_assets":1,"volume_usd_24h":10,"change_24h_pct":null,)"
      R"("change_basis":"rolling_24h","received_ms":77,"age_ms":)" +
          now(-77) + R"(,"stale":false},"as_of_ms":)" + now(0) + "}");
  CHECK(
      one.ask(categories_asked{}) ==
      R"({"data":[{"slug":"layer-1","name":"Layer 1","assets":1,"market_cap":20,"market_cap_assets":1,)"
      R"("volume_usd_24h":8,"change_24h_pct":null,"change_basis":"rolling_24h","received_ms":77,)"
      R"("age_ms":)" +
          now(-77) + R"(,"stale":false}],"as_of_ms":)" + now(0) + "}");

  // What is known of assets may change while no market does.
  one.send(one.subject, catalogue_changed{std::make_shared<const asset_catalogue>()});
  one.advance(1s);
  CHECK(one.ask(categories_asked{}) == R"({"data":[],"as_of_ms":)" + now(0) + "}");
  CHECK(one.ask(totals_asked{}).find(R"("market_cap":null)") != std::string::npos);
}

TEST_CASE("the directory tells what prices can be told in") {
  assets_fixture one;
  const auto directory = [&] {
    asset_directory_ptr out;
    one.spawn([&](caf::event_based_actor* self) {
      self->request(one.subject, 1s, directory_asked{})
          .then([&](const directory_told& told) { out = told.directory; },
                [](const caf::error&) {});
    });
    one.run();
    return out;
  };
  const auto values = [&] {
    std::vector<std::pair<std::string, double>> out;
    for (const auto& each : directory()->currencies)
      out.emplace_back(each.code, each.usd);
    return out;
  };
  using pairs = std::vector<std::pair<std::string, double>>;
  auto in_bitcoin = valued("a", "ETH", 1, 2);
  in_bitcoin.subject = *make_market("a", "ETH", "BTC", "ETHBTC");
  auto bitcoin = valued("a", "BTC", 10, 4);
  bitcoin.high_usd_24h = 10.05;
  bitcoin.low_usd_24h = 10;
  bitcoin.changes[window_count] = 3;
  one.send(one.subject, market_news{0, {bitcoin}, true});
  one.send(one.subject, market_news{1, {in_bitcoin}, true});
  CHECK(directory() == nullptr);
  one.board_ready = true;
  one.advance(3s);
  const auto first = directory();
  REQUIRE(first != nullptr);
  CHECK(first->symbols == std::vector<std::string>{"BTC", "ETH"});
  CHECK(first->market_cap == 20);
  CHECK(first->catalogue->find("BTC") != nullptr);
  CHECK(values() == pairs{{"BTC", 10}, {"USD", 1}});
  CHECK(first->find_currency("btc")->changes[window_count] == 3);
  CHECK(first->find_currency("btc")->steady);
  CHECK(first->find_currency("usd")->changes[0] == 0);

  // An asset is worth its price, other things their rate; as long as that is young.
  const auto now = one.now_ms();
  const std::vector<rate_source> sources{
      {*make_market("a", "BTC", "USD", "1"), 11, 1, 0, now, false},
      {*make_market("a", "BTC", "EUR", "2"), 8, 1, 0, now, false}};
  one.send(one.subject, rates_published{std::make_shared<const rate_table>(
                            sources, asset_set{"EUR"}, now, 60'000)});
  CHECK(values() == pairs{{"BTC", 10}, {"EUR", 11.0 / 8}, {"USD", 1}});
  one.advance(40s);
  CHECK(values() == pairs{{"BTC", 10}, {"USD", 1}});
}

TEST_CASE("an asset whose markets are silent follows its quote") {
  assets_fixture one;
  const auto changed_by = [](market_value of, double pct) {
    of.changes[window_count] = pct;
    return of;
  };
  auto in_bitcoin = changed_by(valued("a", "SOL", 3, 2), 2);
  in_bitcoin.subject = *make_market("a", "SOL", "BTC", "SOLBTC");
  in_bitcoin.high_usd_24h = in_bitcoin.low_usd_24h = 3;
  std::vector<market_value> all{changed_by(valued("a", "BTC", 10, 4), 0), in_bitcoin};
  for (int i = 0; i < 300; ++i) // more than are looked at once
    all.push_back(valued("a", "A" + std::to_string(i), 1, 1));
  one.send(one.subject, market_news{0, all, true});
  one.advance(500ms);
  auto& state = state_of<assets_state>(one.subject);
  const auto& sol = state.held.at("SOL").values;
  CHECK(sol.changes[window_count] == 2);
  CHECK_FALSE(sol.high_usd_24h);
  auto bitcoin = changed_by(valued("a", "BTC", 10, 4), 10);
  bitcoin.high_usd_24h = bitcoin.low_usd_24h = 10;
  one.send(one.subject, market_news{0, {bitcoin}});
  one.advance(1s); // nobody tells anything more
  CHECK(sol.changes[window_count] == 12.2);
  CHECK(sol.high_usd_24h == 3); // its quote is steady
  CHECK(state.followers_due == 0);
}

TEST_CASE("what a writer told of is stale until its next life tells of it, too") {
  assets_fixture one;
  one.send(one.subject,
           market_news{0, {valued("a", "BTC", 10, 4), valued("a", "ETH", 1, 2)}, true});
  one.send(one.subject, market_news{1, {valued("b", "BTC", 10.2, 4)}, true});
  one.advance(500ms);
  auto& state = state_of<assets_state>(one.subject);
  const auto& bitcoin = state.held.at("BTC").values;
  const auto& ether = state.held.at("ETH").values;
  CHECK(bitcoin.price_usd == 10.1);
  CHECK(ether.price_usd == 1);
  one.send(one.subject, market_news{0, {}, true});
  one.advance(500ms);
  CHECK(bitcoin.price_usd == 10.2);
  CHECK(bitcoin.markets == 2);
  CHECK_FALSE(ether.price_usd);
  CHECK(ether.received_ms == 0); // stale
  one.send(one.subject, market_news{0, {valued("a", "ETH", 2, 2)}});
  one.advance(500ms);
  CHECK(ether.price_usd == 2);
  CHECK(bitcoin.price_usd == 10.2);
}

TEST_CASE("search hears how much assets and markets weigh, every ten seconds") {
  assets_fixture one;
  auto stale = valued("c", "ETH", 1, 9);
  stale.stale = true;
  one.send(one.subject,
           market_news{0, {valued("a", "BTC", 10, 4), valued("b", "ETH", 1, 2), stale}});
  one.advance(1s);
  const auto sent = one.weights.take<search_weights>();
  REQUIRE(sent.size() == 1);
  using weights = std::vector<std::pair<std::string, double>>;
  CHECK(sent[0].assets == weights{{"BTC", 20}, {"ETH", 2}});
  weights markets;
  for (const auto& [market, weight] : sent[0].markets)
    markets.emplace_back(market->id, weight);
  CHECK(markets == weights{{"a:BTC-USD", 4}, {"b:ETH-USD", 2}, {"c:ETH-USD", 0}});
  one.advance(9s);
  CHECK(one.weights.take<search_weights>().empty());
  one.advance(2s);
  CHECK(one.weights.take<search_weights>().size() == 1);
}

TEST_CASE("writers hear what the markets' assets are worth, when that has moved") {
  assets_fixture one;
  const auto told = [&] {
    std::vector<std::optional<double>> out;
    for (const auto& message : one.caps.take<market_caps_published>())
      out.push_back(message.caps->of("BTC"));
    return out;
  };
  using caps = std::vector<std::optional<double>>;
  one.send(one.subject,
           market_news{0, {valued("a", "BTC", 10'000, 4), valued("a", "ETH", 1, 2)}, true});
  one.advance(500ms);
  CHECK(told() == caps{20'000}); // at once: the writer is new
  one.advance(4s);
  CHECK(told().empty());
  one.send(one.subject, market_news{0, {valued("a", "BTC", 10'004, 4)}});
  one.advance(4s);
  CHECK(told().empty()); // by less than 5 bps
  one.send(one.subject, market_news{0, {valued("a", "BTC", 10'006, 4)}});
  one.advance(4s);
  CHECK(told() == caps{20'012});
  one.advance(5s);
  CHECK(told().empty());
  one.advance(6s);
  CHECK(told() == caps{20'012}); // a sign of life
  one.send(one.subject, market_news{1, {}, true});
  one.advance(500ms);
  CHECK(told() == caps{20'012}); // another new one
  one.send(one.subject, catalogue_changed{std::make_shared<const asset_catalogue>()});
  one.advance(3s);
  CHECK(told() == caps{std::nullopt}); // nobody knows how many there are
}

TEST_CASE("a writer reports each changed market once, one report at a time") {
  assets_fixture one;
  derivation derived;
  slot btc, eth;
  btc.subject = *make_market("a", "BTC", "USD", "BTCUSD");
  eth.subject = *make_market("a", "ETH", "EUR", "ETHEUR");
  for (auto* market : {&btc, &eth})
    market->state.quote = {*decimal::parse("1.5"), *decimal::parse("2"), {}, {}};
  btc.state.stats.change_pct = 3;
  eth.state.stats.change_pct = 3;
  eth.state.stats.basis = change_basis::utc_day;
  eth.stale = true;

  market_report subject;
  CHECK(subject.is_due(one.subject, 1'000)); // that there is nothing is news too
  auto news = subject.take(4, derived, 1'000);
  CHECK(news.writer == 4);
  CHECK(news.begins);
  CHECK(news.markets.empty());
  subject.changed(btc);
  subject.changed(eth);
  subject.changed(btc);
  CHECK_FALSE(subject.is_due(one.subject, 9'000)); // not answered
  subject.answered();
  CHECK_FALSE(subject.is_due(one.subject, 1'499)); // too early
  REQUIRE(subject.is_due(one.subject, 1'500));
  news = subject.take(4, derived, 1'500);
  CHECK_FALSE(news.begins);
  REQUIRE(news.markets.size() == 2);
  CHECK(news.markets[0].subject == btc.subject);
  CHECK(news.markets[0].bid_usd == 1.5);
  CHECK(news.markets[0].ask_usd == 2);
  CHECK(news.markets[0].changes[window_count] == 3);
  CHECK_FALSE(news.markets[1].bid_usd); // nothing is known of EUR
  CHECK_FALSE(news.markets[1].changes[window_count]);
  CHECK(news.markets[1].stale);
  subject.answered();
  CHECK_FALSE(subject.is_due(one.subject, 9'000));

  subject.changed(eth);
  news = subject.take(4, derived, 9'000);
  CHECK(news.markets.size() == 1);
  subject.failed(); // who knows what arrived
  news = subject.take(4, derived, 9'500);
  CHECK(news.begins);
  CHECK(news.markets.size() == 2);
  subject.answered();
  REQUIRE(subject.is_due(one.search->get(), 10'000)); // another life of the assets actor
  CHECK(subject.take(4, derived, 10'000).markets.size() == 2);
}
