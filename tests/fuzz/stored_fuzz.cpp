// What comes back from Redis and from files of assets: it is read, or refused with a reason.

#include "market/asset.hpp"
#include "market/asset_csv.hpp"
#include "market/candle_codec.hpp"
#include "market/price_history.hpp"
#include "market/ticker.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <algorithm>

using namespace tickboard;
using fuzz::promise;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text_of(data, size);
  const auto end = std::min(text.find('\n'), text.size());
  const auto row = decode_row(text.substr(end), text.substr(0, end));
  promise(row.has_value() || !row.error().empty(), "a damaged row is refused with a reason");

  price_history history;
  (void)history.restore(text, 1'700'000'000'000);
  for (const auto& ring : candle_rings)
    (void)decode_candles(text, ring, 1'000);
  (void)history.changes(1'700'000'000'000);

  const auto assets = parse_asset_csv(text, "f");
  promise(assets.has_value() || assets.error().starts_with("f:"), "refused assets have a line");
  if (assets) {
    const auto again = parse_asset_csv(to_csv(**assets), "g");
    promise(again && **again == **assets, "assets are kept as they were");
  }
  return 0;
}
