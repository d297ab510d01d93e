// A frame of an exchange, a listing, and what REST tells of last trades: whatever comes, it is
// decoded, ignored or counted as malformed with a reason. TICKBOARD_PROTOCOL names the exchange.

#include "adapters/exchange/excerpt.hpp"
#include "adapters/exchange/exchange.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/support/exact_frame.hpp"

#include <algorithm>
#include <cmath>
#include <span>

using namespace tickboard;
using fuzz::promise;

namespace {

void check_number(const decimal& value) {
  if (value)
    promise(std::isfinite(value.value()), "numbers are finite");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto& speaks = *exchange::find_protocol(TICKBOARD_PROTOCOL);
  const auto frame = fuzz::text_of(data, size);

  std::vector<market_ptr> markets;
  for (const auto& native : speaks.symbols_in(frame))
    if (auto made = speaks.market_from_symbol(native, speaks.name()))
      markets.push_back(*made);
  const symbol_table symbols{std::move(markets)};

  const auto out = test::decode_exactly(speaks, frame, symbols);
  promise(out.first_problem.empty() == (out.malformed == 0), "what is malformed has a reason");
  promise(out.first_problem.size() <= 200, "reasons are short");
  promise(exchange::is_utf8(out.first_problem), "reasons are UTF-8");
  for (const auto& patch : out.patches) {
    promise(patch.subject != nullptr, "patches have a market");
    if (patch.trade)
      check_number(patch.trade->last);
    if (patch.quote)
      for (const auto* one :
           {&patch.quote->bid, &patch.quote->ask, &patch.quote->bid_size, &patch.quote->ask_size})
        check_number(*one);
    ticker state;
    state.apply(patch);
    std::string row;
    append_row(row, *patch.subject, state, false, 1);
    const auto stored = decode_row(row, encode_version(state));
    promise(stored.has_value(), "what is written as a row can be read back");
  }
  promise(test::decode_exactly(speaks, frame, {}).patches.empty(), "no market, no patch");

  std::size_t skipped = 0;
  if (const auto listed = speaks.parse_listing(frame, speaks.name(), skipped))
    for (const auto& one : *listed)
      promise(one != nullptr && !one->id.empty(), "listed markets have an id");

  std::vector<std::string> asked{"BTCUSDT", "BTC-USD", "BTC/USD", "ETH/BTC"};
  for (std::size_t count : {std::size_t{1}, asked.size()}) { // Coinbase tells one at a time
    const std::span<const std::string> some{asked.end() - static_cast<std::ptrdiff_t>(count),
                                            asked.end()};
    if (const auto told = speaks.parse_last_trades(frame, some)) {
      promise(told->size() <= some.size(), "no market is told of twice");
      for (const auto& one : *told) {
        promise(std::ranges::find(some, one.native) != some.end(),
                "only what was asked for is told");
        promise(!one.mark.empty() && one.mark.size() <= 100, "marks are short");
      }
    }
  }
  return 0;
}
