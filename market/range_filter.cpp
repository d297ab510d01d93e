#include "market/range_filter.hpp"

#include "market/decimal.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tickboard {

std::string allowed_bounds() {
  return fmt::format("a decimal number of at most {} characters, as -1.5 or 2e6",
                     decimal::max_length);
}

std::optional<query_problem> read_bound(const std::string& name, const std::string& text,
                                        std::size_t field, bool lowest,
                                        std::vector<range_filter>& out) {
  const auto value = decimal::parse(text);
  if (!value)
    return query_problem{name, "is not a number", allowed_bounds()};
  const auto at = std::ranges::lower_bound(out, field, {}, &range_filter::field);
  auto& range = at != out.end() && at->field == field ? *at : *out.insert(at, range_filter{field});
  (lowest ? range.lowest : range.highest) = value->value() + 0.0; // no -0
  return std::nullopt;
}

std::optional<query_problem> check_bounds(const range_filter& range, const std::string& lowest,
                                          const std::string& highest) {
  if (range.lowest <= range.highest)
    return std::nullopt;
  return query_problem{lowest, "is above " + highest,
                       fmt::format("a number up to {}", range.highest)};
}

} // namespace tickboard
