#pragma once

#include "adapters/config/settings.hpp"
#include "adapters/config/text_rules.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// The one table of everything that can be configured. `parse`, `reference` and the messages read
/// it; a new key is a member in settings.hpp and a line here.
namespace tickboard::config {

/// The objects that keys point into. `feed` and `api_key` are the [[feed]] or [[key]] at hand.
struct target {
  settings& all;
  feed_settings& feed;
  key_settings& api_key;
};

/// Where a key's value lives; its type is the key's type.
using slot = std::variant<bool*, std::uint32_t*, std::size_t*, milliseconds*, std::string*,
                          std::vector<std::string>*>;

enum class unit : std::uint8_t { none, count, bytes, time, text, list };

/// The values that a key takes besides its default: numbers, bytes, milliseconds or, for lists,
/// entries from `min` to `max`; texts and entries that follow `rule`.
struct domain {
  unit of = unit::none;
  std::uint64_t min = 0;
  std::uint64_t max = 0;
  const text_rule* rule = nullptr;
};

struct key {
  std::string_view name; ///< the member's name
  slot (*at)(target);
  domain takes;
  std::string_view meaning;
  std::string_view example = {}; ///< TOML; set for keys that must be given, which have no default
};

struct section {
  std::string_view name;
  bool repeated = false; ///< [[name]] instead of [name]
  std::string_view meaning;
  std::span<const key> keys;
};

std::span<const section> schema();

/// What `one` takes, as messages and the reference say it.
std::string allowed(const key& one);

/// [name] or [[name]].
std::string title(const section& one);

/// The value that `one` has if it is not given, as TOML; empty for a key that must be given.
std::string default_of(const key& one);

/// The value in `where` as TOML.
std::string to_toml(const slot& where, unit of);

} // namespace tickboard::config
