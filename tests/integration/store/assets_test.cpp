#include "actors/asset_evaluation.hpp"
#include "actors/assets.hpp"
#include "actors/market_report.hpp"
#include "tests/integration/store/model.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/held_client.hpp"

#include <algorithm>

using namespace tickboard;
using namespace tickboard::test;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t assets_ms = model::start_ms + 1'000'000;
const std::vector<std::string> category_names{"Layer 1", "Meme", "DeFi", "Layer 10"};

/// The assets actor, on a real Redis that has the board of markets too. Time is the test's; that
/// of Redis's answers is waited for.
struct asset_world : actor_fixture {
  explicit asset_world(std::uint64_t seed) : truth(seed) {
    keeper_at->set(spawn([this](caf::event_based_actor*) -> caf::behavior {
      return {[this](const readiness_asked&) { return readiness{board_ready, "test"}; }};
    }));
    draw_catalogue();
  }
  ~asset_world() { stop_all(); }

  void start() {
    assets_config config;
    config.board = board_at;
    config.open = [this](std::vector<board::script_ptr> scripts, redis::client_events events) {
      link = std::make_shared<test::held_client>();
      link->hold(db.connect(std::move(scripts), link->held(std::move(events))));
      return link;
    };
    config.keeper = keeper_at;
    config.metadata = config.search = make_address();
    subject = spawn(assets, std::move(config));
    settle();
    send(subject, catalogue_changed{catalogue});
    tell(true);
  }

  void draw_catalogue() {
    catalogue_builder builder;
    for (int i = 0; i < 60; ++i) {
      if (truth.pick(4) == 0)
        continue;
      asset one;
      one.symbol = "B" + std::to_string(i);
      one.name = "Asset " + std::to_string(truth.pick(3)) + std::to_string(i);
      if (truth.pick(2) == 0)
        one.circulating_supply = *decimal::parse(std::to_string(truth.pick(5)));
      for (const auto& name : category_names)
        if (truth.pick(3) == 0)
          one.categories.push_back(make_category(name));
      REQUIRE_FALSE(builder.add(one));
    }
    catalogue = std::move(builder).build();
  }

  /// Until neither the actors nor Redis have anything to do.
  void settle() {
    for (int i = 0; i < 6; ++i) {
      run();
      link->exchange();
    }
    run();
  }

  void wait(std::chrono::milliseconds time) {
    for (; time.count() > 0; time -= 500ms) {
      advance(500ms, 500ms);
      settle();
    }
  }

  static market_value told(const slot& market) {
    const auto& quote = market.subject->quote;
    return value_of(market, quote == "USD" ? std::optional{1.0} : std::nullopt);
  }

  /// What a writer would report: some markets, or all.
  void tell(bool all) {
    market_news news;
    news.begins = all;
    for (auto& one : truth.slots)
      if (all || truth.pick(3) == 0) {
        if (!all) {
          truth.change(one);
          one.stale = truth.pick(6) == 0;
        }
        news.markets.push_back(told(one));
      } else if (!known.contains(one.subject->id)) {
        news.markets.push_back(told(one));
      }
    for (const auto& one : news.markets)
      known[one.subject->id] = one;
    send(subject, std::move(news));
  }

  struct truth_row {
    asset_values values;
    const asset* metadata = nullptr;
    std::string text;
  };

  /// Every asset as it must be shown, by symbol.
  std::map<std::string, truth_row> all_rows() {
    markets_by_base by_base;
    for (const auto& [id, one] : known)
      by_base[one.subject->base].push_back(one);
    const auto quotes = changes_in_usd(by_base, {"USD", "USDT", "BTC"});
    std::map<std::string, truth_row> out;
    for (const auto& [base, all] : by_base)
      out[base] = {summarize(all, quotes, catalogue->find(base)), catalogue->find(base), {}};
    for (auto& [symbol, one] : out) {
      one.values.rank = 1;
      for (const auto& [other_symbol, other] : out)
        if (outranks({other_symbol, nullptr, &other.values}, {symbol, nullptr, &one.values}))
          ++one.values.rank;
    }
    for (auto& [symbol, one] : out)
      append_asset_row(one.text, {symbol, one.metadata, &one.values});
    return out;
  }

  template <class Evaluate>
  evaluation_outcome ask(Evaluate evaluate) {
    std::promise<evaluation_outcome> promise;
    evaluate([&](evaluation_outcome outcome) { promise.set_value(std::move(outcome)); });
    return promise.get_future().get();
  }

  evaluation_outcome ask(const asset_query& query, std::uint32_t scan_limit = 7) {
    return ask([&](auto done) {
      evaluate_asset_page(board_at, db.client, query, scan_limit, assets_ms, std::move(done));
    });
  }

  static std::string joined(const std::vector<std::string>& rows) {
    std::string out = "{\"data\":[";
    for (const auto& row : rows)
      out += (out.back() == '[' ? "" : ",") + row;
    return out + "]";
  }

  /// What `query` must be answered with, by sorting everything.
  std::string page(const asset_query& query) {
    const auto has = [](const std::vector<std::string>& list, const std::string& one) {
      return std::ranges::find(list, one) != list.end();
    };
    const auto categories_in = [&](const truth_row& row, const std::vector<std::string>& list) {
      return row.metadata != nullptr &&
             std::ranges::any_of(row.metadata->categories,
                                 [&](const category& one) { return has(list, one.slug); });
    };
    struct entry {
      std::string symbol, text;
      std::optional<double> score;
    };
    std::vector<entry> found;
    for (const auto& [symbol, row] : all_rows()) {
      const auto& [wanted, unwanted] = query.categories;
      if ((!wanted.empty() && !categories_in(row, wanted)) || categories_in(row, unwanted) ||
          (!query.symbols.wanted.empty() && !has(query.symbols.wanted, symbol)) ||
          has(query.symbols.unwanted, symbol))
        continue;
      const auto& field = asset_sort_fields[query.sort];
      found.push_back({symbol, row.text,
                       field.score != nullptr ? field.score(row.values) : std::optional{0.0}});
    }
    std::ranges::sort(found, [&](const entry& a, const entry& b) {
      if (a.score.has_value() != b.score.has_value())
        return a.score.has_value();
      if (a.score != b.score)
        return query.descending ? a.score > b.score : a.score < b.score;
      return query.descending ? a.symbol > b.symbol : a.symbol < b.symbol;
    });
    std::vector<std::string> rows;
    for (auto i = query.offset();
         i < std::min<std::uint64_t>(found.size(), query.offset() + query.per_page); ++i)
      rows.push_back(model::aged(found[i].text, assets_ms));
    const auto pages = (found.size() + query.per_page - 1) / query.per_page;
    return joined(rows) + ",\"page\":{\"number\":" + std::to_string(query.page) +
           ",\"size\":" + std::to_string(query.per_page) +
           ",\"total\":" + std::to_string(found.size()) + ",\"pages\":" + std::to_string(pages) +
           "},\"as_of_ms\":" + std::to_string(assets_ms) + "}";
  }

  /// The rows that must lead, without the end of the body.
  std::string movers(const movers_query& query) {
    std::vector<std::pair<double, std::string>> found;
    const auto all = all_rows();
    for (const auto& [symbol, row] : all) {
      const auto& change = row.values.changes[query.window];
      if (change && (query.up ? *change > 0 : *change < 0) && row.values.volume_usd_24h &&
          *row.values.volume_usd_24h >= query.min_volume_usd)
        found.emplace_back(*change, symbol);
    }
    std::ranges::sort(found);
    if (query.up)
      std::ranges::reverse(found);
    std::vector<std::string> rows;
    for (std::size_t i = 0; i < std::min<std::size_t>(found.size(), query.limit); ++i)
      rows.push_back(model::aged(all.at(found[i].second).text, assets_ms));
    return joined(rows);
  }

  choice random_choice(const std::vector<std::string>& from) {
    choice out;
    for (const auto& one : from)
      if (const auto luck = truth.pick(6); luck == 0)
        out.wanted.push_back(one);
      else if (luck == 1)
        out.unwanted.push_back(one);
    return out;
  }

  asset_query random_query() {
    asset_query out;
    if (truth.pick(3) == 0)
      out.categories = random_choice({"defi", "layer-1", "meme", "none"});
    if (truth.pick(3) == 0)
      out.symbols = random_choice({"B1", "B10", "B2", "B3", "B33", "ZZ"});
    out.sort = truth.pick(asset_sort_field_count);
    out.descending = truth.pick(2) == 0;
    out.per_page = 1 + static_cast<std::uint32_t>(truth.pick(40));
    out.page = 1 + static_cast<std::uint32_t>(truth.pick(4));
    return out;
  }

  store db{[this] {
    return std::vector{board_at->page,  board_at->gather,          board_at->walk,
                       board_at->row,   board_at->assets_filtered, board_at->assets_named,
                       board_at->movers};
  }()};
  std::shared_ptr<test::held_client> link;
  model truth;
  asset_catalogue_ptr catalogue;
  std::map<std::string, market_value> known; ///< what the actor was told, by id
  address_ptr keeper_at = make_address();
  bool board_ready = true;
  caf::actor subject;
  static inline const board_ptr board_at =
      std::make_shared<const board>("t", std::vector<std::string>{"USDT"});
};

} // namespace

TEST_CASE(
    "pages of assets equal a brute-force sort of what the markets say, through many changes") {
  const std::uint64_t seed = std::random_device{}();
  INFO("seed " << seed);
  asset_world on{seed};
  on.truth.add_markets(60, {"USD", "USDT", "BTC"});
  on.start();
  on.wait(3s);
  for (int round = 0; round < 12; ++round) {
    if (round % 4 == 3) {
      on.draw_catalogue();
      on.send(on.subject, catalogue_changed{on.catalogue});
    }
    on.truth.add_markets(5, {"USD", "BTC"});
    on.tell(false);
    on.wait(1s);
    for (int i = 0; i < 60; ++i) {
      const auto query = on.random_query();
      const auto outcome = on.ask(query, 1 + static_cast<std::uint32_t>(on.truth.pick(80)));
      INFO(query.target(query.page));
      REQUIRE_MESSAGE(outcome.problem.empty(), outcome.problem);
      const bool equal = *outcome.body == on.page(query); // too long to print
      REQUIRE(equal);
    }
    for (int i = 0; i < 20; ++i) {
      movers_query query;
      query.window = on.truth.pick(change_count);
      query.up = on.truth.pick(2) == 0;
      query.limit = 1 + static_cast<std::uint32_t>(on.truth.pick(9));
      query.min_volume_usd = static_cast<double>(on.truth.pick(8));
      const auto outcome = on.ask([&](auto done) {
        evaluate_movers(on.board_at, on.db.client, query,
                        1 + static_cast<std::uint32_t>(on.truth.pick(9)), assets_ms,
                        std::move(done));
      });
      INFO(query.canonical());
      REQUIRE_MESSAGE(outcome.problem.empty(), outcome.problem);
      const auto rows = on.movers(query);
      const bool equal = outcome.body->starts_with(rows + ",\"window\":\"");
      REQUIRE(equal);
    }
  }
}

TEST_CASE(
    "assets are not served before the board is whole, and again soon after Redis was emptied") {
  asset_world on{5};
  on.board_ready = false;
  on.truth.add_markets(30, {"USD"});
  on.start();
  on.wait(5s);
  asset_query all, filtered;
  filtered.symbols.unwanted = {"B1"};
  CHECK(on.ask(all).error == ec::rebuilding);
  CHECK(on.db.run({"KEYS", "*"}).elements.empty()); // the keeper may be about to wipe
  on.board_ready = true;
  on.wait(3s);
  CHECK(*on.ask(all).body == on.page(all));
  CHECK(*on.ask(filtered).body == on.page(filtered));

  on.db.run({"FLUSHALL"});
  CHECK(on.ask(all).error == ec::rebuilding);
  CHECK(on.ask(filtered).error == ec::rebuilding);
  on.wait(1s);
  CHECK(*on.ask(all).body == on.page(all));
  on.db.run({"FLUSHALL"}); // with changes to come
  on.tell(false);
  on.wait(1s);
  CHECK(*on.ask(all).body == on.page(all));

  // Another life of the actor knows nothing until it is told; what is there serves meanwhile.
  on.end(on.subject);
  on.start();
  CHECK(*on.ask(all).body == on.page(all));
  on.wait(3s);
  CHECK(*on.ask(all).body == on.page(all));

  on.db.run({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"});
  on.tell(false);
  for (int i = 0; i < 200 && *on.ask(all).body != on.page(all); ++i)
    on.wait(500ms);
  CHECK(*on.ask(all).body == on.page(all));
}

TEST_CASE("an asset comes with its markets, by turnover") {
  asset_world on{6};
  on.truth.add_markets(80, {"USD"});
  lane board_lane{*on.board_at, redis::layout::board};
  for (auto& market : on.truth.slots)
    board_lane.mark(market);
  test::drain(on.db, board_lane, "t");
  on.start();
  const auto ask = [&](const std::string& symbol) {
    return on.ask([&](auto done) {
      evaluate_asset(on.board_at, on.db.client, symbol, {}, assets_ms, std::move(done));
    });
  };
  CHECK(ask("B1").error == ec::rebuilding);
  on.wait(3s);
  const auto all = on.all_rows();
  const auto symbol = all.begin()->first;
  CHECK(ask(symbol).error == ec::rebuilding); // the board's rows are not whole
  on.db.run({"SET", on.board_at->layout[redis::layout::board].epoch, "1"});
  for (const auto& [one, row] : all) {
    view_query markets;
    markets.bases.values = {one};
    markets.sort = *find_sort_field("volume_usd_24h");
    markets.per_page = 250;
    const auto page = on.truth.page(markets, assets_ms);
    const auto rows = page.substr(8, page.find(",\"page\":") - 8); // "[...]"
    CHECK(*ask(one).body == "{\"data\":" + model::aged(row.text, assets_ms) + ",\"markets\":" +
                                rows + ",\"as_of_ms\":" + std::to_string(assets_ms) + "}");
  }
  CHECK_FALSE(ask("NONE").body);
  CHECK(ask("NONE").problem.empty());
}
