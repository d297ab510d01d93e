#include "adapters/simulator/venue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace tickboard::simulator {

namespace {

std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(text.data() + i + 1, text.data() + i + 3, value, 16).ptr ==
            text.data() + i + 3) {
      out += static_cast<char>(value);
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

} // namespace

std::optional<std::string> query_value(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const auto pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
    if (pair.starts_with(name) && pair.substr(name.size()).starts_with('='))
      return decoded(pair.substr(name.size() + 1));
  }
  return std::nullopt;
}

result<std::unique_ptr<venue>> make_venue(std::string_view exchange, const venue_world& world) {
  if (exchange == "binance")
    return make_binance(world);
  if (exchange == "coinbaseexchange")
    return make_coinbase(world);
  if (exchange == "kraken")
    return make_kraken(world);
  return unexpected(fmt::format("exchange \"{}\" is not simulated; allowed are binance, "
                                "coinbaseexchange and kraken",
                                exchange));
}

} // namespace tickboard::simulator
