// Frames that make their decoder throw: what becomes of them, and of all others.

#include "actors/error.hpp"
#include "actors/messages/quarantine.hpp"
#include "actors/quarantine.hpp"
#include "actors/supervisor.hpp"
#include "adapters/exchange/normalize.hpp"
#include "adapters/exchange/recording.hpp"
#include "tests/support/fragile_protocol.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/unit/actors/connection_fixture.hpp"

#include <filesystem>
#include <random>
#include <sstream>

using namespace tickboard;
using namespace tickboard::test;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t received_ms = 1'700'000'000'123;

/// A normalizer of a protocol with a defect. The quarantine answers when it is told to.
struct quarantine_fixture : actor_fixture {
  quarantine_fixture() {
    source out;
    out.id = 42;
    out.feed = "kraken";
    out.connection = 1;
    out.protocol = &protocol;
    std::vector<market_ptr> markets;
    for (const auto& native : numbered_natives(10, "/"))
      markets.push_back(*protocol.market_from_symbol(native, "kraken"));
    out.symbols = std::make_shared<const symbol_table>(std::move(markets));
    from = std::make_shared<const source>(std::move(out));
    writer_at->set(writer.handle());
    subject = spawn(normalizer, std::vector{writer_at}, quarantine_at);
  }

  /// Has frames be kept below `directory`.
  void keep_in(const std::string& directory, std::uint64_t max_bytes = 1 << 20) {
    quarantine_at->set(spawn(quarantine, quarantine_config{directory, max_bytes}));
  }

  /// A quarantine that answers when it is sent a number, and then only the first question.
  void hold_answers() {
    quarantine_at->set(spawn([this](caf::event_based_actor* self) -> caf::behavior {
      const auto pending = std::make_shared<std::vector<caf::typed_response_promise<frame_kept>>>();
      return {[this, self, pending](const keep_frame&) {
                ++asked;
                pending->push_back(self->make_response_promise<frame_kept>());
                return pending->back();
              },
              [pending](int) { pending->front().deliver(frame_kept{std::string{"a file"}}); }};
    }));
  }

  void receive(const std::vector<std::string>& frames) {
    auto batch = std::make_shared<net::frame_batch>(nullptr);
    for (const auto& frame : frames)
      batch->add(frame);
    batch->received_ms = received_ms;
    caf::send_as(sender.handle(), subject, decode_frames{from, std::move(batch)});
    run();
  }

  decode_report report() {
    const auto told = sender.take<decode_report>();
    REQUIRE(told.size() == 1);
    return told[0];
  }

  /// What writers got since the last time, as text.
  std::vector<std::string> written() {
    std::vector<std::string> out;
    for (const auto& message : writer.take<write_patches>())
      for (const auto& patch : *message.patches)
        out.push_back(patch.subject->native + " " + std::string{patch.trade->last.text()});
    return out;
  }

  fragile_protocol protocol;
  probe<decode_report> sender{*this};
  probe<write_patches> writer{*this};
  address_ptr writer_at = make_address(), quarantine_at = make_address();
  source_ptr from;
  caf::actor subject;
  std::size_t asked = 0;
};

/// A ticker whose decoder throws behind it; the note is outside of what Kraken's protocol knows.
std::string with_note(std::string ticker, std::string_view note) {
  ticker.insert(1, fmt::format(R"("note":"{}",)", note));
  return ticker;
}

std::vector<exchange::recorded_frame> frames_in(const std::string& file) {
  std::ifstream in{file, std::ios::binary};
  exchange::recording_reader reader{in, file};
  std::vector<exchange::recorded_frame> out;
  exchange::recorded_frame one;
  for (;;) {
    const auto more = reader.next(one);
    REQUIRE_MESSAGE(more, (more ? "" : more.error()));
    if (!*more)
      return out;
    out.push_back(one);
  }
}

std::uintmax_t bytes_below(const std::string& directory) {
  std::uintmax_t out = 0;
  for (const auto& one : std::filesystem::directory_iterator{directory})
    out += one.file_size();
  return out;
}

} // namespace

TEST_CASE("whatever frames make the decoder throw, all others arrive exactly and in order") {
  const temporary_directory kept;
  for (std::uint32_t seed = 0; seed < 60; ++seed) {
    CAPTURE(seed);
    std::mt19937 random{seed};
    quarantine_fixture one;
    one.keep_in(kept / std::to_string(seed));
    std::vector<std::string> poison;
    std::uint64_t count = 0;
    for (int batch = 0; batch < 8; ++batch) {
      std::vector<std::string> frames, expected;
      std::uint64_t malformed = 0, poisoned = 0, heartbeats = 0;
      for (auto n = random() % 12; n > 0; --n) {
        const auto native = fmt::format("B{}/USD", random() % 10);
        const auto last = std::to_string(++count);
        auto ticker = kraken_ticker(native, last);
        switch (random() % 6) {
        case 0: // the defect comes after the patch was made
          frames.push_back(with_note(ticker, "POISON"));
          poison.push_back(frames.back());
          ++poisoned;
          break;
        case 1:
          frames.push_back(with_note(ticker, "ONCE"));
          expected.push_back(native + " " + last);
          break;
        case 2:
          frames.push_back("garbage");
          ++malformed;
          break;
        case 3: // counts and problems of a poison frame are dropped as well
          frames.push_back("garbage with POISON " + last);
          poison.push_back(frames.back());
          ++poisoned;
          break;
        case 4:
          frames.emplace_back(R"({"channel":"heartbeat"})");
          ++heartbeats;
          break;
        default:
          frames.push_back(std::move(ticker));
          expected.push_back(native + " " + last);
        }
      }
      one.receive(frames);
      CHECK(one.written() == expected);
      const auto told = one.report();
      CHECK(told.frames == frames.size());
      CHECK(told.patches == expected.size());
      CHECK(told.malformed == malformed);
      CHECK(told.first_problem.empty() == (malformed == 0));
      CHECK(told.events.size() == heartbeats);
      CHECK(told.quarantined == poisoned);
    }
    if (poison.empty())
      continue;
    const auto file = kept / std::to_string(seed) + "/kraken.jsonl";
    const auto found = frames_in(file);
    REQUIRE(found.size() == poison.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
      CHECK(found[i].frame == poison[i]); // as received, though decoding changes it in place
      CHECK(found[i].incoming);
      CHECK(found[i].t == 1'700'000'000.123);
    }
    std::ifstream in{file, std::ios::binary};
    std::ostringstream lines;
    const auto again = exchange::normalize(one.protocol, "kraken", in, lines, "kraken.jsonl");
    REQUIRE(again);
    CHECK(again->defects == poison.size());
    CHECK(lines.str().empty());
    CHECK(again->problems.at(0) == "kraken.jsonl:1: the decoder fails: exception: no such level");
  }
}

TEST_CASE("what is kept is bounded, and a place without room or way in costs nothing else") {
  const temporary_directory place;
  quarantine_fixture one;
  const auto poison = with_note(kraken_ticker("B1/USD"), "POISON");
  SUBCASE("bytes") {
    constexpr std::uint64_t most = 10'000;
    one.keep_in(place.path(), most);
    for (int i = 0; i < 100; ++i)
      one.receive({poison, kraken_ticker("B2/USD")});
    CHECK(bytes_below(place.path()) <= most);
    CHECK(bytes_below(place.path()) + 2 * poison.size() > most);
    CHECK(frames_in(place / "kraken.jsonl").size() > 10);
    std::filesystem::rename(place / "kraken.jsonl", place.path() + "-taken.jsonl");
    one.receive({poison, kraken_ticker("B2/USD")});
    CHECK(frames_in(place / "kraken.jsonl").size() == 1); // there is room again
    std::filesystem::remove(place.path() + "-taken.jsonl");
    CHECK(one.written().size() == 101);
  }
  SUBCASE("a directory that cannot be made") {
    one.keep_in(place / "missing/below");
    one.receive({poison, kraken_ticker("B2/USD")});
    CHECK(one.report().quarantined == 1);
    CHECK(one.written().size() == 1);
  }
  SUBCASE("none is configured") {
    one.keep_in("");
    one.receive({poison, kraken_ticker("B2/USD")});
    CHECK(one.report().quarantined == 1);
    CHECK(one.written().size() == 1);
  }
  SUBCASE("frames under way") {
    one.hold_answers();
    for (int i = 0; i < 10; ++i)
      one.receive(std::vector<std::string>(10, poison));
    CHECK(one.asked == normalizer_state::max_frames_under_way);
    one.send(one.quarantine_at->get(), 1);
    one.receive(std::vector<std::string>(10, poison));
    CHECK(one.asked == normalizer_state::max_frames_under_way + 1);
    one.end(one.quarantine_at->get()); // and what it held is not waited for
    one.hold_answers();
    one.receive(std::vector<std::string>(100, poison));
    CHECK(one.asked == 2 * normalizer_state::max_frames_under_way + 1);
  }
  SUBCASE("bytes under way") {
    one.hold_answers();
    const auto large = with_note(kraken_ticker("B1/USD"), "POISON" + std::string(6 << 20, 'x'));
    one.receive(std::vector<std::string>(5, large));
    CHECK(one.asked == 2);
  }
}

TEST_CASE("the log tells of poison frames, but not of each") {
  quarantine_fixture one;
  const auto& state = state_of<normalizer_state>(one.subject);
  const std::vector<std::string> many(50, "POISON");
  one.receive(many);
  const auto first = state.reported;
  REQUIRE(first);
  CHECK(state.unreported == 49);
  one.advance(normalizer_state::report_interval - 1ms, 1s);
  one.receive(many);
  CHECK(state.reported == first);
  CHECK(state.unreported == 99);
  one.advance(1ms);
  one.receive(many);
  CHECK(state.reported != first);
  CHECK(state.unreported == 49);
}

TEST_CASE("a normalizer that ends all the same is started again, and frames go on") {
  quarantine_fixture one;
  const auto at = make_address();
  child_spec spec{"normalizer", [&] {
                    at->set(one.spawn(normalizer, std::vector{one.writer_at}, one.quarantine_at));
                    return at->get();
                  }};
  const restart_policy policy;
  const auto root = one.spawn(supervisor, policy, caf::actor_addr{}, std::uint64_t{1});
  one.send(root, add_child{spec});
  one.subject = at->get();
  one.receive({kraken_ticker("B1/USD", "1")});
  one.end(at->get(), caf::make_error(ec::defect, std::string{"outside of a frame"}));
  one.receive({kraken_ticker("B1/USD", "2")}); // lost: it is down
  one.advance(policy.backoff_min);
  REQUIRE(at->get() != one.subject);
  one.subject = at->get();
  one.receive({kraken_ticker("B1/USD", "3")});
  CHECK(one.written() == std::vector<std::string>{"B1/USD 1", "B1/USD 3"});
}
