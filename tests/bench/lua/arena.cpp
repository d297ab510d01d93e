#include "tests/bench/lua/contest.hpp"

#include <fmt/format.h>

#include <filesystem>

namespace tickboard::bench {

namespace {

constexpr std::string_view asset_owner = "bench";

redis::command document(const std::string& index, const std::string& id, bool again) {
  redis::command out{"FT.ADD", index, id, "1"};
  if (again) {
    out.add("REPLACE");
    out.add("PARTIAL");
  }
  out.add("FIELDS");
  return out;
}

redis::command schema(const std::string& index, const std::vector<std::string_view>& tags) {
  redis::command out{"FT.CREATE", index, "SCHEMA", "row", "TEXT", "NOINDEX"};
  for (const auto tag : tags) {
    out.add(tag);
    out.add("TAG");
  }
  return out;
}

} // namespace

arena::arena(std::size_t markets, std::size_t asset_count, const std::string& module_file)
    : board(markets, 2) {
  add_assets(asset_count);
  add_sets();
  if (std::filesystem::exists(module_file)) {
    search = std::make_unique<redis_bench>(board.on,
                                           std::vector<std::string>{"--loadmodule", module_file});
    fill_search();
  }
}

const std::string& arena::by(std::string_view field) const {
  return keys().by[*find_sort_field(field)];
}

const std::string& arena::asset_by(std::string_view field) const {
  return board.on->assets.by[*find_asset_sort_field(field)];
}

void arena::add_assets(std::size_t count) {
  catalogue_builder catalogue;
  std::vector<held_asset*> all;
  for (std::size_t i = 0; i < count; ++i) {
    asset known;
    known.symbol = known.name = fmt::format("S{}", i);
    known.circulating_supply = *decimal::parse("1000000");
    if (i % 10 == 3)
      known.categories.push_back(make_category("tenth"));
    if (catalogue.add(known))
      fail("an asset was refused");
    auto& one = assets.emplace_back();
    one.symbol = known.symbol;
    const auto at = static_cast<double>((i * 7'919) % count + 1); // no two alike
    one.values.price_usd = at * 1.25;
    one.values.market_cap = at * 1.25e6;
    one.values.volume_usd_24h = static_cast<double>((i * 104'729) % count) * 1'000;
    one.values.changes[1] = at - static_cast<double>(count) / 2;
    one.values.markets = one.values.exchanges = 3;
    one.values.received_ms = board.truth.now;
    one.values.rank = static_cast<std::uint32_t>(count - i);
    all.push_back(&one);
  }
  const auto known = std::move(catalogue).build();
  board.redis.run({"SET", board.on->assets.owner, asset_owner});
  board.redis.run_all({write_assets(*board.on, asset_owner, all, *known)});
  board.redis.run({"SET", board.on->assets.epoch, "1"});
}

void arena::add_sets() {
  std::vector<redis::command> commands;
  for (const auto& one : board.truth.slots) {
    const auto& of = *one.subject;
    commands.push_back({"SADD", "of:exchange:" + of.exchange, of.id});
    commands.push_back({"SADD", "of:quote:" + of.quote, of.id});
  }
  for (std::size_t i = 3; i < assets.size(); i += 10)
    commands.push_back({"SADD", "of:category:tenth", assets[i].symbol});
  board.redis.run_all(std::move(commands));
}

void arena::fill_search() {
  std::vector<redis::command> commands;
  commands.push_back(schema("markets", {"exchange", "quote", "base"}));
  for (std::size_t i = 1; i < sort_field_count; ++i)
    for (const auto word :
         {sort_fields[i].name, std::string_view{"NUMERIC"}, std::string_view{"SORTABLE"}})
      commands.back().add(word);
  for (const auto& one : board.truth.slots)
    commands.push_back(search_document_of(one, false));
  commands.push_back(schema("assets", {"symbol", "category"}));
  for (const auto* field : {"market_cap", "volume_usd_24h", "change_5m_pct"})
    for (const auto* word : {field, "NUMERIC", "SORTABLE"})
      commands.back().add(word);
  for (std::size_t i = 0; i < assets.size(); ++i) {
    const auto& one = assets[i];
    auto add = document("assets", one.symbol, false);
    for (const auto& word :
         texts{"symbol", one.symbol, "category", one.tags == "|" ? "-" : "tenth", "row",
               board.redis.run({"HGET", board.on->assets.row, one.symbol})})
      add.add(word);
    const auto number = [&](std::string_view name, double value) {
      add.add(name);
      add.add(value);
    };
    number("market_cap", *one.values.market_cap);
    number("volume_usd_24h", *one.values.volume_usd_24h);
    number("change_5m_pct", *one.values.changes[1]);
    commands.push_back(std::move(add));
  }
  search->run_all(std::move(commands));
}

redis::command search_document_of(const slot& market, bool again) {
  const auto& of = *market.subject;
  auto out = document("markets", of.id, again);
  out.add("row");
  out.add(test::model::row(market));
  for (const auto& word : texts{"exchange", of.exchange, "quote", of.quote, "base", of.base})
    out.add(word);
  for (std::size_t i = 1; i < sort_field_count; ++i)
    if (const auto value = sort_fields[i].score(market.state)) {
      out.add(sort_fields[i].name);
      out.add(*value);
    }
  return out;
}

// -- pieces ---------------------------------------------------------------------------------------

question page_of(const arena& in, const view_query& query) {
  return [&in, query](const auto& client, const finished& done) {
    const auto& on = in.board;
    evaluate_page(on.on, client, query, {}, {on.now_ms(), on.truth.catalogue},
                  [done](const evaluation_outcome& outcome) {
                    if (!outcome.body)
                      fail(outcome.problem + outcome.refusal.detail);
                    texts out{fmt::format("{}", outcome.total)};
                    for (auto& row : rows_in(*outcome.body))
                      out.push_back(std::move(row));
                    done(std::move(out));
                  });
  };
}

void then_rows(const std::shared_ptr<redis::client>& client, const std::string& rows, texts before,
               const texts& ids, const finished& done) {
  const bool keys_of_rows = rows.ends_with(':');
  redis::command get{keys_of_rows ? "MGET" : "HMGET"};
  if (!keys_of_rows)
    get.add(rows);
  for (const auto& id : ids)
    get.add(keys_of_rows ? rows + id : id);
  ask_plain(client, {std::move(get)}, [before = std::move(before), done](texts found) {
    auto out = before;
    out.insert(out.end(), std::make_move_iterator(found.begin()),
               std::make_move_iterator(found.end()));
    done(std::move(out));
  });
}

question plain(std::vector<redis::command> commands) {
  return [commands = std::move(commands)](const auto& client, const finished& done) {
    ask_plain(client, commands, done);
  };
}

question search_page(const std::string& index, const std::string& filter, const std::string& sort,
                     std::size_t offset, std::size_t limit) {
  const redis::command search{"FT.SEARCH",
                              index,
                              filter,
                              "SORTBY",
                              sort,
                              "DESC",
                              "LIMIT",
                              fmt::format("{}", offset),
                              fmt::format("{}", limit),
                              "RETURN",
                              "1",
                              "row"};
  return [search](const auto& client, const finished& done) {
    ask_plain(client, {search}, [done](const texts& told) { // total, then id, "row", row, ...
      texts out{told.front()};
      for (std::size_t i = 3; i < told.size(); i += 3)
        out.push_back(told[i]);
      done(std::move(out));
    });
  };
}

question search_rows(const std::string& index, const texts& ids) {
  redis::command get{"FT.MGET", index};
  for (const auto& id : ids)
    get.add(id);
  return [get](const auto& client, const finished& done) {
    ask_plain(client, {get}, [done](const texts& told) { // name, value, ...
      texts out;
      for (std::size_t i = 0; i + 1 < told.size(); i += 2)
        if (told[i] == "row")
          out.push_back(told[i + 1]);
      done(std::move(out));
    });
  };
}

std::string name_of(const std::shared_ptr<redis::client>& client) {
  return fmt::format("temporary:{}", reinterpret_cast<std::uintptr_t>(client.get()));
}

} // namespace tickboard::bench
