#include "market/asset_board.hpp"
#include "market/stored_row.hpp"
#include "market/ticker.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <random>
#include <string>

using namespace tickboard;

namespace {

constexpr double none = -std::numeric_limits<double>::infinity();

/// As the row writes it, to so many digits.
bool is_as(double read, double score) {
  return read == score || (score != none && read == doctest::Approx(score));
}

/// Different in every member, as far as it has any.
struct drawn {
  explicit drawn(unsigned seed) : random(seed) {}

  bool is_there() { return random() % 4 != 0; }
  double number() { return static_cast<double>(++next) + 0.5; }
  decimal digits() {
    return is_there() ? decimal::parse(std::to_string(++next) + ".25").value() : decimal{};
  }
  std::optional<double> maybe() { return is_there() ? std::optional{number()} : std::nullopt; }

  ticker state() {
    ticker out;
    out.trade.last = digits();
    out.quote = {digits(), digits(), digits(), digits()};
    out.stats = {digits(), digits(), digits(), digits(), digits(), maybe(), {}};
    if (is_there())
      out.trade_at.ts_ms = ++next;
    if (is_there())
      out.received_ms = ++next;
    out.derived.price_usd = maybe();
    out.derived.volume_usd_24h = maybe();
    out.derived.market_cap = maybe();
    for (auto& one : out.derived.change_pct)
      one = maybe();
    return out;
  }

  asset_values values() {
    asset_values out;
    for (auto* one : {&out.price_usd, &out.volume_usd_24h, &out.market_cap, &out.high_usd_24h,
                      &out.low_usd_24h})
      *one = maybe();
    for (auto& one : out.changes)
      one = maybe();
    out.markets = static_cast<std::size_t>(++next);
    out.exchanges = static_cast<std::size_t>(++next);
    out.rank = is_there() ? static_cast<std::uint32_t>(++next) : 0;
    out.ts_ms = is_there() ? ++next : 0;
    out.received_ms = is_there() ? ++next : 0;
    return out;
  }

  std::mt19937 random;
  std::int64_t next = 0;
};

} // namespace

TEST_CASE("a market's row says what it is ranked by") {
  const auto subject = *make_market("x", "A", "B", "AB");
  int nowhere = 0;
  for (unsigned seed = 1; seed <= 50; ++seed) {
    CAPTURE(seed);
    const auto state = drawn{seed}.state();
    std::string row;
    append_row(row, *subject, state, seed % 2 == 0, 3);
    const auto read = read_stored_row(subject->id, row);
    REQUIRE(read);
    for (std::size_t i = id_field + 1; i < sort_field_count; ++i) {
      CAPTURE(sort_fields[i].name);
      const auto score = sort_fields[i].score(state).value_or(none);
      CHECK(is_as(read->scores[i], score));
      nowhere += score == none ? 1 : 0;
    }
    CHECK(read->scores[stale_index] == (seed % 2 == 0 ? 1 : 0));
    CHECK(read->ts_ms == state.ts_ms());
    CHECK(read->received_ms == state.received_ms);
  }
  CHECK(nowhere > 100);
}

TEST_CASE("an asset's row says what it is ranked by") {
  asset known;
  known.symbol = "A";
  known.circulating_supply = decimal::parse("21").value();
  known.categories = {make_category("Old"), make_category("Layer 1")};
  for (unsigned seed = 1; seed <= 50; ++seed) {
    CAPTURE(seed);
    auto values = drawn{seed}.values();
    values.circulating_supply = 21; // as the asset has it
    std::string row;
    append_asset_row(row, {"A", &known, &values});
    const auto read = read_stored_asset("A", row);
    REQUIRE(read);
    CHECK(read->tags == "|old|layer-1|");
    for (std::size_t i = symbol_field + 1; i < asset_sort_field_count; ++i) {
      const auto& field = asset_sort_fields[i];
      CAPTURE(field.name);
      if (!field.is_text)
        CHECK(is_as(read->scores[i], field.score(values).value_or(none)));
    }
  }
}
