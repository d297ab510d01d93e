#include "adapters/exchange/binance.hpp"
#include "adapters/exchange/coinbaseexchange.hpp"
#include "adapters/exchange/exchange.hpp"
#include "adapters/exchange/kraken.hpp"

#include <array>

namespace tickboard::exchange {

namespace {

/// A new exchange is one line here.
constexpr std::array<const protocol& (*)(), 3> adapters{
    binance,
    coinbaseexchange,
    kraken,
};

} // namespace

const protocol* find_protocol(std::string_view name) noexcept {
  for (const auto adapter : adapters)
    if (adapter().name() == name)
      return &adapter();
  return nullptr;
}

std::vector<std::string> protocol_names() {
  std::vector<std::string> out;
  for (const auto adapter : adapters)
    out.emplace_back(adapter().name());
  return out;
}

} // namespace tickboard::exchange
