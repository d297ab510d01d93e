#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace tickboard {

/// Behind the closing quote of the JSON text whose opening quote is at `from`, or the end.
inline std::size_t json_text_end(std::string_view in, std::size_t from) noexcept {
  for (auto i = from + 1; i < in.size(); ++i) {
    if (in[i] == '\\')
      ++i;
    else if (in[i] == '"')
      return i + 1;
  }
  return in.size();
}

/// Calls `take(name, value)` for each member of a flat JSON object; both are the text as it stands,
/// the name without its quotes. Stops at what is no flat object.
template <class Take>
void each_member(std::string_view row, Take take) {
  std::size_t at = 1;
  while (at < row.size() && row[at] == '"') {
    const auto name_end = json_text_end(row, at);
    if (name_end >= row.size() || row[name_end] != ':')
      return;
    const auto value = name_end + 1;
    const auto value_end = value < row.size() && row[value] == '"'
                               ? json_text_end(row, value)
                               : std::min(row.find_first_of(",}", value), row.size());
    take(row.substr(at + 1, name_end - at - 2), row.substr(value, value_end - value));
    at = value_end + 1;
  }
}

} // namespace tickboard
