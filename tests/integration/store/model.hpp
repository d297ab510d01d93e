#pragma once

#include "actors/lane.hpp"
#include "tests/support/store.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <random>

namespace tickboard::test {

/// Random markets in memory, the truth that Redis is compared with.
struct model {
  explicit model(std::uint64_t seed) : random(seed) {}

  std::size_t pick(std::size_t below) { return random() % below; }

  decimal random_decimal() {
    if (pick(6) == 0)
      return {};                                                                      // null
    return *decimal::parse(std::to_string(pick(12)) + "." + std::to_string(pick(4))); // many ties
  }

  void add_markets(std::size_t count, const std::vector<std::string>& quotes) {
    static const std::vector<std::string> exchanges{"alpha", "beta", "gamma", "a"};
    while (count > 0) {
      const auto base = "B" + std::to_string(pick(60));
      const auto one =
          *make_market(exchanges[pick(exchanges.size())], base, quotes[pick(quotes.size())], base);
      if (by_id.contains(one->id))
        continue;
      slots.emplace_back();
      slots.back().subject = one;
      by_id[one->id] = &slots.back();
      change(slots.back());
      --count;
    }
  }

  void change(slot& market) {
    ticker_patch patch;
    patch.subject = market.subject;
    patch.at = {now += static_cast<std::int64_t>(pick(3)), 0};
    patch.received_ms = now;
    if (pick(3) != 0)
      patch.trade = trade_group{random_decimal()};
    patch.stats = stats_group{random_decimal(),
                              random_decimal(),
                              random_decimal(),
                              random_decimal(),
                              random_decimal(),
                              std::nullopt,
                              {}};
    if (pick(4) != 0)
      patch.stats->change_pct = static_cast<double>(pick(9)) - 4;
    market.state.apply(patch);
    const auto some = [&]() -> std::optional<double> {
      return pick(4) == 0 ? std::nullopt : std::optional{static_cast<double>(pick(90)) / 8 - 3};
    };
    market.state.derived = {some(), some(), {some(), some(), some(), some()}};
  }

  static std::string row(const slot& market) {
    std::string out;
    append_row(out, *market.subject, market.state, market.stale);
    return out;
  }

  /// What `query` must be answered with, by sorting everything.
  std::string page(const view_query& query) const {
    const auto listed = [](const std::vector<std::string>& list, const std::string& value) {
      return list.empty() || std::find(list.begin(), list.end(), value) != list.end();
    };
    std::vector<const slot*> found;
    for (const auto& one : slots)
      if (listed(query.quotes, one.subject->quote) && listed(query.bases, one.subject->base) &&
          listed(query.exchanges, one.subject->exchange))
        found.push_back(&one);
    const auto score = [&](const slot* one) {
      const auto& field = sort_fields[query.sort];
      return field.score != nullptr ? field.score(one->state) : std::optional{0.0};
    };
    std::sort(found.begin(), found.end(), [&](const slot* a, const slot* b) {
      const auto x = score(a), y = score(b);
      if (x.has_value() != y.has_value())
        return x.has_value(); // nulls last
      if (x != y)
        return query.descending ? *x > *y : *x < *y;
      return query.descending ? a->subject->id > b->subject->id : a->subject->id < b->subject->id;
    });
    std::string out = "{\"data\":[";
    for (auto i = query.offset();
         i < std::min<std::uint64_t>(found.size(), query.offset() + query.per_page); ++i)
      out += (out.back() == '[' ? "" : ",") + row(*found[i]);
    const auto pages = (found.size() + query.per_page - 1) / query.per_page;
    return out + "],\"page\":{\"number\":" + std::to_string(query.page) +
           ",\"size\":" + std::to_string(query.per_page) +
           ",\"total\":" + std::to_string(found.size()) + ",\"pages\":" + std::to_string(pages) +
           "}}";
  }

  std::mt19937_64 random;
  std::deque<slot> slots; ///< addresses stay
  std::map<std::string, slot*> by_id;
  std::int64_t now = 1'700'000'000'000;
};

/// Runs a lane's batches, one after the other, until it is idle or one is not `done`.
inline lane_result drain(store& redis, lane& on, const std::string& token) {
  lane_result last;
  while (on.has_waiting()) {
    auto promise = std::make_shared<std::promise<lane_result>>();
    redis.client->submit(on.take_batch(
        token, [promise](lane_result result) { promise->set_value(std::move(result)); }));
    last = promise->get_future().get();
    on.finish(last);
    if (last.what != lane_result::outcome::done || !last.conflicts.empty())
      return last;
  }
  return last;
}

} // namespace tickboard::test
