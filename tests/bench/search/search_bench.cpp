// How fast search answers: 20,000 assets and 50,000 markets made from a seed, questions of each
// class, one at a time on one thread.
//
//   search_bench [--quick] [--seed N]
//
// --quick makes a small world and few questions: does it work? The exit code is 1 if a question
// finds nothing that must find something.

#include "market/search.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <random>
#include <set>
#include <string>
#include <vector>

using namespace tickboard;
using steady = std::chrono::steady_clock;

namespace {

double ms_since(steady::time_point begin) {
  return std::chrono::duration<double, std::milli>(steady::now() - begin).count();
}

std::size_t resident_kb() {
  std::ifstream status{"/proc/self/status"};
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmRSS:"))
      return std::strtoul(line.c_str() + 6, nullptr, 10);
  return 0;
}

class world {
public:
  world(std::size_t asset_count, std::size_t market_count, std::uint64_t seed) : random_(seed) {
    std::set<std::string> symbols;
    while (assets.size() < asset_count) {
      search_asset one;
      const auto words = 1 + pick(3);
      for (std::size_t i = 0; i < words; ++i) {
        const auto word = i > 0 && pick(2) == 0 ? common_word() : invented_word();
        one.name += (i == 0 ? "" : " ") + word;
        one.slug += (i == 0 ? "" : "-") + word;
      }
      one.name[0] = static_cast<char>(one.name[0] - 'a' + 'A');
      for (std::size_t i = 0; i < one.name.size() && one.symbol.size() < 3 + pick(3); ++i)
        if (one.name[i] != ' ' && (i == 0 || pick(2) == 0))
          one.symbol += static_cast<char>(std::toupper(one.name[i]));
      while (!symbols.insert(one.symbol).second)
        one.symbol += static_cast<char>('A' + pick(26));
      assets.push_back(std::make_shared<const search_asset>(std::move(one)));
    }
    static const std::vector<std::string> exchanges{
        "binance", "bitget", "bitfinex", "bybit", "coinbaseexchange", "gate", "htx", "kraken",
        "kucoin",  "mexc",   "okx",      "upbit"};
    static const std::vector<std::string> quotes{"USDT", "USDT", "USDT", "USDC", "USD",
                                                 "EUR",  "BTC",  "ETH",  "TRY",  "KRW"};
    std::set<std::string> ids;
    while (markets.size() < market_count) {
      // Some assets are traded everywhere, most in a few places.
      const auto popular = pick(3) == 0 ? assets.size() : 1 + assets.size() / 10;
      const auto& base = assets[pick(popular)]->symbol;
      const auto& quote = quotes[pick(quotes.size())];
      static const std::vector<std::string> between{"", "-", "/", "_"};
      const auto exchange = pick(exchanges.size());
      auto one =
          make_market(exchanges[exchange], base, quote, base + between[exchange % 4] + quote);
      if (one && ids.insert((*one)->id).second)
        markets.push_back(std::move(*one));
    }
  }

  std::vector<search_document> documents() const {
    std::vector<search_document> out(assets.begin(), assets.end());
    out.insert(out.end(), markets.begin(), markets.end());
    return out;
  }

  std::size_t pick(std::size_t below) { return random_() % below; }
  const search_asset& some_asset() { return *assets[pick(assets.size())]; }
  const market& some_market() { return *markets[pick(markets.size())]; }

  std::string invented_word() {
    static const std::vector<std::string> parts{
        "ba", "bit", "ca",  "chain", "co", "coin", "da", "de", "do",   "el",  "ether", "fi",
        "ga", "go",  "in",  "ka",    "la", "le",   "li", "lo", "luna", "ma",  "me",    "mi",
        "mo", "na",  "ne",  "no",    "or", "pa",   "po", "qu", "ra",   "re",  "ri",    "ro",
        "sa", "sha", "sol", "sta",   "su", "ta",   "te", "ti", "to",   "tra", "u",     "usd",
        "va", "ve",  "vi",  "wa",    "xe", "ya",   "ze", "zo"};
    std::string out;
    for (std::size_t i = 2 + pick(3); i > 0; --i)
      out += parts[pick(parts.size())];
    return out;
  }

  std::string common_word() {
    static const std::vector<std::string> words{
        "coin", "token", "finance", "protocol", "network", "chain", "swap",
        "dao",  "inu",   "cash",    "classic",  "game",    "ai",    "usd"};
    return words[pick(words.size())];
  }

  std::string random_letters(std::size_t count) {
    std::string out(count, 'a');
    for (auto& c : out)
      c = static_cast<char>('a' + pick(26));
    return out;
  }

  std::string with_typos(std::string text, std::size_t count) {
    for (; count > 0; --count) {
      const auto at = pick(text.size() - 1);
      switch (pick(4)) {
      case 0:
        text.erase(at, 1);
        break;
      case 1:
        text.insert(at, 1, static_cast<char>('a' + pick(26)));
        break;
      case 2:
        text[at] = static_cast<char>('a' + pick(26));
        break;
      default:
        std::swap(text[at], text[at + 1]);
      }
    }
    return text;
  }

  std::vector<search_asset_ptr> assets;
  std::vector<market_ptr> markets;

private:
  std::mt19937_64 random_;
};

struct question_class {
  std::string name;
  bool finds = true; ///< each question finds something
  std::function<std::string(world&)> make;
};

const std::vector<question_class>& classes() {
  static const std::vector<question_class> out{
      {"exact symbol", true, [](world& in) { return in.some_asset().symbol; }},
      {"exact name", true, [](world& in) { return in.some_asset().name; }},
      {"exact market", true, [](world& in) { return in.some_market().id; }},
      {"prefix, 1 letter", false, [](world& in) { return in.random_letters(1); }},
      {"prefix, 2 letters", true, [](world& in) { return in.some_asset().slug.substr(0, 2); }},
      {"prefix, 3 letters", true, [](world& in) { return in.some_asset().slug.substr(0, 3); }},
      {"usd, usdt, btc, coin, b", true,
       [](world& in) {
         static const std::vector<std::string> usual{"usd", "usdt", "btc", "coin", "b"};
         return usual[in.pick(usual.size())];
       }},
      {"words", true,
       [](world& in) {
         const auto& one = in.some_market();
         return in.pick(2) == 0 ? one.quote + " " + one.base : one.exchange + " " + one.base;
       }},
      {"words, common", true,
       [](world& in) {
         const auto& one = in.some_market();
         return one.quote.substr(0, 1) + " " + one.exchange.substr(0, 1 + in.pick(3));
       }},
      {"words, 8 of 1 letter", false,
       [](world& in) {
         std::string text;
         for (int i = 0; i < 8; ++i)
           text += in.random_letters(1) + " ";
         return text;
       }},
      {"typo, 1 edit", false, [](world& in) { return in.with_typos(in.invented_word(), 1); }},
      {"typo, 2 edits", false,
       [](world& in) { return in.with_typos(in.some_asset().slug.substr(0, 60), 2); }},
      {"typo, exchange and pair", false,
       [](world& in) {
         const auto& one = in.some_market();
         return in.with_typos(one.exchange, 1) + " " + one.base + " " + one.quote;
       }},
      {"typo, 7 wild words of 8", false,
       [](world& in) {
         std::string text;
         for (int i = 0; i < 7; ++i)
           text += (i == 0 ? "" : " ") + in.random_letters(8);
         return text;
       }},
      {"typo, names of 3 words", false,
       [](world& in) {
         std::string text;
         for (int i = 0; i < 3; ++i)
           text += (i == 0 ? "" : " ") + in.with_typos(in.invented_word(), 1);
         return text;
       }},
      {"miss, 5 letters", false, [](world& in) { return in.random_letters(5); }},
      {"miss, 12 letters", false, [](world& in) { return in.random_letters(12); }},
      {"miss, 64 letters", false, [](world& in) { return in.random_letters(64); }},
  };
  return out;
}

} // namespace

int main(int argc, char** argv) {
  bool quick = false;
  std::uint64_t seed = 1;
  for (int i = 1; i < argc; ++i) {
    const std::string_view option = argv[i];
    if (option == "--quick")
      quick = true;
    else if (option == "--seed" && i + 1 < argc)
      seed = std::strtoull(argv[++i], nullptr, 10);
    else {
      fmt::print(stderr, "unknown option {}; allowed: --quick, --seed N\n", option);
      return 2;
    }
  }
  const std::size_t assets = quick ? 2'000 : 20'000, markets = quick ? 5'000 : 50'000;
  const std::size_t questions = quick ? 50 : 2'000;

  world in{assets, markets, seed};
  auto documents = in.documents();
  const auto before_kb = resident_kb();
  auto begin = steady::now();
  search_index index{std::move(documents)};
  const auto build_ms = ms_since(begin);
  const auto after_kb = resident_kb();
  begin = steady::now();
  for (std::size_t i = 0; i < index.size(); ++i)
    index.set_weight(i, static_cast<double>(in.pick(1'000'000)));
  const auto weights_ms = ms_since(begin);
  fmt::print("{} assets, {} markets, seed {}: built in {:.0f} ms, {:.1f} MB (process +{:.1f} MB), "
             "all weights set in {:.1f} ms\n\n",
             assets, markets, seed, build_ms, static_cast<double>(index.memory()) / 1e6,
             static_cast<double>(after_kb - std::min(before_kb, after_kb)) / 1e3, weights_ms);

  bool all_found = true;
  fmt::print("| {:<24} | found | p50 ms | p99 ms | max ms |\n|---|---:|---:|---:|---:|\n", "query");
  for (const auto& one : classes()) {
    std::vector<double> times;
    std::size_t found = 0;
    std::string missed;
    for (std::size_t i = 0; i < questions; ++i) {
      const auto text = one.make(in);
      begin = steady::now();
      const auto hits = index.find(text, search_limits::max_hits);
      times.push_back(ms_since(begin));
      if (!hits.empty())
        ++found;
      else if (text.size() <= search_limits::max_text)
        missed = text;
    }
    std::sort(times.begin(), times.end());
    fmt::print("| {:<24} | {:.0f}% | {:.3f} | {:.3f} | {:.3f} |\n", one.name,
               100.0 * static_cast<double>(found) / static_cast<double>(questions),
               times[times.size() / 2], times[times.size() * 99 / 100], times.back());
    if (one.finds && !missed.empty()) {
      fmt::print(stderr, "\"{}\" ({}) finds nothing\n", missed, one.name);
      all_found = false;
    }
  }
  return all_found ? 0 : 1;
}
