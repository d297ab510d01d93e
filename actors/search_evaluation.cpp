#include "actors/search_evaluation.hpp"

#include "market/answer_text.hpp"
#include "market/json_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>

namespace tickboard {

namespace {

const market* market_in(const found_document& one) {
  const auto* const found = std::get_if<market_ptr>(&one.document);
  return found == nullptr ? nullptr : found->get();
}

/// The rows of what was found, in the order in which it was found; empty: it has none.
struct found_rows {
  std::vector<std::string> assets, markets;
  bool assets_whole = true;                  ///< else `assets` has nothing
  std::optional<evaluation_outcome> failure; ///< of the assets
};

std::vector<std::string> copy_rows(const redis::reply& from, std::size_t count,
                                   std::size_t first = 0) {
  std::vector<std::string> out(count);
  for (std::size_t i = 0; i < count && first + i < from.size(); ++i)
    out[i] = from[first + i].text();
  return out;
}

/// `answer` is that of lua/rows.lua to the symbols in `rows.assets`.
void take_assets(const redis::reply& answer, found_rows& rows) {
  rows.assets_whole = !answer.is_nil();
  if (rows.assets_whole && answer.size() != rows.assets.size())
    rows.failure = evaluation_failure(answer);
  else
    rows.assets = copy_rows(answer, rows.assets.size());
}

void append_names(std::string& body, const search_asset& asset) {
  const auto known = [](const std::string& text) {
    return text.empty() ? "null" : json_string(text);
  };
  fmt::format_to(std::back_inserter(body), R"("symbol":{},"name":{},"slug":{},)",
                 json_string(asset.symbol), known(asset.name), known(asset.slug));
}

evaluation_outcome fill(const found_asked& asked, std::int64_t now_ms, const found_rows& rows) {
  answer_text body{now_ms};
  auto asset_row = rows.assets.begin(), market_row = rows.markets.begin();
  for (const auto& one : asked.found) {
    const auto* const market = market_in(one);
    const std::string_view kind = market != nullptr ? "market" : "asset";
    fmt::format_to(std::back_inserter(body.text()), R"({}{{"kind":"{}","match":"{}",)",
                   body.text().back() == '[' ? "" : ",", kind, to_string(one.match));
    const auto& row = *(market != nullptr ? market_row : asset_row)++;
    if (row.empty() && market != nullptr)
      fmt::format_to(std::back_inserter(body.text()), R"("id":{},)", json_string(market->id));
    else if (row.empty())
      append_names(body.text(), *std::get<search_asset_ptr>(one.document));
    fmt::format_to(std::back_inserter(body.text()), R"("{}":)", kind);
    if (row.empty())
      body.append("null");
    else
      body.append_object(row);
    body.append("}");
  }
  body.append("]");
  evaluation_outcome out;
  out.mark = body.mark();
  fmt::format_to(std::back_inserter(body.text()), ",\"as_of_ms\":{}}}", now_ms);
  out.body = body.take();
  out.total = asked.found.size();
  out.passing = !rows.assets_whole;
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
  redis::call assets, markets;
  assets.by_sha = board->rows;
  assets.keys = 2;
  assets.arguments = redis::command{board->assets.epoch, board->assets.row};
  markets.arguments = redis::command{"MGET", keys.epoch};
  std::size_t asset_count = 0, market_count = 0;
  for (const auto& found : asked.found)
    if (const auto* const market = market_in(found)) {
      markets.arguments.add(keys.rows, market->id);
      ++market_count;
    } else {
      assets.arguments.add(id_of(found.document));
      ++asset_count;
    }
  auto rows = std::make_shared<found_rows>();
  rows->assets.resize(asset_count);
  // Answers keep their order: the last one is of the markets, if any were found.
  std::vector<redis::call> calls;
  if (asset_count > 0) {
    assets.done = [rows](const redis::reply& answer) { take_assets(answer, *rows); };
    calls.push_back(std::move(assets));
  }
  if (market_count > 0) {
    markets.done = [asked, rows, market_count, now_ms, done](const redis::reply& answer) {
      if (answer.size() != market_count + 1) {
        done(evaluation_failure(answer));
        return;
      }
      if (answer[0].is_nil()) {
        done(board_is_rebuilt());
        return;
      }
      rows->markets = copy_rows(answer, market_count, 1);
      done(rows->failure ? *std::move(rows->failure) : fill(asked, now_ms, *rows));
    };
    calls.push_back(std::move(markets));
  } else if (asset_count > 0) {
    calls.back().done = [asked, rows, now_ms, done](const redis::reply& answer) {
      take_assets(answer, *rows);
      done(rows->failure ? *std::move(rows->failure) : fill(asked, now_ms, *rows));
    };
  } else {
    done(fill(asked, now_ms, *rows));
    return;
  }
  store->submit(std::move(calls));
}

} // namespace tickboard
