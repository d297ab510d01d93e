#include "actors/others_watch.hpp"

#include "actors/beats.hpp"
#include "market/fields.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace tickboard {

std::vector<redis::call> others_watch::look(std::function<void(others_seen)> done) {
  if (std::exchange(looking_, true))
    return {};
  const auto& keys = board_->layout[redis::layout::board];
  auto seen = std::make_shared<others_seen>();
  std::vector<redis::call> calls(2);
  calls[0].arguments = ask_for_beats(board_->layout);
  calls[0].done = [seen](const redis::reply& answer) {
    seen->failed = answer.failed();
    seen->beats = read_beats(answer);
  };
  calls[1].arguments = redis::command{"ZRANGE",
                                      keys.by[stale_index],
                                      "1",
                                      "1",
                                      "BYSCORE",
                                      "LIMIT",
                                      std::to_string(passed_),
                                      std::to_string(window)};
  calls[1].done = [seen, done = std::move(done)](const redis::reply& answer) {
    seen->failed = seen->failed || answer.failed();
    for (std::size_t i = 0; !answer.failed() && i < answer.size(); ++i)
      seen->stale.emplace_back(answer[i].text());
    done(std::move(*seen));
  };
  return calls;
}

void others_watch::finish(const others_seen& seen) {
  looking_ = false;
  if (seen.failed)
    return;
  passed_ = seen.stale.size() < window ? 0 : passed_ + window;
  const auto moves = [this](const auto& beat) {
    const auto before = beats_.find(beat.first);
    return beat.first != daemon_id_ && before != beats_.end() && before->second != beat.second;
  };
  if (std::any_of(seen.beats.begin(), seen.beats.end(), moves))
    still_ = 0;
  else
    still_ = std::min(still_ + 1, still_looks);
  beats_ = seen.beats;
}

} // namespace tickboard
