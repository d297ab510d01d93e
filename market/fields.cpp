#include "market/fields.hpp"

#include <algorithm>

namespace tickboard {

namespace {

std::optional<double> number(const decimal& value) {
  return value ? std::optional{value.value()} : std::nullopt;
}

template <std::size_t Window>
std::optional<double> change_over(const ticker& state) {
  return state.derived.change_pct[Window];
}

} // namespace

const std::array<sort_field, sort_field_count> sort_fields{{
    {"id", nullptr, "market id, by bytes"},
    {"last", [](const ticker& t) { return number(t.trade.last); }, "last traded price"},
    {"change_24h_pct", [](const ticker& t) { return t.stats.change_pct; },
     "change of the last price in percent, over change_basis"},
    {"volume_24h", [](const ticker& t) { return number(t.stats.volume); }, "traded base units"},
    {"quote_volume_24h", [](const ticker& t) { return number(t.stats.quote_volume); },
     "traded quote units"},
    {"high_24h", [](const ticker& t) { return number(t.stats.high); }, "highest price"},
    {"low_24h", [](const ticker& t) { return number(t.stats.low); }, "lowest price"},
    {"ts_ms",
     [](const ticker& t) {
       const auto ts = t.ts_ms();
       return ts != 0 ? std::optional{static_cast<double>(ts)} : std::nullopt;
     },
     "exchange time of the newest update"},
    {"price_usd", [](const ticker& t) { return t.derived.price_usd; }, "last price in US dollars",
     true},
    {"volume_usd_24h", [](const ticker& t) { return t.derived.volume_usd_24h; },
     "turnover in US dollars"},
    {"change_1m_pct", change_over<0>, "change of the last price within a minute, in percent", true},
    {"change_5m_pct", change_over<1>, "within five minutes", true},
    {"change_15m_pct", change_over<2>, "within a quarter of an hour", true},
    {"change_1h_pct", change_over<3>, "within an hour", true},
}};

std::optional<std::size_t> find_sort_field(std::string_view name) noexcept {
  const auto it = std::find_if(sort_fields.begin(), sort_fields.end(),
                               [&](const sort_field& field) { return field.name == name; });
  if (it == sort_fields.end())
    return std::nullopt;
  return static_cast<std::size_t>(it - sort_fields.begin());
}

} // namespace tickboard
