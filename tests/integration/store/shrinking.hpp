#pragma once

#include "tests/integration/store/filled_board.hpp"

#include <functional>

namespace tickboard::test {

/// A wrong answer, made small: the query and the markets that are needed for it.
struct small_case {
  view_query query;
  std::vector<const slot*> markets;

  std::string text() const {
    std::string out = page_target(query, query.page) + "\n  " + query.canonical();
    for (const auto* one : markets)
      out += "\n  " + model::row(*one);
    return out;
  }
};

/// Leaves out of `failing` what is not needed for it to fail. `fails` loads the markets into a
/// Redis of their own and asks.
inline small_case shrink(small_case failing, const std::function<bool(const small_case&)>& fails) {
  const auto attempt = [&](const std::function<void(small_case&)>& simplify) {
    auto simpler = failing;
    simplify(simpler);
    const bool same = simpler.query.canonical() == failing.query.canonical() &&
                      simpler.markets.size() == failing.markets.size();
    if (same || !fails(simpler))
      return false;
    failing = std::move(simpler);
    return true;
  };
  for (bool progress = true; progress;) {
    progress = attempt([](auto& one) { one.query.quotes = {}; }) |
               attempt([](auto& one) { one.query.exchanges = {}; }) |
               attempt([](auto& one) { one.query.bases = {}; }) |
               attempt([](auto& one) { one.query.categories = {}; }) |
               attempt([](auto& one) { one.query.kinds = {}; }) |
               attempt([](auto& one) { one.query.words = {}; }) |
               attempt([](auto& one) { one.query.stale.reset(); }) |
               attempt([](auto& one) { one.query.max_age_ms = 0; }) |
               attempt([](auto& one) { one.query.around.clear(); }) |
               attempt([](auto& one) { one.query.after.reset(); }) |
               attempt([](auto& one) { one.query.by_cursor = one.query.after.has_value(); }) |
               attempt([](auto& one) { one.query.page = 1; }) |
               attempt([](auto& one) { one.query.per_page = 250; });
    for (std::size_t i = 0; i < failing.query.ranges.size(); ++i)
      progress |= attempt([i](auto& one) {
        one.query.ranges.erase(one.query.ranges.begin() + static_cast<std::ptrdiff_t>(i));
      });
    for (std::size_t i = 0; i < failing.query.ids.size() && failing.query.ids.size() > 1; ++i)
      progress |= attempt([i](auto& one) {
        one.query.ids.erase(one.query.ids.begin() + static_cast<std::ptrdiff_t>(i));
      });
    for (auto size = failing.markets.size(); size > 0; size /= 2)
      for (std::size_t from = 0; from < failing.markets.size(); from += size)
        progress |= attempt([from, size](auto& one) {
          const auto begin = one.markets.begin() + static_cast<std::ptrdiff_t>(from);
          const auto count = std::min(size, one.markets.size() - from);
          one.markets.erase(begin, begin + static_cast<std::ptrdiff_t>(count));
        });
  }
  return failing;
}

} // namespace tickboard::test
