#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

namespace tickboard::bench {

/// The samples of one figure; taken in turn with those of others, so that noise falls on all.
struct figure {
  std::vector<double> samples;

  double median() const {
    auto sorted = samples;
    std::sort(sorted.begin(), sorted.end());
    const auto half = sorted.size() / 2;
    if (sorted.empty())
      return 0;
    return sorted.size() % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }

  /// "57 (55..61)": the median, and between what the samples were.
  std::string text(double scale = 1) const {
    if (samples.empty())
      return "-";
    const auto [low, high] = std::minmax_element(samples.begin(), samples.end());
    const auto number = [scale](double value) {
      value *= scale;
      return fmt::format("{:.{}f}", value, value < 10 ? 1 : 0);
    };
    const auto middle = number(median());
    if (samples.size() == 1)
      return middle;
    return fmt::format("{} ({}..{})", middle, number(*low), number(*high));
  }
};

/// A line of a Markdown table.
inline void print_row(const std::vector<std::string>& cells) {
  for (const auto& one : cells)
    fmt::print("| {} ", one);
  fmt::print("|\n");
}

/// The head of one: names are left, figures right.
inline void print_head(const std::vector<std::string>& cells, std::size_t names) {
  print_row(cells);
  for (std::size_t i = 0; i < cells.size(); ++i)
    fmt::print("|{}", i < names ? "---" : "---:");
  fmt::print("|\n");
}

/// What a benchmark ran on, for under its tables.
std::string machine();

} // namespace tickboard::bench
