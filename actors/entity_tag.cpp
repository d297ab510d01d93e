#include "actors/entity_tag.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tickboard {

namespace {

std::string_view without_weakness(std::string_view tag) {
  return tag.starts_with("W/") ? tag.substr(2) : tag;
}

} // namespace

std::string entity_tag(std::uint64_t mark) {
  return fmt::format("W/\"{:016x}\"", mark);
}

std::string stale_tag(std::string_view tag, std::int64_t since_ms) {
  return fmt::format("{}-{}\"", tag.substr(0, tag.rfind('"')), since_ms);
}

std::shared_ptr<const std::string> with_stale_since(const std::string& body,
                                                    std::int64_t since_ms) {
  auto out = body;
  out.insert(out.size() - 1, fmt::format(",\"stale_since_ms\":{}", since_ms));
  return std::make_shared<const std::string>(std::move(out));
}

bool names_tag(std::string_view if_none_match, std::string_view tag) {
  const auto wanted = without_weakness(tag);
  while (!if_none_match.empty()) {
    const auto comma = std::min(if_none_match.find(','), if_none_match.size());
    auto one = if_none_match.substr(0, comma);
    if_none_match.remove_prefix(std::min(comma + 1, if_none_match.size()));
    while (!one.empty() && (one.front() == ' ' || one.front() == '\t'))
      one.remove_prefix(1);
    while (!one.empty() && (one.back() == ' ' || one.back() == '\t'))
      one.remove_suffix(1);
    if (one == "*" || without_weakness(one) == wanted)
      return true;
  }
  return false;
}

} // namespace tickboard
