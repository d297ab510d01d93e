#pragma once

#include "market/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace tickboard::files {

/// Appends `text` to the file `name` in `directory`, whole or not at all, unless the regular files
/// there would then hold more than `max_bytes` together. Makes the directory, but not its parents.
/// The error names the file or the directory, and what to do about it. Blocks, so it is not for io
/// threads or actors of the pool; one caller at a time for each directory.
result<void> append_within(const std::string& directory, const std::string& name,
                           std::string_view text, std::uint64_t max_bytes);

} // namespace tickboard::files
