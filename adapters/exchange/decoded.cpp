#include "adapters/exchange/excerpt.hpp"
#include "adapters/exchange/exchange.hpp"

namespace tickboard::exchange {

void decoded::clear() {
  patches.clear();
  events.clear();
  ignored = 0;
  malformed = 0;
  first_problem.clear();
}

void decoded::reject(std::string_view problem) {
  ++malformed;
  if (first_problem.empty())
    first_problem = excerpt(problem, 200);
}

} // namespace tickboard::exchange
