#include "actors/evaluation.hpp"

#include <fmt/format.h>

#include <iterator>

namespace tickboard {

evaluation_outcome board_is_rebuilt() {
  evaluation_outcome out;
  out.error = ec::rebuilding;
  out.problem =
      "the board is not whole in Redis, after a start or because Redis lost it; /readyz says what "
      "it waits for";
  return out;
}

evaluation_outcome finished(answer_text& body, std::uint64_t total, std::int64_t now_ms) {
  evaluation_outcome out;
  out.mark = body.mark();
  fmt::format_to(std::back_inserter(body.text()), ",\"as_of_ms\":{}}}", now_ms);
  out.body = body.take();
  out.total = total;
  return out;
}

evaluation_outcome evaluation_failure(const redis::reply& answer) {
  if (answer.is_nil())
    return board_is_rebuilt();
  evaluation_outcome out;
  out.error = ec::store_unavailable;
  out.problem = answer.failed() ? std::string{answer.error()} : "an answer of an unknown shape";
  return out;
}

view_refusal too_many_names(const std::vector<word_filter>& words) {
  const auto count = count_names(words);
  if (count <= view_limits::max_category_assets)
    return {};
  return {400,
          "Too many names",
          fmt::format("these words are in the names of {} assets; a view can have at most {}",
                      count, view_limits::max_category_assets),
          {}};
}

void evaluate_row(const board_ptr& board, const std::shared_ptr<redis::client>& store,
                  const std::string& id, const std::string& quote, std::int64_t now_ms,
                  evaluation_callback done) {
  const auto& keys = board->layout[board->layout.find(quote)];
  redis::call one;
  one.arguments = redis::command{"MGET", keys.epoch};
  one.arguments.add(keys.rows, id);
  one.done = [now_ms, done = std::move(done)](const redis::reply& answer) {
    if (answer.size() != 2) {
      done(evaluation_failure(answer));
      return;
    }
    if (answer[0].is_nil()) {
      done(board_is_rebuilt());
      return;
    }
    evaluation_outcome out;
    if (answer[1].is_text()) {
      answer_text text{now_ms, ""};
      text.append_object(answer[1].text());
      out.mark = text.mark();
      out.body = text.take();
      out.total = 1;
    }
    done(std::move(out));
  };
  redis::submit_one(*store, std::move(one));
}

} // namespace tickboard
