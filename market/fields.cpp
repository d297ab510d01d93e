#include "market/fields.hpp"

#include <algorithm>

namespace tickboard {

namespace {

template <auto Group, auto Member>
const decimal& digits(const ticker& of) {
  return of.*Group.*Member;
}

template <auto Group, auto Member>
std::optional<double> number(const ticker& of) {
  const auto& value = digits<Group, Member>(of);
  return value ? std::optional{value.value()} : std::nullopt;
}

std::optional<double> time(std::int64_t ms) {
  return ms != 0 ? std::optional{static_cast<double>(ms)} : std::nullopt;
}

template <std::size_t Window>
std::optional<double> change_over(const ticker& state) {
  return state.derived.change_pct[Window];
}

} // namespace

const std::array<sort_field, sort_field_count> sort_fields{{
    {"id", nullptr, indexed::everywhere, "market id, by bytes"},
    {"last", number<&ticker::trade, &trade_group::last>, indexed::everywhere, "last traded price",
     digits<&ticker::trade, &trade_group::last>},
    {"change_24h_pct", [](const ticker& t) { return t.stats.change_pct; }, indexed::everywhere,
     "change of the last price in percent, over change_basis"},
    {"volume_24h", number<&ticker::stats, &stats_group::volume>, indexed::everywhere,
     "traded base units", digits<&ticker::stats, &stats_group::volume>},
    {"quote_volume_24h", number<&ticker::stats, &stats_group::quote_volume>, indexed::everywhere,
     "traded quote units", digits<&ticker::stats, &stats_group::quote_volume>},
    {"high_24h", number<&ticker::stats, &stats_group::high>, indexed::everywhere, "highest price",
     digits<&ticker::stats, &stats_group::high>},
    {"low_24h", number<&ticker::stats, &stats_group::low>, indexed::everywhere, "lowest price",
     digits<&ticker::stats, &stats_group::low>},
    {"ts_ms", [](const ticker& t) { return time(t.ts_ms()); }, indexed::everywhere,
     "exchange time of the newest update"},
    {"bid", number<&ticker::quote, &quote_group::bid>, indexed::on_board,
     "highest price that a buyer offers", digits<&ticker::quote, &quote_group::bid>},
    {"ask", number<&ticker::quote, &quote_group::ask>, indexed::on_board,
     "lowest price that a seller asks", digits<&ticker::quote, &quote_group::ask>},
    {"bid_size", number<&ticker::quote, &quote_group::bid_size>, indexed::on_board,
     "base units wanted at bid", digits<&ticker::quote, &quote_group::bid_size>},
    {"ask_size", number<&ticker::quote, &quote_group::ask_size>, indexed::on_board,
     "base units offered at ask", digits<&ticker::quote, &quote_group::ask_size>},
    {"open_24h", number<&ticker::stats, &stats_group::open>, indexed::on_board,
     "first price, over change_basis", digits<&ticker::stats, &stats_group::open>},
    {"spread_bps", [](const ticker& t) { return spread_bps(t.quote); }, indexed::on_board,
     "ask - bid in hundredths of a percent of their mean"},
    {"received_ms", [](const ticker& t) { return time(t.received_ms); }, indexed::on_board,
     "our time of the newest update"},
    {"price_usd", [](const ticker& t) { return t.derived.price_usd; }, indexed::on_board,
     "last price in US dollars"},
    {"volume_usd_24h", [](const ticker& t) { return t.derived.volume_usd_24h; },
     indexed::everywhere, "turnover in US dollars"},
    {"market_cap", [](const ticker& t) { return t.derived.market_cap; }, indexed::on_board,
     "market cap of the base asset in US dollars"},
    {"change_1m_pct", change_over<0>, indexed::on_board,
     "change of the last price within a minute, in percent"},
    {"change_5m_pct", change_over<1>, indexed::on_board, "within five minutes"},
    {"change_15m_pct", change_over<2>, indexed::on_board, "within a quarter of an hour"},
    {"change_1h_pct", change_over<3>, indexed::on_board, "within an hour"},
}};

std::optional<std::size_t> find_sort_field(std::string_view name) noexcept {
  const auto it = std::find_if(sort_fields.begin(), sort_fields.end(),
                               [&](const sort_field& field) { return field.name == name; });
  if (it == sort_fields.end())
    return std::nullopt;
  return static_cast<std::size_t>(it - sort_fields.begin());
}

} // namespace tickboard
