#include "market/market.hpp"

#include "market/json_text.hpp"
#include "market/query_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <optional>
#include <tuple>

namespace tickboard {

namespace {

std::optional<std::string> check_code(std::string_view what, std::string_view code,
                                      std::size_t max_length) {
  std::string problem;
  if (code.empty())
    problem = "is empty";
  else if (code.size() > max_length)
    problem = fmt::format("has {} bytes, at most {} are allowed", code.size(), max_length);
  else if (!std::all_of(code.begin(), code.end(), is_code_character))
    problem = "has a character that is not allowed (white space, control, or one of :,|{}*\"\\)";
  else
    return std::nullopt;
  std::string shown;
  append_json_string(shown, code.substr(0, 40));
  return fmt::format("{} {} {}", what, shown, problem);
}

char ascii_upper(char c) noexcept {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

} // namespace

bool is_code_character(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return byte > 0x20 && byte != 0x7F &&
         std::string_view{":,|{}*\"\\"}.find(c) == std::string_view::npos;
}

std::string_view to_string(market_kind) noexcept {
  return "spot";
}

result<market_ptr> make_market(std::string_view exchange, std::string_view base,
                               std::string_view quote, std::string_view native, market_kind kind) {
  for (const auto& [what, code, max] : {std::tuple{"exchange", exchange, max_asset_length},
                                        std::tuple{"base asset", base, max_asset_length},
                                        std::tuple{"quote asset", quote, max_asset_length},
                                        std::tuple{"symbol", native, max_native_length}})
    if (auto problem = check_code(what, code, max))
      return unexpected(std::move(*problem));
  if (quote.find('-') != std::string_view::npos) // the id's last '-' parts base and quote
    return unexpected(fmt::format("quote asset \"{}\" contains '-'", quote));
  auto out = std::make_shared<market>();
  out->exchange = exchange;
  out->base = base;
  to_upper(out->base);
  out->quote = quote;
  to_upper(out->quote);
  out->id = fmt::format("{}:{}-{}", exchange, out->base, out->quote);
  out->native = native;
  out->kind = kind;
  out->hash = string_hash{}(out->id);
  return market_ptr{std::move(out)};
}

symbol_table::symbol_table(std::vector<market_ptr> markets) : markets_(std::move(markets)) {
  by_native_.reserve(markets_.size());
  for (const auto& one : markets_)
    by_native_.emplace(one->native, one);
  places_.resize(std::bit_ceil(2 * markets_.size() + 1));
  for (std::size_t i = 0; i < markets_.size(); ++i) {
    auto at = markets_[i]->hash & (places_.size() - 1);
    while (places_[at] != 0)
      at = (at + 1) & (places_.size() - 1);
    places_[at] = static_cast<std::uint32_t>(i + 1);
  }
}

std::size_t symbol_table::place(const market& one) const noexcept {
  if (places_.empty())
    return 0;
  for (auto at = one.hash & (places_.size() - 1); places_[at] != 0;
       at = (at + 1) & (places_.size() - 1))
    if (markets_[places_[at] - 1].get() == &one)
      return places_[at] - 1;
  return markets_.size();
}

const market_ptr& symbol_table::find(std::string_view native) const noexcept {
  static const market_ptr none;
  const auto it = by_native_.find(native);
  return it == by_native_.end() ? none : it->second;
}

bool matches_pattern(std::string_view pattern, std::string_view base, std::string_view quote) {
  const auto text = fmt::format("{}/{}", base, quote);
  // Greedy matching with one way back: to the last * seen.
  std::size_t p = 0, t = 0, star = std::string_view::npos, resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && ascii_upper(pattern[p]) == ascii_upper(text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

} // namespace tickboard
