#include "actors/evaluation.hpp"

#include <fmt/format.h>

#include <iterator>

namespace tickboard {

evaluation_outcome evaluation_failure(const redis::reply& answer) {
  evaluation_outcome out;
  if (answer.is_nil()) {
    out.error = ec::rebuilding;
    out.problem = "the board is being rebuilt after Redis lost it";
  } else {
    out.error = ec::store_unavailable;
    out.problem = answer.failed() ? std::string{answer.error()} : "an answer of an unknown shape";
  }
  return out;
}

namespace {

void add_list(redis::command& to, const std::vector<std::string>& values) {
  to.add(static_cast<std::int64_t>(values.size()));
  for (const auto& value : values)
    to.add(value);
}

/// One page on its way; lives until `done` was called.
class page_evaluation : public std::enable_shared_from_this<page_evaluation> {
public:
  page_evaluation(board_ptr board, std::shared_ptr<redis::client> store, const view_query& query,
                  std::uint32_t scan_limit, evaluation_callback done)
      : board_(std::move(board)), store_(std::move(store)), query_(query), scan_limit_(scan_limit),
        done_(std::move(done)), skip_(query.offset()), missing_(query.per_page) {
    if (query_.quotes.size() == 1)
      partition_ = board_->layout.find(query_.quotes.front());
    if (partition_ != redis::layout::board)
      query_.quotes.clear(); // the partition is the filter
    body_ = std::make_shared<std::string>("{\"data\":[");
  }

  void run() {
    const auto& keys = board_->layout[partition_];
    redis::call one;
    auto& to = one.arguments;
    to.add(keys.epoch);
    to.add(keys.by[query_.sort]);
    to.add(keys.row);
    const std::string_view order = query_.descending ? "desc" : "asc";
    if (!query_.bases.empty()) {
      one.by_sha = board_->page_of_bases;
      one.keys = 4;
      to.add(keys.bases);
      add_slice(to, order);
      add_list(to, query_.exchanges);
      add_list(to, query_.quotes);
      add_list(to, query_.bases);
    } else if (!query_.exchanges.empty() || !query_.quotes.empty()) {
      one.by_sha = board_->page_filtered;
      one.keys = 4;
      to.add(keys.counts);
      add_slice(to, order);
      to.add(static_cast<std::int64_t>(rank_));
      to.add(static_cast<std::int64_t>(scan_limit_));
      add_list(to, query_.exchanges);
      add_list(to, query_.quotes);
    } else {
      one.by_sha = board_->page;
      one.keys = 3;
      add_slice(to, order);
    }
    one.done = [self = shared_from_this()](const redis::reply& answer) { self->take(answer); };
    std::vector<redis::call> calls;
    calls.push_back(std::move(one));
    store_->submit(std::move(calls));
  }

private:
  void add_slice(redis::command& to, std::string_view order) const {
    to.add(order);
    to.add(static_cast<std::int64_t>(skip_));
    to.add(static_cast<std::int64_t>(missing_));
  }

  void take(const redis::reply& answer) {
    if (answer.size() < 2) {
      done_(evaluation_failure(answer));
      return;
    }
    total_ = static_cast<std::uint64_t>(answer[0].integer());
    const auto rows = answer[1];
    if (body_->capacity() < 512 * query_.per_page && rows.size() > 0)
      body_->reserve(body_->size() + rows.size() * (rows[0].text().size() + 32));
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (!rows[i].is_text())
        continue; // a rank without a row: `verify` finds those
      if (body_->back() != '[')
        body_->push_back(',');
      body_->append(rows[i].text());
    }
    if (answer.size() == 4 && answer[2].integer() >= 0) { // scanned enough for one call
      rank_ = static_cast<std::uint64_t>(answer[2].integer());
      skip_ = static_cast<std::uint64_t>(answer[3].integer());
      missing_ -= static_cast<std::uint32_t>(rows.size());
      run();
      return;
    }
    const auto pages = (total_ + query_.per_page - 1) / query_.per_page;
    fmt::format_to(std::back_inserter(*body_),
                   R"(],"page":{{"number":{},"size":{},"total":{},"pages":{}}}}})", query_.page,
                   query_.per_page, total_, pages);
    evaluation_outcome out;
    out.body = std::move(body_);
    out.total = total_;
    done_(std::move(out));
  }

  board_ptr board_;
  std::shared_ptr<redis::client> store_;
  view_query query_;
  std::uint32_t scan_limit_;
  evaluation_callback done_;
  std::size_t partition_ = redis::layout::board;
  std::uint64_t rank_ = 0, skip_, total_ = 0;
  std::uint32_t missing_;
  std::shared_ptr<std::string> body_;
};

} // namespace

void evaluate_page(const board_ptr& board, const std::shared_ptr<redis::client>& store,
                   const view_query& query, std::uint32_t scan_limit, evaluation_callback done) {
  std::make_shared<page_evaluation>(board, store, query, scan_limit, std::move(done))->run();
}

void evaluate_row(const board_ptr& board, const std::shared_ptr<redis::client>& store,
                  const std::string& id, const std::string& quote, evaluation_callback done) {
  const auto& keys = board->layout[board->layout.find(quote)];
  redis::call one;
  one.by_sha = board->row;
  one.keys = 2;
  one.arguments = redis::command{keys.epoch, keys.row, id};
  one.done = [done = std::move(done)](const redis::reply& answer) {
    if (!answer.is_array()) {
      done(evaluation_failure(answer));
      return;
    }
    evaluation_outcome out;
    if (answer.size() == 1 && answer[0].is_text()) {
      out.body = std::make_shared<const std::string>(answer[0].text());
      out.total = 1;
    }
    done(std::move(out));
  };
  std::vector<redis::call> calls;
  calls.push_back(std::move(one));
  store->submit(std::move(calls));
}

} // namespace tickboard
