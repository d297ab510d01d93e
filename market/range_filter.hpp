#pragma once

#include "market/query_text.hpp"

#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tickboard {

/// A field's value is in [lowest, highest]; what has no value is in no range.
struct range_filter {
  std::size_t field; ///< index in the table of fields that the query sorts by
  double lowest = -std::numeric_limits<double>::infinity();
  double highest = std::numeric_limits<double>::infinity();

  bool admits(const std::optional<double>& value) const noexcept {
    return value && *value >= lowest && *value <= highest;
  }
};

/// What a bound may be, for messages.
std::string allowed_bounds();

/// Reads `text` into one end of the range of `field`. `out` stays sorted by field, each once.
std::optional<query_problem> read_bound(const std::string& name, const std::string& text,
                                        std::size_t field, bool lowest,
                                        std::vector<range_filter>& out);

/// Refuses a range whose ends are the wrong way round. The names are those of the parameters.
std::optional<query_problem> check_bounds(const range_filter& range, const std::string& lowest,
                                          const std::string& highest);

} // namespace tickboard
