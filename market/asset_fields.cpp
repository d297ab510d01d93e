#include "market/asset_fields.hpp"

#include <algorithm>
#include <array>

namespace tickboard {

namespace {

template <auto Member>
constexpr asset_field text_field(std::string_view name, bool required = false) {
  return {name,
          [](asset& of, std::string_view text) {
            of.*Member = text;
            return true;
          },
          [](const asset& of) { return of.*Member; }, required};
}

template <auto Member>
constexpr asset_field decimal_field(std::string_view name) {
  return {name,
          [](asset& of, std::string_view text) {
            if (text.empty())
              return true;
            const auto value = decimal::parse(text);
            of.*Member = value.value_or(decimal{});
            return value.has_value();
          },
          [](const asset& of) { return std::string{(of.*Member).text()}; }};
}

bool set_categories(asset& of, std::string_view text) {
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of(";|"), text.size());
    auto name = text.substr(0, end);
    name.remove_prefix(std::min(name.find_first_not_of(' '), name.size()));
    name = name.substr(0, name.find_last_not_of(' ') + 1);
    if (!name.empty())
      of.categories.push_back(make_category(name));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return true;
}

std::string get_categories(const asset& of) {
  std::string out;
  for (const auto& one : of.categories)
    out += (out.empty() ? "" : ";") + one.name;
  return out;
}

constexpr std::array fields{
    text_field<&asset::symbol>("symbol", true),
    text_field<&asset::name>("name", true),
    text_field<&asset::slug>("slug"),
    asset_field{"categories", set_categories, get_categories},
    decimal_field<&asset::circulating_supply>("circulating_supply"),
    decimal_field<&asset::max_supply>("max_supply"),
    text_field<&asset::website>("website"),
    text_field<&asset::explorer>("explorer"),
    text_field<&asset::source_code>("source_code"),
};

} // namespace

std::span<const asset_field> asset_fields() {
  return fields;
}

} // namespace tickboard
