#pragma once

#include "market/result.hpp"

#include <string>
#include <string_view>

namespace tickboard::exchange {

// Errors are the second half of a sentence ("is not base64").

std::string encode_base64(std::string_view bytes);

/// Strict: padded, no white space.
result<std::string> decode_base64(std::string_view text);

bool is_gzip(std::string_view bytes) noexcept;

/// Decompresses one gzip member of at most `max_bytes`.
result<std::string> gunzip(std::string_view bytes, std::size_t max_bytes);

} // namespace tickboard::exchange
