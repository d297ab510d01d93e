#include "adapters/redis/layout.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tickboard::redis {

namespace {

constexpr int layout_version = 2; // a new layout is built beside the old one

std::string key_of(std::string_view prefix, std::string_view partition, std::string_view rest) {
  return fmt::format("{}:{}:{{{}}}:{}", prefix, layout_version, partition, rest);
}

/// As KEYS and SCAN match it, and nothing else.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view{"*?[]\\^"}.find(c) != std::string_view::npos)
      out.push_back('\\');
    out.push_back(c);
  }
  return out;
}

} // namespace

partition_keys::partition_keys(std::string_view prefix, std::string_view partition) {
  const auto key = [&](std::string_view rest) { return key_of(prefix, partition, rest); };
  epoch = key("epoch");
  owner = key("owner");
  rows = key("row:");
  version = key("version");
  bases = key("bases");
  counts = key("counts");
  snapshots = key("snapshots");
  daemons = key("daemons");
  starter = key("starter");
  for (std::size_t i = 0; i < sort_field_count; ++i)
    by[i] = key(fmt::format("by:{}", sort_fields[i].name));
  by[stale_index] = key("by:stale");
}

std::vector<std::string> partition_keys::frame() const {
  std::vector<std::string> out{epoch, owner, version, bases, counts};
  out.insert(out.end(), by.begin(), by.end());
  return out;
}

asset_keys::asset_keys(std::string_view prefix) {
  const auto key = [&](std::string_view rest) { return key_of(prefix, ":assets", rest); };
  epoch = key("epoch");
  owner = key("owner");
  row = key("row");
  tags = key("tags");
  for (std::size_t i = 0; i < by.size(); ++i)
    by[i] = key(fmt::format("by:{}", asset_sort_fields[i].name));
}

std::vector<std::string> asset_keys::all() const {
  std::vector<std::string> out{epoch, owner, row, tags};
  out.insert(out.end(), by.begin(), by.end());
  return out;
}

layout::layout(std::string_view prefix, const std::vector<std::string>& quotes) : prefix_(prefix) {
  names_.emplace_back(":board"); // no quote has a colon
  names_.insert(names_.end(), quotes.begin(), quotes.end());
  for (const auto& name : names_)
    partitions_.emplace_back(prefix, name);
}

std::size_t layout::find(std::string_view quote) const noexcept {
  const auto it = std::find(names_.begin() + 1, names_.end(), quote);
  return it == names_.end() ? board : static_cast<std::size_t>(it - names_.begin());
}

snapshot_keys layout::snapshot(std::string_view name) const {
  const auto key = [&](std::string_view rest) {
    return fmt::format("{}:{}:{{{}}}:snapshot:{}:{}", prefix_, layout_version, names_[board], name,
                       rest);
  };
  return {key("ranking"), key("rows"), key("alive")};
}

std::string layout::history(std::int64_t period) const {
  return fmt::format("{}:{}:history:{{{}}}:{}", prefix_, layout_version, names_[board], period);
}

std::string layout::candles(std::string_view quote, std::string_view ring,
                            std::int64_t period) const {
  return fmt::format("{}:{}:candles:{{{}}}:{}:{}", prefix_, layout_version, quote, ring, period);
}

std::string layout::pattern() const {
  return fmt::format("{}:{}:{{*", escaped(prefix_), layout_version);
}

std::string layout::rows_pattern(std::size_t partition) const {
  return escaped(partitions_[partition].rows) + "*";
}

} // namespace tickboard::redis
