#include "market/coingecko_query.hpp"
#include "market/parameter_readers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace tickboard::coingecko {

namespace {

using refusal = std::optional<query_problem>;

/// Spans over which coins/markets tells further changes. We know the first two.
const std::vector<std::string> spans{"1h", "24h", "7d", "14d", "30d", "200d", "1y"};

const std::vector<std::string> locales{"ar", "bg", "cs", "da", "de", "el", "en",   "es", "fi",
                                       "fr", "he", "hi", "hr", "hu", "id", "it",   "ja", "ko",
                                       "lt", "nl", "no", "pl", "pt", "ro", "ru",   "sk", "sl",
                                       "sv", "th", "tr", "uk", "vi", "zh", "zh-tw"};

bool is_one_of(const std::string& text, const std::vector<std::string>& values) {
  return std::ranges::find(values, text) != values.end();
}

// -- readers --------------------------------------------------------------------------------------

template <class Query, coin_names By>
refusal read_coins(const std::string& name, const std::string& text, Query& out) {
  return read_values(name, text, max_coins, out.coins.lists[static_cast<std::size_t>(By)]);
}

template <class Query>
refusal read_precision(const std::string& name, const std::string& text, Query& out) {
  out.precision = std::nullopt;
  if (text == "full")
    return std::nullopt;
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 0 || value > 18)
    return refuse(name, "is no number of decimals");
  out.precision = value;
  return std::nullopt;
}

template <class Query>
refusal read_include_tokens(const std::string& name, const std::string& text, Query&) {
  return text == "top" || text == "all" ? std::nullopt
                                        : refuse(name, "has a value that is not known");
}

refusal read_currency(const std::string&, const std::string& text, markets_query& out) {
  out.vs_currency = text; // what there is, the rates say
  return std::nullopt;
}

refusal read_currencies(const std::string& name, const std::string& text, price_query& out) {
  return read_values(name, lower_case(text), max_currencies, out.vs_currencies);
}

refusal read_category(const std::string& name, const std::string& text, markets_query& out) {
  if (text.size() > asset_limits::category_bytes || make_slug(text) != text)
    return refuse(name, "is no id of a category");
  out.category = text;
  return std::nullopt;
}

refusal read_order(const std::string& name, const std::string& text, markets_query& out) {
  const auto it = std::ranges::find(orders(), text, &coin_order::name);
  if (it == orders().end())
    return refuse(name, "is no order");
  out.order = static_cast<std::size_t>(it - orders().begin());
  return std::nullopt;
}

refusal read_price_changes(const std::string& name, const std::string& text, markets_query& out) {
  if (auto problem = read_values(name, text, spans.size(), out.price_changes))
    return problem;
  for (const auto& one : out.price_changes)
    if (!is_one_of(one, spans))
      return refuse(name, "has a value that is no timeframe");
  return std::nullopt;
}

refusal read_locale(const std::string& name, const std::string& text, markets_query&) {
  return is_one_of(text, locales) ? std::nullopt : refuse(name, "is no language");
}

refusal read_unused_flag(const std::string& name, const std::string& text, markets_query&) {
  bool unused = false;
  return read_boolean(name, text, unused);
}

refusal read_status(const std::string& name, const std::string& text, list_query& out) {
  out.active = text == "active";
  return out.active || text == "inactive" ? std::nullopt
                                          : refuse(name, "has a value that is not known");
}

// -- tables ---------------------------------------------------------------------------------------

constexpr std::string_view supported =
    "a currency that GET /api/v3/simple/supported_vs_currencies lists: the dollar, and what has a "
    "live rate to it";

value_form text_form(std::string words) {
  value_form out;
  out.words = std::move(words);
  return out;
}

value_form list_form(std::size_t most) {
  value_form out;
  out.is = value_form::kind::list;
  out.max_items = most;
  out.may_be_empty = true;
  return out;
}

value_form currency_list() {
  auto out = list_form(max_currencies);
  out.may_be_empty = false;
  out.words = fmt::format("1 to {}, separated by commas, each {}", max_currencies, supported);
  return out;
}

value_form category_form() {
  auto out = text_form("the slug of a category; GET /v1/categories lists them");
  out.pattern = "^([a-z0-9]+(-[a-z0-9]+)*)?$";
  out.max_length = asset_limits::category_bytes;
  return out;
}

value_form order_form() {
  std::vector<std::string> names;
  for (const auto& one : orders())
    names.emplace_back(one.name);
  return one_of(std::move(names));
}

value_form decimals_form() {
  std::vector<std::string> values{"full"};
  for (int i = 0; i <= 18; ++i)
    values.push_back(fmt::format("{}", i));
  return one_of(std::move(values));
}

value_form span_list() {
  auto out = list_form(spans.size());
  out.values = spans;
  return out;
}

template <class Query>
void add_keys(parameter_table<Query>& to) {
  for (const auto* name : {"x_cg_demo_api_key", "x_cg_pro_api_key"})
    to.push_back({{name, value_form{}, "Changes nothing: no key is needed.", "any"},
                  ignore_parameter<Query>});
}

/// What both resources that tell prices take.
template <class Query>
void add_common(parameter_table<Query>& to) {
  to.push_back({{"ids", list_form(max_coins), "Which coins, by id.", "bitcoin,ethereum"},
                read_coins<Query, coin_names::ids>});
  to.push_back({{"names", list_form(max_coins), "Which coins, by name, if no ids are given.",
                 "Bitcoin,Ethereum"},
                read_coins<Query, coin_names::names>});
  to.push_back({{"symbols", list_form(max_coins),
                 "Which coins, by symbol, if neither ids nor names are given.", "btc,eth"},
                read_coins<Query, coin_names::symbols>});
  to.push_back({{"include_tokens", one_of({"top", "all"}),
                 "Changes nothing: each symbol is one coin here.", "all", "top"},
                read_include_tokens<Query>});
  to.push_back(
      {{"precision", decimals_form(), "Decimals of prices.", "2", "full"}, read_precision<Query>});
  add_keys(to);
}

const parameter_table<markets_query>& markets_table() {
  static const auto all = [] {
    using query = markets_query;
    parameter_table<query> out{
        {{"vs_currency", text_form(std::string{supported}), "What prices are told in.", "usd", "",
          true},
         read_currency},
        {{"category", category_form(),
          "Coins of this category; ids, names and symbols do not count then.", "layer-1"},
         read_category},
        {{"order", order_form(),
          "By what coins are sorted. Those without a value come last in either direction.",
          "price_change_percentage_24h_desc", "market_cap_desc"},
         read_order},
        {{"per_page", whole_number(max_per_page), "Coins of a page.", "3", "100"},
         read_count_of<query, max_per_page, &query::per_page>},
        {{"page", whole_number(view_limits::max_page), "Which page.", "2", "1"},
         read_count_of<query, view_limits::max_page, &query::page>},
        {{"sparkline", true_or_false(), "Adds sparkline_in_7d, whose list of prices is empty here.",
          "true", "false"},
         read_boolean_of<query, &query::sparkline>},
        {{"price_change_percentage", span_list(),
          "Further changes to tell; those over more than 24h are null here.", "1h,24h"},
         read_price_changes},
        {{"locale", one_of(locales), "Changes nothing: names are as they are known.", "de", "en"},
         read_locale},
        {{"include_rehypothecated", true_or_false(), "Changes nothing: nothing is known of these.",
          "true", "false"},
         read_unused_flag},
    };
    add_common(out);
    return out;
  }();
  return all;
}

const parameter_table<price_query>& price_table() {
  static const auto all = [] {
    using query = price_query;
    parameter_table<query> out{
        {{"vs_currencies", currency_list(), "What prices are told in.", "usd,btc", "", true},
         read_currencies},
        {{"include_market_cap", true_or_false(), "Adds market caps.", "true", "false"},
         read_boolean_of<query, &query::market_cap>},
        {{"include_24hr_vol", true_or_false(), "Adds the turnover of 24 hours.", "true", "false"},
         read_boolean_of<query, &query::volume>},
        {{"include_24hr_change", true_or_false(), "Adds the change over 24 hours, in percent.",
          "true", "false"},
         read_boolean_of<query, &query::change>},
        {{"include_last_updated_at", true_or_false(),
          "Adds the time of the price, in Unix seconds.", "true", "false"},
         read_boolean_of<query, &query::last_updated>},
    };
    add_common(out);
    return out;
  }();
  return all;
}

const parameter_table<list_query>& list_table() {
  static const auto all = [] {
    parameter_table<list_query> out{
        {{"include_platform", true_or_false(), "Adds platforms, of which none are known here.",
          "true", "false"},
         read_boolean_of<list_query, &list_query::include_platform>},
        {{"status", one_of({"active", "inactive"}), "Of coins; there are no inactive ones here.",
          "inactive", "active"},
         read_status},
    };
    add_keys(out);
    return out;
  }();
  return all;
}

struct no_query {};

const parameter_table<no_query>& key_table() {
  static const auto all = [] {
    parameter_table<no_query> out;
    add_keys(out);
    return out;
  }();
  return all;
}

template <class Query>
tl::expected<Query, query_problem> parse(const parameter_table<Query>& table,
                                         const query_parameters& given) {
  Query out;
  auto problem = read_parameters(table, given, out);
  if (!problem)
    problem = find_missing(table, given);
  if (problem)
    return unexpected(std::move(*problem));
  return out;
}

} // namespace

std::vector<parameter_note> markets_parameters() {
  return notes_of(markets_table());
}

std::vector<parameter_note> price_parameters() {
  return notes_of(price_table());
}

std::vector<parameter_note> list_parameters() {
  return notes_of(list_table());
}

std::vector<parameter_note> key_parameters() {
  return notes_of(key_table());
}

tl::expected<markets_query, query_problem> parse_markets(const query_parameters& given) {
  return parse(markets_table(), given);
}

tl::expected<price_query, query_problem> parse_price(const query_parameters& given) {
  auto out = parse(price_table(), given);
  if (out && out->coins.any())
    return unexpected(query_problem{"ids", "is missing", "ids, names or symbols of coins", true});
  return out;
}

tl::expected<list_query, query_problem> parse_list(const query_parameters& given) {
  return parse(list_table(), given);
}

std::optional<query_problem> refuse_more_than_keys(const query_parameters& given) {
  no_query nothing;
  return read_parameters(key_table(), given, nothing);
}

} // namespace tickboard::coingecko
