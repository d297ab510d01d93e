#include "market/base_choice.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace tickboard;

namespace {

const std::vector<std::string> codes{"A", "B", "C", "D", "E", "F"};
const std::vector<std::string> slugs{"meme", "defi", "layer-1", "no-such"};

struct drawn {
  std::mt19937 random;

  std::vector<std::string> some_of(const std::vector<std::string>& from) {
    std::vector<std::string> out;
    for (const auto& one : from)
      if (random() % 3 == 0)
        out.push_back(one);
    std::sort(out.begin(), out.end());
    return out;
  }

  list_filter list(const std::vector<std::string>& from) {
    list_filter out{some_of(from)};
    out.exclude = !out.empty() && random() % 2 == 0;
    return out;
  }

  asset_catalogue_ptr catalogue() {
    catalogue_builder out;
    for (const auto& code : some_of(codes)) {
      asset one;
      one.symbol = one.name = code;
      for (const auto* category : {"Meme", "DeFi", "Layer 1"})
        if (random() % 3 == 0)
          one.categories.push_back(make_category(category));
      REQUIRE_FALSE(out.add(one));
    }
    return std::move(out).build();
  }
};

} // namespace

TEST_CASE("bases and categories together leave the assets that each of them leaves") {
  drawn from{std::mt19937{5}};
  int none = 0;
  for (int round = 0; round < 5'000; ++round) {
    const auto assets = from.catalogue();
    const auto bases = from.list(codes), categories = from.list(slugs);
    const auto choice = choose_bases(bases, categories, *assets);
    for (const auto& code : codes) {
      bool in_one = false;
      if (const auto* const known = assets->find(code))
        for (const auto& one : known->categories)
          in_one |=
              std::binary_search(categories.values.begin(), categories.values.end(), one.slug);
      const bool admitted =
          bases.admits(code) && (categories.empty() || in_one != categories.exclude);
      CHECK((!choice.none && choice.bases.admits(code)) == admitted);
    }
    // Another asset, of which nothing is known, is in no category.
    CHECK((!choice.none && choice.bases.admits("X")) ==
          (bases.admits("X") && (categories.empty() || categories.exclude)));
    none += choice.none ? 1 : 0;
  }
  CHECK(none > 100);
}
