#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <string>

namespace tickboard {

/// A list of names that may be long, for a sentence: "a, b, c, d, e and 12 more".
template <class Names>
std::string some_of(const Names& names, std::size_t shown = 5) {
  std::string out;
  std::size_t count = 0;
  for (const auto& one : names) {
    if (count++ == shown)
      return fmt::format("{} and {} more", out, names.size() - shown);
    out.append(out.empty() ? "" : ", ").append(one);
  }
  return out;
}

} // namespace tickboard
