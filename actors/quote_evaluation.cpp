#include "actors/quote_evaluation.hpp"

#include "market/answer_text.hpp"
#include "market/json_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <map>

namespace tickboard {

namespace {

std::vector<quote_totals> read_counts(const redis::reply& counts, const redis::layout& layout) {
  std::map<std::string, quote_totals, std::less<>> by_quote;
  for (std::size_t i = 0; i + 1 < counts.size(); i += 2) {
    const auto pair = counts[i].text(), number = counts[i + 1].text();
    const auto bar = pair.find('|');
    std::int64_t markets = 0;
    std::from_chars(number.data(), number.data() + number.size(), markets);
    if (bar == pair.npos || markets <= 0)
      continue;
    const auto quote = pair.substr(bar + 1);
    auto& one = by_quote[std::string{quote}];
    one.markets += markets;
    one.exchanges.emplace_back(pair.substr(0, bar));
    one.has_partition = layout.find(quote) != redis::layout::board;
  }
  std::vector<quote_totals> out;
  for (auto& [quote, one] : by_quote) {
    one.quote = quote;
    std::ranges::sort(one.exchanges);
    out.push_back(std::move(one));
  }
  return out;
}

} // namespace

std::string quotes_text(std::vector<quote_totals> quotes) {
  std::ranges::sort(quotes, [](const quote_totals& a, const quote_totals& b) {
    return a.markets != b.markets ? a.markets > b.markets : a.quote < b.quote;
  });
  std::string out = "{\"data\":[";
  for (const auto& one : quotes) {
    fmt::format_to(std::back_inserter(out), R"({}{{"quote":{},"markets":{},"exchanges":[)",
                   out.back() == '[' ? "" : ",", json_string(one.quote), one.markets);
    for (const auto& exchange : one.exchanges)
      out += (out.back() == '[' ? "" : ",") + json_string(exchange);
    fmt::format_to(std::back_inserter(out), R"(],"has_partition":{}}})", one.has_partition);
  }
  return out + "]";
}

void evaluate_quotes(const board_ptr& board, const std::shared_ptr<redis::client>& store,
                     std::int64_t now_ms, evaluation_callback done) {
  const auto& keys = board->layout[redis::layout::board];
  redis::call one;
  one.transaction.push_back(redis::command{"EXISTS", keys.epoch});
  one.transaction.push_back(redis::command{"HGETALL", keys.counts});
  one.done = [board, now_ms, done = std::move(done)](const redis::reply& answer) {
    if (answer.size() != 2 || !answer[1].is_array()) {
      done(evaluation_failure(answer.size() == 2 ? answer[1] : answer));
      return;
    }
    if (answer[0].integer() == 0) {
      done(board_is_rebuilt());
      return;
    }
    answer_text text{now_ms, quotes_text(read_counts(answer[1], board->layout))};
    done(finished(text, 1, now_ms));
  };
  redis::submit_one(*store, std::move(one));
}

} // namespace tickboard
