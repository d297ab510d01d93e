// One market that is mute among live ones, though its subscription was acknowledged.

#include "tests/integration/reliability/watcher.hpp"
#include "tests/integration/spine/truth.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <map>

using namespace tickboard;
using namespace tickboard::test;

namespace {

/// 40 markets each, five updates a second of each.
std::vector<simulated> three_paced_exchanges() {
  std::vector<simulated> out;
  for (const auto* name : {"binance", "coinbaseexchange", "kraken"})
    out.push_back({name,
                   name,
                   {"--markets", "40", "--rate", "200", "--seed", "5"},
                   {},
                   "mute_after = \"3s\"\n"});
  return out;
}

struct mute_world : world {
  mute_world()
      : world(three_paced_exchanges(), "[daemon]\nwarmup = \"3s\"\n[view]\ntimeout = \"10s\"\n"
                                       "[log]\nlevel = \"debug\"\n") {
    wait_until("all is served, assets too", [this] {
      return rows().size() == 120 && get("/readyz").status == 200 &&
             get("/v1/assets").status == 200 && get("/v1/search?q=BTC").status == 200;
    });
    for (std::size_t i = 0; i < exchanges.size(); ++i) {
      const auto all = parse_json(ask_exchange(i, "/sim/state").body);
      natives.push_back(text_of(all[3], "native"));
      ids.push_back(exchanges[i].name + ":" + text_of(all[3], "base") + "-" +
                    text_of(all[3], "quote"));
      others.push_back(exchanges[i].name + ":" + text_of(all[4], "base") + "-" +
                       text_of(all[4], "quote"));
    }
  }

  void fault(std::size_t i, const std::string& kind, const std::string& more) {
    faulted_ = clock::now();
    post_exchange(i, "/sim/fault",
                  R"({"kind":")" + kind + R"(","symbol":")" + natives[i] + R"(","seconds":3000)" +
                      more + "}");
  }

  double since_fault() const {
    return std::chrono::duration<double>(clock::now() - faulted_).count();
  }

  std::int64_t received_ms(const std::string& id) {
    return std::stoll(text_of(parse_json(get("/v1/markets/" + id).body), "received_ms"));
  }

  /// A member of every connection in /v1/exchanges, as one line.
  std::string of_connections(const char* member) {
    std::string out;
    const auto told = parse_json(get("/v1/exchanges").body);
    for (const auto& feed : told["data"].GetArray())
      for (const auto& one : feed["connections"].GetArray())
        out += text_of(one, member) + " ";
    return out;
  }

  /// Until market `id` was heard of more than `seconds` after now, by the exchange's time.
  void wait_for_rows_of(const std::string& id, int seconds) {
    wait_for_row(id, received_ms(id) + seconds * 1'000);
  }
  void wait_for_row(const std::string& id, std::int64_t of_ms) {
    wait_until(("a row of " + id + " comes").c_str(), [&] { return received_ms(id) >= of_ms; });
  }

  std::vector<std::string> natives, ids, others;

private:
  using clock = std::chrono::steady_clock;
  clock::time_point faulted_;
};

} // namespace

TEST_CASE("a market that is mute among live ones is found, and its rows come again") {
  mute_world on;
  watcher clients{on};
  for (std::size_t i = 0; i < 3; ++i)
    on.fault(i, "mute", R"(,"connections":1)"); // the one that is; not its successor
  for (std::size_t i = 0; i < 3; ++i) {
    CAPTURE(on.ids[i]);
    on.wait_until("its connection is renewed", [&] {
      return on.log_lines_with("reason=\"mute, though subscribed: " + on.ids[i]) == 1;
    });
    MESSAGE(on.ids[i] << " was renewed " << on.since_fault() << " s after it fell mute");
    on.wait_for_rows_of(on.ids[i], 2);
  }
  for (const auto& id : on.others)
    on.wait_for_rows_of(id, 1);
  CHECK(on.of_connections("restarts") == "0 0 0 ");
  on.wait_until("none is called mute", [&] { return on.of_connections("mute") == "0 0 0 "; });
  CHECK(on.get("/v1/markets?stale=true").body.find("\"data\":[]") != std::string::npos);
  CHECK(on.log_lines_with("msg=renewing ") == 3);
  CHECK(clients.finish() == "");
  CHECK(clients.first_refusal() == "");

  for (std::size_t i = 0; i < 3; ++i)
    on.post_exchange(i, "/sim/rate", R"({"rate":0,"count":100000})");
  converged_rows(on);
}

TEST_CASE("who stays mute is found again by the next connection, who is not traded is left alone") {
  mute_world on;
  watcher clients{on};
  const auto begin = on.received_ms(on.others[0]);
  const std::size_t mute = 2; // on successors too
  on.fault(mute, "mute", "");
  std::map<std::size_t, std::int64_t> still;
  for (const std::size_t i : {0U, 1U}) {
    on.fault(i, "still", "");
    still[i] = on.received_ms(on.ids[i]);
  }
  for (const std::size_t times : {1U, 2U})
    on.wait_until("it is renewed, and once more", [&] {
      return on.log_lines_with("reason=\"mute, though subscribed: " + on.ids[mute]) == times;
    });
  CHECK(on.log_lines_with(" markets=" + on.ids[mute]) == 2);
  on.wait_for_row(on.others[0], begin + 30'000); // ten times `mute_after`
  for (const auto& id : on.others)
    on.wait_for_rows_of(id, 1);
  for (const auto& [i, heard] : still) {
    CAPTURE(on.ids[i]);
    CHECK(on.received_ms(on.ids[i]) < heard + 5'000);
    const auto& name = on.exchanges[i].name;
    const auto looks = on.log_lines_with(
        "msg=\"asks REST for the last trades of silent markets\" feed=" + name + " connection=1");
    CHECK(looks >= 2);
    CHECK(looks <= 8); // after 3, 4.5, 7.5, 13.5, 25.5, 49.5 s
    CHECK(on.log_lines_with("msg=renewing feed=" + name + " connection=1") == 0);
    CHECK(on.log_lines_with(" markets=" + on.ids[i]) == 0);
  }
  CHECK(on.of_connections("restarts") == "0 0 0 ");
  CHECK(on.get("/v1/markets?stale=true").body.find("\"data\":[]") != std::string::npos);
  CHECK(clients.finish() == "");
  CHECK(clients.first_refusal() == "");
}
