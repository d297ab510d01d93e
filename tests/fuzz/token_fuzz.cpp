// Tokens of cursors and snapshots: text that is none of ours is refused, and so is one of ours in
// which anything was changed; one that was not leads back to its place.

#include "market/view_token.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <cmath>
#include <cstring>
#include <limits>
#include <string>

using namespace tickboard;
using fuzz::promise;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  view_query query;
  const auto text = fuzz::text_of(data, size);
  (void)read_cursor_token(query, text);
  (void)read_snapshot_token(nullptr, text);

  // Of the first bytes: a score, which byte is to be changed, and how; of the others: an id.
  if (size < 11)
    return 0;
  view_place place{0, std::string{text.substr(11)}};
  std::memcpy(&place.score, data, sizeof place.score);
  if (std::isnan(place.score) || place.score == std::numeric_limits<double>::infinity() ||
      place.id.empty() || place.id.size() > max_id_length)
    return 0; // no place in any index
  const auto token = cursor_token(query, place);
  const auto back = read_cursor_token(query, token);
  promise(back && back->score == place.score && back->id == place.id, "a token keeps its place");
  auto changed = token;
  const std::size_t at = (data[8] + 256U * data[9]) % changed.size();
  changed[at] = static_cast<char>(changed[at] ^ (data[10] | 1));
  promise(!read_cursor_token(query, changed), "a changed token is refused");
  query.descending = !query.descending;
  promise(!read_cursor_token(query, token), "a token is of its view alone");
  return 0;
}
