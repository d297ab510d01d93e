#include "market/decimal.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <random>
#include <string>

using tickboard::decimal;

namespace {

/// units * 10^-scale, the way a person writes it.
std::string written(std::int64_t units, int scale) {
  auto digits = std::to_string(units < 0 ? -units : units);
  if (digits.size() <= static_cast<std::size_t>(scale))
    digits.insert(0, static_cast<std::size_t>(scale) + 1 - digits.size(), '0');
  if (scale > 0)
    digits.insert(digits.size() - static_cast<std::size_t>(scale), ".");
  return (units < 0 ? "-" : "") + digits;
}

std::string text_of(std::string_view input) {
  const auto value = decimal::parse(input);
  return value ? std::string{value->text()} : "refused";
}

} // namespace

TEST_CASE("decimal keeps the digits it was given") {
  for (const auto* text : {"0", "-0", "1", "0.10000000", "91000.01", "1.00000", "007", "-12.5",
                           "270638277.50461281", "99999999999999999999999999999999999999"})
    CHECK(text_of(text) == text);
}

TEST_CASE("decimal refuses what is not a finite decimal number") {
  for (const auto* text :
       {"",     "-",      "+1",  ".",   ".5",    "5.",
        "1..2", "1.2.3",  "NaN", "nan", "inf",   "Infinity",
        "0x10", " 1",     "1 ",  "1,5", "1e",    "1e+",
        "e5",   "1e9999", "--1", "1-",  "1e1.5", "999999999999999999999999999999999999999",
        "1e60"})
    CHECK_MESSAGE(text_of(text) == "refused", text);
}

TEST_CASE("decimal writes exponents out") {
  CHECK(text_of("1e0") == "1");
  CHECK(text_of("1e3") == "1000");
  CHECK(text_of("1.50E2") == "150");
  CHECK(text_of("1.505e2") == "150.5");
  CHECK(text_of("1e-8") == "0.00000001");
  CHECK(text_of("-2.5e-3") == "-0.0025");
  CHECK(text_of("12e-1") == "1.2");
  CHECK(text_of("0e5") == "0");
}

TEST_CASE("decimal with a written-out exponent has the value of its source") {
  std::mt19937_64 random{7};
  for (int i = 0; i < 20'000; ++i) {
    const auto units = static_cast<std::int64_t>(random() % 10'000'000'000) + 1;
    const auto exponent = static_cast<int>(random() % 40) - 20;
    const auto source =
        written(units, static_cast<int>(random() % 9)) + "e" + std::to_string(exponent);
    const auto value = decimal::parse(source);
    if (!value)
      continue; // does not fit, which the length test covers
    CHECK(value->text().find_first_of("eE") == std::string_view::npos);
    const auto expected = std::strtod(source.c_str(), nullptr);
    CHECK_MESSAGE(std::abs(value->value() - expected) <= std::abs(expected) * 1e-12, source);
  }
}

TEST_CASE("decimal arithmetic is exact or empty") {
  std::mt19937_64 random{11};
  for (int i = 0; i < 20'000; ++i) {
    const int scale = static_cast<int>(random() % 9);
    const auto a = static_cast<std::int64_t>(random() % 2'000'000'000) - 1'000'000'000;
    const auto b = static_cast<std::int64_t>(random() % 2'000'000'000) - 1'000'000'000;
    const auto x = *decimal::parse(written(a, scale));
    const auto y = *decimal::parse(written(b, scale));
    const auto shortest = [](std::string text) {
      if (text.find('.') == std::string::npos)
        return text;
      while (text.back() == '0')
        text.pop_back();
      if (text.back() == '.')
        text.pop_back();
      return text;
    };
    CHECK(decimal::difference(x, y).text() == shortest(written(a - b, scale)));
    CHECK(decimal::product(x, y).text() == shortest(written(a * b, 2 * scale)));
  }
  CHECK(decimal::difference({}, *decimal::parse("1")).empty());
  const auto huge = *decimal::parse("99999999999999999999999999999999999999");
  CHECK(decimal::product(huge, huge).empty());
}

TEST_CASE("a product that has more places than a decimal can is empty") {
  const auto of = [](const char* a, const char* b) {
    return decimal::product(*decimal::parse(a), *decimal::parse(b));
  };
  const std::string least = "0." + std::string(35, '0') + "1", none = "0." + std::string(36, '0');
  CHECK(of(least.c_str(), least.c_str()).empty());
  CHECK(of("-1e-35", least.c_str()).empty());
  CHECK(of(none.c_str(), none.c_str()).text() == "0");
  CHECK(of(least.c_str(), none.c_str()).text() == "0");
  CHECK(of(least.c_str(), "10").text() == "0." + std::string(34, '0') + "1");
  CHECK(of("1e-18", "1e-18").text() == least);
  CHECK(of("4294967296", "4294967296").text() == "18446744073709551616"); // more than 64 bits
  CHECK(of("-4294967296.5", "4294967296.5").text() == "-18446744078004518912.25");
}

TEST_CASE("change in percent") {
  const auto pct = [](const char* open, const char* last) {
    return tickboard::change_pct(decimal::parse(open).value_or(decimal{}),
                                 decimal::parse(last).value_or(decimal{}));
  };
  CHECK(*pct("100", "101.5") == doctest::Approx(1.5));
  CHECK(*pct("64330.60000000", "64117.99000000") == doctest::Approx(-0.3304959070799899));
  CHECK_FALSE(pct("0.000", "1"));
  CHECK_FALSE(pct("", "1"));
  CHECK_FALSE(pct("1", ""));
}
