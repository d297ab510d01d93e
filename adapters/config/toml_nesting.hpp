#pragma once

#include "adapters/config/problems.hpp"

#include <optional>
#include <string_view>

namespace tickboard::config {

/// Most dots outside of strings and comments that a file may have: dots of dotted keys, headers
/// and numbers. No key of ours has one in the reference.
///
/// toml++ 3.3 limits how deep values nest (TOML_MAX_NESTED_VALUES) but not how many parts a dotted
/// key has, and frees nested tables recursively: a long `a.a.a.a...` overflows the stack.
inline constexpr std::size_t max_toml_dots = 1000;

/// Where the dot beyond the limit is, if there is one. Follows TOML's strings and comments up to
/// the first syntax error, where the parser stops, too.
std::optional<position> excessive_dots(std::string_view text) noexcept;

} // namespace tickboard::config
