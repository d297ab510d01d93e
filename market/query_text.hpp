#pragma once

#include "market/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tickboard {

/// Why a parameter was refused: names it, says what was wrong and what is allowed.
struct query_problem {
  std::string parameter;
  std::string detail;
  std::string allowed;
  bool missing = false; ///< it must be given, and was not
};

using query_parameters = std::vector<std::pair<std::string, std::string>>; // decoded

/// Splits "a=b&c=d" and decodes %XX and +; the error is a query_problem.
tl::expected<query_parameters, query_problem> parse_query_string(std::string_view text);

/// Reads a whole number from 1 to `max` into `out`, or says why `text` is none.
std::optional<query_problem> read_number(const std::string& name, const std::string& text,
                                         std::uint32_t max, std::uint32_t& out);

/// A segment of a path as a value of a query: + and & stand for themselves in a path (RFC 3986,
/// pchar).
std::string path_as_query_value(std::string_view segment);

/// The letters a to z become capital ones.
void to_upper(std::string& text) noexcept;

/// The same with capital letters A to Z made small.
std::string lower_case(std::string_view text);

/// Appends `text` as a value of a query: bytes that may mean something there become %XX.
void append_query_value(std::string& out, std::string_view text);

} // namespace tickboard
