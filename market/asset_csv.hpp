#pragma once

#include "market/asset.hpp"
#include "market/result.hpp"

#include <string>
#include <string_view>

namespace tickboard {

/// Room for 200,000 assets with every field filled well; whoever reads files takes no larger ones.
inline constexpr std::size_t max_asset_csv_bytes = 64 * 1024 * 1024;

/// Reads a catalogue from CSV (RFC 4180). The first line names the columns, in any order: symbol
/// and name, and of slug, categories, circulating_supply, max_supply, website, explorer and
/// source_code those that are there. Categories are names with ';' or '|' between them. Blanks
/// around a value do not count.
///
/// All or nothing: the error has one problem a line, "file:line: column: what; allowed: ...", the
/// first 100 of them, and says how many more there are. Time and memory grow with the text, which
/// the caller bounds; 200,000 assets take a good part of a second, so not for io threads.
result<asset_catalogue_ptr> parse_asset_csv(std::string_view text, std::string_view file);

/// The catalogue as `parse_asset_csv` reads it.
std::string to_csv(const asset_catalogue& catalogue);

} // namespace tickboard
