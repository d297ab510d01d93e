#include "market/asset_directory.hpp"

#include "market/query_text.hpp"

#include <algorithm>

namespace tickboard {

const currency* asset_directory::find_currency(std::string_view code) const {
  std::string wanted{code};
  to_upper(wanted);
  const auto it = std::ranges::lower_bound(currencies, wanted, {}, &currency::code);
  return it != currencies.end() && it->code == wanted ? &*it : nullptr;
}

std::string asset_directory::currency_names() const {
  std::string out;
  for (const auto& one : currencies)
    out += (out.empty() ? "" : ", ") + lower_case(one.code);
  return out;
}

} // namespace tickboard
