#include "actors/frame_decoder.hpp"

#include "actors/error.hpp"

#include <iterator>
#include <utility>

namespace tickboard {

namespace {

/// Where a result stood before a frame.
class mark {
public:
  explicit mark(const exchange::decoded& at)
      : patches_(at.patches.size()), events_(at.events.size()), ignored_(at.ignored),
        malformed_(at.malformed) {}

  void restore(exchange::decoded& to) const {
    to.patches.erase(to.patches.begin() + static_cast<std::ptrdiff_t>(patches_), to.patches.end());
    to.events.erase(to.events.begin() + static_cast<std::ptrdiff_t>(events_), to.events.end());
    to.ignored = ignored_;
    to.malformed = malformed_;
    if (malformed_ == 0)
      to.first_problem.clear(); // else it is of an earlier frame
  }

private:
  std::size_t patches_, events_;
  std::uint64_t ignored_, malformed_;
};

template <class T>
void append(std::vector<T>& to, std::vector<T>& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

} // namespace

void frame_decoder::decode(const source& from, net::frame_batch& frames) {
  out.clear();
  poisoned.clear();
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const auto frame = frames.frame(i);
    pristine_.assign(frame.data(), frame.size());
    const mark before{out};
    try {
      from.protocol->decode(frame, frames.received_ms, *from.symbols, out);
    } catch (...) { // whatever it was, the second try tells
      before.restore(out);
      try_again(from, frames.received_ms);
    }
  }
}

void frame_decoder::try_again(const source& from, std::int64_t received_ms) {
  auto copy = pristine_;
  exchange::decoded fresh;
  try {
    from.protocol->decode(copy, received_ms, *from.symbols, fresh);
  } catch (...) {
    poisoned.push_back({std::make_shared<const std::string>(pristine_), exception_text()});
    return;
  }
  append(out.patches, fresh.patches);
  append(out.events, fresh.events);
  out.ignored += fresh.ignored;
  if (out.malformed == 0)
    out.first_problem = std::move(fresh.first_problem);
  out.malformed += fresh.malformed;
}

} // namespace tickboard
