#pragma once

#include "adapters/net/http_server.hpp"

namespace tickboard::net {

/// How one response goes out.
struct http_framing {
  std::string_view date; ///< as in http_date()
  bool http_1_0 = false; ///< the client speaks HTTP/1.0, where keep-alive must be said
  bool keep_alive = true;
  bool streamed = false; ///< the body comes in chunks, or lasts until the close in HTTP/1.0
};

/// Appends status line and header with the blank line behind it. A status outside of 200 to 599
/// becomes 500; line breaks in header values become blanks.
void append_head(std::string& out, const http_response& response, const http_framing& framing);

/// Whether the status allows a body at all (204 and 304 do not).
bool may_have_body(unsigned status) noexcept;

} // namespace tickboard::net
