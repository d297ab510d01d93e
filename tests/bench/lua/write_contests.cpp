#include "tests/bench/lua/contest.hpp"

#include <fmt/format.h>

#include <array>

namespace tickboard::bench {

namespace {

constexpr std::size_t batch = 100; // markets

/// The board has these markets in two states, and is brought from one to the other in turn: else
/// the second time would have nothing to write.
using state_commands = std::array<std::vector<redis::command>, 2>;
using state_calls = std::array<std::vector<redis::call>, 2>;

/// One market of one state, as it goes to Redis.
struct written_market {
  std::string id, row, version;
  scores values{};
};
using written_state = std::vector<written_market>;

written_state state_of(arena& in) {
  written_state out;
  for (std::size_t i = 0; i < batch; ++i) {
    auto& market = in.board.truth.slots[i];
    auto& one = out.emplace_back();
    one.id = market.subject->id;
    one.row = market.row();
    one.version = market.version();
    for (std::size_t index = id_field + 1; index < index_count; ++index)
      one.values[index - 1] = market.score(index);
  }
  return out;
}

question in_turn(state_commands commands) {
  return [commands = std::move(commands),
          turn = std::make_shared<std::size_t>(0)](const auto& client, const finished& done) {
    ask_plain(client, commands[(*turn)++ % 2], [done](const texts&) { done({}); });
  };
}

question in_turn(std::shared_ptr<state_calls> calls) {
  return [calls = std::move(calls), turn = std::make_shared<std::size_t>(0)](const auto& client,
                                                                             const finished& done) {
    auto some = (*calls)[(*turn)++ % 2];
    for (std::size_t i = 0; i < some.size(); ++i)
      some[i].done = [done, last = i + 1 == some.size()](const redis::reply& reply) {
        const auto owner = reply.size() > 0 ? reply[0].integer() : reply.integer();
        if (reply.failed() || owner != 1 || reply.size() > 1)
          fail("a batch was not taken: " + std::string{reply.error()});
        if (last)
          done({});
      };
    client->submit(std::move(some));
  };
}

/// Everything of a state in one command for each key, or in commands for each market.
std::vector<redis::command> plainly(const arena& in, const written_state& state, bool together) {
  const auto& keys = in.keys();
  std::vector<redis::command> out;
  const auto begin = [&](std::string_view command, const std::string& key) {
    out.push_back({command, key});
  };
  const auto each = [&](std::string_view command, const std::string& key, auto add) {
    if (together)
      begin(command, key);
    for (const auto& one : state) {
      if (!together)
        begin(command, key);
      add(out.back(), one);
    }
  };
  if (together)
    out.push_back({"MSET"});
  for (const auto& one : state) {
    if (!together)
      out.push_back({"SET"});
    out.back().add(keys.row(one.id));
    out.back().add(one.row);
  }
  each("HSET", keys.version, [](auto& to, const auto& one) {
    to.add(one.id);
    to.add(one.version);
  });
  for (std::size_t i = id_field + 1; i < index_count; ++i)
    each("ZADD", keys.by[i], [i](auto& to, const auto& one) {
      to.add(one.values[i - 1]);
      to.add(one.id);
    });
  return out;
}

/// The rows of these markets, and the order of the board.
question seen(const arena& in) {
  redis::command rows{"MGET"};
  for (std::size_t i = 0; i < batch; ++i)
    rows.add(in.keys().row(in.board.truth.slots[i].subject->id));
  return plain({std::move(rows), {"ZREVRANGE", in.by("last"), "0", "99"}});
}

question seen_in_search(const arena& in) {
  texts ids;
  for (std::size_t i = 0; i < batch; ++i)
    ids.push_back(in.board.truth.slots[i].subject->id);
  return [rows = search_rows("markets", ids)](const auto& client, const finished& done) {
    rows(client, [client, done](const texts& found) {
      ask_plain(client,
                {{"FT.SEARCH", "markets", "*", "SORTBY", "last", "DESC", "LIMIT", "0", "100",
                  "NOCONTENT"}},
                [found, done](const texts& told) {
                  auto out = found;
                  out.insert(out.end(), told.begin() + 1, told.end());
                  done(std::move(out));
                });
    });
  };
}

/// The calls that bring the batch to the board, as a writer's lane makes them; they are run, too.
std::vector<redis::call> lane_calls(arena& in, lane& on) {
  for (std::size_t i = 0; i < batch; ++i)
    on.mark(in.board.truth.slots[i]);
  lane_result told;
  auto calls = on.take_batch("t", {}, lane::way::script,
                             [&](lane_result result) { told = std::move(result); });
  auto out = calls;
  in.board.redis.run_all(std::move(calls));
  on.finish(told);
  return out;
}

contest write(arena& in) {
  lane on{*in.board.on, redis::layout::board};
  lane_calls(in, on); // merges: from then on the lane knows them
  auto calls = std::make_shared<state_calls>();
  std::array<written_state, 2> states;
  state_commands documents;
  for (std::size_t turn = 0; turn < 2; ++turn) {
    in.board.move(batch);
    (*calls)[turn] = lane_calls(in, on);
    states[turn] = state_of(in);
    for (std::size_t i = 0; i < batch; ++i)
      documents[turn].push_back(search_document_of(in.board.truth.slots[i], true));
  }
  const auto commands = [&](bool together) {
    return in_turn(
        state_commands{plainly(in, states[0], together), plainly(in, states[1], together)});
  };
  std::optional<contender> searched;
  if (in.search)
    searched = contender{"", in_turn(documents), seen_in_search(in), in.search.get()};
  auto* const redis = &in.board.redis;
  return {
      "write",
      "100 markets whose values all changed, if nobody else wrote",
      {"", in_turn(calls), seen(in), redis},
      {{"HSET, ZADD for each key (whoever wrote)", commands(true), seen(in), redis},
       {"HSET, ZADD for each market and key (whoever wrote)", commands(false), seen(in), redis}},
      searched};
}

/// Reads the versions first, as the script does; what comes between is overwritten.
question looked_first(const arena& in, state_commands commands) {
  redis::command versions{"HMGET", in.keys().version};
  for (std::size_t i = 0; i < batch; ++i)
    versions.add(in.board.truth.slots[i].subject->id);
  return
      [versions, write = in_turn(std::move(commands))](const auto& client, const finished& done) {
        ask_plain(client, {versions}, [write, client, done](const texts&) { write(client, done); });
      };
}

contest merge(arena& in) {
  auto calls = std::make_shared<state_calls>();
  std::array<written_state, 2> states;
  for (std::size_t turn = 0; turn < 2; ++turn) {
    in.board.move(batch, turn == 1); // of one moment: neither is older than the other
    for (std::size_t i = 0; i < batch; ++i)
      in.board.truth.slots[i].entries = {};
    lane on{*in.board.on, redis::layout::board};
    (*calls)[turn] = lane_calls(in, on);
    states[turn] = state_of(in);
  }
  auto* const redis = &in.board.redis;
  return {"merge",
          "100 markets that are written unless what is there is newer",
          {"", in_turn(calls), seen(in), redis},
          {{"HMGET of the versions; then HSET, ZADD for each key (a race)",
            looked_first(in, {plainly(in, states[0], true), plainly(in, states[1], true)}),
            seen(in), redis}},
          std::nullopt};
}

} // namespace

std::vector<contest> write_contests(arena& in) {
  return {write(in), merge(in)};
}

} // namespace tickboard::bench
