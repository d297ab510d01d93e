#include "actors/asset_evaluation.hpp"

#include "actors/view_plan.hpp"
#include "market/answer_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

namespace tickboard {

namespace {

/// Assets that one call looks at, or rows that it gives, at most: 2 ms.
constexpr std::uint32_t most_scanned = 500;

/// Rows of assets on their way, gathered in one call after the other; lives until `done` was
/// called.
class asset_gathering : public std::enable_shared_from_this<asset_gathering> {
public:
  asset_gathering(board_ptr board, std::shared_ptr<redis::client> store, std::uint32_t limit,
                  std::int64_t now_ms, evaluation_callback done)
      : board_(std::move(board)), store_(std::move(store)), missing_(limit), now_ms_(now_ms),
        done_(std::move(done)) {}
  virtual ~asset_gathering() = default;

  void run() {
    auto one = call();
    one.done = [self = shared_from_this()](const redis::reply& answer) { self->take(answer); };
    redis::submit_one(*store_, std::move(one));
  }

protected:
  /// For the next rows, `missing_` at most.
  virtual redis::call call() const = 0;
  /// Where `answer` has its rows; nothing if it is none. Notes the rest of it.
  virtual std::optional<redis::reply> read(const redis::reply& answer) = 0;
  /// What stands behind the rows, and how many there are in all.
  virtual std::pair<std::string, std::uint64_t> end() const = 0;

  const redis::asset_keys& keys() const { return board_->assets; }

  board_ptr board_;
  std::shared_ptr<redis::client> store_;
  std::uint32_t missing_;
  bool more_ = false; ///< another call is needed, as far as `read` can tell

private:
  void take(const redis::reply& answer) {
    const auto rows = read(answer);
    if (!rows) {
      done_(evaluation_failure(answer));
      return;
    }
    for (std::size_t i = 0; i < rows->size(); ++i)
      if ((*rows)[i].is_text()) // else a rank without a row
        body_.add_row((*rows)[i].text());
    missing_ -= static_cast<std::uint32_t>(rows->size());
    if (more_) {
      run();
      return;
    }
    const auto [tail, total] = end();
    body_.append(tail);
    done_(finished(body_, total, now_ms_));
  }

  std::int64_t now_ms_;
  evaluation_callback done_;
  answer_text body_{now_ms_};
};

class asset_page final : public asset_gathering {
public:
  asset_page(board_ptr board, std::shared_ptr<redis::client> store, const asset_query& query,
             std::vector<word_filter> words, std::uint32_t scan_limit, std::int64_t now_ms,
             evaluation_callback done)
      : asset_gathering(std::move(board), std::move(store), query.per_page, now_ms,
                        std::move(done)),
        query_(query), words_(std::move(words)), skip_(query.offset()),
        scan_(std::max<std::uint32_t>(
            1, scan_limit / (1 + static_cast<std::uint32_t>(query.ranges.size())))) {}

private:
  bool is_named() const noexcept { return !query_.symbols.wanted.empty(); }

  std::uint32_t limit() const noexcept { return std::min(missing_, most_scanned); }

  redis::call call() const override {
    redis::call one;
    auto& to = one.arguments;
    to.add(keys().epoch);
    to.add(keys().by[query_.sort]);
    to.add(keys().row);
    one.keys = 3;
    one.by_sha = !query_.filtered() ? board_->assets_page
                 : is_named()       ? board_->assets_named
                                    : board_->assets_filtered;
    if (query_.filtered()) {
      to.add(keys().tags);
      for (const auto& range : query_.ranges)
        to.add(keys().by[range.field]);
      one.keys += 1 + query_.ranges.size();
    }
    to.add(std::string_view{query_.descending ? "desc" : "asc"});
    to.add(static_cast<std::int64_t>(skip_));
    to.add(static_cast<std::int64_t>(limit()));
    if (query_.filtered() && !is_named()) {
      to.add(rank_);
      to.add(static_cast<std::int64_t>(scan_));
    }
    if (query_.filtered())
      add_filters_to(to);
    return one;
  }

  void add_filters_to(redis::command& to) const {
    to.add(query_.categories.wanted);
    to.add(query_.categories.unwanted);
    if (is_named()) {
      to.add(query_.symbols.wanted);
    } else if (!query_.symbols.unwanted.empty()) {
      to.add("id");
      to.add("not");
      to.add(query_.symbols.unwanted);
    }
    add_words(to, "id", words_);
    for (std::size_t i = 0; i < query_.ranges.size(); ++i) {
      to.add("range");
      to.add(static_cast<std::int64_t>(5 + i));
      to.add(query_.ranges[i].lowest);
      to.add(query_.ranges[i].highest);
    }
  }

  std::optional<redis::reply> read(const redis::reply& answer) override {
    if (answer.size() < 2)
      return std::nullopt;
    const auto rows = answer[1];
    const auto found = static_cast<std::uint64_t>(answer[0].integer());
    if (answer.size() == 4) { // and how far a walk came
      total_ += found;
      rank_ = answer[2].integer();
      skip_ = static_cast<std::uint64_t>(answer[3].integer());
      more_ = rank_ >= 0;
      return rows;
    }
    total_ = found;
    more_ = rows.size() == limit() && rows.size() < missing_;
    skip_ += rows.size();
    return rows;
  }

  std::pair<std::string, std::uint64_t> end() const override {
    const auto pages = (total_ + query_.per_page - 1) / query_.per_page;
    return {fmt::format(R"(],"page":{{"number":{},"size":{},"total":{},"pages":{}}})", query_.page,
                        query_.per_page, total_, pages),
            total_};
  }

  asset_query query_;
  std::vector<word_filter> words_;
  std::int64_t rank_ = 0;
  std::uint64_t skip_, total_ = 0;
  std::uint32_t scan_;
};

class asset_movers final : public asset_gathering {
public:
  asset_movers(board_ptr board, std::shared_ptr<redis::client> store, const movers_query& query,
               std::uint32_t scan_limit, std::int64_t now_ms, evaluation_callback done)
      : asset_gathering(std::move(board), std::move(store), query.limit, now_ms, std::move(done)),
        query_(query), scan_(scan_limit) {}

private:
  redis::call call() const override {
    redis::call one;
    one.by_sha = board_->movers;
    one.keys = 4;
    auto& to = one.arguments;
    to.add(keys().epoch);
    to.add(keys().by[asset_change_fields[query_.window]]);
    to.add(keys().by[*find_asset_sort_field("volume_usd_24h")]);
    to.add(keys().row);
    to.add(std::string_view{query_.up ? "up" : "down"});
    to.add(static_cast<std::int64_t>(missing_));
    to.add(place_);
    to.add(static_cast<std::int64_t>(scan_));
    to.add(query_.min_volume_usd);
    return one;
  }

  std::optional<redis::reply> read(const redis::reply& answer) override {
    if (answer.size() != 2)
      return std::nullopt;
    place_ = answer[1].integer();
    more_ = place_ >= 0;
    found_ += answer[0].size();
    return answer[0];
  }

  std::pair<std::string, std::uint64_t> end() const override {
    return {fmt::format(R"(],"window":"{}","direction":"{}","min_volume_usd":{})",
                        change_name(query_.window), query_.up ? "up" : "down",
                        query_.min_volume_usd),
            found_};
  }

  movers_query query_;
  std::int64_t place_ = 0;
  std::uint64_t found_ = 0;
  std::uint32_t scan_;
};

/// The asset's markets, by turnover, as a JSON array: what a page of them holds.
std::string_view rows_in(std::string_view page) {
  constexpr std::string_view before = "{\"data\":", behind = ",\"page\":{";
  return page.substr(before.size(), page.rfind(behind) - before.size());
}

} // namespace

view_query markets_of_asset(const std::string& symbol) {
  view_query out;
  out.bases.values = {symbol};
  out.sort = *find_sort_field("volume_usd_24h");
  out.per_page = view_limits::max_per_page;
  return out;
}

void evaluate_asset_page(const board_ptr& board, const std::shared_ptr<redis::client>& store,
                         const asset_query& query, std::uint32_t scan_limit, const view_moment& at,
                         evaluation_callback done) {
  auto words = at.assets ? find_named(query.words, *at.assets) : find_named(query.words, {});
  evaluation_outcome refused;
  refused.refusal = too_many_names(words);
  if (refused.refusal.status != 0) {
    done(std::move(refused));
    return;
  }
  std::make_shared<asset_page>(board, store, query, std::move(words),
                               std::min(scan_limit, most_scanned), at.now_ms, std::move(done))
      ->run();
}

void evaluate_movers(const board_ptr& board, const std::shared_ptr<redis::client>& store,
                     const movers_query& query, std::uint32_t scan_limit, std::int64_t now_ms,
                     evaluation_callback done) {
  std::make_shared<asset_movers>(board, store, query, std::min(scan_limit, most_scanned), now_ms,
                                 std::move(done))
      ->run();
}

void evaluate_asset(const board_ptr& board, const std::shared_ptr<redis::client>& store,
                    const std::string& symbol, const evaluation_bounds& bounds, std::int64_t now_ms,
                    evaluation_callback done) {
  redis::call row;
  row.by_sha = board->rows;
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
        board, store, markets_of_asset(symbol), bounds, {now_ms, nullptr},
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
  redis::submit_one(*store, std::move(row));
}

} // namespace tickboard
