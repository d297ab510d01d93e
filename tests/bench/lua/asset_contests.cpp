#include "actors/asset_evaluation.hpp"
#include "tests/bench/lua/contest.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tickboard::bench {

namespace {

constexpr std::uint32_t assets_of_page = 50, movers_listed = 10;
constexpr double least_volume = 100'000;

/// The daemon's own way: the rows.
question assets_of(const arena& in, const asset_query& query) {
  return [&in, query](const auto& client, const finished& done) {
    evaluate_asset_page(in.board.on, client, query, 2'000, {in.board.now_ms(), nullptr},
                        [done](const evaluation_outcome& outcome) {
                          if (!outcome.body)
                            fail(outcome.problem);
                          done(rows_in(*outcome.body, "symbol"));
                        });
  };
}

asset_query by_cap() {
  asset_query out;
  out.sort = *find_asset_sort_field("market_cap");
  out.per_page = assets_of_page;
  return out;
}

/// Without the total in front, which the daemon's body has at its end.
std::optional<contender> searched(arena& in, const std::string& filter, const std::string& sort,
                                  std::size_t limit) {
  if (!in.search)
    return std::nullopt;
  const question ask = [page = search_page("assets", filter, sort, 0, limit)](
                           const auto& client, const finished& done) {
    page(client, [done](texts rows) {
      rows.erase(rows.begin());
      done(std::move(rows));
    });
  };
  return contender{"", ask, {}, in.search.get()};
}

contest filtered(arena& in) {
  auto query = by_cap();
  query.categories.wanted = {"tenth"};
  const question in_set = [&in](const auto& client, const finished& done) {
    const auto name = name_of(client);
    ask_plain(client,
              {{"ZINTERSTORE", name, "2", in.asset_by("market_cap"), "of:category:tenth", "WEIGHTS",
                "1", "0"},
               {"ZREVRANGE", name, "0", fmt::format("{}", assets_of_page - 1)}},
              [&in, client, done](const texts& told) {
                then_rows(client, in.board.on->assets.row, {}, texts(told.begin() + 1, told.end()),
                          done);
              });
  };
  return {
      "assets_filtered",
      fmt::format("a category's assets, of {}", in.assets.size()),
      {"", assets_of(in, query), {}, &in.board.redis},
      {{"ZINTERSTORE with a set kept for it, ZREVRANGE; then HMGET", in_set, {}, &in.board.redis}},
      searched(in, "@category:{tenth}", "market_cap", assets_of_page)};
}

contest named_assets(arena& in) {
  auto query = by_cap();
  std::string filter = "@symbol:{";
  for (int i = 0; i < 10; ++i) {
    query.symbols.wanted.push_back(fmt::format("S{}", i * 3 + 10));
    filter += (i == 0 ? "" : "|") + query.symbols.wanted.back();
  }
  const question by_client = [&in, symbols = query.symbols.wanted](const auto& client,
                                                                   const finished& done) {
    redis::command scores{"ZMSCORE", in.asset_by("market_cap")};
    for (const auto& one : symbols)
      scores.add(one);
    ask_plain(client, {std::move(scores)}, [&in, client, done, symbols](const texts& told) {
      auto order = symbols;
      std::ranges::sort(order, std::ranges::greater{}, [&](const auto& one) {
        return std::strtod(
            told[static_cast<std::size_t>(std::ranges::find(symbols, one) - symbols.begin())]
                .c_str(),
            nullptr);
      });
      then_rows(client, in.board.on->assets.row, {}, order, done);
    });
  };
  return {"assets_named",
          "10 assets by symbol, sorted",
          {"", assets_of(in, query), {}, &in.board.redis},
          {{"ZMSCORE, sorted by the client; then HMGET", by_client, {}, &in.board.redis}},
          searched(in, filter + "}", "market_cap", assets_of_page)};
}

contest movers(arena& in) {
  movers_query query;
  query.limit = movers_listed;
  query.min_volume_usd = least_volume;
  const question ours = [&in, query](const auto& client, const finished& done) {
    evaluate_movers(in.board.on, client, query, 2'000, in.board.now_ms(),
                    [done](const evaluation_outcome& outcome) {
                      if (!outcome.body)
                        fail(outcome.problem);
                      done(rows_in(*outcome.body, "symbol"));
                    });
  };
  const question by_client = [&in](const auto& client, const finished& done) {
    ask_plain(
        client,
        {{"ZREVRANGEBYSCORE", in.asset_by("change_5m_pct"), "+inf", "(0", "LIMIT", "0", "100"}},
        [&in, client, done](const texts& symbols) {
          redis::command volumes{"ZMSCORE", in.asset_by("volume_usd_24h")};
          for (const auto& one : symbols)
            volumes.add(one);
          ask_plain(client, {std::move(volumes)}, [&in, client, done, symbols](const texts& told) {
            texts found;
            for (std::size_t i = 0; i < symbols.size() && found.size() < movers_listed; ++i)
              if (std::strtod(told[i].c_str(), nullptr) >= least_volume)
                found.push_back(symbols[i]);
            then_rows(client, in.board.on->assets.row, {}, found, done);
          });
        });
  };
  return {"movers",
          "the 10 assets that rose most, of some turnover",
          {"", ours, {}, &in.board.redis},
          {{"ZREVRANGEBYSCORE; then ZMSCORE, filtered by the client; then HMGET",
            by_client,
            {},
            &in.board.redis}},
          searched(in,
                   fmt::format("@change_5m_pct:[(0 inf] @volume_usd_24h:[{} inf]", least_volume),
                   "change_5m_pct", movers_listed)};
}

contest keep(arena& in) {
  const auto& keys = in.board.on->assets;
  const question ours = [&in](const auto& client, const finished& done) {
    redis::call one;
    one.by_sha = in.board.on->keep;
    one.keys = 2;
    one.arguments =
        redis::command{in.board.on->assets.epoch, in.board.on->assets.owner, "60000", "server"};
    one.done = [done](const redis::reply& reply) {
      if (reply.integer() != 1)
        fail("the assets' partition is not there");
      done({"OK"});
    };
    std::vector<redis::call> calls;
    calls.push_back(std::move(one));
    client->submit(std::move(calls));
  };
  return {"keep",
          "a partition is whole, if it was not emptied",
          {"", ours, {}, &in.board.redis},
          {{"SET PX (also if it was emptied)",
            plain({{"SET", keys.epoch, "1", "PX", "60000"}}),
            {},
            &in.board.redis}},
          std::nullopt};
}

} // namespace

std::vector<contest> asset_contests(arena& in) {
  return {filtered(in), named_assets(in), movers(in), keep(in)};
}

} // namespace tickboard::bench
