#include "adapters/config/reader.hpp"

#include "adapters/config/text_values.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <ranges>

namespace tickboard::config {

namespace {

std::string_view type_name(const toml::node& node) {
  switch (node.type()) {
  case toml::node_type::table:
    return "a table";
  case toml::node_type::array:
    return "a list";
  case toml::node_type::string:
    return "a text";
  case toml::node_type::integer:
    return "a whole number";
  case toml::node_type::floating_point:
    return "a number with a fraction";
  case toml::node_type::boolean:
    return "true or false";
  default:
    return "a date or time";
  }
}

std::string header(const section& of) {
  return fmt::format(fmt::runtime(of.repeated ? "[[{}]]" : "[{}]"), of.name);
}

/// Turns one TOML value into a value of a key's type. A refusal is what is wrong with it, in words
/// that follow "key: ".
class value_reader {
public:
  explicit value_reader(const key& one) : key_(one) {}

  result<bool> read(const toml::node& node, const bool&) const {
    if (const auto* value = node.as_boolean())
      return value->get();
    return wrong_type(node);
  }

  result<milliseconds> read(const toml::node& node, const milliseconds& fallback) const {
    const auto* text = node.as_string();
    if (!text)
      return wrong_type(node);
    const auto value = parse_duration(text->get());
    if (!value)
      return unexpected(fmt::format("{} is not a duration", quoted(text->get())));
    if (*value != fallback && !in_range(static_cast<std::uint64_t>(value->count())))
      return unexpected(fmt::format("{} is out of range", quoted(text->get())));
    return *value;
  }

  template <std::unsigned_integral Number>
  result<Number> read(const toml::node& node, const Number& fallback) const {
    std::optional<std::uint64_t> value;
    std::string shown;
    if (const auto* number = node.as_integer()) {
      shown = fmt::format("{}", number->get());
      if (number->get() >= 0)
        value = static_cast<std::uint64_t>(number->get());
    } else if (const auto* text = node.as_string(); text && key_.takes.of == unit::bytes) {
      shown = quoted(text->get());
      value = parse_size(text->get());
      if (!value)
        return unexpected(shown + " is not a size");
    } else {
      return wrong_type(node);
    }
    if (!value || (*value != fallback && !in_range(*value)))
      return unexpected(shown + " is out of range");
    return static_cast<Number>(*value);
  }

  result<std::string> read(const toml::node& node, const std::string& fallback) const {
    const auto* text = node.as_string();
    if (text && key_.example.empty() && text->get() == fallback)
      return fallback;
    return read_text(node);
  }

  /// A text, or an entry of a list of texts, that follows the key's rule.
  result<std::string> read_text(const toml::node& node) const {
    const auto* text = node.as_string();
    if (!text)
      return wrong_type(node);
    const auto& value = text->get();
    const auto& rule = *key_.takes.rule;
    const auto shown = rule.shown ? quoted(value) : std::string("the value");
    if (value.size() > max_text_bytes)
      return unexpected(fmt::format("{} is longer than {} bytes", shown, max_text_bytes));
    if (std::ranges::any_of(value, [](char c) { return (c >= 0 && c < 0x20) || c == 0x7f; }))
      return unexpected(shown + " contains a control character");
    if (!rule.accepts(value)) {
      const auto advice = rule.advice != nullptr ? rule.advice(value) : std::string_view{};
      return unexpected(
          fmt::format("{} is not {}{}{}", shown, rule.name, advice.empty() ? "" : ": ", advice));
    }
    return value;
  }

  bool in_range(std::uint64_t value) const {
    return key_.takes.min <= value && value <= key_.takes.max;
  }

private:
  static tl::unexpected<std::string> wrong_type(const toml::node& node) {
    return unexpected(fmt::format("is {}", type_name(node)));
  }

  const key& key_;
};

} // namespace

position begin_of(const toml::source_region& region) {
  return {std::max<std::uint32_t>(region.begin.line, 1),
          std::max<std::uint32_t>(region.begin.column, 1)};
}

void reader::read(const toml::table& document) {
  for (const auto& [name, node] : document) {
    const auto found = std::ranges::find(schema(), name.str(), &section::name);
    if (found == schema().end()) {
      const auto meant = closest(name.str(), schema() | std::views::transform(&section::name));
      const auto headers = schema() | std::views::transform(header);
      problems_.add(begin_of(name.source()), one_line(name.str().substr(0, 80)),
                    fmt::format("unknown {}{}",
                                node.is_table() ? "section" : "key outside sections",
                                meant.empty() ? "" : fmt::format(", did you mean {}?", meant)),
                    fmt::format("{}", fmt::join(headers.begin(), headers.end(), " ")));
    } else if (!found->repeated) {
      read_section(*found, node);
    } else if (const auto* entries = node.as_array(); entries && !entries->empty()) {
      for (const auto& entry : *entries)
        read_entry(*found, entry);
    } else {
      problems_.add(begin_of(node.source()), name.str(), fmt::format("is {}", type_name(node)),
                    fmt::format("one or more {}", header(*found)));
    }
  }
  if (!document.contains("feed"))
    problems_.add({}, "feed", "no exchange is followed", "one or more [[feed]]");
  check_supervision(document);
  check_listeners(document);
  check_tls(document);
  check_metadata(document);
  auto& redis = all_.redis;
  read_password_file(document, "redis", "password", redis.password_file, redis.password);
  read_password_file(document, "redis", "sentinel_password", redis.sentinel_password_file,
                     redis.sentinel_password);
  read_password_file(document, "metadata", "password", all_.metadata.password_file,
                     all_.metadata.password);
  check_sentinels(document);
}

void reader::read_section(const section& of, const toml::node& node) {
  feed_settings no_feed;
  key_settings no_key;
  if (const auto* table = node.as_table()) {
    read_keys(of, *table, {all_, no_feed, no_key});
    if (of.name == "clients")
      check_rate(of, *table, all_.clients.rate, all_.clients.burst);
  } else
    problems_.add(begin_of(node.source()), of.name, fmt::format("is {}", type_name(node)),
                  fmt::format("one section {}", header(of)));
}

void reader::read_entry(const section& of, const toml::node& node) {
  const auto* table = node.as_table();
  if (!table) {
    problems_.add(begin_of(node.source()), of.name, fmt::format("is {}", type_name(node)),
                  fmt::format("sections {}", header(of)));
    return;
  }
  feed_settings feed;
  key_settings api_key;
  read_keys(of, *table, {all_, feed, api_key});
  for (const auto& one : of.keys)
    if (!one.example.empty() && !table->contains(one.name))
      problems_.add(begin_of(table->source()), fmt::format("{}.{}", of.name, one.name),
                    "is missing", allowed(one));
  if (of.name == "key")
    add_key(of, *table, std::move(api_key));
  else
    add_feed(of, *table, std::move(feed));
}

void reader::read_keys(const section& of, const toml::table& table, target into) {
  for (const auto& [name, node] : table) {
    const auto path = fmt::format("{}.{}", of.name, one_line(name.str().substr(0, 80)));
    const auto found = std::ranges::find(of.keys, name.str(), &key::name);
    if (found != of.keys.end()) {
      read_value(path, *found, node, found->at(into));
      continue;
    }
    const auto names = of.keys | std::views::transform(&key::name);
    const auto meant = closest(name.str(), names);
    problems_.add(begin_of(name.source()), path,
                  meant.empty() ? "unknown key"
                                : fmt::format("unknown key, did you mean {}?", meant),
                  fmt::format("{}", fmt::join(names.begin(), names.end(), ", ")));
  }
}

void reader::read_value(const std::string& path, const key& one, const toml::node& node,
                        slot where) {
  const value_reader values(one);
  const auto refuse = [&](const toml::node& at, const std::string& what) {
    problems_.add(begin_of(at.source()), path, what, allowed(one));
  };
  const auto store = [&](auto* into) {
    if (auto value = values.read(node, *into))
      *into = std::move(*value);
    else
      refuse(node, value.error());
  };
  const auto store_list = [&](std::vector<std::string>* into) {
    const auto* list = node.as_array();
    if (!list)
      return refuse(node, fmt::format("is {}", type_name(node)));
    const bool is_default = one.example.empty() && list->empty() && into->empty();
    if (!is_default && !values.in_range(list->size()))
      refuse(node, fmt::format("has {} entries", list->size()));
    into->clear();
    for (const auto& entry : *list)
      if (auto value = values.read_text(entry))
        into->push_back(std::move(*value));
      else
        refuse(entry, value.error());
  };
  std::visit(
      [&](auto* into) {
        if constexpr (std::is_same_v<decltype(into), std::vector<std::string>*>)
          store_list(into);
        else
          store(into);
      },
      where);
}

} // namespace tickboard::config
