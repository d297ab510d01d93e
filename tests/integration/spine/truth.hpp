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
/// `renewed`: exchanges may be taken for dead meanwhile, and tell all once more, as received now;
/// then the rows are taken anew, and the question is asked once more.
void ask_random_questions(world& on, std::map<std::string, std::string> rows, int count,
                          bool renewed = false);

} // namespace tickboard::test
