#include "market/candle_query.hpp"

#include "market/parameter_readers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace tickboard {

namespace {

std::optional<query_problem> read_interval(const std::string& name, const std::string& text,
                                           candle_query& out) {
  const auto it = std::ranges::find(candle_intervals, text, &candle_interval::name);
  if (it == candle_intervals.end())
    return refuse(name, "is not an interval of candles");
  out.interval = static_cast<std::size_t>(it - candle_intervals.begin());
  return std::nullopt;
}

template <std::int64_t Least, std::int64_t Most, std::int64_t candle_query::*Member>
std::optional<query_problem> read_moment(const std::string& name, const std::string& text,
                                         candle_query& out) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::invalid_argument || end != text.data() + text.size())
    return refuse(name, "is not a whole number");
  if (error != std::errc{} || value < Least || value > Most)
    return refuse(name, "is out of range");
  out.*Member = value;
  return std::nullopt;
}

value_form moment(std::int64_t least, std::int64_t most) {
  value_form out;
  out.is = value_form::kind::whole;
  out.least = static_cast<double>(least);
  out.most = static_cast<double>(most);
  return out;
}

constexpr auto last_ms = candle_query::max_ms; // a span has a beginning before its end

const parameter_table<candle_query>& candle_table() {
  static const auto all = [] {
    std::vector<std::string> names;
    for (const auto& one : candle_intervals)
      names.emplace_back(one.name);
    return parameter_table<candle_query>{
        {{"interval", one_of(std::move(names)),
          "The length of a candle: minutes, hours or days of UTC.", "5m", "1m"},
         read_interval},
        {{"limit", whole_number(candle_query::max_limit),
          "Candles at most: the last ones of the span that is asked for.", "3", "500"},
         read_count_of<candle_query, candle_query::max_limit, &candle_query::limit>},
        {{"from_ms", moment(0, last_ms - 1),
          "Candles that begin at this time or later, Unix milliseconds.", "1795411080000"},
         read_moment<0, last_ms - 1, &candle_query::from_ms>},
        {{"to_ms", moment(1, last_ms),
          "Candles that begin before this time, Unix milliseconds. That of the first candle of an "
          "answer asks for those before it.",
          "1795411140000"},
         read_moment<1, last_ms, &candle_query::to_ms>},
    };
  }();
  return all;
}

} // namespace

std::string candle_query::canonical() const {
  return fmt::format("candles {} {} {} {} {}", interval, limit, from_ms, to_ms, id);
}

std::vector<parameter_note> candle_parameters() {
  return notes_of(candle_table());
}

tl::expected<candle_query, query_problem> parse_candle_query(const query_parameters& parameters) {
  candle_query out;
  if (auto problem = read_parameters(candle_table(), parameters, out))
    return unexpected(std::move(*problem));
  if (out.from_ms >= out.to_ms)
    return unexpected(query_problem{"to_ms", "is not later than from_ms",
                                    fmt::format("more than {}", out.from_ms)});
  return out;
}

std::int64_t first_kept_ms(const candle_interval& interval, const candle_counts& kept,
                           std::int64_t now_ms) noexcept {
  const auto step = candle_rings[interval.ring].step_ms;
  const auto first = std::max<std::int64_t>(0, (now_ms / step - kept[interval.ring] + 1) * step);
  return (first + interval.length_ms - 1) / interval.length_ms * interval.length_ms;
}

} // namespace tickboard
