#include "market/canonical_id.hpp"

#include "market/query_text.hpp"

namespace tickboard {

std::string canonical_id(std::string_view id) {
  const auto colon = id.find(':');
  if (colon == id.npos)
    return std::string{id};
  std::string codes{id.substr(colon)};
  to_upper(codes);
  return lower_case(id.substr(0, colon)) + codes;
}

} // namespace tickboard
