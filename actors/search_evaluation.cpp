#include "actors/search_evaluation.hpp"

#include "market/answer_text.hpp"
#include "market/json_text.hpp"

#include <fmt/format.h>

#include <iterator>

namespace tickboard {

namespace {

const market* market_in(const found_document& one) {
  const auto* const found = std::get_if<market_ptr>(&one.document);
  return found == nullptr ? nullptr : found->get();
}

void append_asset(std::string& body, const search_asset& asset) {
  body += "\"asset\":{\"symbol\":";
  append_json_string(body, asset.symbol);
  body += ",\"name\":";
  append_json_string(body, asset.name);
  body += ",\"slug\":";
  append_json_string(body, asset.slug);
  body += '}';
}

/// `row_of` is asked once for each market, in order; empty: it has none.
template <class RowOf>
evaluation_outcome fill(const found_asked& asked, std::int64_t now_ms, RowOf row_of) {
  answer_text body{now_ms};
  for (const auto& one : asked.found) {
    const auto* const market = market_in(one);
    fmt::format_to(std::back_inserter(body.text()), R"({}{{"kind":"{}","match":"{}",)",
                   body.text().back() == '[' ? "" : ",", market != nullptr ? "market" : "asset",
                   to_string(one.match));
    if (market == nullptr) {
      append_asset(body.text(), *std::get<search_asset_ptr>(one.document));
    } else if (const std::string_view row = row_of(); !row.empty()) {
      body.append("\"market\":");
      body.append_object(row);
    } else {
      body.append("\"id\":");
      append_json_string(body.text(), market->id);
      body.append(",\"market\":null");
    }
    body.append("}");
  }
  body.append("]");
  evaluation_outcome out;
  out.mark = body.mark();
  fmt::format_to(std::back_inserter(body.text()), ",\"as_of_ms\":{}}}", now_ms);
  out.body = body.take();
  out.total = asked.found.size();
  return out;
}

} // namespace

std::string found_asked::canonical() const {
  std::string out = "found";
  for (const auto& one : found) {
    const auto id = id_of(one.document);
    fmt::format_to(std::back_inserter(out), " {}{}{}:{}", to_string(one.match),
                   one.document.index(), id.size(), id);
  }
  return out;
}

void evaluate_found(const board_ptr& board, const std::shared_ptr<redis::client>& store,
                    const found_asked& asked, std::int64_t now_ms, evaluation_callback done) {
  const auto& keys = board->layout[redis::layout::board];
  redis::call one;
  one.by_sha = board->rows;
  one.keys = 2;
  one.arguments = redis::command{keys.epoch, keys.row};
  std::size_t markets = 0;
  for (const auto& found : asked.found)
    if (const auto* const market = market_in(found)) {
      one.arguments.add(market->id);
      ++markets;
    }
  if (markets == 0) {
    done(fill(asked, now_ms, [] { return std::string_view{}; }));
    return;
  }
  one.done = [asked, markets, now_ms, done = std::move(done)](const redis::reply& rows) {
    if (rows.size() != markets) {
      done(evaluation_failure(rows));
      return;
    }
    std::size_t next = 0;
    done(fill(asked, now_ms, [&] { return rows[next++].text(); }));
  };
  std::vector<redis::call> calls;
  calls.push_back(std::move(one));
  store->submit(std::move(calls));
}

} // namespace tickboard
