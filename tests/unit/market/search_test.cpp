#include "market/search.hpp"
#include "market/search_text.hpp"
#include "tests/support/edit_distance.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <random>
#include <sstream>

using namespace tickboard;

namespace {

search_document coin(std::string symbol, std::string name, std::string slug) {
  return std::make_shared<const search_asset>(
      search_asset{std::move(symbol), std::move(name), std::move(slug)});
}

search_document on(std::string_view exchange, std::string_view base, std::string_view quote,
                   std::string_view native) {
  return *make_market(exchange, base, quote, native);
}

/// What one document is to one query, by the words of search.hpp.
struct judged {
  std::optional<match_class> match;
  std::size_t distance = 0;
};

judged judge(const search_document& document, const std::string& text) {
  std::vector<std::string> fields;
  std::optional<std::u32string> id;
  if (const auto* const one = std::get_if<market_ptr>(&document)) {
    const auto& market = **one;
    id = fold_text(market.id).joined;
    fields = {market.base, market.base + "/" + market.quote, market.native};
  } else {
    const auto& known = *std::get<search_asset_ptr>(document);
    fields = {known.symbol, known.name, known.slug};
  }
  std::vector<std::u32string> names, terms;
  for (const auto& field : fields) {
    const auto folded = fold_text(field);
    names.push_back(folded.joined);
    terms.push_back(folded.joined);
    terms.insert(terms.end(), folded.words.begin(), folded.words.end());
  }
  if (id) {
    const auto folded = fold_text(std::get<market_ptr>(document)->id);
    terms.push_back(*id);
    terms.insert(terms.end(), folded.words.begin(), folded.words.end());
  }

  const auto query = fold_text(text);
  const auto any = [](const auto& of, auto test) {
    return std::any_of(of.begin(), of.end(), test);
  };
  if (any(names, [&](const auto& name) { return name == query.joined; }) || id == query.joined)
    return {match_class::exact, 0};
  if (any(names, [&](const auto& name) { return name.starts_with(query.joined); }))
    return {match_class::prefix, 0};
  constexpr std::size_t never = 1'000;
  std::size_t sum = 0;
  for (const auto& word : query.words) {
    std::size_t least = never;
    for (const auto& term : terms) {
      const auto distance = term.starts_with(word) ? 0 : test::edit_distance(word, term);
      if (distance <= tolerated_distance(word.size()))
        least = std::min(least, distance);
    }
    sum += least;
  }
  if (sum == 0)
    return {match_class::word, 0};
  for (const auto& term : terms) {
    const auto distance = test::edit_distance(query.joined, term);
    if (distance > 0 && distance <= tolerated_distance(query.joined.size()))
      sum = std::min(sum, distance);
  }
  if (sum < never)
    return {match_class::typo, sum};
  return {};
}

/// Random documents of few letters, so that they are alike, and what is asked about them.
struct model {
  explicit model(std::uint64_t seed) : random(seed) {}

  std::size_t pick(std::size_t below) { return random() % below; }

  std::string word(std::size_t longest) {
    std::string out;
    for (std::size_t i = 1 + pick(longest); i > 0; --i) {
      static const std::vector<std::string> letters{"a", "b", "c", "A", "B", "é", "ü", "1"};
      out += letters[pick(letters.size())];
    }
    return out;
  }

  std::string words(std::size_t most, std::string_view between) {
    std::string out;
    for (std::size_t i = 1 + pick(most); i > 0; --i)
      out += (out.empty() ? "" : std::string{between}) + word(9);
    return out;
  }

  search_document document() {
    if (pick(2) == 0)
      return coin(word(5), words(3, pick(2) == 0 ? " " : "-"), words(3, "-"));
    const auto base = word(4), quote = word(4);
    static const std::vector<std::string> between{"", "/", "_"};
    const auto native = pick(4) == 0 ? word(6) : base + between[pick(3)] + quote;
    return on(pick(2) == 0 ? "abab" : "cabcabca", base, quote, native);
  }

  /// One of the document's texts, mostly not as it stands there.
  std::string question(const search_document& about) {
    std::string text;
    if (const auto* const one = std::get_if<market_ptr>(&about)) {
      const auto& market = **one;
      const std::vector<std::string> texts{market.id, market.base, market.native,
                                           market.quote + " " + market.base,
                                           market.exchange + " " + market.base + market.quote};
      text = texts[pick(texts.size())];
    } else {
      const auto& known = *std::get<search_asset_ptr>(about);
      const std::vector<std::string> texts{known.symbol, known.name, known.slug,
                                           known.symbol + " " + known.name};
      text = texts[pick(texts.size())];
    }
    if (pick(3) == 0)
      text = text.substr(0, 1 + pick(text.size())); // may cut a character in two
    for (std::size_t edits = pick(4); edits > 0; --edits) {
      const auto at = pick(text.size());
      switch (pick(5)) {
      case 0:
        text.insert(at, 1, "abc1 "[pick(5)]);
        break;
      case 1:
        if (text.size() > 1)
          text.erase(at, 1);
        break;
      case 2:
        text[at] = "abcABC/-"[pick(8)];
        break;
      case 3:
        if (at > 0)
          std::swap(text[at], text[at - 1]);
        break;
      default:
        if (const auto space = text.find_first_of(" -"); space != std::string::npos)
          text = text.substr(space + 1) + " " + text.substr(0, space);
      }
    }
    return text.substr(0, search_limits::max_text);
  }

  std::mt19937_64 random;
};

/// Documents in the index's order with their weights: what a scan of all of them finds.
std::vector<std::string> scan(const search_index& index, const std::vector<double>& weights,
                              const std::string& text, std::size_t limit) {
  std::vector<std::tuple<match_class, std::size_t, double, std::size_t>> found;
  if (const auto count = fold_text(text).words.size(); count > 0)
    for (std::size_t i = 0; i < index.size(); ++i)
      if (const auto one = judge(index[i], text); one.match)
        found.emplace_back(*one.match, one.distance, -weights[i], i);
  std::sort(found.begin(), found.end());
  std::vector<std::string> out;
  for (std::size_t i = 0; i < std::min(limit, found.size()); ++i) {
    const auto& [match, distance, weight, document] = found[i];
    out.push_back(
        fmt::format("{} {} {}#{}", to_string(match), distance, id_of(index[document]), document));
  }
  return out;
}

std::vector<std::string> ask(search_index& index, const std::string& text, std::size_t limit) {
  std::vector<std::string> out;
  for (const auto& hit : index.find(text, limit))
    out.push_back(fmt::format("{} {} {}#{}", to_string(hit.match), hit.distance,
                              id_of(index[hit.document]), hit.document));
  return out;
}

/// The smallest part of the documents on which index and scan still differ, to be read.
std::string smallest(std::vector<search_document> documents, const std::string& text) {
  const auto differs = [&](const std::vector<search_document>& some) {
    search_index index{some};
    return ask(index, text, 50) != scan(index, std::vector<double>(index.size()), text, 50);
  };
  for (std::size_t i = 0; i < documents.size() && differs(documents);) {
    auto fewer = documents;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
    if (differs(fewer))
      documents = std::move(fewer);
    else
      ++i;
  }
  search_index index{documents};
  auto out = fmt::format("query \"{}\" of {} documents", text, documents.size());
  for (const auto& one : documents) {
    if (const auto* const known = std::get_if<search_asset_ptr>(&one))
      out +=
          fmt::format("\n  asset {} | {} | {}", (*known)->symbol, (*known)->name, (*known)->slug);
    else
      out += fmt::format("\n  market {} native {}", std::get<market_ptr>(one)->id,
                         std::get<market_ptr>(one)->native);
  }
  for (const auto& line : ask(index, text, 50))
    out += "\n  found    " + line;
  for (const auto& line : scan(index, std::vector<double>(index.size()), text, 50))
    out += "\n  expected " + line;
  return out;
}

std::vector<search_document> shared_assets() {
  std::ifstream file{TICKBOARD_SHARED_DIR "/assets/assets.csv"};
  REQUIRE_MESSAGE(file, TICKBOARD_SHARED_DIR "/assets/assets.csv cannot be read");
  std::vector<search_document> out;
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) { // the first three columns are never quoted
    std::istringstream columns{line};
    search_asset one;
    std::getline(columns, one.symbol, ',');
    std::getline(columns, one.name, ',');
    std::getline(columns, one.slug, ',');
    out.push_back(std::make_shared<const search_asset>(std::move(one)));
  }
  REQUIRE(out.size() > 1'000);
  return out;
}

/// Assets as they are, and markets of a few of them on three exchanges.
struct known_world {
  known_world() : index(documents()) {
    double weight = 1e12;
    for (const auto* symbol : {"BTC", "ETH", "DOGE", "SHIB", "BCH", "ETC"})
      index.set_weight(index.find_asset(symbol).value(), weight /= 2);
  }

  static std::vector<search_document> documents() {
    auto out = shared_assets();
    for (const auto* base : {"BTC", "ETH", "DOGE"})
      for (const auto* quote : {"USDT", "EUR"}) {
        out.push_back(on("binance", base, quote, fmt::format("{}{}", base, quote)));
        out.push_back(on("kraken", base, quote, fmt::format("{}/{}", base, quote)));
      }
    out.push_back(on("bitget", "ADA", "BTC", "ADABTC"));
    return out;
  }

  std::string first(const std::string& text) {
    const auto hits = index.find(text, 1);
    return hits.empty()
               ? "nothing"
               : fmt::format("{} {}", to_string(hits[0].match), id_of(index[hits[0].document]));
  }

  search_index index;
};

} // namespace

TEST_CASE("what is found equals what a scan of all documents finds") {
  const std::uint64_t seed = std::random_device{}();
  INFO("seed " << seed);
  model truth{seed};
  std::map<match_class, std::size_t> seen;
  for (int round = 0; round < 40; ++round) {
    std::vector<search_document> documents;
    for (std::size_t i = truth.pick(120); i > 0; --i)
      documents.push_back(truth.document());
    search_index index{documents};
    std::vector<double> weights(index.size());
    for (int asked = 0; asked < 150; ++asked) {
      for (int i = 0; i < 20 && index.size() > 0; ++i) { // few values: many ties
        const auto at = truth.pick(index.size());
        index.set_weight(at, weights[at] = static_cast<double>(truth.pick(4)));
      }
      const auto text =
          index.size() == 0 ? truth.word(9) : truth.question(index[truth.pick(index.size())]);
      if (fold_text(text).words.size() > search_limits::max_words)
        continue;
      const auto limit = 1 + truth.pick(search_limits::max_hits);
      const auto found = ask(index, text, limit);
      if (found != scan(index, weights, text, limit))
        FAIL(smallest(documents, text));
      for (const auto& hit : index.find(text, limit))
        ++seen[hit.match];
    }
  }
  for (const auto match :
       {match_class::exact, match_class::prefix, match_class::word, match_class::typo})
    CHECK(seen[match] > 100); // or the questions were no good
}

TEST_CASE("people find the assets they mean") {
  known_world world;
  CHECK(world.first("bitcoin") == "exact BTC");
  CHECK(world.first("btc") == "exact BTC");
  CHECK(world.first("BTC") == "exact BTC");
  CHECK(world.first("bitcon") == "typo BTC");
  CHECK(world.first("ibtcoin") == "typo BTC");
  CHECK(world.first("vitcoin") == "typo BTC");
  CHECK(world.first("bitc") == "prefix BTC");
  CHECK(world.first("etherum") == "typo ETH");
  CHECK(world.first("etheruem") == "typo ETH");
  CHECK(world.first("doge") == "exact DOGE");
  CHECK(world.first("shiba") == "prefix SHIB");
  CHECK(world.first("shiba inu") == "exact SHIB");
  CHECK(world.first("inu shib") == "word SHIB");
  CHECK(world.first("bitcoin cash") == "exact BCH");
  CHECK(world.first("classic ethereum") == "word ETC");
  CHECK(world.first("clasic ethereum") == "typo ETC");
  CHECK(world.first("xqzjw") == "nothing");
}

TEST_CASE("people find the markets they mean, however they write them") {
  known_world world;
  for (const auto* text : {"btc usdt", "btc/usdt", "BTCUSDT", "btc-usdt"})
    CHECK_MESSAGE(world.first(text) == "exact binance:BTC-USDT", text);
  for (const auto* text : {"kraken:BTC-USDT", "kraken btc usdt", "KRAKENBTCUSDT"})
    CHECK_MESSAGE(world.first(text) == "exact kraken:BTC-USDT", text);
  CHECK(world.first("btc usdt kraken") == "word kraken:BTC-USDT");
  CHECK(world.first("kraken btc") == "word kraken:BTC-EUR");
  CHECK(world.first("krakn btc usdt") == "typo kraken:BTC-USDT");
  CHECK(world.first("btc us") == "prefix binance:BTC-USDT");
  CHECK(world.first("eur doge") == "word binance:DOGE-EUR");
  // The exchange's name begins with it too, but comes after all that is called so.
  CHECK(world.first("bitg") == "word bitget:ADA-BTC");
  const auto hits = world.index.find("bit", 50);
  for (std::size_t i = 0; i < 10; ++i)
    CHECK(std::holds_alternative<search_asset_ptr>(world.index[hits.at(i).document]));
}

TEST_CASE("weights order what matches equally well, and change at any time") {
  search_index index{{on("a", "BTC", "EUR", "x"), on("b", "BTC", "EUR", "y"),
                      on("c", "BTC", "EUR", "z"), coin("BTCB", "Bitcoin BEP2", "bitcoin-bep2")}};
  const auto ids = [&](const std::string& text) {
    std::string out;
    for (const auto& hit : index.find(text, 10))
      out += std::string{id_of(index[hit.document])} + " ";
    return out;
  };
  CHECK(ids("btc") == "a:BTC-EUR b:BTC-EUR c:BTC-EUR BTCB ");
  index.set_weight(index.find_market("c:BTC-EUR").value(), 5);
  index.set_weight(index.find_market("b:BTC-EUR").value(), 7);
  index.set_weight(index.find_asset("BTCB").value(), 9); // a worse match all the same
  CHECK(ids("btc") == "b:BTC-EUR c:BTC-EUR a:BTC-EUR BTCB ");
  index.set_weight(index.find_market("b:BTC-EUR").value(), 1);
  CHECK(ids("btc") == "c:BTC-EUR b:BTC-EUR a:BTC-EUR BTCB ");
  index.set_weight(index.find_market("c:BTC-EUR").value(), std::nan(""));
  CHECK(ids("btc") == "b:BTC-EUR a:BTC-EUR c:BTC-EUR BTCB ");
}

TEST_CASE("documents are found by id, and the first of an id stays") {
  const search_index index{{coin("x:B-C", "First", "f"), coin("x:B-C", "Second", "s"),
                            on("x", "B", "C", "n1"), on("x", "B", "C", "n2")}};
  CHECK(index.size() == 2);
  CHECK(std::get<search_asset_ptr>(index[index.find_asset("x:B-C").value()])->name == "First");
  CHECK(std::get<market_ptr>(index[index.find_market("x:B-C").value()])->native == "n1");
  CHECK_FALSE(index.find_asset("x:B"));
  CHECK_FALSE(index.find_market("y:B-C"));
}

TEST_CASE("what is too much is bounded") {
  search_index index{{coin("B", "a b c d e f g h i", std::string(400, 'x'))}};
  CHECK(index.find("", 10).empty());
  CHECK(index.find(" \t", 10).empty());
  CHECK(index.find("b", 0).empty());
  CHECK(index.find("h g f e d c b a", 10).size() == 1); // max_words
  CHECK(index.find("i h g f e d c b a", 10).empty());
  CHECK(index.find(std::string(search_limits::max_text, 'x'), 10).size() == 1); // a beginning
  CHECK(index.find(std::string(search_limits::max_text + 1, 'x'), 10).empty());
  CHECK(search_index{}.find("bitcoin", 10).empty());

  std::vector<search_document> many;
  for (int i = 0; i < 80; ++i)
    many.push_back(coin(fmt::format("A{}", i), "", ""));
  search_index large{many};
  CHECK(large.find("a", 1'000).size() == search_limits::max_hits);
}
