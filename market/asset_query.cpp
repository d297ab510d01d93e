#include "market/asset_query.hpp"

#include "market/price_history.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

namespace tickboard {

namespace {

using refusal = std::optional<query_problem>;

bool is_symbol(const std::string& text) {
  return text.size() <= max_asset_length && std::ranges::all_of(text, is_code_character);
}

bool is_category(const std::string& text) {
  return text.size() <= asset_limits::category_bytes && make_slug(text) == text;
}

refusal read_choice(const std::string& name, std::string_view text, bool symbols, choice& out) {
  const auto allowed = fmt::format(
      "1 to {} {} separated by commas, each with a leading ! to leave it out",
      view_limits::max_list,
      symbols ? "asset codes"
              : "categories by slug (lower-case letters, digits and -; GET /v1/categories lists "
                "them)");
  std::set<std::string> wanted, unwanted;
  for (std::size_t begin = 0; begin <= text.size();) {
    const auto end = std::min(text.find(',', begin), text.size());
    std::string value{text.substr(begin, end - begin)};
    begin = end + 1;
    const bool leave_out = value.starts_with('!');
    if (leave_out)
      value.erase(0, 1);
    if (value.empty())
      return query_problem{name, "has an empty value", allowed};
    if (symbols)
      to_upper(value);
    if (!(symbols ? is_symbol(value) : is_category(value)))
      return query_problem{
          name, symbols ? "has a value that is no asset code" : "has a value that is no slug",
          allowed};
    if ((leave_out ? wanted : unwanted).contains(value))
      return query_problem{name, "asks for a value and leaves it out", allowed};
    (leave_out ? unwanted : wanted).insert(std::move(value));
  }
  if (wanted.size() + unwanted.size() > view_limits::max_list)
    return query_problem{name, fmt::format("has {} values", wanted.size() + unwanted.size()),
                         allowed};
  out.wanted.assign(wanted.begin(), wanted.end());
  out.unwanted.assign(unwanted.begin(), unwanted.end());
  return std::nullopt;
}

refusal read_asset_sort(const std::string& name, std::string_view text, asset_query& out) {
  out.descending = text.starts_with('-');
  if (out.descending)
    text.remove_prefix(1);
  const auto field = find_asset_sort_field(text);
  if (!field) {
    std::string names;
    for (const auto& one : asset_sort_fields)
      names += (names.empty() ? "" : ", ") + std::string{one.name};
    return query_problem{name, "is not a field that assets can be sorted by",
                         fmt::format("one of {}; a leading - sorts descending", names)};
  }
  out.sort = *field;
  return std::nullopt;
}

refusal read_window(const std::string& name, std::string_view text, std::size_t& out) {
  std::string names;
  for (std::size_t w = 0; w < change_count; ++w) {
    if (change_name(w) == text) {
      out = w;
      return std::nullopt;
    }
    names += (names.empty() ? "" : ", ") + std::string{change_name(w)};
  }
  return query_problem{name, "is not a window", "one of " + names};
}

refusal read_amount(const std::string& name, std::string_view text, double& out) {
  constexpr double most = 1e15;
  const auto allowed = fmt::format("a number of US dollars from 0 to {}", most);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::invalid_argument || end != text.data() + text.size() || std::isnan(value))
    return query_problem{name, "is not a number", allowed};
  if (error != std::errc{} || !(value >= 0 && value <= most))
    return query_problem{name, "is out of range", allowed};
  out = value;
  return std::nullopt;
}

std::string as_parameter(std::string_view name, const choice& values) {
  std::string out;
  const auto add = [&](const std::vector<std::string>& list, std::string_view before) {
    for (const auto& value : list) {
      out += out.empty() ? std::string{name} + "=" : ",";
      out += before;
      append_query_value(out, value);
    }
  };
  add(values.wanted, "");
  add(values.unwanted, "!");
  return out.empty() ? out : out + '&';
}

} // namespace

std::string_view change_name(std::size_t window) noexcept {
  return window < window_count ? windows[window].name : "24h";
}

std::string asset_query::target(std::uint32_t of_page) const {
  return fmt::format("/v1/assets?{}{}sort={}{}&page={}&per_page={}",
                     as_parameter("category", categories), as_parameter("symbols", symbols),
                     descending ? "-" : "", asset_sort_fields[sort].name, of_page, per_page);
}

std::string movers_query::canonical() const {
  return fmt::format("movers {} {} {} {}", window, up, limit, min_volume_usd);
}

tl::expected<asset_query, query_problem> parse_asset_query(const query_parameters& parameters) {
  asset_query out;
  out.sort = *find_asset_sort_field("market_cap");
  for (const auto& [name, value] : parameters) {
    refusal problem;
    if (name == "category")
      problem = read_choice(name, value, false, out.categories);
    else if (name == "symbols")
      problem = read_choice(name, value, true, out.symbols);
    else if (name == "sort")
      problem = read_asset_sort(name, value, out);
    else if (name == "page")
      problem = read_number(name, value, view_limits::max_page, out.page);
    else if (name == "per_page")
      problem = read_number(name, value, view_limits::max_per_page, out.per_page);
    else
      problem = query_problem{name, "is not a parameter of this resource",
                              "category, symbols, sort, page, per_page"};
    if (problem)
      return unexpected(std::move(*problem));
  }
  return out;
}

tl::expected<movers_query, query_problem> parse_movers_query(const query_parameters& parameters) {
  movers_query out;
  for (const auto& [name, value] : parameters) {
    refusal problem;
    if (name == "window") {
      problem = read_window(name, value, out.window);
    } else if (name == "direction") {
      out.up = value == "up";
      if (!out.up && value != "down")
        problem = query_problem{name, "is not a direction", "up or down"};
    } else if (name == "limit") {
      problem = read_number(name, value, movers_query::max_limit, out.limit);
    } else if (name == "min_volume_usd") {
      problem = read_amount(name, value, out.min_volume_usd);
    } else {
      problem = query_problem{name, "is not a parameter of this resource",
                              "window, direction, limit, min_volume_usd"};
    }
    if (problem)
      return unexpected(std::move(*problem));
  }
  return out;
}

} // namespace tickboard
