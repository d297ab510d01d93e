#pragma once

#include "adapters/net/http_server.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tickboard {

/// A body that stays the same while the process lives. Immutable; any thread.
struct static_document {
  static_document(std::string_view type, std::string text,
                  std::vector<std::pair<std::string, std::string>> more_headers = {});

  std::string content_type;
  net::shared_bytes body, gzipped;
  std::vector<std::pair<std::string, std::string>> headers; ///< ETag, Cache-Control and others
  std::string tag;
};

/// GET /openapi.json: made of `actors/contract.hpp` when it is first asked for.
const static_document& api_document();

/// GET / and what it loads (web/src): the file at this path, or null. They ask for nothing from
/// elsewhere.
const static_document* board_file(std::string_view path);

/// GET /docs: web/docs.html with its style and script, which reads /openapi.json. Nothing else may
/// be loaded or run by it (Content-Security-Policy).
const static_document& docs_page();

} // namespace tickboard
