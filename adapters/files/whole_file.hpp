#pragma once

#include "market/result.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

/// Files as a whole. These functions block, so they are not for io threads or actors of the pool.
namespace tickboard::files {

struct contents {
  std::string text;
  std::chrono::system_clock::time_point modified;
};

/// A regular file of at most `max_bytes`. The error names the file.
result<contents> read_whole(const std::string& path, std::size_t max_bytes);

/// Puts `text` in the place of what is there: readers see the old contents or the new, also after
/// a crash. Writes `path`.new first, in the same directory; on a full disk that is gone again.
result<void> replace_whole(const std::string& path, std::string_view text);

} // namespace tickboard::files
