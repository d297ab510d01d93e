#pragma once

#include "actors/messages/keeper.hpp"
#include "actors/rates.hpp"
#include "actors/writer.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/held_client.hpp"
#include "tests/support/store.hpp"

#include <rapidjson/document.h>

namespace tickboard::test {

/// A writer, the rates actor and a real Redis. Time is the test's; that of Redis's answers is
/// waited for.
struct written_board : actor_fixture {
  written_board() {
    rates_at->set(spawn(
        rates, rates_config{{writer_at}, std::chrono::seconds{60}, [this] { return now(); }}));
    keeper_at->set(keeper.handle());
    start_writer();
  }
  ~written_board() { stop_all(); }

  void start_writer(bool begins = true) {
    writer_config config;
    config.daemon_id = "d" + std::to_string(++lives);
    config.board = board_at;
    config.open = [this](std::vector<board::script_ptr> scripts, redis::client_events events) {
      link = std::make_shared<held_client>();
      link->hold(db.connect(std::move(scripts), link->held(std::move(events))));
      return link;
    };
    config.keeper = keeper_at;
    config.rates = rates_at;
    config.assets = assets_at;
    config.now_ms = [this] { return now(); };
    config.writers = pool;
    subject = spawn(writer, std::move(config));
    writer_at->set(subject);
    settle();
    if (!begins)
      return;
    send(subject, rebuild{++incarnation});
    settle();
  }

  std::int64_t now() {
    return 1'700'000'000'000 + std::chrono::duration_cast<std::chrono::milliseconds>(
                                   scheduler().clock().now().time_since_epoch())
                                   .count();
  }

  /// Until neither the actors nor Redis have anything to do.
  void settle() {
    for (int i = 0; i < 6; ++i) {
      run();
      link->exchange();
    }
    run();
  }

  void wait(std::chrono::milliseconds time,
            std::chrono::milliseconds step = std::chrono::milliseconds{250}) {
    for (; time.count() > 0; time -= step) {
      advance(step, std::chrono::milliseconds{50});
      settle();
    }
  }

  void hear(const std::string& base, const std::string& quote, const std::string& last) {
    receive(base, quote, last);
    settle();
  }

  /// As `hear`, but Redis has yet to answer.
  void receive(const std::string& base, const std::string& quote, const std::string& last) {
    ticker_patch patch;
    patch.subject = *make_market("x", base, quote, base + quote);
    patch.at = {now(), 0};
    patch.received_ms = now();
    patch.trade = trade_group{*decimal::parse(last)};
    patch.stats = stats_group{{}, {}, {}, *decimal::parse("10"), *decimal::parse("500"), {}, {}};
    send(subject,
         write_patches{1, std::make_shared<const std::vector<ticker_patch>>(1, patch), nullptr});
  }

  /// For these indexes of all partitions.
  void ask(const index_set& which) {
    ask(redis::partition_indexes(board_at->layout.size(), which));
  }

  void ask(const redis::partition_indexes& which) {
    spawn([this, which](caf::event_based_actor* self) {
      self->request(subject, caf::infinite, indexes_asked{which})
          .then([this](const indexes_kept&) { ++answers; },
                [this](const caf::error& why) { refusals.push_back(describe(why)); });
    });
    run();
  }

  /// From now on the indexes of x:BTC-USD are of 90000, its row of 90001. One answer has come.
  void let_lag() {
    hear("BTC", "USD", "90000");
    ask(index_set{});
    hear("BTC", "USD", "90001");
    REQUIRE(answers == 1);
  }

  /// A number in the row in Redis; -1e9: null.
  double shown(const std::string& id, const char* field, std::size_t partition = 0) {
    const auto row = db.run({"GET", board_at->layout[partition].row(id)}).text;
    rapidjson::Document json;
    json.Parse(row.c_str());
    INFO(row);
    REQUIRE(json.IsObject());
    REQUIRE(json.HasMember(field));
    return json[field].IsNull() ? -1e9 : json[field].GetDouble();
  }

  double score(const std::string& id, std::size_t partition, std::string_view field) {
    const auto text =
        db.run({"ZSCORE", board_at->layout[partition].by[*find_sort_field(field)], id}).text;
    return std::stod(text);
  }

  /// How often Redis ran `command` since CONFIG RESETSTAT.
  int calls_of(const std::string& command) {
    const auto all = db.run({"INFO", "commandstats"}).text;
    const auto name = "cmdstat_" + command + ":calls=";
    const auto at = all.find(name);
    return at == all.npos ? 0 : std::stoi(all.substr(at + name.size()));
  }

  static constexpr double null = -1e9;
  store db;
  std::shared_ptr<held_client> link;
  board_ptr board_at = std::make_shared<const board>("t", std::vector<std::string>{"USDT"});
  address_ptr writer_at = make_address(), rates_at = make_address(), keeper_at = make_address(),
              assets_at = make_address();
  probe<rebuilt, writer_connected, state_lost> keeper{*this};
  probe<market_news> assets_probe{*this}; ///< hears when `assets_at` leads to it
  caf::actor subject;
  std::uint64_t incarnation = 0;
  std::size_t pool = 1; ///< writers, of which the one that is started is the first
  int lives = 0, answers = 0;
  std::vector<std::string> refusals; ///< instead of answers
};

} // namespace tickboard::test
