#include "actors/asset_evaluation.hpp"

#include "market/answer_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace tickboard {

namespace {

/// Assets that one call looks at, at most, each by a command or a few searches in a text: 2 ms.
constexpr std::uint32_t most_scanned = 500;

void append_rows(answer_text& body, const redis::reply& rows) {
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (rows[i].is_text()) // else a rank without a row
      body.add_row(rows[i].text());
}

evaluation_outcome finished(answer_text& body, std::uint64_t total, std::int64_t now_ms) {
  evaluation_outcome out;
  out.mark = body.mark();
  fmt::format_to(std::back_inserter(body.text()), ",\"as_of_ms\":{}}}", now_ms);
  out.body = body.take();
  out.total = total;
  return out;
}

void submit_one(redis::client& store, redis::call one) {
  std::vector<redis::call> calls;
  calls.push_back(std::move(one));
  store.submit(std::move(calls));
}

/// A page on its way; lives until `done` was called.
class asset_page_evaluation : public std::enable_shared_from_this<asset_page_evaluation> {
public:
  asset_page_evaluation(board_ptr board, std::shared_ptr<redis::client> store,
                        const asset_query& query, std::uint32_t scan_limit, std::int64_t now_ms,
                        evaluation_callback done)
      : board_(std::move(board)), store_(std::move(store)), query_(query), scan_limit_(scan_limit),
        now_ms_(now_ms), done_(std::move(done)), skip_(query.offset()), missing_(query.per_page) {}

  void run() {
    const auto& keys = board_->assets;
    redis::call one;
    auto& to = one.arguments;
    to.add(keys.epoch);
    to.add(keys.by[query_.sort]);
    to.add(keys.row);
    one.keys = 3;
    const bool named = !query_.symbols.wanted.empty();
    one.by_sha = !query_.filtered() ? board_->page
                 : named            ? board_->assets_named
                                    : board_->assets_filtered;
    if (query_.filtered()) {
      ++one.keys;
      to.add(keys.tags);
    }
    to.add(std::string_view{query_.descending ? "desc" : "asc"});
    to.add(static_cast<std::int64_t>(skip_));
    to.add(static_cast<std::int64_t>(missing_));
    if (query_.filtered() && !named) {
      to.add(rank_);
      to.add(static_cast<std::int64_t>(scan_limit_));
    }
    if (query_.filtered()) {
      to.add(query_.categories.wanted);
      to.add(query_.categories.unwanted);
      to.add(named ? query_.symbols.wanted : query_.symbols.unwanted);
    }
    one.done = [self = shared_from_this()](const redis::reply& answer) { self->take(answer); };
    submit_one(*store_, std::move(one));
  }

private:
  void take(const redis::reply& answer) {
    if (answer.size() < 2) {
      done_(evaluation_failure(answer));
      return;
    }
    total_ += static_cast<std::uint64_t>(answer[0].integer());
    append_rows(body_, answer[1]);
    if (answer.size() == 4 && answer[2].integer() >= 0) { // scanned enough for one call
      rank_ = answer[2].integer();
      skip_ = static_cast<std::uint64_t>(answer[3].integer());
      missing_ -= static_cast<std::uint32_t>(answer[1].size());
      run();
      return;
    }
    const auto pages = (total_ + query_.per_page - 1) / query_.per_page;
    fmt::format_to(std::back_inserter(body_.text()),
                   R"(],"page":{{"number":{},"size":{},"total":{},"pages":{}}})", query_.page,
                   query_.per_page, total_, pages);
    done_(finished(body_, total_, now_ms_));
  }

  board_ptr board_;
  std::shared_ptr<redis::client> store_;
  asset_query query_;
  std::uint32_t scan_limit_;
  std::int64_t now_ms_;
  evaluation_callback done_;
  std::int64_t rank_ = 0;
  std::uint64_t skip_, total_ = 0;
  std::uint32_t missing_;
  answer_text body_{now_ms_};
};

/// Movers on their way; lives until `done` was called.
class movers_evaluation : public std::enable_shared_from_this<movers_evaluation> {
public:
  movers_evaluation(board_ptr board, std::shared_ptr<redis::client> store,
                    const movers_query& query, std::uint32_t scan_limit, std::int64_t now_ms,
                    evaluation_callback done)
      : board_(std::move(board)), store_(std::move(store)), query_(query), scan_limit_(scan_limit),
        now_ms_(now_ms), done_(std::move(done)), missing_(query.limit) {}

  void run() {
    const auto& keys = board_->assets;
    redis::call one;
    one.by_sha = board_->movers;
    one.keys = 4;
    auto& to = one.arguments;
    to.add(keys.epoch);
    to.add(keys.by[asset_change_fields[query_.window]]);
    to.add(keys.by[*find_asset_sort_field("volume_usd_24h")]);
    to.add(keys.row);
    to.add(std::string_view{query_.up ? "up" : "down"});
    to.add(static_cast<std::int64_t>(missing_));
    to.add(place_);
    to.add(static_cast<std::int64_t>(scan_limit_));
    to.add(query_.min_volume_usd);
    one.done = [self = shared_from_this()](const redis::reply& answer) { self->take(answer); };
    submit_one(*store_, std::move(one));
  }

private:
  void take(const redis::reply& answer) {
    if (answer.size() != 2) {
      done_(evaluation_failure(answer));
      return;
    }
    append_rows(body_, answer[0]);
    found_ += answer[0].size();
    if (answer[1].integer() >= 0) {
      place_ = answer[1].integer();
      missing_ -= static_cast<std::uint32_t>(answer[0].size());
      run();
      return;
    }
    fmt::format_to(std::back_inserter(body_.text()),
                   R"(],"window":"{}","direction":"{}","min_volume_usd":{})",
                   change_name(query_.window), query_.up ? "up" : "down", query_.min_volume_usd);
    done_(finished(body_, found_, now_ms_));
  }

  board_ptr board_;
  std::shared_ptr<redis::client> store_;
  movers_query query_;
  std::uint32_t scan_limit_;
  std::int64_t now_ms_;
  evaluation_callback done_;
  std::int64_t place_ = 0;
  std::uint32_t missing_;
  std::uint64_t found_ = 0;
  answer_text body_{now_ms_};
};

/// The asset's markets, by turnover, as a JSON array: what a page of them holds.
std::string_view rows_in(std::string_view page) {
  constexpr std::string_view before = "{\"data\":", behind = ",\"page\":{";
  return page.substr(before.size(), page.rfind(behind) - before.size());
}

view_query markets_of(const std::string& symbol) {
  view_query out;
  out.bases.values = {symbol};
  out.sort = *find_sort_field("volume_usd_24h");
  out.per_page = view_limits::max_per_page;
  return out;
}

} // namespace

void evaluate_asset_page(const board_ptr& board, const std::shared_ptr<redis::client>& store,
                         const asset_query& query, std::uint32_t scan_limit, std::int64_t now_ms,
                         evaluation_callback done) {
  std::make_shared<asset_page_evaluation>(board, store, query, std::min(scan_limit, most_scanned),
                                          now_ms, std::move(done))
      ->run();
}

void evaluate_movers(const board_ptr& board, const std::shared_ptr<redis::client>& store,
                     const movers_query& query, std::uint32_t scan_limit, std::int64_t now_ms,
                     evaluation_callback done) {
  std::make_shared<movers_evaluation>(board, store, query, std::min(scan_limit, most_scanned),
                                      now_ms, std::move(done))
      ->run();
}

void evaluate_asset(const board_ptr& board, const std::shared_ptr<redis::client>& store,
                    const std::string& symbol, const evaluation_bounds& bounds, std::int64_t now_ms,
                    evaluation_callback done) {
  redis::call row;
  row.by_sha = board->row;
  row.keys = 2;
  row.arguments = redis::command{board->assets.epoch, board->assets.row, symbol};
  row.done = [board, store, symbol, bounds, now_ms,
              done = std::move(done)](const redis::reply& answer) {
    if (!answer.is_array()) {
      done(evaluation_failure(answer));
      return;
    }
    if (answer.size() != 1 || !answer[0].is_text()) { // there is no such asset
      done({});
      return;
    }
    evaluate_page(
        board, store, markets_of(symbol), bounds, now_ms,
        [asset = std::string{answer[0].text()}, now_ms, done](evaluation_outcome markets) {
          if (markets.body) {
            answer_text body{now_ms, "{\"data\":"};
            body.append_object(asset);
            body.append(",\"markets\":");
            body.append_marked(rows_in(*markets.body), markets.mark);
            markets = finished(body, 1, now_ms);
          }
          done(std::move(markets));
        });
  };
  submit_one(*store, std::move(row));
}

} // namespace tickboard
