#pragma once

#include <string>
#include <string_view>

namespace tickboard {

/// Appends `text` as a JSON string, quotes included. Invalid UTF-8 is replaced by U+FFFD, so the
/// result is always valid JSON.
void append_json_string(std::string& out, std::string_view text);

} // namespace tickboard
