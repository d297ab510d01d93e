#include "market/asset_query.hpp"

#include "market/json_text.hpp"
#include "market/parameter_readers.hpp"
#include "market/price_history.hpp"
#include "market/word_filter.hpp"

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

std::string asset_sort_names() {
  std::string out;
  for (const auto& one : asset_sort_fields)
    out += (out.empty() ? "" : ", ") + std::string{one.name};
  return out;
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
    if (!(symbols ? is_symbol(value) : is_category_slug(value)))
      return query_problem{name,
                           fmt::format("has {}, which is no {}", json_excerpt(value),
                                       symbols ? "asset code" : "slug"),
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
  if (!field)
    return query_problem{
        name, "is not a field that assets can be sorted by",
        fmt::format("one of {}; a leading - sorts descending", asset_sort_names())};
  out.sort = *field;
  return std::nullopt;
}

refusal read_window(const std::string& name, const std::string& text, movers_query& out) {
  std::string names;
  for (std::size_t w = 0; w < change_count; ++w) {
    if (change_name(w) == text) {
      out.window = w;
      return std::nullopt;
    }
    names += (names.empty() ? "" : ", ") + std::string{change_name(w)};
  }
  return query_problem{name, "is not a window", "one of " + names};
}

refusal read_direction(const std::string& name, const std::string& text, movers_query& out) {
  out.up = text == "up";
  if (!out.up && text != "down")
    return query_problem{name, "is not a direction", "up or down"};
  return std::nullopt;
}

constexpr double most_dollars = 1e15;

refusal read_min_volume(const std::string& name, const std::string& text, movers_query& out) {
  const auto allowed = fmt::format("a number of US dollars from 0 to {}", most_dollars);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::invalid_argument || end != text.data() + text.size() || std::isnan(value))
    return query_problem{name, "is not a number", allowed};
  if (error != std::errc{} || !(value >= 0 && value <= most_dollars))
    return query_problem{name, "is out of range", allowed};
  out.min_volume_usd = value;
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

template <bool Symbols, choice asset_query::*Member>
refusal read_choice_of(const std::string& name, const std::string& text, asset_query& out) {
  return read_choice(name, text, Symbols, out.*Member);
}

refusal read_sort_of(const std::string& name, const std::string& text, asset_query& out) {
  return read_asset_sort(name, text, out);
}

refusal read_asset_words(const std::string& name, const std::string& text, asset_query& out) {
  return read_words(name, text, out.words);
}

/// Of min_<field> or max_<field>.
refusal read_asset_bound(const std::string& name, const std::string& text, asset_query& out) {
  const auto field = *find_asset_sort_field(std::string_view{name}.substr(4));
  return read_bound(name, text, field, name.starts_with("min_"), out.ranges);
}

/// Each may have a ! in front, which makes it longer.
value_form choices(std::string_view pattern, std::size_t max_length) {
  value_form out;
  out.is = value_form::kind::list;
  out.pattern = fmt::format("^!?{}$", pattern);
  out.max_length = max_length + 1;
  out.max_items = view_limits::max_list;
  return out;
}

const parameter_table<asset_query>& asset_table() {
  static const auto all = [] {
    std::vector<std::string_view> names;
    for (const auto& field : asset_sort_fields)
      names.push_back(field.name);
    parameter_table<asset_query> out{
        {{"category", choices("[a-z0-9]+(-[a-z0-9]+)*", asset_limits::category_bytes),
          "Assets of any of these categories, by slug; those with a ! in front are left out.",
          "layer-1,!meme"},
         read_choice_of<false, &asset_query::categories>},
        {{"symbols", choices(fmt::format("{}+", code_pattern), max_asset_length),
          "These assets; those with a ! in front are left out.", "BTC,ETH"},
         read_choice_of<true, &asset_query::symbols>},
        {{"q", words_form(),
          "Assets with each of these words somewhere in their symbol, or, of three letters or "
          "more, in their name. Letters A to Z may be small.",
          "bit"},
         read_asset_words},
        {{"sort", sort_keys(names),
          "The field to sort by; a leading - descends. Equal values are in the order of their "
          "symbols, in the direction of the sort; assets without a value come last in either.",
          "-volume_usd_24h", "-market_cap"},
         read_sort_of},
        {{"page", whole_number(view_limits::max_page), "The page, by number.", "2", "1"},
         read_count_of<asset_query, view_limits::max_page, &asset_query::page>},
        {{"per_page", whole_number(view_limits::max_per_page), "Rows of a page.", "3", "50"},
         read_count_of<asset_query, view_limits::max_per_page, &asset_query::per_page>},
    };
    for (const auto& field : asset_sort_fields)
      if (!field.is_text)
        for (const bool lowest : {true, false})
          out.push_back({{fmt::format("{}_{}", lowest ? "min" : "max", field.name), any_number(),
                          fmt::format("Assets with this {} or {}: {}.", field.name,
                                      lowest ? "more" : "less", field.meaning),
                          "1.5"},
                         read_asset_bound});
    return out;
  }();
  return all;
}

const parameter_table<movers_query>& movers_table() {
  static const auto all = [] {
    std::vector<std::string> spans;
    for (std::size_t w = 0; w < change_count; ++w)
      spans.emplace_back(change_name(w));
    value_form dollars = any_number();
    dollars.least = 0;
    dollars.most = most_dollars;
    return parameter_table<movers_query>{
        {{"window", one_of(std::move(spans)), "Over what time.", "24h", "5m"}, read_window},
        {{"direction", one_of({"up", "down"}), "Which way the price moved.", "down", "up"},
         read_direction},
        {{"limit", whole_number(movers_query::max_limit), "Rows at most.", "3", "10"},
         read_count_of<movers_query, movers_query::max_limit, &movers_query::limit>},
        {{"min_volume_usd", dollars, "Assets that turn over less in 24 hours are left out.", "0",
          fmt::format("{}", movers_query::default_min_volume_usd)},
         read_min_volume},
    };
  }();
  return all;
}

} // namespace

std::string_view change_name(std::size_t window) noexcept {
  return window < window_count ? windows[window].name : "24h";
}

std::string asset_query::target(std::uint32_t of_page) const {
  std::string out =
      "/v1/assets?" + as_parameter("category", categories) + as_parameter("symbols", symbols);
  for (const auto& range : ranges) {
    const auto add = [&](std::string_view which, double bound) {
      if (std::isinf(bound))
        return;
      out += fmt::format("{}_{}=", which, asset_sort_fields[range.field].name);
      append_query_value(out, fmt::format("{}", bound)); // as in 1e+20, whose + is a blank there
      out += '&';
    };
    add("min", range.lowest);
    add("max", range.highest);
  }
  if (!words.empty()) {
    out += "q=";
    append_query_value(out, words_text(words));
    out += '&';
  }
  return out + fmt::format("sort={}{}&page={}&per_page={}", descending ? "-" : "",
                           asset_sort_fields[sort].name, of_page, per_page);
}

std::string asset_query::canonical() const {
  return fmt::format("{}&skip={}", target(page), skip);
}

std::string movers_query::canonical() const {
  return fmt::format("movers {} {} {} {}", window, up, limit, min_volume_usd);
}

value_form asset_symbol_form() {
  value_form out;
  out.pattern = fmt::format("^{}+$", code_pattern);
  out.max_length = max_asset_length;
  return out;
}

std::vector<parameter_note> asset_parameters() {
  return notes_of(asset_table());
}

std::vector<parameter_note> movers_parameters() {
  return notes_of(movers_table());
}

tl::expected<asset_query, query_problem> parse_asset_query(const query_parameters& parameters) {
  asset_query out;
  out.sort = *find_asset_sort_field("market_cap");
  if (auto problem = read_parameters(asset_table(), parameters, out))
    return unexpected(std::move(*problem));
  for (const auto& range : out.ranges)
    if (auto problem =
            check_bounds(range, fmt::format("min_{}", asset_sort_fields[range.field].name),
                         fmt::format("max_{}", asset_sort_fields[range.field].name)))
      return unexpected(std::move(*problem));
  return out;
}

tl::expected<movers_query, query_problem> parse_movers_query(const query_parameters& parameters) {
  movers_query out;
  if (auto problem = read_parameters(movers_table(), parameters, out))
    return unexpected(std::move(*problem));
  return out;
}

} // namespace tickboard
