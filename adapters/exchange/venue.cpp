#include "adapters/exchange/venue.hpp"

#include "adapters/exchange/excerpt.hpp"
#include "market/json_text.hpp"

#include <fmt/format.h>
#include <rapidjson/error/en.h>

#include <algorithm>

namespace tickboard::exchange {

std::string_view unified(std::span<const asset_alias> aliases, std::string_view code) noexcept {
  for (const auto& [own, shared] : aliases)
    if (own == code)
      return shared;
  return code;
}

void listing::add(std::string_view base, std::string_view quote, std::string_view native) {
  auto made = make_market(feed_name_, base, quote, native);
  if (!made) {
    skip();
    return;
  }
  // Neither an id nor a symbol has a '|', so the two kinds of key do not meet.
  const bool fresh =
      taken_.insert((*made)->id).second && taken_.insert("|" + (*made)->native).second;
  if (fresh)
    markets_.push_back(std::move(*made));
  else
    skip();
}

result<rapidjson::Document> parse_rest_body(std::string_view exchange, std::string_view what,
                                            std::string_view body, bool numbers_as_text) {
  // Iterative, since an answer may nest as deep as whoever answers likes.
  constexpr unsigned flags = rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag;
  rapidjson::Document document;
  if (numbers_as_text)
    document.Parse<flags | rapidjson::kParseNumbersAsStringsFlag>(body.data(), body.size());
  else
    document.Parse<flags>(body.data(), body.size());
  if (document.HasParseError())
    return unexpected(fmt::format("{}: the {} is not JSON: {} (byte {})", exchange, what,
                                  rapidjson::GetParseError_En(document.GetParseError()),
                                  document.GetErrorOffset()));
  return document;
}

std::string query_escaped(std::string_view text) {
  constexpr std::string_view plain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string out;
  for (const char c : text)
    if (plain.find(c) != std::string_view::npos)
      out.push_back(c);
    else
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  return out;
}

std::string_view text_of(const rapidjson::Value& object, const char* key) noexcept {
  const auto it = object.FindMember(key);
  if (it == object.MemberEnd() || !it->value.IsString())
    return {};
  return {it->value.GetString(), it->value.GetStringLength()};
}

bool flag_of(const rapidjson::Value& object, const char* key, bool fallback) noexcept {
  const auto it = object.FindMember(key);
  return it != object.MemberEnd() && it->value.IsBool() ? it->value.GetBool() : fallback;
}

void add_mark(std::vector<trade_mark>& to, std::span<const std::string> asked,
              std::string_view native, std::string_view mark) {
  constexpr std::size_t longest = 100;
  if (mark.empty() || mark.size() > longest || std::ranges::find(asked, native) == asked.end() ||
      std::ranges::find(to, native, &trade_mark::native) != to.end())
    return;
  to.push_back({std::string(native), std::string(mark)});
}

result<market_ptr> market_from_pair(std::string_view exchange, std::string_view native,
                                    char separator, std::span<const asset_alias> aliases,
                                    std::string_view feed_name) {
  const auto at = native.find(separator);
  if (at == std::string_view::npos || native.find(separator, at + 1) != std::string_view::npos)
    return unexpected(fmt::format("{}: symbol \"{}\" is not of the form BASE{}QUOTE", exchange,
                                  excerpt(native, 40), separator));
  return make_market(feed_name, unified(aliases, native.substr(0, at)),
                     unified(aliases, native.substr(at + 1)), native);
}

void append_natives(std::string& out, std::span<const market_ptr> markets) {
  out.push_back('[');
  for (const auto& one : markets) {
    if (out.back() != '[')
      out.push_back(',');
    append_json_string(out, one->native);
  }
  out.push_back(']');
}

std::vector<trade_question> one_trade_question(std::string target,
                                               std::span<const market_ptr> markets) {
  if (markets.empty())
    return {};
  trade_question out{std::move(target), {}};
  for (const auto& one : markets)
    out.natives.push_back(one->native);
  return {std::move(out)};
}

std::vector<request>
in_requests(std::span<const market_ptr> markets, std::size_t per_request, std::uint64_t first_id,
            const std::function<std::string(std::span<const market_ptr>, std::uint64_t)>& text) {
  std::vector<request> out;
  while (!markets.empty()) {
    const auto run = markets.first(std::min(per_request, markets.size()));
    markets = markets.subspan(run.size());
    request next;
    next.id = first_id + out.size();
    for (const auto& one : run)
      next.natives.push_back(one->native);
    next.text = text(run, next.id);
    out.push_back(std::move(next));
  }
  return out;
}

} // namespace tickboard::exchange
