#pragma once

#include "tests/integration/spine/world.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

/// What the simulated exchanges say, and whether the daemon serves that.
namespace tickboard::test {

/// Binance, Coinbase Exchange and Kraken, with 500 markets each.
std::vector<simulated> three_exchanges(std::uint64_t count, double rate, bool hold);

/// Coinbase Exchange and Kraken, with 60 markets each, which hold still until they are told to go.
std::vector<simulated> two_exchanges();

/// Waits until every exchange has sent everything, and every row is as its exchange has it.
std::map<std::string, std::string> converged_rows(world& on);

/// Empty if `rows`, by id, are those of every market of every exchange as that has it, and no
/// other.
std::string difference_from_exchanges(world& on, const std::map<std::string, std::string>& rows);

/// The same for exchange `i` alone.
std::string difference_from_exchange(world& on, std::size_t i,
                                     const std::map<std::string, std::string>& rows);

/// Random questions: the page, its order and its total must be what looking at the converged `rows`
/// gives.
/// `again`: exchanges may say the same once more meanwhile, so received_ms is not compared.
void ask_random_questions(world& on, const std::map<std::string, std::string>& rows, int count,
                          bool again = false);

} // namespace tickboard::test
