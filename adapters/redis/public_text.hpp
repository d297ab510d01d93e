#pragma once

#include <string>
#include <string_view>

namespace tickboard::redis {

/// A sentence that may have words of this folder and of Redis in it, as everybody may read it:
/// without the addresses that endpoint::display writes, and without the SHA and line that Redis
/// puts behind a script's error. What operators read keeps them.
std::string public_text(std::string_view sentence);

} // namespace tickboard::redis
