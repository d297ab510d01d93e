#include "actors/evaluation.hpp"

#include "market/answer_text.hpp"

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

void evaluate_row(const board_ptr& board, const std::shared_ptr<redis::client>& store,
                  const std::string& id, const std::string& quote, std::int64_t now_ms,
                  evaluation_callback done) {
  const auto& keys = board->layout[board->layout.find(quote)];
  redis::call one;
  one.by_sha = board->row;
  one.keys = 2;
  one.arguments = redis::command{keys.epoch, keys.row, id};
  one.done = [now_ms, done = std::move(done)](const redis::reply& answer) {
    if (!answer.is_array()) {
      done(evaluation_failure(answer));
      return;
    }
    evaluation_outcome out;
    if (answer.size() == 1 && answer[0].is_text()) {
      answer_text text{now_ms, ""};
      text.append_object(answer[0].text());
      out.mark = text.mark();
      out.body = text.take();
      out.total = 1;
    }
    done(std::move(out));
  };
  std::vector<redis::call> calls;
  calls.push_back(std::move(one));
  store->submit(std::move(calls));
}

} // namespace tickboard
