#pragma once

#include <string>

/// Bodies as answers have them, for documentation: of made-up markets, written by what writes the
/// real ones.
namespace tickboard::examples {

std::string markets();
std::string markets_csv();
std::string markets_ndjson();
std::string market();
std::string stream();
std::string assets();
std::string asset();
std::string movers();
std::string categories();
std::string global();
std::string search();
std::string gecko_coins();
std::string gecko_prices();
std::string gecko_currencies();
std::string gecko_list();
std::string gecko_ping();
std::string listings();
std::string exchanges();
std::string health();
std::string readiness();

} // namespace tickboard::examples
