#pragma once

#include "adapters/terminal/text_table.hpp"
#include "market/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tickboard::commands {

/// Which members of the rows are shown.
struct page_choice {
  std::vector<std::string> columns; ///< in this order; empty: those that fit the kind of rows
  std::string sort;                 ///< field that the page is sorted by: shown with these
  bool every = false;               ///< all members instead of those
};

struct page_table {
  terminal::text_table table;
  std::string summary; ///< one line: which page of how many, or how many rows
};

/// An answer of the API as a table: the rows of `data`, or of a bare array; of a single object a
/// line for each member. Members of members are named "asset.symbol". Values keep their digits;
/// null is an empty cell.
/// Errors: the body is no JSON, or a column is in none of the rows.
result<page_table> table_of(std::string_view body, const page_choice& choice);

/// The table as RFC 4180 has it, with a line of heads, but LF at the ends of lines.
std::string csv_of(const terminal::text_table& table);

} // namespace tickboard::commands
