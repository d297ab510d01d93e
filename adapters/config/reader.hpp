#pragma once

#include "adapters/config/problems.hpp"
#include "adapters/config/schema.hpp"

/// Wall: toml++ is seen by settings.cpp and the reader's files alone.
#include <toml++/toml.h>

#include <map>
#include <optional>
#include <string>
#include <tuple>

namespace tickboard::config {

position begin_of(const toml::source_region& region);

/// Fills settings from a TOML document by the schema, and notes everything that does not fit.
class reader {
public:
  reader(settings& into, problems& found) : all_(into), problems_(found) {}

  void read(const toml::table& document);

private:
  void read_section(const section& of, const toml::node& node);
  void read_entry(const section& of, const toml::node& node);
  void read_keys(const section& of, const toml::table& table, target into);
  void read_value(const std::string& path, const key& one, const toml::node& node, slot where);
  void check_channels(const toml::table& table, const feed_settings& feed);
  void add_feed(const section& of, const toml::table& table, feed_settings feed);
  void add_key(const section& of, const toml::table& table, key_settings api_key);
  void check_rate(const section& of, const toml::table& table, std::uint32_t rate,
                  std::uint32_t burst);
  /// Of the entries of a section that repeats.
  void check_unique(const section& of, const toml::node& node, std::string_view key,
                    const std::string& value);
  void check_supervision(const toml::table& document);
  void check_listeners(const toml::table& document);
  void check_tls(const toml::table& document);
  void check_metadata(const toml::table& document);
  void check_sentinels(const toml::table& document);
  void read_password_file(const toml::table& document, std::string_view section_name,
                          std::string_view password_name, const std::string& file,
                          std::string& password);

  settings& all_;
  problems& problems_;
  /// Where values that must be unique were given first, by section, key and value.
  std::map<std::tuple<std::string_view, std::string_view, std::string>, std::uint32_t> lines_;
};

} // namespace tickboard::config
