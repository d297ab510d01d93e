#include "actors/error.hpp"
#include "tests/unit/actors/connection_fixture.hpp"

#include <rapidjson/document.h>

#include <algorithm>
#include <random>
#include <set>

using namespace tickboard;
using namespace tickboard::test;
using namespace std::chrono_literals;

namespace {

using symbols = std::set<std::string>;

std::vector<std::string> listed_in(const std::string& text, const char* list) {
  rapidjson::Document message;
  message.Parse(text.c_str());
  REQUIRE(message.IsObject());
  std::vector<std::string> out;
  for (const auto& one : message[list].GetArray())
    out.emplace_back(one.GetString());
  return out;
}

const symbols& rejected(const connection_fixture& by) {
  return state_of<connection_state>(by.subject).rejected;
}

bool all_answered(const connection_fixture& by) {
  const auto& state = state_of<connection_state>(by.subject);
  return state.unanswered.empty() && state.unsent.empty();
}

/// Bad symbols of `all`, at least one and not all.
symbols choose_bad(const std::vector<std::string>& all, std::mt19937& random) {
  symbols out;
  const auto wanted = 1 + random() % std::min<std::size_t>(all.size() - 1, 12);
  while (out.size() < wanted)
    out.insert(all[random() % all.size()]);
  return out;
}

/// Answers what the connection sends until it has nothing more to say. Returns the number of
/// requests it took.
template <class Answer>
std::size_t converse(connection_fixture& with, Answer answer) {
  auto& stream = with.streams.last();
  std::size_t answered = 0;
  while (!with.ended() && answered < stream.sent.size()) {
    const auto text = stream.sent[answered++];
    with.receive(answer(text));
    if (!with.ended())
      with.advance(with.config.request_interval);
  }
  return answered;
}

} // namespace

TEST_CASE("kraken: a refused symbol is dropped, the rest stays") {
  const std::vector<std::string> natives{"BTC/USD", "NOPE/USD", "ETH/USD"};
  connection_fixture one{"kraken", natives};
  auto& stream = one.start();
  one.receive(kraken_refusal(1, "NOPE/USD"));
  one.receive(kraken_ack(1, "BTC/USD"));
  one.receive(kraken_ack(1, "ETH/USD"));
  CHECK(rejected(one) == symbols{"NOPE/USD"});
  CHECK(all_answered(one));
  CHECK(stream.sent.size() == 1);
  one.advance_with(kraken_ticker("BTC/USD"), 60s);
  CHECK_FALSE(one.ended());
  CHECK(one.status().markets == 2);
  CHECK(one.status().rejected == 1);
}

TEST_CASE("coinbase: the request is asked again without the product that spoiled it") {
  const std::vector<std::string> natives{"BTC-USD", "NOPE-USD", "ETH-USD"};
  connection_fixture one{"coinbaseexchange", natives};
  auto& stream = one.start();
  one.receive(coinbase_refusal("NOPE-USD is not a valid product"));
  one.advance(one.config.request_interval);
  REQUIRE(stream.sent.size() == 2);
  CHECK(listed_in(stream.sent[1], "product_ids") == std::vector<std::string>{"BTC-USD", "ETH-USD"});
  one.receive(coinbase_subscriptions({"BTC-USD", "ETH-USD"}));
  CHECK(all_answered(one));
  CHECK(rejected(one) == symbols{"NOPE-USD"});
}

TEST_CASE("whatever products are bad, the connection ends up with exactly the good ones") {
  for (std::uint32_t seed = 0; seed < 25; ++seed) {
    CAPTURE(seed);
    std::mt19937 random{seed};
    const auto natives = numbered_natives(2 + random() % 199, "-");
    const auto bad = choose_bad(natives, random);
    connection_fixture one{"coinbaseexchange", natives};
    one.start();
    std::vector<std::string> subscribed;
    const auto requests = converse(one, [&](const std::string& text) {
      const auto products = listed_in(text, "product_ids");
      const auto spoiler = std::find_if(products.begin(), products.end(),
                                        [&](const auto& p) { return bad.contains(p); });
      if (spoiler != products.end())
        return coinbase_refusal(*spoiler + " is not a valid product");
      subscribed.insert(subscribed.end(), products.begin(), products.end());
      return coinbase_subscriptions(subscribed);
    });
    CHECK_FALSE(one.ended());
    CHECK(rejected(one) == bad);
    CHECK(all_answered(one));
    CHECK(symbols(subscribed.begin(), subscribed.end()).size() == natives.size() - bad.size());
    CHECK(requests <= natives.size() / 50 + 1 + bad.size());
  }
}

TEST_CASE("a refusal without a name is halved until the bad symbols stand alone") {
  for (std::uint32_t seed = 0; seed < 25; ++seed) {
    CAPTURE(seed);
    std::mt19937 random{seed};
    const auto natives = numbered_natives(2 + random() % 149, "");
    const auto bad = choose_bad(natives, random);
    connection_fixture one{"binance", natives};
    one.config.stall_timeout = 10min; // no data comes here meanwhile
    one.start();
    symbols subscribed;
    const auto requests = converse(one, [&](const std::string& text) {
      rapidjson::Document message;
      message.Parse(text.c_str());
      symbols asked;
      for (const auto& stream : listed_in(text, "params")) {
        auto native = stream.substr(0, stream.find('@'));
        std::transform(native.begin(), native.end(), native.begin(),
                       [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
        asked.insert(native);
      }
      const auto id = message["id"].GetUint64();
      if (std::any_of(asked.begin(), asked.end(), [&](const auto& n) { return bad.contains(n); }))
        return binance_refusal(id);
      subscribed.insert(asked.begin(), asked.end());
      return binance_ack(id);
    });
    CHECK_FALSE(one.ended());
    CHECK(rejected(one) == bad);
    CHECK(all_answered(one));
    CHECK(subscribed.size() == natives.size() - bad.size());
    // Two halves at each of at most eight levels for each bad one, and the first requests.
    CHECK(requests <= 2 + 2 * 8 * bad.size());
  }
}

TEST_CASE("what was refused is asked for again, ever more seldom, and followed once it is taken") {
  connection_fixture one{"kraken", {"BTC/USD", "NOPE/USD", "ETH/USD"}};
  one.config.keepalive_interval = 0ms;
  one.config.stall_timeout = 1000h; // no data comes here meanwhile
  auto& stream = one.start();
  for (const auto* native : {"BTC/USD", "ETH/USD"})
    one.receive(kraken_ack(1, native));
  one.receive(kraken_refusal(1, "NOPE/USD"));
  one.receive(kraken_ticker("BTC/USD"));
  const auto first = one.feed.take<connection_live>();
  REQUIRE(first.size() == 1);
  CHECK(first[0].whole);
  REQUIRE(first[0].refused.size() == 1);
  CHECK(first[0].refused[0]->native == "NOPE/USD");

  std::uint64_t id = 1;
  for (const auto wait : {1min, 2min, 4min, 8min, 16min, 32min, 64min, 128min, 256min, 360min}) {
    CAPTURE(wait.count());
    one.advance(wait, 500ms);
    REQUIRE(stream.sent.size() == id);
    one.advance(1s + one.config.request_interval, 500ms);
    REQUIRE(stream.sent.size() == ++id);
    CHECK(stream.sent.back().find(R"("symbol":["NOPE/USD"])") != std::string::npos);
    one.receive(kraken_refusal(id, "NOPE/USD"));
    CHECK(rejected(one) == symbols{"NOPE/USD"});
  }
  one.receive(kraken_ticker("BTC/USD"));
  CHECK(one.feed.all<connection_live>().empty()); // nothing is new
  one.advance(362min, 500ms);
  REQUIRE(stream.sent.size() == ++id); // never more seldom than that
  one.receive(kraken_ack(id, "NOPE/USD"));
  one.receive(kraken_ticker("NOPE/USD"));
  CHECK(all_answered(one));
  CHECK(rejected(one).empty());
  const auto told = one.feed.take<connection_live>();
  REQUIRE(told.size() == 1);
  CHECK(told[0].whole);
  CHECK(told[0].refused.empty());
  one.advance(2s);
  CHECK(one.status().markets == 3);
  CHECK(one.status().rejected == 0);
  one.advance(24h, 500ms);
  CHECK(stream.sent.size() == id);
  CHECK_FALSE(one.ended());
}

TEST_CASE("a market that is asked for again and gets no answer costs the others nothing") {
  connection_fixture one{"coinbaseexchange", {"BTC-USD", "NOPE-USD"}};
  one.config.acknowledge_timeout = 15s;
  auto& stream = one.start();
  one.receive(coinbase_refusal("NOPE-USD is not a valid product"));
  one.advance(1s);
  one.receive(coinbase_subscriptions({"BTC-USD"}));
  REQUIRE(stream.sent.size() == 2);
  one.advance_with(coinbase_ticker("BTC-USD"), 80s);
  CHECK(stream.sent.size() == 3);
  CHECK(all_answered(one)); // taken for another no
  one.advance_with(coinbase_ticker("BTC-USD"), 130s);
  CHECK_FALSE(one.ended());
  REQUIRE(stream.sent.size() == 4);
  CHECK(listed_in(stream.sent[3], "product_ids") == std::vector<std::string>{"NOPE-USD"});
  one.advance_with(coinbase_ticker("BTC-USD"), 30s);
  one.receive(coinbase_subscriptions({"BTC-USD", "NOPE-USD"})); // late, but a yes
  CHECK(rejected(one).empty());
}

TEST_CASE("what was refused is taken again by the request's id alone") {
  connection_fixture one{"binance", {"B0USD", "B1USD"}};
  one.config.stall_timeout = 1h;
  auto& stream = one.start();
  one.receive(binance_refusal(1));
  one.advance(1s);
  REQUIRE(stream.sent.size() == 3);
  one.receive(binance_ack(2));
  one.receive(binance_refusal(3));
  CHECK(rejected(one) == symbols{"B1USD"});
  one.advance(62s, 100ms);
  REQUIRE(stream.sent.size() == 4);
  one.receive(binance_ack(4));
  CHECK(rejected(one).empty());
  CHECK(all_answered(one));
}

TEST_CASE("requests that are asked again keep the distance too") {
  connection_fixture one{"binance", numbered_natives(40, "")};
  auto& stream = one.start();
  one.advance(5s, 100ms);
  one.receive(binance_refusal(1));
  CHECK(stream.sent.size() == 1);
  one.advance(one.config.request_interval - 1ms);
  CHECK(stream.sent.size() == 1);
  one.advance(1ms);
  CHECK(stream.sent.size() == 2);
  one.advance(one.config.request_interval - 1ms);
  CHECK(stream.sent.size() == 2);
  one.advance(1ms);
  CHECK(stream.sent.size() == 3);
}

TEST_CASE("a connection whose every symbol is refused ends") {
  const std::vector<std::string> natives{"NO/USD", "NEVER/USD"};
  SUBCASE("by name") {
    connection_fixture one{"kraken", natives};
    one.start();
    one.receive(kraken_refusal(1, "NO/USD"));
    CHECK_FALSE(one.ended());
    one.receive(kraken_refusal(1, "NEVER/USD"));
    REQUIRE(one.ended());
    CHECK(one.reason() == ec::refused);
    CHECK(describe(one.reason()) ==
          "every subscription was refused, the last: Currency pair not supported NEVER/USD");
  }
  SUBCASE("without a name, after all halves") {
    connection_fixture one{"binance", numbered_natives(37, "")};
    one.start();
    std::uint64_t id = 0;
    converse(one, [&](const std::string&) { return binance_refusal(++id); });
    CHECK(one.reason() == ec::refused);
  }
}

TEST_CASE("a refusal that names neither request nor symbol is told if one stays unanswered") {
  connection_fixture one{"coinbaseexchange", {"BTC-USD"}};
  one.config.acknowledge_timeout = std::chrono::seconds{15};
  one.start();
  one.receive(coinbase_refusal("Malformed JSON"));
  CHECK_FALSE(one.ended()); // it may be noise: the subscription is still open
  one.advance(std::chrono::seconds{16}, std::chrono::milliseconds{500});
  REQUIRE(one.ended());
  CHECK(one.reason() == ec::not_acknowledged);
  CHECK(describe(one.reason()) == "subscriptions were not answered: BTC-USD; the exchange said: "
                                  "Failed to subscribe: Malformed JSON");
}

TEST_CASE("a refusal of nothing in particular is forgotten when all is answered") {
  connection_fixture one{"coinbaseexchange", {"BTC-USD"}};
  one.start();
  one.receive(coinbase_refusal("Malformed JSON"));
  one.receive(coinbase_subscriptions({"BTC-USD"}));
  one.advance_with(coinbase_ticker("BTC-USD"), 60s);
  CHECK_FALSE(one.ended());
}

TEST_CASE("too many messages: what has no answer is asked again, after a pause that grows") {
  const auto subjects = numbered_natives(150, "/"); // two requests
  connection_fixture one{"kraken", subjects};
  one.config.keepalive_interval = 0ms;
  one.config.stall_timeout = 10min; // no data comes here meanwhile
  auto& stream = one.start();
  one.receive(R"({"Error":"Exceeded msg rate"})");
  one.receive(R"({"Error":"Exceeded msg rate"})"); // of the same burst
  for (std::size_t i = 0; i < 40; ++i)
    one.receive(kraken_ack(1, subjects[i])); // though it was refused, it is answered in part
  one.advance(1'499ms, 1ms);
  CHECK(stream.sent.size() == 1); // nor is the other one sent meanwhile
  one.advance(1ms);
  REQUIRE(stream.sent.size() == 2);
  CHECK(stream.sent[1] == stream.sent[0]); // whole, not halved
  std::size_t sent = 2;
  for (const auto pause : {2s, 4s, 8s, 16s, 32s, 60s, 60s}) {
    one.receive(R"({"method":"subscribe","req_id":1,"success":false,"error":"Exceeded msg rate"})");
    one.advance(pause + one.config.request_interval - 1ms, 1ms);
    CHECK_FALSE(one.ended()); // the pause is no time without an answer
    CHECK(stream.sent.size() == sent);
    one.advance(1ms);
    CHECK(stream.sent.size() == ++sent);
  }
  one.advance(one.config.request_interval);
  REQUIRE(stream.sent.size() == ++sent);
  CHECK(stream.sent.back() != stream.sent[0]);
  CHECK(rejected(one).empty());
  for (std::size_t i = 0; i < subjects.size(); ++i)
    one.receive(i < 40 ? fmt::format(R"({{"method":"subscribe","req_id":1,"success":false,)"
                                     R"("symbol":"{}","error":"Already subscribed"}})",
                                     subjects[i])
                       : kraken_ack(i < 100 ? 1 : 2, subjects[i]));
  CHECK(all_answered(one));
  CHECK(rejected(one).empty());
  one.receive(R"({"Error":"Exceeded msg rate"})"); // of a keepalive: nothing is open
  one.advance(2min, 100ms);
  CHECK(stream.sent.size() == sent);
  CHECK_FALSE(one.ended());
}

TEST_CASE("too many messages: what was refused before is refused once more, and nothing else is") {
  connection_fixture one{"kraken", {"BTC/USD", "NO/USD", "ETH/USD"}};
  one.config.keepalive_interval = 0ms;
  auto& stream = one.start();
  one.receive(kraken_ack(1, "BTC/USD"));
  one.receive(kraken_refusal(1, "NO/USD"));
  one.receive(R"({"Error":"Exceeded msg rate"})");
  one.advance(1s + one.config.request_interval, 1ms);
  REQUIRE(stream.sent.size() == 2);
  one.receive(kraken_refusal(1, "NO/USD"));
  CHECK(rejected(one) == symbols{"NO/USD"});
  CHECK_FALSE(all_answered(one));
  one.receive(kraken_ack(1, "ETH/USD"));
  CHECK(all_answered(one));
  CHECK(rejected(one) == symbols{"NO/USD"});
}

TEST_CASE("too many messages: Coinbase's products are not taken for bad ones") {
  connection_fixture one{"coinbaseexchange", {"BTC-USD", "ETH-USD"}};
  auto& stream = one.start();
  one.receive(coinbase_refusal("Rate limit exceeded"));
  one.advance(999ms + one.config.request_interval, 1ms);
  CHECK(stream.sent.size() == 1);
  one.advance(1ms);
  REQUIRE(stream.sent.size() == 2);
  CHECK(stream.sent[1] == stream.sent[0]);
  one.receive(coinbase_subscriptions({"BTC-USD", "ETH-USD"}));
  CHECK(all_answered(one));
  CHECK(rejected(one).empty());
}

TEST_CASE("a connection that ends because it may not ask says so") {
  connection_fixture one{"kraken", {"BTC/USD"}};
  one.start();
  for (int i = 0; i < 31 && !one.ended(); ++i) {
    one.receive(R"({"Error":"Exceeded msg rate"})");
    one.advance(1s, 100ms);
  }
  REQUIRE(one.ended());
  CHECK(describe(one.reason()) == "no data for 30000 ms, though the connection is open; the "
                                  "exchange said: Exceeded msg rate");
}

TEST_CASE("refusals of what was not asked for count for nothing") {
  connection_fixture one{"kraken", {"BTC/USD", "ETH/USD"}};
  auto& stream = one.start();
  SUBCASE("strange names do not add up to all of ours") {
    for (int i = 0; i < 5; ++i)
      one.hear(exchange::rejected{0, {fmt::format("X{}/USD", i)}, "who?"});
    CHECK(stream.sent.size() == 1);
  }
  SUBCASE("a strange name with our request's id is no name: the request is halved") {
    one.hear(exchange::rejected{1, {"X/USD"}, "who?"});
    one.advance(2s);
    CHECK(stream.sent.size() == 3);
  }
  SUBCASE("a request that was answered") {
    one.receive(kraken_ack(1, "BTC/USD"));
    one.receive(kraken_ack(1, "ETH/USD"));
    one.hear(exchange::rejected{1, {}, "too late"});
    one.hear(exchange::rejected{1, {"BTC/USD"}, "too late"});
  }
  CHECK_FALSE(one.ended());
  CHECK(rejected(one).empty());
  one.advance(2s);
  CHECK(one.status().markets == 2);
}

TEST_CASE("no run of hostile answers makes a connection send without end") {
  for (std::uint32_t seed = 0; seed < 40; ++seed) {
    CAPTURE(seed);
    std::mt19937 random{seed};
    const auto* const exchange = seed % 2 == 0 ? "coinbaseexchange" : "kraken";
    const auto natives = numbered_natives(1 + random() % 30, seed % 2 == 0 ? "-" : "/");
    connection_fixture one{exchange, natives};
    one.config.stall_timeout = one.config.acknowledge_timeout = 1h;
    one.config.keepalive_interval = 0ms;
    auto& stream = one.start();
    for (int i = 0; i < 400 && !one.ended(); ++i) {
      exchange::rejected refusal{random() % 4 == 0 ? 0 : random() % 80, {}, "no"};
      if (refusal.request_id == 0 || random() % 2 == 0)
        for (std::size_t n = 1 + random() % 3; n > 0; --n)
          refusal.natives.push_back(random() % 5 == 0 ? "X" : natives[random() % natives.size()]);
      one.hear(refusal);
      if (!one.ended())
        one.advance(one.config.request_interval, 100ms);
      if (!one.ended()) {
        CHECK(rejected(one).size() < natives.size() + 1);
        CHECK(one.status().markets <= natives.size());
      }
      if (i % 10 == 0 && !one.ended())
        one.hear(exchange::acknowledged{0, {natives[random() % natives.size()]}});
    }
    // Each symbol is asked for alone at the end of halving, or again after each named refusal.
    CHECK(stream.sent.size() <= 1 + 3 * natives.size());
  }
}
