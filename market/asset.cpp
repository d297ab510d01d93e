#include "market/asset.hpp"

#include "market/json_text.hpp"
#include "market/market.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>

namespace tickboard {

namespace {

bool is_slug_character(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_plain_text(std::string_view text) noexcept {
  while (!text.empty()) {
    const auto length = utf8_length(text);
    const auto c = static_cast<unsigned char>(text.front());
    if (length == 0 || c < 0x20 || c == 0x7F)
      return false;
    text.remove_prefix(length);
  }
  return true;
}

bool is_name(std::string_view text, std::size_t most) noexcept {
  return !text.empty() && text.size() <= most && is_plain_text(text) && text.front() != ' ' &&
         text.back() != ' ';
}

bool is_symbol(std::string_view text) noexcept {
  return !text.empty() && text.size() <= max_asset_length && is_plain_text(text) &&
         std::ranges::all_of(text, is_code_character);
}

bool is_slug(std::string_view text) noexcept {
  return !text.empty() && text.size() <= asset_limits::name_bytes &&
         std::ranges::all_of(text, [](char c) { return is_slug_character(c) || c == '-'; });
}

/// Clients make links of it: a scheme such as javascript: must not get through.
bool is_link(std::string_view text) noexcept {
  if (text.size() > asset_limits::link_bytes ||
      !std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7F; }))
    return false;
  const bool web = text.starts_with("https://") || text.starts_with("http://");
  return text.empty() || web || text.substr(0, text.find('/')).find(':') == text.npos;
}

std::optional<asset_problem> find_problem(const asset& one) {
  const auto bad = [](std::string_view field, std::string_view value, std::string allowed) {
    return asset_problem{std::string{field}, json_excerpt(value) + " is not allowed",
                         std::move(allowed)};
  };
  if (!is_symbol(one.symbol))
    return bad(
        "symbol", one.symbol,
        fmt::format("1 to {} bytes without blanks and : , | {{ }} * \" \\", max_asset_length));
  if (!is_name(one.name, asset_limits::name_bytes))
    return bad("name", one.name,
               fmt::format("1 to {} bytes of UTF-8 without control characters and without blanks "
                           "at its ends",
                           asset_limits::name_bytes));
  if (!is_slug(one.slug))
    return bad("slug", one.slug,
               fmt::format("1 to {} of a-z, 0-9 and -", asset_limits::name_bytes));
  if (one.categories.size() > asset_limits::categories_of_one)
    return asset_problem{"categories", fmt::format("there are {}", one.categories.size()),
                         fmt::format("at most {}", asset_limits::categories_of_one)};
  for (const auto& group : one.categories)
    if (!is_name(group.name, asset_limits::category_bytes) || group.slug.empty() ||
        group.name.find_first_of(";|") != std::string::npos)
      return bad("categories", group.name,
                 fmt::format("names of at most {} bytes with a letter a-z or a digit, without ; | "
                             "and control characters",
                             asset_limits::category_bytes));
  for (const auto& [field, value] : {std::pair{"circulating_supply", &one.circulating_supply},
                                     std::pair{"max_supply", &one.max_supply}})
    if (value->text().starts_with('-'))
      return bad(field, value->text(), "a decimal number that is not negative");
  for (const auto& [field, value] :
       {std::pair{"website", &one.website}, std::pair{"explorer", &one.explorer},
        std::pair{"source_code", &one.source_code}})
    if (!is_link(*value))
      return bad(field, *value,
                 fmt::format("http://..., https://... or a bare host, at most {} bytes of ASCII",
                             asset_limits::link_bytes));
  return std::nullopt;
}

} // namespace

std::string make_slug(std::string_view name) {
  std::string out;
  bool gap = false;
  for (const char one : name) {
    const char c = lower(one);
    if (!is_slug_character(c)) {
      gap = true;
      continue;
    }
    if (gap && !out.empty())
      out += '-';
    gap = false;
    out += c;
  }
  return out;
}

std::string make_spare_slug(const asset& of) {
  const auto room = asset_limits::name_bytes - std::min(of.symbol.size() + 1, max_asset_length + 1);
  return make_slug(of.slug.substr(0, room) + "-" + of.symbol);
}

bool is_category_slug(std::string_view text) {
  return !text.empty() && text.size() <= asset_limits::category_bytes && make_slug(text) == text;
}

category make_category(std::string_view name) {
  return {make_slug(name), std::string{name}};
}

// -- asset_catalogue ------------------------------------------------------------------------------

const asset* asset_catalogue::find(std::string_view symbol) const noexcept {
  const auto it = std::ranges::lower_bound(assets_, symbol, {}, &asset::symbol);
  return it != assets_.end() && it->symbol == symbol ? &*it : nullptr;
}

const asset* asset_catalogue::find_slug(std::string_view slug) const noexcept {
  const auto it = std::ranges::lower_bound(
      by_slug_, slug, {}, [this](std::size_t i) -> std::string_view { return assets_[i].slug; });
  return it != by_slug_.end() && assets_[*it].slug == slug ? &assets_[*it] : nullptr;
}

bool asset_catalogue::has_made_slug(std::string_view symbol) const noexcept {
  return std::ranges::binary_search(made_slugs_, symbol);
}

const asset_catalogue::category_assets*
asset_catalogue::find_category(std::string_view slug) const noexcept {
  const auto it = std::ranges::lower_bound(categories_, slug, {}, [](const category_assets& one) {
    return std::string_view{one.of.slug};
  });
  return it != categories_.end() && it->of.slug == slug ? &*it : nullptr;
}

std::vector<std::string> changed_symbols(const asset_catalogue& before,
                                         const asset_catalogue& after) {
  std::vector<std::string> out;
  auto old = before.assets().begin();
  auto now = after.assets().begin();
  while (old != before.assets().end() || now != after.assets().end()) {
    const int order = old == before.assets().end()  ? 1
                      : now == after.assets().end() ? -1
                                                    : old->symbol.compare(now->symbol);
    if (order != 0 || *old != *now)
      out.push_back(order <= 0 ? old->symbol : now->symbol);
    if (order <= 0)
      ++old;
    if (order >= 0)
      ++now;
  }
  return out;
}

// -- catalogue_builder ----------------------------------------------------------------------------

std::optional<asset_problem> catalogue_builder::add(asset one) {
  if (assets_.size() == asset_limits::assets)
    return asset_problem{"symbol", "there are too many assets",
                         fmt::format("at most {}", asset_limits::assets)};
  std::ranges::sort(one.categories, {}, &category::slug);
  const auto doubles = std::ranges::unique(one.categories, {}, &category::slug);
  one.categories.erase(doubles.begin(), doubles.end());
  const bool made = one.slug.empty();
  if (made) {
    one.slug = make_slug(one.name);
    if (one.slug.empty())
      one.slug = make_spare_slug(one);
  }
  if (auto problem = find_problem(one))
    return problem;
  for (const auto& group : one.categories)
    if (!categories_.contains(group.slug)) {
      if (categories_.size() == asset_limits::categories)
        return asset_problem{"categories", "there are too many different ones",
                             fmt::format("at most {}", asset_limits::categories)};
      categories_.insert(group.slug);
    }
  if (symbols_.contains(one.symbol))
    return asset_problem{"symbol", json_excerpt(one.symbol) + " is there already",
                         "each symbol once"};
  if (!made && !slugs_.insert(one.slug).second)
    return asset_problem{"slug", json_excerpt(one.slug) + " is another asset's already",
                         "each slug once, or empty to have one made"};
  symbols_.insert(one.symbol);
  if (made)
    without_slug_.push_back(assets_.size());
  assets_.push_back(std::move(one));
  return std::nullopt;
}

std::string catalogue_builder::free_slug(const asset& of) {
  if (slugs_.insert(of.slug).second)
    return of.slug;
  auto out = make_spare_slug(of);
  constexpr std::size_t room_for_number = 1 + 6; // of `asset_limits::assets`
  const auto stem = out.substr(0, asset_limits::name_bytes - room_for_number);
  while (!slugs_.insert(out).second)
    out = fmt::format("{}-{}", stem, ++numbers_.try_emplace(stem, 1).first->second);
  return out;
}

asset_catalogue_ptr catalogue_builder::build() && {
  auto out = std::make_shared<asset_catalogue>();
  for (const auto place : without_slug_) { // what others wish for is known by now
    auto& one = assets_[place];
    one.slug = free_slug(one);
    out->made_slugs_.push_back(one.symbol);
  }
  out->assets_ = std::move(assets_);
  std::ranges::sort(out->assets_, {}, &asset::symbol);
  std::ranges::sort(out->made_slugs_);
  out->by_slug_.resize(out->assets_.size());
  std::iota(out->by_slug_.begin(), out->by_slug_.end(), std::size_t{0});
  std::ranges::sort(out->by_slug_, {},
                    [&](std::size_t i) -> std::string_view { return out->assets_[i].slug; });
  std::map<std::string, asset_catalogue::category_assets> groups;
  for (auto& one : out->assets_)
    for (auto& group : one.categories) {
      auto& members =
          groups.try_emplace(group.slug, group, std::vector<std::string>{}).first->second;
      group.name = members.of.name;
      members.symbols.push_back(one.symbol);
    }
  for (auto& [slug, members] : groups)
    out->categories_.push_back(std::move(members));
  return out;
}

} // namespace tickboard
