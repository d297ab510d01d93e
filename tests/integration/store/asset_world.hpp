#pragma once

#include "actors/asset_evaluation.hpp"
#include "actors/assets.hpp"
#include "actors/market_report.hpp"
#include "actors/messages/keeper.hpp"
#include "tests/integration/store/model.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/held_client.hpp"

#include <algorithm>
#include <set>

namespace tickboard::test {

inline constexpr std::int64_t assets_ms = model::start_ms + 1'000'000;
inline const std::vector<std::string> category_names{"Layer 1", "Meme", "DeFi", "Layer 10"};

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
    config.writers = {make_address()};
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
        one.max_supply = *decimal::parse(std::to_string(truth.pick(9)) + ".50");
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
    for (; time.count() > 0; time -= std::chrono::milliseconds{500}) {
      advance(std::chrono::milliseconds{500}, std::chrono::milliseconds{500});
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

  /// Some markets are not followed any more.
  void forget_some() {
    market_news news;
    std::erase_if(truth.slots, [&](const slot& one) {
      if (truth.pick(3) != 0)
        return false;
      news.gone.push_back(one.subject);
      known.erase(one.subject->id);
      return true;
    });
    truth.by_id.clear();
    for (auto& one : truth.slots)
      truth.by_id[one.subject->id] = &one;
    send(subject, std::move(news));
  }

  struct truth_row {
    asset_values values;
    const asset* metadata = nullptr;
    std::string text;
  };

  static std::string name_of(const std::string& symbol, const truth_row& row) {
    return row.metadata != nullptr ? row.metadata->name : symbol;
  }
  static std::string id_of(const std::string& symbol, const truth_row& row) {
    return row.metadata != nullptr ? row.metadata->slug : 'b' + symbol.substr(1);
  }

  /// Every asset as it must be shown, by symbol.
  std::map<std::string, truth_row> all_rows() {
    markets_by_base by_base;
    for (const auto& [id, one] : known)
      by_base[one.subject->base].push_back(one);
    const auto quotes = changes_in_usd(by_base, {"USD", "USDT", "BTC"});
    const auto steady = steady_quotes(by_base, {"USD", "USDT", "BTC"});
    std::map<std::string, truth_row> out;
    for (const auto& [base, all] : by_base)
      out[base] = {
          summarize(all, quotes, steady, catalogue->find(base)), catalogue->find(base), {}};
    for (auto& [symbol, one] : out) {
      one.values.rank = 1;
      for (const auto& [other_symbol, other] : out)
        if (outranks({other_symbol, nullptr, &other.values}, {symbol, nullptr, &one.values}))
          ++one.values.rank;
      one.values.name_place = one.values.slug_place = 1;
      for (const auto& [other_symbol, other] : out) {
        one.values.name_place += std::pair{name_of(other_symbol, other), other_symbol} <
                                 std::pair{name_of(symbol, one), symbol};
        one.values.slug_place += id_of(other_symbol, other) < id_of(symbol, one);
      }
    }
    for (auto& [symbol, one] : out)
      append_asset_row(one.text, {symbol, one.metadata, &one.values});
    return out;
  }

  /// In no structure is an asset missing, or left over.
  void check_what_is_stored() {
    std::set<std::string> wanted;
    for (const auto& [symbol, row] : all_rows())
      wanted.insert(symbol);
    const auto check = [&](std::initializer_list<std::string_view> question) {
      std::set<std::string> found;
      for (const auto& one : db.run(question).elements)
        found.insert(one.text);
      CHECK(found == wanted);
    };
    const auto& keys = board_at->assets;
    check({"HKEYS", keys.row});
    check({"HKEYS", keys.tags});
    for (const auto& index : keys.by)
      check({"ZRANGE", index, "0", "-1"});
  }

  /// How often the actor has connected.
  std::size_t readies() const { return link->readies(); }

  template <class Evaluate>
  evaluation_outcome ask(Evaluate evaluate) {
    std::promise<evaluation_outcome> promise;
    evaluate([&](evaluation_outcome outcome) { promise.set_value(std::move(outcome)); });
    return promise.get_future().get();
  }

  evaluation_outcome ask(const asset_query& query, std::uint32_t scan_limit = 7) {
    return ask([&](auto done) {
      evaluate_asset_page(board_at, db.client, query, scan_limit, {assets_ms, catalogue},
                          std::move(done));
    });
  }

  static std::string joined(const std::vector<std::string>& rows) {
    std::string out = "{\"data\":[";
    for (const auto& row : rows)
      out += (out.back() == '[' ? "" : ",") + row;
    return out + "]";
  }

  static bool has_word(const std::string& word, const std::string& symbol, const truth_row& row) {
    return model::small_letters(symbol).find(word) != symbol.npos ||
           (word.size() >= 3 && row.metadata != nullptr &&
            model::small_letters(row.metadata->name).find(word) != symbol.npos);
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
          has(query.symbols.unwanted, symbol) ||
          !std::ranges::all_of(
              query.words, [&](const std::string& word) { return has_word(word, symbol, row); }) ||
          !std::ranges::all_of(query.ranges, [&](const range_filter& range) {
            return range.admits(asset_sort_fields[range.field].score(row.values));
          }))
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
    if (truth.pick(5) == 0)
      out.words = std::vector<std::vector<std::string>>{
          {"b1"}, {"b"}, {"ass"}, {"asset", "b2"}, {"set 1"}, {"t"}, {"nothing"}}[truth.pick(7)];
    out.sort = truth.pick(asset_sort_field_count);
    out.descending = truth.pick(2) == 0;
    out.per_page = 1 + static_cast<std::uint32_t>(truth.pick(40));
    out.page = 1 + static_cast<std::uint32_t>(truth.pick(4));
    if (truth.pick(5) == 0)
      out.skip = truth.pick(30);
    for (std::size_t field = 0; field < asset_sort_field_count; ++field)
      if (truth.pick(16) == 0 && !asset_sort_fields[field].is_text) {
        const double lowest = static_cast<double>(truth.pick(30)) / 2 - 5;
        range_filter range{field};
        if (truth.pick(3) != 0)
          range.lowest = lowest;
        if (truth.pick(3) != 0)
          range.highest = lowest + static_cast<double>(truth.pick(20));
        out.ranges.push_back(range);
      }
    return out;
  }

  store db{{board_at->gather, board_at->walk, board_at->rows, board_at->assets_page,
            board_at->assets_filtered, board_at->assets_named, board_at->movers}};
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

} // namespace tickboard::test
