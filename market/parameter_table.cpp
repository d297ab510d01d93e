#include "market/parameter_table.hpp"

#include "market/json_parts.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace tickboard {

value_form whole_number(std::uint32_t most) {
  value_form out;
  out.is = value_form::kind::whole;
  out.least = 1;
  out.most = most;
  return out;
}

value_form any_number() {
  value_form out;
  out.is = value_form::kind::number;
  return out;
}

value_form true_or_false() {
  value_form out;
  out.is = value_form::kind::flag;
  return out;
}

value_form one_of(std::vector<std::string> values) {
  value_form out;
  out.values = std::move(values);
  return out;
}

value_form sort_keys(const std::vector<std::string_view>& names) {
  value_form out;
  for (const auto name : names) {
    out.values.emplace_back(name);
    out.values.push_back(fmt::format("-{}", name));
  }
  return out;
}

namespace {

std::string item_schema(const value_form& form, std::string fallback = "") {
  return json::object({
      {"type", json::text("string")},
      {"enum", form.values.empty() ? "" : json::texts(form.values)},
      {"pattern", form.pattern.empty() ? "" : json::text(form.pattern)},
      {"maxLength", form.max_length == 0 ? "" : fmt::format("{}", form.max_length)},
      {"default", std::move(fallback)},
  });
}

} // namespace

std::string json_value(const value_form& form, std::string_view text) {
  switch (form.is) {
  case value_form::kind::whole:
  case value_form::kind::number:
  case value_form::kind::flag:
    return std::string{text};
  case value_form::kind::list: {
    std::vector<std::string> values;
    for (std::size_t begin = 0; begin <= text.size();) {
      const auto end = std::min(text.find(',', begin), text.size());
      values.emplace_back(text.substr(begin, end - begin));
      begin = end + 1;
    }
    return json::texts(values);
  }
  case value_form::kind::text:
    break;
  }
  return json::text(text);
}

std::string json_schema(const value_form& form, std::string_view otherwise) {
  const auto bound = [](const std::optional<double>& value) {
    return value ? json::number(*value) : "";
  };
  auto fallback = otherwise.empty() ? "" : json_value(form, otherwise);
  switch (form.is) {
  case value_form::kind::whole:
  case value_form::kind::number:
    return json::object(
        {{"type", json::text(form.is == value_form::kind::whole ? "integer" : "number")},
         {"minimum", bound(form.least)},
         {"maximum", bound(form.most)},
         {"default", std::move(fallback)}});
  case value_form::kind::flag:
    return json::object({{"type", json::text("boolean")}, {"default", std::move(fallback)}});
  case value_form::kind::list:
    return json::object({{"type", json::text("array")},
                         {"items", item_schema(form)},
                         {"minItems", form.may_be_empty ? "0" : "1"},
                         {"maxItems", fmt::format("{}", form.max_items)},
                         {"default", std::move(fallback)}});
  case value_form::kind::text:
    break;
  }
  return item_schema(form, std::move(fallback));
}

std::string in_words(const value_form& form) {
  if (!form.words.empty())
    return form.words;
  switch (form.is) {
  case value_form::kind::whole:
  case value_form::kind::number:
    return fmt::format("a {}number{}{}", form.is == value_form::kind::whole ? "whole " : "",
                       form.least ? fmt::format(" from {}", *form.least) : "",
                       form.most ? fmt::format(" {}to {}", form.least ? "" : "up ", *form.most)
                                 : "");
  case value_form::kind::flag:
    return "true, false";
  case value_form::kind::list:
    if (form.values.empty())
      return fmt::format("1 to {} values separated by commas", form.max_items);
    return fmt::format("any of {}, separated by commas", fmt::join(form.values, ", "));
  case value_form::kind::text:
    break;
  }
  return form.values.empty() ? "any text" : fmt::format("one of {}", fmt::join(form.values, ", "));
}

std::string names_of(const std::vector<parameter_note>& notes) {
  std::string names, bounded;
  for (const auto& one : notes) {
    const std::string_view name = one.name;
    const auto has_twin = [&] {
      return std::ranges::any_of(notes, [&](const parameter_note& other) {
        return other.name == fmt::format("max_{}", name.substr(4));
      });
    };
    if (name.starts_with("min_") && has_twin())
      bounded += fmt::format("{}{}", bounded.empty() ? "" : ", ", name.substr(4));
    else if (bounded.empty() || !name.starts_with("max_"))
      names += fmt::format("{}{}", names.empty() ? "" : ", ", name);
  }
  if (names.empty())
    return "no parameters";
  return bounded.empty() ? names : names + ", min_ and max_ of each of " + bounded;
}

std::optional<query_problem> refuse_any(std::string_view query) {
  const auto given = parse_query_string(query);
  if (!given)
    return given.error();
  if (given->empty())
    return std::nullopt;
  return query_problem{given->front().first, "is not a parameter of this resource", names_of({})};
}

} // namespace tickboard
