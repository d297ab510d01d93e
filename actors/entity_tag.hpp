#pragma once

#include <string>
#include <string_view>

namespace tickboard {

/// The weak ETag (RFC 9110, 8.8.3) of an answer: equal for two bodies whose rows and place in the
/// view are the same, whenever they were read. What follows `as_of_ms` in the body does not count.
std::string entity_tag(std::string_view body);

/// True if `if_none_match` (RFC 9110, 13.1.2: a list of tags, or *) names this tag, weakly
/// compared.
bool names_tag(std::string_view if_none_match, std::string_view tag);

} // namespace tickboard
