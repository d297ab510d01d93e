#include "adapters/exchange/frame_sax.hpp"

namespace tickboard::exchange {

frame_bytes inspect_bytes(std::span<const char> frame) noexcept {
  std::uint64_t any = 0;
  std::size_t i = 0;
  for (; i + sizeof any <= frame.size(); i += sizeof any) {
    std::uint64_t word = 0;
    std::memcpy(&word, frame.data() + i, sizeof word);
    any |= word;
  }
  for (; i < frame.size(); ++i)
    any |= static_cast<unsigned char>(frame[i]);
  constexpr std::uint64_t high_bits = 0x8080808080808080U;
  return {(any & high_bits) == 0,
          !frame.empty() && std::memchr(frame.data(), 0, frame.size()) != nullptr};
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
