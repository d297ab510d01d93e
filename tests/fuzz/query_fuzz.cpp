// The query of a URL, as every resource reads it: it is taken, or refused with the parameter's name
// and a reason. What was taken can be written as a link and read again.

#include "market/asset_query.hpp"
#include "market/coingecko_query.hpp"
#include "market/coinmarketcap_query.hpp"
#include "market/view_query.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace tickboard;
using fuzz::promise;

namespace {

template <class Parsed>
void check_refusal(const Parsed& parsed) {
  if (!parsed)
    promise(!parsed.error().detail.empty(), "a refusal says why");
}

void check_link(const view_query& query) {
  const auto target = page_target(query, query.page);
  const auto mark = target.find('?');
  if (mark == std::string::npos)
    return; // everything is as by default
  const auto parameters = parse_query_string(std::string_view{target}.substr(mark + 1));
  promise(parameters.has_value(), "a link can be split");
  const auto again = parse_view_query(*parameters);
  promise(again.has_value(), "a link is taken");
  if (!query.by_cursor && query.around.empty() && query.snapshot == snapshot_use::none)
    promise(again->view() == query.view(), "a link leads to the same view");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto parameters = parse_query_string(fuzz::text_of(data, size));
  check_refusal(parameters);
  if (!parameters)
    return 0;
  const auto view = parse_view_query(*parameters);
  check_refusal(view);
  if (view)
    check_link(*view);
  check_refusal(parse_asset_query(*parameters));
  check_refusal(parse_movers_query(*parameters));
  check_refusal(coingecko::parse_markets(*parameters));
  check_refusal(coingecko::parse_price(*parameters));
  check_refusal(coingecko::parse_list(*parameters));
  check_refusal(coinmarketcap::parse_listings(*parameters));
  return 0;
}
