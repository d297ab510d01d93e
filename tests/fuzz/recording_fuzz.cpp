// A recording: each line is a frame, or refused with its number; what was read can be written, and
// read again as the same.

#include "adapters/exchange/recording.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <sstream>
#include <string>

using namespace tickboard;
using fuzz::promise;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::istringstream in{std::string{fuzz::text_of(data, size)}};
  exchange::recording_reader reader{in, "f"};
  exchange::recorded_frame frame;
  for (std::uint64_t before = 0;; before = reader.line()) {
    const auto found = reader.next(frame);
    if (!found) {
      promise(found.error().starts_with("f:"), "a refusal names the line");
      promise(reader.line() > before, "a bad line is passed");
      continue;
    }
    if (!*found)
      return 0;
    std::string line;
    exchange::append_recorded_frame(line, frame);
    std::istringstream written{line};
    exchange::recording_reader again{written, "g"};
    exchange::recorded_frame same;
    const auto back = again.next(same);
    promise(back && *back, "a written line can be read");
    promise(same.frame == frame.frame && same.incoming == frame.incoming && same.url == frame.url,
            "a frame is kept as it was");
  }
}
