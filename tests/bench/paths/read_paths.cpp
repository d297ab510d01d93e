#include "actors/routes.hpp"
#include "market/answer_text.hpp"
#include "market/ticker.hpp"
#include "tests/bench/paths/paths.hpp"

#include <fmt/format.h>

#include <memory>

namespace tickboard::bench {

namespace {

constexpr std::size_t rows_a_page = 50;

/// Rows as Redis has them.
std::vector<std::string> stored_rows() {
  std::vector<std::string> out(rows_a_page);
  for (std::size_t i = 0; i < rows_a_page; ++i) {
    const auto digits = [i](double value, int decimals) {
      return *decimal::parse(fmt::format("{:.{}f}", value * static_cast<double>(i + 1), decimals));
    };
    const auto base = fmt::format("C{}", i);
    ticker state;
    state.trade.last = digits(874.0658, 4);
    state.quote = {digits(874.0657, 4), digits(874.0658, 4), digits(3.81204, 8),
                   digits(1.09733, 8)};
    state.stats = {digits(886.1245, 4),
                   digits(891.2, 4),
                   digits(869.001, 4),
                   digits(18'234.55121, 8),
                   digits(16'033'859.5532187, 8),
                   -1.361,
                   change_basis::rolling_24h};
    state.received_ms = state.trade_at.ts_ms = begin_ms;
    state.derived = {874.1, 16'034'000, 1'855'350'000, {0.0142, -0.1101, 0.2214, -0.9182}};
    append_row(out[i], **make_market("binance", base, "USDT", base + "USDT"), state, false, 1);
  }
  return out;
}

path page_path() {
  auto rows = std::make_shared<const std::vector<std::string>>(stored_rows());
  return {"page_body", "page of 50", 1, [] {},
          [rows] {
            answer_text body{begin_ms + 250, view_shape{}};
            body.expect(rows->size(), rows->front().size());
            for (const auto& one : *rows)
              body.add_row(one);
            const auto mark = body.mark();
            const auto text = body.take();
            if (mark == 0 || text->size() < rows_a_page * 500)
              fail("page_body: the page lacks rows");
          }};
}

path route_path() {
  auto request = std::make_shared<net::http_request>();
  request->method_text = "GET";
  request->target = "/v1/markets?quote=USDT&exchange=binance,kraken&min_quote_volume_24h=100000"
                    "&sort=-change_24h_pct&page=2&per_page=50";
  request->accept = "application/json";
  return {"route", "request", 1, [] {},
          [request] {
            const auto found = find_route(*request);
            const auto* const page = std::get_if<ask_page>(&found);
            if (page == nullptr || page->question->query.page != 2)
              fail("route: the request is not understood");
          }};
}

} // namespace

std::vector<path> read_paths() {
  return {page_path(), route_path()};
}

} // namespace tickboard::bench
