#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace tickboard {

/// The weak ETag (RFC 9110, 8.8.3) of an answer with this mark (market/answer_text.hpp): equal for
/// two whose rows and place in the view are the same, whenever they were read and however old they
/// were then.
std::string entity_tag(std::uint64_t mark);

/// The tag of the answer with `tag` when it is given once more because Redis cannot answer: another
/// one, so that nobody who has the fresh answer is told that nothing has changed.
std::string stale_tag(std::string_view tag, std::int64_t since_ms);

/// The body of an answer, a JSON object, when it is given once more: with one member more.
std::shared_ptr<const std::string> with_stale_since(const std::string& body, std::int64_t since_ms);

/// True if `if_none_match` (RFC 9110, 13.1.2: a list of tags, or *) names this tag, weakly
/// compared.
bool names_tag(std::string_view if_none_match, std::string_view tag);

} // namespace tickboard
