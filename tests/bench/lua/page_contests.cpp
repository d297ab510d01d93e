#include "actors/snapshot_evaluation.hpp"
#include "tests/bench/lua/contest.hpp"

#include <fmt/format.h>

namespace tickboard::bench {

namespace {

constexpr std::uint32_t rows_of_page = 50;

view_query by_last() {
  view_query out;
  out.sort = *find_sort_field("last");
  out.per_page = rows_of_page;
  return out;
}

std::string text(std::size_t number) {
  return fmt::format("{}", number);
}

contender ours(arena& in, const view_query& query) {
  return {"", page_of(in, query), {}, &in.board.redis};
}

std::optional<contender> by_search(arena& in, const std::string& filter, std::size_t offset) {
  if (!in.search)
    return std::nullopt;
  return contender{
      "", search_page("markets", filter, "last", offset, rows_of_page), {}, in.search.get()};
}

/// {total, id, ...} of the first trip, then the rows.
question ids_then_rows(const arena& in, std::vector<redis::command> commands, bool one_by_one) {
  return
      [&in, commands = std::move(commands), one_by_one](const auto& client, const finished& done) {
        ask_plain(client, commands, [&in, client, done, one_by_one](const texts& told) {
          const texts ids(told.begin() + 1, told.end());
          if (!one_by_one) {
            then_rows(client, in.keys().rows, {told.front()}, ids, done);
            return;
          }
          std::vector<redis::command> gets;
          for (const auto& id : ids)
            gets.push_back({"GET", in.keys().row(id)});
          ask_plain(client, std::move(gets), [total = told.front(), done](texts rows) {
            rows.insert(rows.begin(), total);
            done(std::move(rows));
          });
        });
      };
}

contest page(arena& in) {
  auto query = by_last();
  const auto pages = in.board.truth.slots.size() / rows_of_page;
  query.page = static_cast<std::uint32_t>(pages / 2 + 1);
  const auto offset = query.offset();
  const auto index = in.by("last");
  const redis::command count{"ZCARD", index};
  const redis::command ids{"ZREVRANGE", index, text(offset), text(offset + rows_of_page - 1)};
  const redis::command sort{"SORT_RO",    index,
                            "BY",         "nosort",
                            "DESC",       "LIMIT",
                            text(offset), text(rows_of_page),
                            "GET",        in.keys().rows + "*"};
  auto* const on = &in.board.redis;
  return {"",
          "a page in the middle of the board",
          ours(in, query),
          {{"ZCARD, SORT_RO BY nosort GET (whether the board is whole or not)",
            plain({count, sort}),
            {},
            on},
           {"ZCARD, ZREVRANGE; then MGET", ids_then_rows(in, {count, ids}, false), {}, on},
           {"ZCARD, ZREVRANGE; then a GET for each row",
            ids_then_rows(in, {count, ids}, true),
            {},
            on}},
          by_search(in, "*", offset)};
}

contest walk_lists(arena& in) {
  auto query = by_last();
  query.exchanges.values = {"kraken"};
  query.quotes.values = {"USDT"};
  auto* const on = &in.board.redis;
  const auto index = in.by("last");
  const question in_sets = [&in, index](const auto& client, const finished& done) {
    const auto name = name_of(client);
    ids_then_rows(in,
                  {{"ZINTERSTORE", name, "3", index, "of:exchange:kraken", "of:quote:USDT",
                    "WEIGHTS", "1", "0", "0"},
                   {"ZREVRANGE", name, "0", text(rows_of_page - 1)}},
                  false)(client, done);
  };
  const question by_client = [&in, index](const auto& client, const finished& done) {
    ask_plain(client, {{"ZREVRANGE", index, "0", "-1"}}, [&in, client, done](const texts& ids) {
      texts found;
      for (const auto& id : ids)
        if (id.starts_with("kraken:") && id.ends_with("-USDT"))
          found.push_back(id);
      const auto total = text(found.size());
      found.resize(std::min<std::size_t>(found.size(), rows_of_page));
      then_rows(client, in.keys().rows, {total}, found, done);
    });
  };
  return {"walk",
          "an exchange's markets of a quote",
          ours(in, query),
          {{"ZINTERSTORE with sets kept for it, ZREVRANGE; then MGET", in_sets, {}, on},
           {"all ids to the client, filtered there; then MGET", by_client, {}, on}},
          by_search(in, "@exchange:{kraken} @quote:{USDT}", 0)};
}

contest walk_range(arena& in) {
  auto query = by_last();
  const auto count = static_cast<double>(in.board.truth.slots.size());
  const auto low = fmt::format("{}", count / 4), high = fmt::format("{}", count);
  query.ranges = {{query.sort, count / 4, count}};
  query.page = 3;
  const auto index = in.by("last");
  return {"walk",
          "a page of a range of the sort's field",
          ours(in, query),
          {{"ZCOUNT, ZREVRANGEBYSCORE LIMIT; then MGET",
            ids_then_rows(in,
                          {{"ZCOUNT", index, low, high},
                           {"ZREVRANGEBYSCORE", index, high, low, "LIMIT", text(query.offset()),
                            text(rows_of_page)}},
                          false),
            {},
            &in.board.redis}},
          by_search(in, fmt::format("@last:[{} {}]", low, high), query.offset())};
}

contest walk_around(arena& in) {
  auto query = by_last();
  const auto view = in.board.truth.view(query, in.board.now_ms());
  query.around = view[view.size() / 2].first.id;
  const auto index = in.by("last");
  const question by_rank = [&in, index, id = query.around](const auto& client,
                                                           const finished& done) {
    ask_plain(client, {{"ZREVRANK", index, id}}, [&in, index, client, done](const texts& told) {
      const auto rank = std::strtoull(told.front().c_str(), nullptr, 10);
      const auto first = rank - rank % rows_of_page;
      ids_then_rows(
          in, {{"ZCARD", index}, {"ZREVRANGE", index, text(first), text(first + rows_of_page - 1)}},
          false)(client, done);
    });
  };
  return {"walk",
          "the page around a market",
          ours(in, query),
          {{"ZREVRANK; then ZCARD, ZREVRANGE; then MGET", by_rank, {}, &in.board.redis}},
          std::nullopt};
}

contest freeze(arena& in) {
  const auto size = in.board.truth.slots.size();
  const question made = [&in, query = by_last()](const auto& client, const finished& done) {
    evaluation_bounds bounds;
    bounds.snapshot_ttl = std::chrono::milliseconds{1};
    bounds.max_snapshots = 1'000'000;
    freeze_view(in.board.on, client, query, {}, bounds, in.board.now_ms(),
                [done](const frozen_view& out) {
                  if (!out.snapshot)
                    fail(out.failure.problem + out.failure.refusal.detail);
                  done({text(out.scanned)});
                });
  };
  const question copied = [&in](const auto& client, const finished& done) {
    const auto name = name_of(client);
    ask_plain(
        client,
        {{"COPY", in.by("last"), name, "REPLACE"}, {"PEXPIRE", name, "10001"}, {"ZCARD", name}},
        [done](const texts& told) { done({told.back()}); });
  };
  return {"freeze",
          fmt::format("a snapshot of {} markets", size),
          {"", made, {}, &in.board.redis},
          {{"COPY, PEXPIRE (holds Redis for all of it; no filters)", copied, {}, &in.board.redis}},
          std::nullopt};
}

} // namespace

std::vector<contest> page_contests(arena& in) {
  return {page(in), walk_lists(in), walk_range(in), walk_around(in), freeze(in)};
}

} // namespace tickboard::bench
