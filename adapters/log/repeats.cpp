#include "adapters/log/repeats.hpp"

#include <utility>

namespace tickboard::log {

void repeats::note(entry& one, const line_source& from, clock::time_point now) {
  if (one.written == 0 && one.left_out.times == 0) {
    one.began = now;
    one.left_out = {from.of, std::string{from.component}, std::string{from.message}, {}, {}, 0};
  }
}

bool repeats::admit(const line_source& from, clock::time_point now) {
  const place at{from.file, from.line};
  auto& all = places_[at];
  if (now - all.began >= window && all.left_out.times == 0)
    all.written = 0;
  note(all, from, now);

  std::tuple key{at, std::string{from.component}, std::string{from.subject}};
  auto it = subjects_.find(key);
  if (it == subjects_.end() && subjects_.size() < most_subjects)
    it = subjects_.try_emplace(std::move(key)).first;
  if (it != subjects_.end()) {
    auto& one = it->second;
    if (now - one.began >= window && one.left_out.times == 0)
      one.written = 0;
    note(one, from, now);
    one.left_out.subject_key = from.subject_key;
    one.left_out.subject = from.subject;
    if (one.written >= most_of_subject) {
      ++one.left_out.times;
      return false;
    }
    ++one.written;
  }
  if (all.written >= most_of_place) {
    ++all.left_out.times;
    return false;
  }
  ++all.written;
  return true;
}

template <class Entries>
void repeats::take(Entries& from, clock::time_point until, std::vector<suppressed>& out) {
  std::erase_if(from, [&](auto& each) {
    auto& one = each.second;
    if (until - one.began < window)
      return false;
    if (one.left_out.times > 0)
      out.push_back(std::move(one.left_out));
    return true;
  });
}

std::vector<repeats::suppressed> repeats::take_due(clock::time_point now) {
  std::vector<suppressed> out;
  take(subjects_, now, out);
  take(places_, now, out);
  return out;
}

std::vector<repeats::suppressed> repeats::take_all() {
  return take_due(clock::time_point::max());
}

} // namespace tickboard::log
