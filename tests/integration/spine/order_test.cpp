// Order while updates arrive.

#include "adapters/redis/layout.hpp"
#include "tests/integration/spine/world.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace tickboard;
using namespace tickboard::test;

TEST_CASE("while everything moves, each page is in the order of what its rows show") {
  world on{
      {{"binance", "binance", {"--markets", "300", "--count", "1000000", "--rate", "4000"}, {}}}};
  on.wait_until("pages are served", [&] { return on.get("/readyz").status == 200; });
  const redis::layout layout{"tb", {}};
  on.wait_until("indexes that nobody asks for lag", [&] {
    constexpr std::string_view behind = R"lua(
      local behind = 0
      for _, id in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
        local row = redis.call('GET', ARGV[1] .. id)
        local bid = string.match(row, '"bid":"([^"]*)"')
        if tonumber(bid) ~= tonumber(redis.call('ZSCORE', KEYS[2], id)) then
          behind = behind + 1
        end
      end
      return behind)lua";
    return on.command({"EVAL", behind, "2", layout[0].by[id_field],
                       layout[0].by[*find_sort_field("bid")], layout[0].rows})
               .integer > 10;
  });
  std::size_t valued = 0;
  // The first to ask for a field must not get what was right before anybody asked.
  view_query query;
  query.per_page = view_limits::max_per_page;
  for (query.sort = 0; query.sort < sort_field_count; ++query.sort)
    for (const bool exclude : {false, true})
      for (const bool descending : {true, false}) {
        query.quotes = {{"USDT"}, exclude};
        query.descending = descending;
        const auto view = page_target(query, 1);
        CAPTURE(view);
        const auto page = on.get(view);
        REQUIRE(page.status == 200);
        const auto json = parse_json(page.body);
        REQUIRE(json["data"].Size() > 10);
        if (query.sort == id_field)
          continue; // ids do not move
        CHECK(disorder(page.body, query) == "");
        for (const auto& row : json["data"].GetArray())
          valued += text_of(row, std::string{sort_fields[query.sort].name}.c_str()).empty() ? 0 : 1;
      }
  CHECK(valued > 1000);
}
