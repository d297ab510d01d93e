#include "market/valuation.hpp"

#include <doctest/doctest.h>

#include <array>
#include <charconv>
#include <cmath>
#include <random>
#include <string_view>

using namespace tickboard;

namespace {

ticker priced(const char* last, const char* volume, const char* quote_volume) {
  const auto dec = [](const char* text) {
    return text == nullptr ? decimal{} : *decimal::parse(text);
  };
  ticker out;
  out.trade.last = dec(last);
  out.stats.volume = dec(volume);
  out.stats.quote_volume = dec(quote_volume);
  return out;
}

std::string row_of(const ticker& state) {
  std::string out;
  append_row(out, **make_market("x", "A", "B", "s"), state, false, 1);
  return out;
}

} // namespace

TEST_CASE("dollar values follow the rate, and are null without it") {
  auto state = priced("2.5", "10", "24");
  value_in_usd(state, 2);
  CHECK(state.derived.price_usd == 5);
  CHECK(state.derived.volume_usd_24h == 48);
  value_in_usd(state, std::nullopt);
  CHECK_FALSE(state.derived.price_usd);
  CHECK_FALSE(state.derived.volume_usd_24h);

  state = priced("2.5", "10", nullptr);
  value_in_usd(state, 2);
  CHECK(state.derived.volume_usd_24h == 50);
  state = priced(nullptr, "10", "24");
  value_in_usd(state, 2);
  CHECK_FALSE(state.derived.price_usd);
  CHECK(state.derived.volume_usd_24h == 48);
  state = priced(nullptr, "10", nullptr);
  value_in_usd(state, 2);
  CHECK_FALSE(state.derived.volume_usd_24h);
  state = priced("1e37", "1", "1");
  value_in_usd(state, 1e300);
  CHECK_FALSE(state.derived.price_usd); // no number
}

TEST_CASE("rows show ten digits of a dollar value, and rankings go by these") {
  CHECK(shown_usd(1.0 / 3) == 0.3333333333);
  CHECK(shown_usd(98'765'432.123456) == 98'765'432.12);
  CHECK(shown_usd(-0.0) == 0);
  std::mt19937_64 random{11};
  for (int i = 0; i < 200'000; ++i) {
    const double value = std::pow(10.0, static_cast<double>(random() % 44'000) / 1000 - 22) *
                         (random() % 8 == 0 ? -1 : 1);
    const double shown = shown_usd(value);
    REQUIRE(std::abs(shown - value) <= 5.0001e-10 * std::abs(value));
    std::array<char, 40> text;
    const auto end =
        std::to_chars(text.data(), text.data() + text.size(), shown, std::chars_format::scientific)
            .ptr;
    const std::string_view digits{text.data(), static_cast<std::size_t>(end - text.data())};
    REQUIRE(digits.substr(0, digits.find('e')).size() <= (value < 0 ? 12 : 11)); // and a point
    REQUIRE(shown_usd(shown) == shown);
  }
  auto state = priced("1", "3", nullptr);
  value_in_usd(state, 1.0 / 3e7);
  CHECK(row_of(state).find(R"("price_usd":3.333333333e-08,"volume_usd_24h":1e-07,)") !=
        std::string::npos);
  CHECK(state.derived.price_usd == 3.333333333e-08);
  value_in_usd(state, std::nullopt);
  CHECK(row_of(state).find(R"("price_usd":null,"volume_usd_24h":null,)") != std::string::npos);
}

TEST_CASE("what is derived is no part of the version, and is not read back") {
  auto state = priced("2.5", "10", "24");
  const auto version = encode_version(state);
  value_in_usd(state, 2);
  CHECK(encode_version(state) == version);
  const auto back = decode_row(row_of(state), version);
  REQUIRE(back);
  CHECK(back->derived == derived_values{});
  CHECK_FALSE(ticker{state}.adopt(*back));
}
