#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tickboard::simulator {

enum class opcode : std::uint8_t { text = 0x1, binary = 0x2, ping = 0x9 };

/// Appends one unmasked WebSocket frame (RFC 6455, 5.2). Written here and not by Beast so that
/// many frames share one socket write.
inline void append_frame(std::string& out, std::string_view payload, opcode code = opcode::text) {
  char head[10];
  std::size_t size = 2;
  head[0] = static_cast<char>(0x80 | static_cast<std::uint8_t>(code));
  if (payload.size() < 126) {
    head[1] = static_cast<char>(payload.size());
  } else {
    const unsigned bytes = payload.size() <= 0xffff ? 2 : 8;
    head[1] = static_cast<char>(bytes == 2 ? 126 : 127);
    for (unsigned i = 0; i < bytes; ++i)
      head[2 + i] = static_cast<char>(std::uint64_t{payload.size()} >> (8 * (bytes - 1 - i)));
    size += bytes;
  }
  out.append(head, size);
  out.append(payload);
}

} // namespace tickboard::simulator
