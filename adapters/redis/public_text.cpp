#include "adapters/redis/public_text.hpp"

#include <algorithm>

namespace tickboard::redis {

namespace {

/// Removes every `begin` with what is behind it up to a blank, and that.
void remove_words(std::string& text, std::string_view begin) {
  for (auto at = text.find(begin); at != text.npos; at = text.find(begin, at)) {
    const auto end = text.find(' ', at);
    text.erase(at, end == text.npos ? end : end + 1 - at);
  }
}

} // namespace

std::string public_text(std::string_view sentence) {
  std::string out{sentence};
  // "... script: 0523826e14637c1cc9153c8506277da7a8456298, on @user_script:1."
  constexpr std::string_view script = " script: ", place = ", on @user_script:";
  for (auto at = out.find(script); at != out.npos; at = out.find(script, at)) {
    const auto line = out.find(place, at);
    if (line == out.npos)
      break;
    const auto end = out.find_first_not_of("0123456789", line + place.size());
    out.erase(at, std::min(end, out.size()) - at);
  }
  for (const auto scheme : {"redis://", "unix://"})
    remove_words(out, scheme);
  return out;
}

} // namespace tickboard::redis
