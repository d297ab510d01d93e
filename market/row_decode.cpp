#include "market/ticker.hpp"

#include <fmt/format.h>
#include <rapidjson/document.h>

#include <charconv>

namespace tickboard {

namespace {

/// Reads space-separated integers: time and sequence of each of the `count` marks, then, but in
/// versions of before 2026-11-25, each one's lag. False if there is anything else.
bool read_version(std::string_view text, watermark* marks, std::size_t count) {
  const char* at = text.data();
  const char* const end = at + text.size();
  const auto read = [&](auto& into) {
    if (at != text.data() && (at == end || *at++ != ' '))
      return false;
    const auto [next, error] = std::from_chars(at, end, into);
    at = next;
    return error == std::errc{};
  };
  for (std::size_t i = 0; i < count; ++i) {
    if (!read(marks[i].ts_ms) || !read(marks[i].sequence))
      return false;
    marks[i].received_ms = marks[i].ts_ms;
  }
  if (at == end)
    return true;
  for (std::size_t i = 0; i < count; ++i) {
    std::int64_t lag = 0;
    if (!read(lag))
      return false;
    marks[i].received_ms = static_cast<std::int64_t>(static_cast<std::uint64_t>(marks[i].ts_ms) +
                                                     static_cast<std::uint64_t>(lag));
  }
  return at == end;
}

} // namespace

result<ticker> decode_row(std::string_view row, std::string_view version) {
  ticker out;
  watermark marks[3];
  if (!read_version(version, marks, 3))
    return unexpected(
        fmt::format("stored version \"{}\" is not nine integers", version.substr(0, 120)));
  out.trade_at = marks[0];
  out.quote_at = marks[1];
  out.stats_at = marks[2];
  rapidjson::Document json;
  json.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseFullPrecisionFlag>(row.data(),
                                                                                  row.size());
  if (json.HasParseError() || !json.IsObject())
    return unexpected(std::string{"stored row is not a JSON object"});
  std::string problem;
  const auto read = [&](const char* name, decimal& into) {
    const auto it = json.FindMember(name);
    if (it == json.MemberEnd() || it->value.IsNull())
      return;
    std::optional<decimal> value;
    if (it->value.IsString())
      value = decimal::parse({it->value.GetString(), it->value.GetStringLength()});
    if (!value)
      problem = fmt::format("stored row: {} is not decimal text", name);
    else
      into = *value;
  };
  read("last", out.trade.last);
  read("bid", out.quote.bid);
  read("ask", out.quote.ask);
  read("bid_size", out.quote.bid_size);
  read("ask_size", out.quote.ask_size);
  read("open_24h", out.stats.open);
  read("high_24h", out.stats.high);
  read("low_24h", out.stats.low);
  read("volume_24h", out.stats.volume);
  read("quote_volume_24h", out.stats.quote_volume);
  if (const auto it = json.FindMember("change_24h_pct");
      it != json.MemberEnd() && it->value.IsNumber())
    out.stats.change_pct = it->value.GetDouble();
  if (const auto it = json.FindMember("change_basis");
      it != json.MemberEnd() && it->value.IsString())
    for (const auto basis : {change_basis::utc_day, change_basis::kst_day})
      if (to_string(basis) == it->value.GetString())
        out.stats.basis = basis;
  if (const auto it = json.FindMember("received_ms"); it != json.MemberEnd() && it->value.IsInt64())
    out.received_ms = it->value.GetInt64();
  if (!problem.empty())
    return unexpected(std::move(problem));
  return out;
}

} // namespace tickboard
