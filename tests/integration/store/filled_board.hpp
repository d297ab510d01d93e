#pragma once

#include "tests/integration/store/model.hpp"

#include <set>

namespace tickboard::test {

/// A real redis-server with random markets on the board and in two partitions, and what is true of
/// them.
struct filled_board {
  explicit filled_board(std::uint64_t seed) : truth(seed) {
    for (std::size_t i = 0; i < board->layout.size(); ++i)
      lanes.emplace_back(*board, i);
  }

  static const std::vector<std::string>& quotes() {
    static const std::vector<std::string> all{"USDT", "BTC", "EUR", "TRY"};
    return all;
  }

  void mark(slot& market) {
    market.own_lane = board->layout.find(market.subject->quote);
    lanes[0].mark(market);
    if (market.own_lane != 0)
      lanes[market.own_lane].mark(market);
  }

  void flush() {
    for (auto& one : lanes) {
      const auto result = drain(redis, one, "token");
      REQUIRE(result.what == lane_result::outcome::done);
      REQUIRE(result.conflicts.empty());
    }
  }

  void set_epochs() {
    for (std::size_t i = 0; i < board->layout.size(); ++i)
      redis.run({"SET", board->layout[i].epoch, "1"});
  }

  /// Some markets more, every second of the others changed, and other categories.
  void grow(std::size_t markets) {
    truth.draw_catalogue();
    for (auto& market : truth.slots)
      if (truth.pick(2) == 0)
        truth.change(market);
    truth.add_markets(markets, quotes());
    for (auto& market : truth.slots)
      mark(market);
    flush();
  }

  std::int64_t now_ms() const { return truth.now + 5; }

  std::future<evaluation_outcome> start(const view_query& query, const evaluation_bounds& bounds) {
    auto promise = std::make_shared<std::promise<evaluation_outcome>>();
    evaluate_page(
        board, redis.client, query, bounds, {now_ms(), truth.catalogue},
        [promise](evaluation_outcome outcome) { promise->set_value(std::move(outcome)); });
    return promise->get_future();
  }

  evaluation_outcome ask(const view_query& query, std::uint32_t scan_limit) {
    evaluation_bounds bounds;
    bounds.scan_limit = scan_limit;
    return start(query, bounds).get();
  }

  /// The ids of a page's rows, in their order.
  static std::vector<std::string> ids_in(const std::string& body) {
    constexpr std::string_view before = "{\"id\":\"";
    std::vector<std::string> out;
    for (auto at = body.find(before); at != std::string::npos; at = body.find(before, at + 1)) {
      const auto begin = at + before.size();
      out.push_back(body.substr(begin, body.find('"', begin) - begin));
    }
    return out;
  }

  // -- any legal question -------------------------------------------------------------------------

  template <class T>
  const T& one_of(const std::vector<T>& from) {
    return from[truth.pick(from.size())];
  }

  list_filter random_list(const std::vector<std::string>& from) {
    std::set<std::string> values;
    for (auto n = 1 + truth.pick(3); n > 0; --n)
      values.insert(one_of(from));
    return {{values.begin(), values.end()}, truth.pick(3) == 0};
  }

  std::string random_id() {
    if (truth.pick(8) == 0)
      return one_of<std::string>({"alpha:B1-NONE", "nowhere:B1-USDT", "x"});
    return truth.slots[truth.pick(truth.slots.size())].subject->id;
  }

  /// Some of ids, some of names, some of both; sorted, distinct, as they are read.
  std::vector<std::string> random_words() {
    std::set<std::string> words;
    for (auto n = 1 + truth.pick(2); n > 0; --n)
      words.insert(one_of<std::string>({"b1", "b2-", "-us", "a:b", "alp", ":", "%d", "bit", "ether",
                                        "classic", "co", "ωmega", "Ωmega", "b", "eur"}));
    return {words.begin(), words.end()};
  }

  /// A field that has values, not `id`.
  std::size_t random_field() { return 1 + truth.pick(sort_field_count - 1); }

  range_filter random_range(std::size_t field) {
    const auto value = [&] {
      const auto& market = truth.slots[truth.pick(truth.slots.size())];
      const auto exact = sort_fields[field].score(market.state).value_or(3);
      return truth.pick(2) == 0 ? exact : exact + static_cast<double>(truth.pick(5)) - 2;
    };
    range_filter out{field};
    const auto kind = truth.pick(3);
    if (kind != 0)
      out.lowest = value();
    if (kind != 1)
      out.highest = value();
    if (out.lowest > out.highest)
      std::swap(out.lowest, out.highest);
    return out;
  }

  view_query random_query() {
    view_query query;
    const auto one_in = [&](std::size_t n) { return truth.pick(n) == 0; };
    query.sort = truth.pick(sort_field_count);
    query.descending = one_in(2);
    query.per_page = 1 + static_cast<std::uint32_t>(truth.pick(40));
    if (one_in(3)) {
      query.quotes = {{one_of(quotes())}, false};
    } else if (one_in(3)) {
      query.quotes = random_list({"BTC", "EUR", "NONE", "USDT", "TRY"});
    }
    if (one_in(4))
      query.exchanges = random_list({"a", "alpha", "beta", "gamma", "none"});
    if (one_in(9))
      query.bases = random_list({"B1", "B10", "B2", "B3", "B33", "B4", "B5", "ZZ"});
    if (one_in(7))
      query.categories = random_list({"defi", "layer-1", "layer-10", "meme", "none", "rare"});
    if (one_in(6))
      query.words = random_words();
    if (one_in(40))
      query.kinds = random_list({"future", "option", "perpetual", "spot"});
    if (one_in(9)) {
      for (auto n = 1 + truth.pick(12); n > 0; --n)
        if (auto id = random_id();
            std::find(query.ids.begin(), query.ids.end(), id) == query.ids.end())
          query.ids.push_back(std::move(id));
      query.given_order = one_in(2);
      if (query.given_order) {
        query.sort = *find_sort_field("quote_volume_24h");
        query.descending = true;
      }
    }
    if (one_in(4)) {
      std::map<std::size_t, range_filter> ranges;
      for (auto n = 1 + truth.pick(2); n > 0; --n) {
        const auto field = one_in(2) && query.sort != id_field ? query.sort : random_field();
        ranges.emplace(field, random_range(field));
      }
      for (const auto& [field, range] : ranges)
        query.ranges.push_back(range);
    }
    if (one_in(9))
      query.stale = one_in(2);
    if (one_in(9))
      query.max_age_ms = 1 + static_cast<std::uint32_t>(
                                 truth.pick(static_cast<std::size_t>(now_ms() - model::start_ms)));
    switch (truth.pick(4)) {
    case 0:
      query.around = random_id();
      if (const auto found = truth.view(query, now_ms()); !found.empty() && !one_in(4))
        query.around = one_of(found).first.id;
      break;
    case 1:
      query.by_cursor = true;
      if (!one_in(4))
        query.after = random_place(query);
      break;
    default:
      query.page = 1 + static_cast<std::uint32_t>(one_in(2) ? 0 : truth.pick(6));
    }
    return query;
  }

  /// Of a market in the view, or where there is none any more.
  view_place random_place(const view_query& query) {
    if (query.given_order) {
      const auto at = truth.pick(query.ids.size());
      return {static_cast<double>(at), query.ids[at]};
    }
    auto out = model::place(query, truth.slots[truth.pick(truth.slots.size())]);
    if (truth.pick(3) == 0)
      out.id = random_id();
    if (truth.pick(5) == 0 && query.sort != id_field)
      out.score = static_cast<double>(truth.pick(12));
    return out;
  }

  store redis;
  board_ptr board =
      std::make_shared<const tickboard::board>("t", std::vector<std::string>{"USDT", "BTC"});
  model truth;
  std::vector<lane> lanes;
};

} // namespace tickboard::test
