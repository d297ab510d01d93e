#pragma once

#include "market/decimal.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tickboard {

/// What is known of an asset besides its markets. Texts are UTF-8; empty means unknown.
namespace asset_limits {
inline constexpr std::size_t assets = 200'000;
inline constexpr std::size_t categories = 1'000; ///< in a catalogue
inline constexpr std::size_t categories_of_one = 32;
inline constexpr std::size_t name_bytes = 128; ///< also of a slug
inline constexpr std::size_t category_bytes = 64;
inline constexpr std::size_t link_bytes = 512;
} // namespace asset_limits

/// A group of assets: "Layer 1", in addresses "layer-1".
struct category {
  std::string slug; ///< made from the name; unique in a catalogue
  std::string name;
  friend bool operator==(const category&, const category&) = default;
};

struct asset {
  std::string symbol;               ///< unified asset code, as in `market::base`
  std::string name;                 ///< "Bitcoin"
  std::string slug;                 ///< "bitcoin": the name in addresses; unique in a catalogue
  std::vector<category> categories; ///< by slug, each once
  decimal circulating_supply;       ///< in units of the asset
  decimal max_supply;
  std::string website; ///< these three: http(s)://..., or a bare host
  std::string explorer;
  std::string source_code;
  friend bool operator==(const asset&, const asset&) = default;
};

/// Lower-case ASCII letters and digits of `name`, with one '-' for each run of anything else
/// between them. Empty if there are none.
std::string make_slug(std::string_view name);

/// For an asset whose slug is another's already: that slug, cut where it would get too long, with
/// the symbol behind it.
std::string make_spare_slug(const asset& of);

/// True for what `make_slug` may make of a category's name.
bool is_category_slug(std::string_view text);

/// A category with the slug that belongs to its name.
category make_category(std::string_view name);

/// Why an asset was not taken: in which field, what is wrong, and what is allowed.
struct asset_problem {
  std::string field, what, allowed;
};

class asset_catalogue;
using asset_catalogue_ptr = std::shared_ptr<const asset_catalogue>;

/// All assets of one moment. Immutable and shared: readers keep the one they have while a newer one
/// takes its place.
class asset_catalogue {
public:
  struct category_assets {
    category of;
    std::vector<std::string> symbols; ///< sorted
    friend bool operator==(const category_assets&, const category_assets&) = default;
  };

  asset_catalogue() = default;

  const std::vector<asset>& assets() const noexcept { return assets_; } ///< by symbol
  const std::vector<category_assets>& categories() const noexcept {
    return categories_;
  } ///< by slug

  // Null for what is not there; valid as long as the catalogue.
  const asset* find(std::string_view symbol) const noexcept;
  const asset* find_slug(std::string_view slug) const noexcept;
  const category_assets* find_category(std::string_view slug) const noexcept;

  /// True for an asset that came without a slug and got one from its name. Where the asset has one
  /// already, that is no wish for another.
  bool has_made_slug(std::string_view symbol) const noexcept;

  friend bool operator==(const asset_catalogue& a, const asset_catalogue& b) {
    return a.assets_ == b.assets_;
  }

private:
  friend class catalogue_builder;

  std::vector<asset> assets_;
  std::vector<std::size_t> by_slug_;    ///< places in assets_
  std::vector<std::string> made_slugs_; ///< symbols, sorted
  std::vector<category_assets> categories_;
};

/// The symbols that are in only one of the two, or differ; sorted.
std::vector<std::string> changed_symbols(const asset_catalogue& before,
                                         const asset_catalogue& after);

/// Gathers assets, from wherever they come, under the rules that all catalogues keep.
class catalogue_builder {
public:
  /// Takes `one`, or says why not: a field that breaks a rule, a symbol or slug that is taken, a
  /// limit that is reached. Categories are sorted, and doubles of them dropped.
  std::optional<asset_problem> add(asset one);

  /// Everything that was taken. Categories with one slug get one name, that of the first asset. Who
  /// came without a slug gets one made of the name, in the order of `add`: with the symbol behind
  /// it if that is taken, and a number behind both if that is, too.
  asset_catalogue_ptr build() &&;

private:
  std::string free_slug(const asset& of);

  std::vector<asset> assets_;
  std::vector<std::size_t> without_slug_; ///< places in assets_; the slug is what is wished
  std::set<std::string, std::less<>> symbols_, slugs_, categories_;
  std::map<std::string, std::size_t> numbers_; ///< the last one behind a slug
};

} // namespace tickboard
