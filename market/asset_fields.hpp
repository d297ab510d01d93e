#pragma once

#include "market/asset.hpp"

#include <span>
#include <string>
#include <string_view>

namespace tickboard {

/// A field of an asset as text, under the name that CSV columns and the database give it.
/// Categories are names with ';' between them ('|' is read as well).
struct asset_field {
  std::string_view name;
  /// False for a text that the field cannot hold at all; `catalogue_builder` looks at the rest.
  bool (*set)(asset& of, std::string_view text);
  std::string (*get)(const asset& of);
  bool required = false;
};

/// All of them. Files, imports and caches follow this table; a new field is a line in it.
std::span<const asset_field> asset_fields();

} // namespace tickboard
