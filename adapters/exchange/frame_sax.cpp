#include "adapters/exchange/frame_sax.hpp"

namespace tickboard::exchange {

frame_bytes inspect_bytes(std::span<const char> frame) noexcept {
  unsigned char any = 0;
  for (const char c : frame) // no early exit: the compiler makes vectors of it
    any = static_cast<unsigned char>(any | static_cast<unsigned char>(c));
  return {any < 0x80, !frame.empty() && std::memchr(frame.data(), 0, frame.size()) != nullptr};
}

void checkpoint::restore(decoded& out) const {
  out.patches.erase(out.patches.begin() + static_cast<std::ptrdiff_t>(patches_), out.patches.end());
  out.events.erase(out.events.begin() + static_cast<std::ptrdiff_t>(events_), out.events.end());
  out.ignored = ignored_;
  out.malformed = malformed_;
  if (!had_problem_)
    out.first_problem.clear();
}

} // namespace tickboard::exchange
