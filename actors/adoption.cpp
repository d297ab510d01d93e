#include "actors/adoption.hpp"

#include "adapters/log/log.hpp"

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

namespace tickboard {

std::vector<redis::call> adoption::read(const std::function<bool(const market&)>& is_held,
                                        std::function<void(rows_read)> done) {
  if (!reading_.empty())
    return {};
  for (; !waiting_.empty() && reading_.size() < max_read; waiting_.pop_front())
    if (!is_held(*waiting_.front().market))
      reading_.push_back(std::move(waiting_.front()));
  if (reading_.empty())
    return {};
  const auto& keys = board_->layout[redis::layout::board];
  auto found = std::make_shared<rows_read>();
  const auto take = [found](std::vector<std::string>& into, const redis::reply& answer) {
    found->away = found->away || answer.disconnected();
    if (answer.failed())
      found->failure = answer.error();
    for (std::size_t i = 0; i < answer.size(); ++i)
      into.emplace_back(answer[i].text());
  };
  // Versions first: a row that is newer than its version is found out when it is merged.
  std::vector<redis::call> calls(2);
  calls[0].arguments = redis::command{"HMGET", keys.version};
  calls[1].arguments = redis::command{"MGET"};
  for (const auto& each : reading_) {
    calls[0].arguments.add(each.market->id);
    calls[1].arguments.add(keys.rows, each.market->id);
  }
  calls[0].done = [found, take](const redis::reply& answer) { take(found->versions, answer); };
  calls[1].done = [found, take, done = std::move(done)](const redis::reply& answer) {
    take(found->rows, answer);
    done(std::move(*found));
  };
  return calls;
}

std::vector<adoption::stored> adoption::finish(const rows_read& found) {
  auto asked = std::exchange(reading_, {});
  if (found.away) {
    waiting_.insert(waiting_.begin(), std::make_move_iterator(asked.begin()),
                    std::make_move_iterator(asked.end()));
    return {};
  }
  if (!found.failure.empty())
    log::error("writer", "rows in Redis cannot be read; their markets are heard of when they move",
               {{"reason", found.failure}});
  std::vector<stored> out;
  for (std::size_t i = 0; i < std::min(found.versions.size(), found.rows.size()); ++i) {
    if (found.versions[i].empty() || found.rows[i].empty())
      continue;
    auto& [market, source_id] = asked.at(i);
    auto state = decode_row(found.rows[i], found.versions[i]);
    if (!state) {
      log::error("writer", "a row in Redis is damaged, until its market moves",
                 {{"market", market->id}, {"reason", state.error()}});
      continue;
    }
    out.push_back({std::move(market), source_id, std::move(*state), is_stale_row(found.rows[i])});
  }
  return out;
}

} // namespace tickboard
