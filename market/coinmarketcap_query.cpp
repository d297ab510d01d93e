#include "market/coinmarketcap_query.hpp"

#include "market/parameter_readers.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tickboard::coinmarketcap {

namespace {

using refusal = std::optional<query_problem>;

/// A range that listings can be limited to: <name>_min, <name>_max.
struct listing_range {
  std::string_view lowest, highest, meaning;
  std::string_view field;
  double least; ///< no bound may be below
};

constexpr listing_range ranges[] = {
    {"price_min", "price_max", "price in dollars", "price_usd", 0},
    {"market_cap_min", "market_cap_max", "market cap in dollars", "market_cap", 0},
    {"volume_24h_min", "volume_24h_max", "turnover in dollars", "volume_usd_24h", 0},
    {"circulating_supply_min", "circulating_supply_max", "units in circulation",
     "circulating_supply", 0},
    {"percent_change_24h_min", "percent_change_24h_max", "change over 24 hours, in percent",
     "change_24h_pct", -100},
};

/// Whose ids documentation gives as examples; others are not known here.
constexpr std::pair<std::string_view, std::string_view> currency_ids[] = {{"1", "BTC"},
                                                                          {"2781", "USD"}};

const listing_range& range_of(std::string_view parameter) {
  return *std::ranges::find_if(
      ranges, [&](const auto& one) { return one.lowest == parameter || one.highest == parameter; });
}

refusal read_range(const std::string& name, const std::string& text, listings_query& out) {
  const auto& range = range_of(name);
  const bool lowest = range.lowest == name;
  const auto field = *find_asset_sort_field(range.field);
  if (auto problem = read_bound(name, text, field, lowest, out.ranges))
    return refuse(name, problem->detail);
  const auto& bounds = *std::ranges::find(out.ranges, field, &range_filter::field);
  return (lowest ? bounds.lowest : bounds.highest) < range.least ? refuse(name, "is out of range")
                                                                 : std::nullopt;
}

refusal read_convert(const std::string& name, const std::string& text, listings_query& out) {
  std::vector<std::string> codes;
  if (auto problem = read_values(name, text, max_currencies, codes))
    return problem;
  out.convert.clear();
  for (auto& code : codes) {
    to_upper(code);
    if (std::ranges::find(out.convert, std::pair{code, code}) == out.convert.end())
      out.convert.emplace_back(code, code);
  }
  return out.convert.empty() ? refuse(name, "has an empty value") : std::nullopt;
}

refusal read_convert_id(const std::string& name, const std::string& text, listings_query& out) {
  std::vector<std::string> ids;
  if (auto problem = read_values(name, text, max_currencies, ids))
    return problem;
  out.convert.clear();
  for (const auto& id : ids) {
    const auto* const known =
        std::ranges::find_if(currency_ids, [&](const auto& one) { return one.first == id; });
    if (known == std::end(currency_ids))
      return refuse(name, "has an id that is not known here");
    out.convert.emplace_back(id, known->second);
  }
  return out.convert.empty() ? refuse(name, "has an empty value") : std::nullopt;
}

refusal read_sort(const std::string& name, const std::string& text, listings_query& out) {
  const auto it = std::ranges::find(sorts(), text, &listing_sort::name);
  if (it == sorts().end())
    return refuse(name, "is no field to sort by");
  out.sort = static_cast<std::size_t>(it - sorts().begin());
  return std::nullopt;
}

refusal read_direction(const std::string& name, const std::string& text, listings_query& out) {
  out.descending = text == "desc";
  return out.descending || text == "asc" ? std::nullopt : refuse(name, "is no direction");
}

refusal read_type(const std::string& name, const std::string& text, listings_query&) {
  if (text == "all")
    return std::nullopt;
  return refuse(name, text == "coins" || text == "tokens"
                          ? "cannot be told: which assets are tokens is not known here"
                          : "has a value that is not known");
}

refusal read_tag(const std::string& name, const std::string& text, listings_query& out) {
  if (text.empty() || text.size() > asset_limits::category_bytes || make_slug(text) != text)
    return refuse(name, "is no tag");
  out.tag = text == "all" ? "" : text;
  return std::nullopt;
}

refusal read_aux(const std::string& name, const std::string& text, listings_query& out) {
  std::vector<std::string> wanted;
  if (auto problem = read_values(name, text, aux_fields().size(), wanted))
    return problem;
  if (wanted.empty())
    return refuse(name, "has an empty value");
  out.aux.assign(aux_fields().size(), false);
  for (const auto& one : wanted) {
    const auto it = std::ranges::find(aux_fields(), one, &aux_field::name);
    if (it == aux_fields().end())
      return refuse(name, "has a field that is not known");
    out.aux[static_cast<std::size_t>(it - aux_fields().begin())] = true;
  }
  return std::nullopt;
}

/// Each row has a quote in each currency, and the thread that makes an answer serves everybody.
refusal check_quotes(const listings_query& query) {
  const auto currencies = query.convert.size();
  const auto quotes = query.limit * currencies;
  if (quotes <= max_quotes)
    return std::nullopt;
  return query_problem{
      "limit", fmt::format("times {} currencies is {} quotes", currencies, quotes),
      fmt::format("at most {} quotes: up to {} with as many currencies, or fewer currencies",
                  max_quotes, max_quotes / currencies)};
}

template <class Named>
std::vector<std::string> names_in(const std::vector<Named>& all) {
  std::vector<std::string> out;
  for (const auto& one : all)
    out.emplace_back(one.name);
  return out;
}

value_form currencies_form(std::string words) {
  value_form out;
  out.is = value_form::kind::list;
  out.max_items = max_currencies;
  out.words = std::move(words);
  return out;
}

value_form tag_form() {
  value_form out;
  out.pattern = "^[a-z0-9]+(-[a-z0-9]+)*$";
  out.max_length = asset_limits::category_bytes;
  out.words = "all, or the slug of a category; GET /v1/categories lists them";
  return out;
}

value_form aux_form() {
  value_form out;
  out.is = value_form::kind::list;
  out.values = names_in(aux_fields());
  out.max_items = out.values.size();
  return out;
}

std::string default_aux() {
  std::string out;
  for (const auto& one : aux_fields())
    if (one.by_default)
      out += (out.empty() ? "" : ",") + std::string{one.name};
  return out;
}

const parameter_table<listings_query>& listings_table() {
  static const auto all = [] {
    using query = listings_query;
    parameter_table<query> out{
        {{"start", whole_number(max_start), "The place of the first row, from 1.", "11", "1"},
         read_count_of<query, max_start, &query::start>},
        {{"limit", whole_number(max_limit),
          fmt::format("How many rows; times the currencies of convert at most {}.", max_quotes),
          "3", "100"},
         read_count_of<query, max_limit, &query::limit>},
    };
    for (const auto& range : ranges) {
      auto form = any_number();
      form.least = range.least;
      for (const auto& [name, end] :
           {std::pair{range.lowest, "least"}, std::pair{range.highest, "greatest"}})
        out.push_back({{std::string{name}, form,
                        fmt::format("The {} {} that is listed.", end, range.meaning), "1.5"},
                       read_range});
    }
    const parameter_table<query> rest{
        {{"convert",
          currencies_form(fmt::format(
              "1 to {} currencies that have a live rate to the dollar, separated by commas",
              max_currencies)),
          "What prices are told in: a quote for each.", "USD,BTC", "USD"},
         read_convert},
        {{"convert_id",
          currencies_form("1 (BTC), 2781 (USD), separated by commas; others by code with convert"),
          "The same by CoinMarketCap's ids, instead of convert.", "2781"},
         read_convert_id},
        {{"sort", one_of(names_in(sorts())),
          "By what rows are sorted; by market cap if nothing is known of it, which the status "
          "notices.",
          "percent_change_24h", "market_cap"},
         read_sort},
        {{"sort_dir", one_of({"asc", "desc"}),
          "In which direction: unless given, asc for name and symbol, else desc. Rows without a "
          "value come last in either.",
          "desc"},
         read_direction},
        {{"cryptocurrency_type", one_of({"all"}),
          "Which kind: all, since coins and tokens are not told apart here.", "", "all"},
         read_type},
        {{"tag", tag_form(), "Rows with this tag: a category, by slug.", "layer-1", "all"},
         read_tag},
        {{"aux", aux_form(), "Which of these fields rows have.", "cmc_rank,tags", default_aux()},
         read_aux},
        {{"CMC_PRO_API_KEY", value_form{}, "Changes nothing: no key is needed.", "any"},
         ignore_parameter<query>},
    };
    out.insert(out.end(), rest.begin(), rest.end());
    return out;
  }();
  return all;
}

} // namespace

const std::vector<aux_field>& aux_fields() {
  static const std::vector<aux_field> all{
      {"num_market_pairs", true},
      {"cmc_rank", true},
      {"date_added", true},
      {"tags", true},
      {"platform", true},
      {"max_supply", true},
      {"circulating_supply", true},
      {"total_supply", true},
      {"market_cap_by_total_supply", false},
      {"volume_24h_reported", false},
      {"volume_7d", false},
      {"volume_7d_reported", false},
      {"volume_30d", false},
      {"volume_30d_reported", false},
      {"is_market_cap_included_in_calc", false},
  };
  return all;
}

const std::vector<listing_sort>& sorts() {
  static const std::vector<listing_sort> all{
      {"market_cap", "rank", true},
      {"name", "name", false},
      {"symbol", "symbol", false},
      {"date_added", "", true},
      {"market_cap_strict", "market_cap", true},
      {"price", "price_usd", true},
      {"circulating_supply", "circulating_supply", true},
      {"total_supply", "", true},
      {"max_supply", "max_supply", true},
      {"num_market_pairs", "markets", true},
      {"market_cap_by_total_supply_strict", "", true},
      {"volume_24h", "volume_usd_24h", true},
      {"percent_change_1h", "change_1h_pct", true},
      {"percent_change_24h", "change_24h_pct", true},
      {"percent_change_7d", "", true},
      {"volume_7d", "", true},
      {"volume_30d", "", true},
  };
  return all;
}

std::vector<parameter_note> listings_parameters() {
  return notes_of(listings_table());
}

tl::expected<listings_query, query_problem> parse_listings(const query_parameters& given) {
  listings_query out;
  for (const auto& one : aux_fields())
    out.aux.push_back(one.by_default);
  if (auto problem = read_parameters(listings_table(), given, out))
    return unexpected(std::move(*problem));
  const auto is_given = [&](std::string_view name) {
    return std::ranges::any_of(given, [&](const auto& one) { return one.first == name; });
  };
  if (is_given("convert") && is_given("convert_id"))
    return unexpected(
        query_problem{"convert_id", "cannot be combined with convert", "one of the two"});
  if (!is_given("sort_dir"))
    out.descending = sorts()[out.sort].descending;
  for (const auto& range : ranges)
    for (const auto& one : out.ranges)
      if (asset_sort_fields[one.field].name == range.field)
        if (auto problem = check_bounds(one, std::string{range.lowest}, std::string{range.highest}))
          return unexpected(std::move(*problem));
  if (auto problem = check_quotes(out))
    return unexpected(std::move(*problem));
  return out;
}

asset_query rows_of(const listings_query& query) {
  const auto& sort = sorts()[query.sort];
  asset_query out;
  out.skip = query.start - 1;
  out.per_page = query.limit;
  out.ranges = query.ranges;
  if (!query.tag.empty())
    out.categories.wanted = {query.tag};
  // The best market cap has the first rank; the other way round, too, what has none comes last.
  const bool by_rank = sort.field.empty() || (sort.field == "rank" && query.descending);
  const auto field = by_rank ? "rank" : sort.field == "rank" ? "market_cap" : sort.field;
  out.sort = *find_asset_sort_field(field);
  out.descending = !by_rank && query.descending;
  return out;
}

} // namespace tickboard::coinmarketcap
