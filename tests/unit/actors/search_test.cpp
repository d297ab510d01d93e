#include "actors/error.hpp"
#include "actors/messages/query.hpp"
#include "actors/search.hpp"
#include "actors/search_evaluation.hpp"
#include "tests/support/actor_fixture.hpp"

#include <cmath>

using namespace tickboard;
using namespace tickboard::test;
using namespace std::chrono_literals;

namespace {

using ids = std::vector<std::string>;

std::vector<market_ptr> markets_of(const std::string& exchange, const ids& pairs) {
  std::vector<market_ptr> out;
  for (const auto& pair : pairs) {
    const auto dash = pair.find('-');
    out.push_back(*make_market(exchange, pair.substr(0, dash), pair.substr(dash + 1), pair));
  }
  return out;
}

struct search_fixture : actor_fixture {
  search_fixture() {
    query->set(spawn([this](caf::event_based_actor*) -> caf::behavior {
      return {[this](const found_asked& asked) -> caf::result<answer> {
        found = asked.found;
        if (refusal)
          return refusal;
        return answer{body, asked.found.size(), {}};
      }};
    }));
    subject = spawn(search, query, metadata);
    run();
  }

  void follow(const std::string& feed, const ids& pairs) {
    send(subject, markets_followed{feed, markets_of(feed, pairs)});
    advance(300ms);
  }

  /// Asks; the ids that were found are those the query actor was asked for.
  ids ask(const std::string& text, std::size_t limit = 10) {
    found.clear();
    given = {};
    error = {};
    spawn([&, this](caf::event_based_actor* self) {
      self->request(subject, 1s, search_asked{text, limit})
          .then([this](const answer& one) { given = one; },
                [this](const caf::error& why) { error = why; });
    });
    run();
    ids out;
    for (const auto& one : found)
      out.emplace_back(id_of(one.document));
    return out;
  }

  address_ptr query = make_address(), metadata = make_address();
  net::shared_bytes body = std::make_shared<const std::string>("{}");
  caf::actor subject;
  caf::error refusal;
  std::vector<found_document> found;
  answer given;
  caf::error error;
};

} // namespace

TEST_CASE("search is not ready before a feed has told its markets") {
  search_fixture one;
  CHECK(one.ask("btc").empty());
  CHECK(one.error == ec::rebuilding);
  one.send(one.subject, markets_followed{"x", markets_of("x", {"BTC-USD"})});
  one.advance(300ms);
  CHECK(one.ask("btc") == ids{"BTC", "x:BTC-USD"});
  CHECK_FALSE(one.error);
  CHECK(one.ask("nothing like it").empty()); // an answer all the same
  CHECK_FALSE(one.error);
}

TEST_CASE("what is found is answered by the query actor, whatever that says") {
  search_fixture one;
  one.follow("x", {"BTC-USD", "BTCB-USD", "ETH-BTC"});
  CHECK(one.ask("btc") == ids{"BTC", "x:BTC-USD", "BTCB", "x:BTCB-USD", "x:ETH-BTC"});
  CHECK(one.found[1].match == match_class::exact);
  CHECK(one.found[3].match == match_class::prefix);
  CHECK(one.found[4].match == match_class::word);
  CHECK(one.given.body == one.body); // the same bytes
  CHECK(one.ask("btc", 2).size() == 2);

  one.refusal = caf::make_error(ec::store_unavailable, std::string{"Redis is gone"});
  one.ask("btc");
  CHECK(one.error == ec::store_unavailable);
  one.query->set(nullptr);
  one.ask("btc");
  CHECK(one.error == caf::sec::request_receiver_down);
}

TEST_CASE("bases with more markets come first, unless somebody knows better") {
  search_fixture one;
  one.follow("x", {"BAT-USD", "BCH-USD", "BCH-EUR", "BTC-USD"});
  one.follow("y", {"BCH-USD", "BTC-USD"});
  CHECK(one.ask("b", 5) == ids{"BCH", "x:BCH-EUR", "x:BCH-USD", "y:BCH-USD", "BTC"});
  one.send(one.subject, search_weights{{{"NONE", 3.0}},
                                       {{markets_of("y", {"BTC-USD"}).front(), 1e9},
                                        {markets_of("z", {"A-B"}).front(), 1.0}}});
  CHECK(one.ask("b", 2) == ids{"y:BTC-USD", "BCH"});
  one.follow("z", {"A-B"}); // a new index: what was sent stays, but for what was not known
  CHECK(one.ask("b", 2) == ids{"y:BTC-USD", "BCH"});
  auto& state = state_of<search_state>(one.subject);
  CHECK(state.told[*state.index.find_market("y:BTC-USD")] == 1e9);
  CHECK(std::isnan(state.told[*state.index.find_market("z:A-B")]));
}

TEST_CASE("a feed's new list takes the place of its old one, and the same list costs nothing") {
  search_fixture one;
  const auto first = markets_of("x", {"BTC-USD", "ETH-USD"});
  one.send(one.subject, markets_followed{"x", first});
  one.follow("y", {"BTC-USD"});
  CHECK(one.ask("btc") == ids{"BTC", "x:BTC-USD", "y:BTC-USD"});
  one.send(one.subject, markets_followed{"x", first});
  CHECK_FALSE(state_of<search_state>(one.subject).build_due);
  one.send(one.subject, markets_followed{"x", markets_of("x", {"ETH-USD"})});
  CHECK(state_of<search_state>(one.subject).build_due);
  CHECK(one.ask("btc").size() == 3); // the old index answers meanwhile
  one.advance(300ms);
  CHECK(one.ask("btc") == ids{"BTC", "y:BTC-USD"});
}

TEST_CASE("search knows assets by name, weighed by how many markets they have") {
  search_fixture one;
  one.follow("x", {"BTC-USD", "BTC-USDT", "BCH-USD"});
  catalogue_builder builder;
  for (const auto& [symbol, name] : {std::pair{"BTC", "Bitcoin"}, {"BCH", "Bitcoin Cash"}}) {
    asset known;
    known.symbol = symbol;
    known.name = name;
    CHECK_FALSE(builder.add(known));
  }
  const auto catalogue = std::move(builder).build();
  one.send(one.subject, catalogue_changed{catalogue});
  one.advance(300ms);
  CHECK(one.ask("bitcoin") == ids{"BTC", "BCH"});
  CHECK(one.ask("bitcoin cash") == ids{"BCH"});
  one.send(one.subject, search_weights{{{"BCH", 1e9}, {"BTC", 1e12}}, {}});
  CHECK(one.ask("bitcoin cash") == ids{"BCH"});

  // What is traded is an asset, also if nothing else is known of it; what is known is there once.
  one.follow("y", {"XYZ-USD", "BTC-EUR"});
  CHECK(one.ask("xyz") == ids{"XYZ", "y:XYZ-USD"});
  CHECK(one.ask("btc") == ids{"BTC", "x:BTC-USD", "x:BTC-USDT", "y:BTC-EUR"});
  CHECK(std::get<search_asset_ptr>(one.found[0].document)->name == "Bitcoin");
  one.follow("y", {"BTC-EUR"});
  CHECK(one.ask("xyz").empty());

  // A new life asks for them.
  one.metadata->set(one.spawn([catalogue](caf::event_based_actor*) -> caf::behavior {
    return {[catalogue](const catalogue_asked&) { return catalogue_changed{catalogue}; }};
  }));
  one.subject = one.spawn(search, one.query, one.metadata);
  one.follow("x", {"BTC-USD"});
  CHECK(one.ask("bitcoin cash") == ids{"BCH"});
}
