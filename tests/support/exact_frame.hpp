#pragma once

#include "adapters/exchange/exchange.hpp"

#include <cstring>
#include <memory>
#include <string_view>

namespace tickboard::test {

/// Decodes from a heap block of exactly the frame and its NUL, so that a sanitizer sees every byte
/// read beyond it.
inline exchange::decoded decode_exactly(const exchange::protocol& speaks, std::string_view frame,
                                        const symbol_table& symbols) {
  const std::unique_ptr<char[]> bytes(new char[frame.size() + 1]);
  std::memcpy(bytes.get(), frame.data(), frame.size());
  bytes[frame.size()] = '\0';
  exchange::decoded out;
  speaks.decode({bytes.get(), frame.size()}, 1'700'000'000'000, symbols, out);
  return out;
}

} // namespace tickboard::test
