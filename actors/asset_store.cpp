#include "actors/asset_store.hpp"

#include <limits>

namespace tickboard {

namespace {

held_asset::scores scores_of(const asset_values& values) {
  held_asset::scores out{};
  for (std::size_t i = 0; i < out.size(); ++i)
    if (asset_sort_fields[i].score != nullptr)
      out[i] =
          asset_sort_fields[i].score(values).value_or(-std::numeric_limits<double>::infinity());
  return out;
}

std::string tags_of(const asset* known) {
  std::string out = "|";
  if (known != nullptr)
    for (const auto& one : known->categories)
      out += one.slug + "|";
  return out;
}

} // namespace

redis::call write_assets(const board& on, std::string_view owner,
                         std::span<held_asset* const> assets, const asset_catalogue& catalogue) {
  std::vector<std::string> rows, tags;
  std::array<std::vector<std::pair<double, std::string_view>>, asset_sort_field_count> scores;
  for (auto* one : assets) {
    const auto* const known = catalogue.find(one->symbol);
    rows.push_back(one->symbol);
    append_asset_row(rows.emplace_back(), {one->symbol, known, &one->values});
    if (auto now = tags_of(known); !one->written || one->tags != now) {
      tags.push_back(one->symbol);
      tags.push_back(now);
      one->tags = std::move(now);
    }
    const auto now = scores_of(one->values);
    for (std::size_t i = 0; i < now.size(); ++i)
      if (!one->written || one->sent[i] != now[i])
        scores[i].emplace_back(now[i], one->symbol);
    one->sent = now;
    one->written = true;
  }
  redis::call out;
  out.by_sha = on.write;
  auto& to = out.arguments;
  const auto& keys = on.assets;
  to.add(keys.owner);
  to.add(keys.row);
  to.add(keys.tags);
  out.keys = 3;
  for (std::size_t i = 0; i < scores.size(); ++i)
    if (!scores[i].empty()) {
      to.add(keys.by[i]);
      ++out.keys;
    }
  to.add(owner);
  to.add("2");
  to.add("0"); // rows of assets are in a hash
  to.add(rows);
  to.add(tags);
  for (const auto& changed : scores) {
    if (changed.empty())
      continue;
    to.add(static_cast<std::int64_t>(2 * changed.size()));
    for (const auto& [score, symbol] : changed) {
      to.add(score);
      to.add(symbol);
    }
  }
  return out;
}

redis::call claim_assets(const board& on, std::string_view owner) {
  redis::call out;
  out.by_sha = on.claim;
  auto& to = out.arguments;
  to.add(on.assets.owner);
  out.keys = 1;
  for (const auto& key : on.assets.all())
    if (key != on.assets.owner) {
      to.add(key);
      ++out.keys;
    }
  to.add(owner);
  return out;
}

redis::call drop_assets(const board& on, std::string_view owner,
                        std::span<const std::string> symbols) {
  redis::call out;
  out.by_sha = on.drop;
  out.keys = 3 + on.assets.by.size();
  auto& to = out.arguments;
  for (const auto* key : {&on.assets.owner, &on.assets.row, &on.assets.tags})
    to.add(*key);
  for (const auto& index : on.assets.by)
    to.add(index);
  to.add(owner);
  for (const auto& symbol : symbols)
    to.add(symbol);
  return out;
}

} // namespace tickboard
