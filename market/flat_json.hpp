#pragma once

#include <algorithm>
#include <string_view>

namespace tickboard {

/// Calls `take(name, value)` for each member of a flat JSON object; both are the text as it stands,
/// the name without its quotes. Stops at what is no flat object.
template <class Take>
void each_member(std::string_view row, Take take) {
  const auto text_end = [&](std::size_t from) { // behind the closing quote
    for (auto i = from + 1; i < row.size(); ++i) {
      if (row[i] == '\\')
        ++i;
      else if (row[i] == '"')
        return i + 1;
    }
    return row.size();
  };
  std::size_t at = 1;
  while (at < row.size() && row[at] == '"') {
    const auto name_end = text_end(at);
    if (name_end >= row.size() || row[name_end] != ':')
      return;
    const auto value = name_end + 1;
    const auto value_end = value < row.size() && row[value] == '"'
                               ? text_end(value)
                               : std::min(row.find_first_of(",}", value), row.size());
    take(row.substr(at + 1, name_end - at - 2), row.substr(value, value_end - value));
    at = value_end + 1;
  }
}

} // namespace tickboard
