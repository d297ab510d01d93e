#include "actors/messages/followed.hpp"
#include "tests/unit/actors/connection_fixture.hpp"

#include <map>
#include <random>

using namespace tickboard;
using namespace tickboard::test;

namespace {

/// A normalizer in front of some writers, with a scripted stream as the owner of the credit.
struct normalizer_fixture : actor_fixture {
  explicit normalizer_fixture(std::size_t writer_count = 1) {
    for (std::size_t i = 0; i < writer_count; ++i) {
      writers.emplace_back(*this);
      writers_at.push_back(make_address());
      writers_at.back()->set(writers.back().handle());
    }
    source out;
    out.id = 42;
    out.feed = "kraken";
    out.protocol = exchange::find_protocol("kraken");
    std::vector<market_ptr> markets;
    for (const auto& native : numbered_natives(40, "/"))
      markets.push_back(*out.protocol->market_from_symbol(native, "kraken"));
    out.symbols = std::make_shared<const symbol_table>(std::move(markets));
    from = std::make_shared<const source>(std::move(out));
    subject = spawn(normalizer, writers_at, make_address());
  }

  void receive(const std::vector<std::string>& frames) {
    auto batch = std::make_shared<net::frame_batch>([this](std::size_t bytes) { held -= bytes; });
    for (const auto& frame : frames)
      batch->add(frame);
    batch->received_ms = 1'700'000'000'123;
    held += batch->bytes();
    caf::send_as(sender.handle(), subject, decode_frames{from, std::move(batch)});
  }

  decode_report report() {
    const auto told = sender.take<decode_report>();
    REQUIRE(told.size() == 1);
    return told[0];
  }

  std::size_t held = 0; ///< bytes of credit; before the actors, which hold it
  probe<decode_report> sender{*this};
  std::vector<probe<write_patches>> writers;
  std::vector<address_ptr> writers_at;
  source_ptr from;
  caf::actor subject;
};

} // namespace

TEST_CASE("each patch goes to the writer that owns its market, in order") {
  for (const std::size_t count : {1u, 2u, 3u, 7u}) {
    CAPTURE(count);
    normalizer_fixture one{count};
    std::mt19937 random{static_cast<std::uint32_t>(count)};
    std::map<std::string, std::vector<std::string>> sent;
    for (int batch = 0; batch < 20; ++batch) {
      std::vector<std::string> frames;
      for (std::size_t i = random() % 30; i > 0; --i) {
        const auto native = fmt::format("B{}/USD", random() % 40);
        const auto last = std::to_string(1 + random() % 100'000);
        sent[native].push_back(last);
        frames.push_back(kraken_ticker(native, last));
      }
      one.receive(frames);
    }
    one.run();
    std::map<std::string, std::vector<std::string>> arrived;
    for (std::size_t w = 0; w < count; ++w)
      for (const auto& message : one.writers[w].all<write_patches>()) {
        CHECK(message.source_id == 42);
        CHECK_FALSE(message.patches->empty());
        for (const auto& patch : *message.patches) {
          CHECK(patch.subject->hash % count == w);
          arrived[patch.subject->native].push_back(std::string{patch.trade->last.text()});
        }
      }
    CHECK(arrived == sent);
  }
}

TEST_CASE("the sender hears what became of its frames") {
  normalizer_fixture one;
  one.receive({kraken_ticker("B1/USD"), R"({"channel":"heartbeat"})", kraken_ack(9, "B2/USD"),
               kraken_ticker("UNKNOWN/USD"), "garbage", kraken_ticker("B2/USD"),
               R"({"channel":"ticker","data":7})"});
  one.run();
  const auto told = one.report();
  CHECK(told.frames == 7);
  CHECK(told.patches == 2);
  CHECK(told.ignored == 1);
  CHECK(told.malformed == 2);
  CHECK(told.first_problem.starts_with("kraken: "));
  REQUIRE(told.events.size() == 2);
  CHECK(std::holds_alternative<exchange::heartbeat>(told.events[0]));
  const auto* const settled = std::get_if<exchange::acknowledged>(&told.events[1]);
  REQUIRE(settled != nullptr);
  CHECK(settled->request_id == 9);

  one.receive({kraken_ticker("B3/USD")}); // nothing of the last batch is left
  one.run();
  const auto next = one.report();
  CHECK(next.frames == 1);
  CHECK(next.patches == 1);
  CHECK(next.malformed == 0);
  CHECK(next.first_problem.empty());
  CHECK(next.events.empty());
  CHECK(one.writers[0].all<write_patches>().back().patches->size() == 1);
}

TEST_CASE("credit is held until the last writer is done, and no longer") {
  normalizer_fixture one{2};
  std::vector<std::string> frames;
  for (std::size_t i = 0; i < 40; ++i)
    frames.push_back(kraken_ticker(fmt::format("B{}/USD", i)));
  one.receive(frames);
  CHECK(one.held > 0);

  SUBCASE("both have to take the patches") {
    one.run();
    CHECK(one.held > 0);
    one.writers[0].take<write_patches>();
    CHECK(one.held > 0);
    one.writers[1].take<write_patches>();
  }
  SUBCASE("a writer without an address holds none") {
    one.writers_at[0]->set(nullptr);
    one.run();
    CHECK(one.held > 0);
    one.writers[1].take<write_patches>();
  }
  SUBCASE("a dead writer holds none") {
    for (const auto& writer : one.writers)
      one.end(writer.handle());
    one.run();
    one.writers[0].take<write_patches>();
    one.writers[1].take<write_patches>();
  }
  SUBCASE("a writer that dies with them in its mailbox") {
    one.scheduler().run_once(); // the normalizer's turn
    CHECK(one.held > 0);
    one.end(one.writers[0].handle()); // which overtakes the patches
    CHECK(one.writers[0].all<write_patches>().empty());
    one.writers[1].take<write_patches>();
  }
  SUBCASE("a normalizer that dies with the frames in its mailbox") {
    one.end(one.subject); // which overtakes the frames
    CHECK(one.writers[0].all<write_patches>().empty());
    CHECK(one.writers[1].all<write_patches>().empty());
  }
  CHECK(one.held == 0);
}

TEST_CASE("frames without a ticker cost no credit beyond their decoding") {
  normalizer_fixture one;
  one.receive({R"({"channel":"heartbeat"})", "", "garbage"});
  one.run();
  CHECK(one.held == 0);
  CHECK(one.writers[0].all<write_patches>().empty());
  CHECK(one.report().frames == 3);
}

TEST_CASE("what is followed reaches every writer behind the frames that came before") {
  normalizer_fixture one;
  std::vector<std::string> order;
  one.writers_at[0]->set(one.spawn([&order](caf::event_based_actor*) -> caf::behavior {
    return {
        [&order](const write_patches&) { order.push_back("patches"); },
        [&order](const markets_followed& told) { order.push_back("followed by " + told.feed); }};
  }));
  one.receive({kraken_ticker("B0/USD")});
  caf::anon_send(one.subject, markets_followed{"kraken", {}});
  one.run();
  CHECK(order == std::vector<std::string>{"patches", "followed by kraken"});
}

TEST_CASE("the report says whose last trades came, in order") {
  normalizer_fixture one{2};
  one.receive({kraken_ticker("B3/USD"), kraken_ticker("B39/USD"), R"({"channel":"heartbeat"})",
               kraken_ticker("B99/USD"), kraken_ticker("B3/USD"), kraken_ticker("B0/USD")});
  one.run();
  CHECK(one.report().heard == std::vector<std::uint32_t>{3, 39, 3, 0});
}
