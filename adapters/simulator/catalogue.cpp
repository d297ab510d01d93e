#include "adapters/simulator/catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

namespace tickboard::simulator {

namespace {

struct asset {
  std::string_view code;
  double usd;
};

// Rough prices of early 2026, so that digits and sort orders look like the real thing.
constexpr asset real_assets[] = {
    {"BTC", 91000},  {"ETH", 3100},       {"SOL", 140},        {"XRP", 2.1},
    {"DOGE", 0.14},  {"ADA", 0.42},       {"LINK", 13.5},      {"AVAX", 14},
    {"LTC", 82},     {"DOT", 2.2},        {"SUI", 1.6},        {"BCH", 560},
    {"XLM", 0.24},   {"HBAR", 0.13},      {"SHIB", 0.0000085}, {"UNI", 5.8},
    {"NEAR", 1.7},   {"AAVE", 180},       {"PEPE", 0.0000046}, {"ETC", 13},
    {"ICP", 3.6},    {"ATOM", 2.3},       {"FIL", 1.5},        {"ALGO", 0.13},
    {"APT", 1.8},    {"ARB", 0.21},       {"OP", 0.31},        {"INJ", 5.1},
    {"TIA", 0.58},   {"SEI", 0.13},       {"ONDO", 0.47},      {"ENA", 0.24},
    {"WIF", 0.37},   {"BONK", 0.0000095}, {"RENDER", 1.6},     {"FET", 0.24},
    {"GRT", 0.043},  {"STX", 0.29},       {"JUP", 0.21},       {"LDO", 0.6},
    {"CRV", 0.37},   {"MKR", 1500},       {"SNX", 0.45},       {"COMP", 27},
    {"ZEC", 420},    {"XMR", 400},        {"DASH", 45},        {"EOS", 0.2},
    {"XTZ", 0.5},    {"KSM", 8},          {"SAND", 0.13},      {"MANA", 0.14},
    {"AXS", 0.9},    {"GALA", 0.0067},    {"CHZ", 0.034},      {"ENJ", 0.028},
    {"BAT", 0.21},   {"ZRX", 0.14},       {"YFI", 3700},       {"SUSHI", 0.31},
    {"1INCH", 0.16}, {"BAL", 0.6},        {"QNT", 80},         {"FLOW", 0.19},
    {"MINA", 0.09},  {"KAVA", 0.09},      {"ROSE", 0.012},     {"CELO", 0.13},
    {"ZIL", 0.005},  {"ICX", 0.06},       {"ANKR", 0.0065},    {"SKL", 0.011},
    {"STORJ", 0.14}, {"OCEAN", 0.23},     {"BAND", 0.36},      {"NMR", 10},
    {"REQ", 0.1},    {"CVC", 0.045},      {"LRC", 0.058},      {"DYDX", 0.19},
    {"GMX", 8.4},    {"PENDLE", 2},       {"IMX", 0.25},       {"BLUR", 0.03},
    {"APE", 0.22},   {"MASK", 0.6},       {"ENS", 10},         {"RPL", 2},
    {"SUPER", 0.23}, {"TRB", 20},         {"PYTH", 0.065},     {"JTO", 0.4},
    {"STRK", 0.08},  {"W", 0.036},        {"EIGEN", 0.4},      {"TAO", 260},
    {"WLD", 0.55},   {"FLOKI", 0.000046}, {"TRUMP", 5.3},      {"PNUT", 0.08},
};

/// Every `of_each`-th asset trades against this quote, and so do the first `always`.
struct quote_rule {
  std::string_view code;
  double usd;
  unsigned of_each;
  unsigned always;
};

struct venue_style {
  std::string_view exchange;
  std::string_view separator;
  std::array<quote_rule, 7> quotes; // the main one first
  int price_precision;              // digits that the price of 1.0 gets
  int least_digits, most_digits;
  bool eight_size_digits; // else as many as the price makes sensible
};

constexpr venue_style styles[] = {
    {"binance",
     "",
     {{{"USDT", 1, 1, 0},
       {"USDC", 1, 4, 20},
       {"BTC", 91000, 8, 24},
       {"FDUSD", 1, 12, 12},
       {"TRY", 0.023, 9, 10},
       {"EUR", 1.16, 15, 10},
       {"ETH", 3100, 21, 6}}},
     4,
     2,
     8,
     false},
    {"coinbaseexchange",
     "-",
     {{{"USD", 1, 1, 0},
       {"USDT", 1, 7, 12},
       {"EUR", 1.16, 8, 15},
       {"BTC", 91000, 12, 15},
       {"GBP", 1.33, 14, 12},
       {"ETH", 3100, 33, 4},
       {"USDC", 1, 50, 4}}},
     4,
     2,
     8,
     true},
    {"kraken",
     "/",
     {{{"USD", 1, 1, 0},
       {"EUR", 1.16, 2, 30},
       {"USDT", 1, 9, 14},
       {"BTC", 91000, 12, 16},
       {"GBP", 1.33, 14, 12},
       {"ETH", 3100, 25, 8},
       {"CAD", 0.71, 40, 4}}},
     5,
     1,
     10,
     true},
};

// Quotes of the past and of small markets: recordings hold more than we make up.
constexpr std::string_view known_quotes[] = {
    "FDUSD", "USDT", "USDC", "TUSD", "BUSD", "USDP", "USD",  "BTC", "ETH", "BNB", "EUR", "GBP",
    "TRY",   "BRL",  "AUD",  "RUB",  "UAH",  "IDRT", "BIDR", "NGN", "ZAR", "DAI", "PAX", "TRX",
    "XRP",   "DOGE", "DOT",  "VAI",  "JPY",  "ARS",  "MXN",  "PLN", "RON", "CZK"};

/// Of a day's volume, so that thirty times as much fits 64 bits with room to spare.
constexpr double most_volume_units = 1e16;

const venue_style* find_style(std::string_view exchange) {
  const auto* found = std::ranges::find(styles, exchange, &venue_style::exchange);
  return found == std::end(styles) ? nullptr : found;
}

/// Asset number `rank`: real ones, then pronounceable codes ("BAKE0" never collides with those).
std::pair<std::string, double> asset_of_rank(std::uint32_t rank) {
  if (rank < std::size(real_assets))
    return {std::string(real_assets[rank].code), real_assets[rank].usd};
  constexpr std::string_view consonants = "BCDFGKLMNPRSTVZX", vowels = "AEIOU";
  auto bits = mix(rank);
  std::string code;
  for (int i = 0; i < 2; ++i, bits >>= 16) {
    code += consonants[bits % consonants.size()];
    code += vowels[(bits >> 8) % vowels.size()];
  }
  const double usd = std::pow(10.0, 2.0 - static_cast<double>(mix(rank + 1) % 5000) / 1000);
  return {code + std::to_string(rank - std::size(real_assets)), usd};
}

std::optional<instrument> make_pair(const venue_style& style, std::uint32_t rank,
                                    const std::string& base, double usd, const quote_rule& quote) {
  const double price = usd / quote.usd;
  const int magnitude = static_cast<int>(std::floor(std::log10(price)));
  const int digits =
      std::clamp(style.price_precision - magnitude, style.least_digits, style.most_digits);
  const double units = price * std::pow(10.0, digits);
  // Too few units leave no room for a walk, too many would not fit turnover figures.
  if (base == quote.code || units < 400)
    return std::nullopt;
  instrument made;
  made.base = base;
  made.quote = quote.code;
  made.native = fmt::format("{}{}{}", base, style.separator, quote.code);
  made.price_digits = static_cast<unsigned>(digits);
  made.start_price = std::llround(units);
  // A day's turnover falls with the rank, from a billion dollars; pairs of small quotes get less.
  const double turnover_usd = 1e9 / (1 + rank) / (&quote == style.quotes.data() ? 1 : 8);
  const double volume = turnover_usd / usd;
  int size_digits = style.eight_size_digits
                        ? 8
                        : std::clamp(static_cast<int>(std::floor(std::log10(usd))) + 1, 0, 5);
  while (size_digits > 0 && volume * std::pow(10.0, size_digits) > most_volume_units)
    --size_digits; // coins of a thousandth of a cent trade by the trillion
  made.size_digits = static_cast<unsigned>(size_digits);
  made.start_volume =
      std::max<std::int64_t>(1000, std::llround(volume * std::pow(10.0, size_digits)));
  return made;
}

} // namespace

result<catalogue> make_catalogue(std::string_view exchange, std::uint32_t markets) {
  const auto* style = find_style(exchange);
  if (style == nullptr)
    return unexpected(fmt::format("exchange \"{}\" is not simulated; allowed are binance, "
                                  "coinbaseexchange and kraken",
                                  exchange));
  if (markets == 0 || markets > max_markets)
    return unexpected(fmt::format("markets is {}; allowed are 1 to {}", markets, max_markets));
  catalogue made;
  made.trading.reserve(markets);
  const auto halted = 1 + markets / 100;
  for (std::uint32_t rank = 0; made.trading.size() < markets || made.halted.size() < halted;
       ++rank) {
    const auto [base, usd] = asset_of_rank(rank);
    for (const auto& quote : style->quotes) {
      if (rank >= quote.always && rank % quote.of_each != 0)
        continue;
      auto pair = make_pair(*style, rank, base, usd, quote);
      if (!pair)
        continue;
      if (made.trading.size() < markets)
        made.trading.push_back(std::move(*pair));
      else if (made.halted.size() < halted)
        made.halted.push_back(std::move(*pair));
    }
  }
  return made;
}

result<instrument> parse_native(std::string_view exchange, std::string_view native) {
  const auto* style = find_style(exchange);
  instrument made;
  made.native = native;
  if (style != nullptr && !style->separator.empty()) {
    const auto at = native.find(style->separator);
    if (at != native.npos && at > 0 && at + 1 < native.size()) {
      made.base = native.substr(0, at);
      made.quote = native.substr(at + 1);
      return made;
    }
  } else {
    for (const auto quote : known_quotes)
      if (native.size() > quote.size() && native.ends_with(quote) &&
          made.quote.size() < quote.size())
        made.quote = quote;
    if (!made.quote.empty()) {
      made.base = native.substr(0, native.size() - made.quote.size());
      return made;
    }
  }
  return unexpected(fmt::format("\"{}\" is not a symbol of {}", native, exchange));
}

} // namespace tickboard::simulator
