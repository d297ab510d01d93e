#include "actors/static_document.hpp"

#include "actors/entity_tag.hpp"
#include "adapters/net/deflate.hpp"

#include <algorithm>
#include <functional>

namespace tickboard {

static_document::static_document(std::string_view type, std::string text,
                                 std::vector<std::pair<std::string, std::string>> more_headers)
    : content_type(type), body(std::make_shared<const std::string>(std::move(text))),
      gzipped(std::make_shared<const std::string>(net::gzip(*body))),
      headers(std::move(more_headers)), tag(entity_tag(std::hash<std::string_view>{}(*body))) {
  headers.emplace_back("ETag", tag);
  if (std::ranges::none_of(headers, [](const auto& one) { return one.first == "Cache-Control"; }))
    headers.emplace_back("Cache-Control", "max-age=300"); // it changes with the program alone
}

} // namespace tickboard
