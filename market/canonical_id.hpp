#pragma once

#include <string>
#include <string_view>

namespace tickboard {

/// A market's id as markets have it, whatever its letters: the exchange in small ones, base and
/// quote in capital ones. A text that has no ':' stays as it is.
std::string canonical_id(std::string_view id);

} // namespace tickboard
