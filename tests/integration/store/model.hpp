#pragma once

#include "actors/lane.hpp"
#include "market/view_token.hpp"
#include "tests/support/store.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <map>
#include <random>

namespace tickboard::test {

/// Random markets in memory, the truth that Redis is compared with.
struct model {
  static constexpr std::int64_t start_ms = 1'700'000'000'000;

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
    if (pick(4) != 0)
      patch.quote =
          quote_group{random_decimal(), random_decimal(), random_decimal(), random_decimal()};
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
    market.stale = pick(5) == 0;
    market.source_id = static_cast<std::uint32_t>(pick(3));
    const auto some = [&]() -> std::optional<double> {
      return pick(4) == 0 ? std::nullopt : std::optional{static_cast<double>(pick(90)) / 8 - 3};
    };
    market.state.derived = {some(), some(), some(), {some(), some(), some(), some()}};
  }

  static std::string row(const slot& market) {
    std::string out;
    append_row(out, *market.subject, market.state, market.stale, market.source_id);
    return out;
  }

  /// A row, of a market or an asset, as it is shown.
  static std::string aged(const std::string& row, std::int64_t now_ms) {
    const auto name = row.find("\"received_ms\":");
    const auto end = row.find(',', name);
    const auto received = row.substr(name + 14, end - name - 14);
    const auto age = received == "null"
                         ? received
                         : std::to_string(std::max(0LL, now_ms - std::stoll(received)));
    return row.substr(0, end) + ",\"age_ms\":" + age + row.substr(end);
  }

  /// Where a market is in the order of `query`.
  static view_place place(const view_query& query, const slot& market) {
    const auto& field = sort_fields[query.sort];
    if (query.given_order)
      return {
          static_cast<double>(std::find(query.ids.begin(), query.ids.end(), market.subject->id) -
                              query.ids.begin()),
          market.subject->id};
    const auto score = field.score != nullptr ? field.score(market.state) : std::optional{0.0};
    return {score.value_or(-std::numeric_limits<double>::infinity()), market.subject->id};
  }

  static bool comes_before(const view_query& query, const view_place& a, const view_place& b) {
    if (query.given_order)
      return a.score < b.score;
    if (std::isinf(a.score) != std::isinf(b.score))
      return std::isinf(b.score); // nulls last
    if (a.score != b.score)
      return query.descending ? a.score > b.score : a.score < b.score;
    return query.descending ? a.id > b.id : a.id < b.id;
  }

  /// Draws anew what is known of the bases of `add_markets`, and of some that have no market.
  void draw_catalogue() {
    catalogue_builder builder;
    for (int i = 0; i < 70; ++i) {
      if (pick(8) == 0)
        continue;
      asset one;
      one.symbol = "B" + std::to_string(i);
      one.name = one.symbol + std::vector{" Bitcoin", " Ether Classic", " ΩMEGA", ""}[pick(4)];
      for (const auto* name : {"Meme", "Layer 1", "Layer 10", "DeFi"})
        if (pick(4) == 0)
          one.categories.push_back(make_category(name));
      if (i == 7)
        one.categories.push_back(make_category("Rare"));
      REQUIRE_FALSE(builder.add(one));
    }
    catalogue = std::move(builder).build();
  }

  bool admits_category(const list_filter& categories, const std::string& base) const {
    const auto* const known = catalogue->find(base);
    const bool in_one =
        known != nullptr && std::ranges::any_of(known->categories, [&](auto& of) {
          return std::ranges::find(categories.values, of.slug) != categories.values.end();
        });
    return categories.empty() || in_one != categories.exclude;
  }

  static std::string small_letters(std::string text) {
    for (auto& c : text)
      c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return text;
  }

  bool has_words(const std::vector<std::string>& words, const std::string& id,
                 const std::string& base) const {
    const auto* const known = catalogue->find(base);
    return std::ranges::all_of(words, [&](const std::string& word) {
      return small_letters(id).find(word) != id.npos ||
             (word.size() >= 3 && known != nullptr &&
              small_letters(known->name).find(word) != id.npos);
    });
  }

  bool admits(const view_query& query, const slot& market, std::int64_t now_ms) const {
    const auto& subject = *market.subject;
    return admits_category(query.categories, subject.base) && query.quotes.admits(subject.quote) &&
           query.bases.admits(subject.base) && query.exchanges.admits(subject.exchange) &&
           query.kinds.admits(to_string(subject.kind)) &&
           has_words(query.words, subject.id, subject.base) &&
           (query.ids.empty() ||
            std::find(query.ids.begin(), query.ids.end(), subject.id) != query.ids.end()) &&
           (!query.stale || *query.stale == market.stale) &&
           (query.max_age_ms == 0 || now_ms - market.state.received_ms <= query.max_age_ms) &&
           std::all_of(query.ranges.begin(), query.ranges.end(), [&](const range_filter& range) {
             const auto value = sort_fields[range.field].score(market.state);
             return value && *value >= range.lowest && *value <= range.highest;
           });
  }

  /// The markets of `query` in its order, by looking at all and sorting.
  std::vector<std::pair<view_place, const slot*>> view(const view_query& query,
                                                       std::int64_t now_ms) const {
    std::vector<std::pair<view_place, const slot*>> out;
    for (const auto& one : slots)
      if (admits(query, one, now_ms))
        out.emplace_back(place(query, one), &one);
    std::sort(out.begin(), out.end(),
              [&](const auto& a, const auto& b) { return comes_before(query, a.first, b.first); });
    return out;
  }

  /// What `query`, without `explain`, must be answered with; "" if it must be refused.
  std::string page(const view_query& query, std::int64_t now_ms) const {
    const auto found = view(query, now_ms);
    const auto size = std::to_string(query.per_page);
    std::size_t begin = query.offset();
    std::string paging;
    if (query.by_cursor) {
      begin = 0;
      while (query.after && begin < found.size() &&
             !comes_before(query, *query.after, found[begin].first))
        ++begin;
      const auto end = begin + query.per_page;
      paging =
          "\"size\":" + size + ",\"next\":" +
          (end < found.size() ? '"' + cursor_token(query, found[end - 1].first) + '"' : "null");
    } else {
      auto number = query.page;
      std::string rank;
      if (!query.around.empty()) {
        const auto at = std::find_if(found.begin(), found.end(),
                                     [&](const auto& one) { return one.first.id == query.around; });
        if (at == found.end())
          return "";
        const auto before = static_cast<std::size_t>(at - found.begin());
        begin = before - before % query.per_page;
        number = static_cast<std::uint32_t>(before / query.per_page + 1);
        rank = ",\"rank\":" + std::to_string(before + 1);
      }
      const auto pages = (found.size() + query.per_page - 1) / query.per_page;
      paging = "\"number\":" + std::to_string(number) + ",\"size\":" + size +
               ",\"total\":" + std::to_string(found.size()) +
               ",\"pages\":" + std::to_string(pages) + rank;
    }
    std::string out = "{\"data\":[";
    for (auto i = begin; i < std::min(found.size(), begin + query.per_page); ++i)
      out += (out.back() == '[' ? "" : ",") + aged(row(*found[i].second), now_ms);
    out += "],\"page\":{" + paging + "}";
    if (!query.ids.empty()) {
      out += ",\"missing\":[";
      for (const auto& id : query.ids)
        if (!by_id.contains(id))
          out += (out.back() == '[' ? "\"" : ",\"") + id + '"';
      out += ']';
    }
    return out + ",\"as_of_ms\":" + std::to_string(now_ms) + "}";
  }

  std::mt19937_64 random;
  asset_catalogue_ptr catalogue = std::make_shared<const asset_catalogue>();
  std::deque<slot> slots; ///< addresses stay
  std::map<std::string, slot*> by_id;
  std::int64_t now = start_ms;
};

/// Runs a lane's next batch.
inline lane_result run_batch(store& redis, lane& on, const std::string& token, lane::way by,
                             lane::time_point now = {}) {
  auto promise = std::make_shared<std::promise<lane_result>>();
  redis.client->submit(on.take_batch(
      token, now, by, [promise](lane_result result) { promise->set_value(std::move(result)); }));
  auto result = promise->get_future().get();
  on.finish(result);
  return result;
}

/// Runs a lane's batches, one after the other, until it is idle or one is not `done`.
inline lane_result drain(store& redis, lane& on, const std::string& token,
                         lane::time_point now = {}) {
  lane_result last;
  while (on.has_waiting()) {
    last = run_batch(redis, on, token, lane::way::script, now);
    if (last.what != lane_result::outcome::done || !last.conflicts.empty())
      return last;
  }
  return last;
}

} // namespace tickboard::test
