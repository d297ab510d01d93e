#include "tests/unit/exchange/support.hpp"

#include "adapters/exchange/excerpt.hpp"
#include "tests/support/exact_frame.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace tickboard::exchange {

decoded decode(const protocol& speaks, std::string_view frame, const symbol_table& symbols) {
  const auto out = test::decode_exactly(speaks, frame, symbols);
  CHECK(out.first_problem.empty() == (out.malformed == 0));
  CHECK(out.first_problem.size() <= 200);
  CHECK(is_utf8(out.first_problem));
  CHECK(std::none_of(out.first_problem.begin(), out.first_problem.end(),
                     [](unsigned char c) { return c < 0x20 || c == 0x7F; }));
  if (out.malformed != 0)
    CHECK(out.first_problem.starts_with(std::string(speaks.name()) + ": "));
  for (const auto& patch : out.patches)
    CHECK(patch.subject != nullptr);
  return out;
}

symbol_table table_of(const protocol& speaks, const std::vector<std::string>& natives) {
  std::vector<market_ptr> markets;
  for (const auto& native : natives) {
    auto made = speaks.market_from_symbol(native, speaks.name());
    REQUIRE_MESSAGE(made, made.error());
    markets.push_back(*made);
  }
  return symbol_table(std::move(markets));
}

std::optional<std::string> shared_file(std::string_view below_recordings) {
  auto path = std::string(TICKBOARD_SHARED_DIR "/recordings/") + std::string(below_recordings);
  if (std::filesystem::exists(path))
    return path;
  MESSAGE("SKIPPED: no recording " << path);
  return std::nullopt;
}

std::vector<recorded_frame> incoming_frames(std::string_view file) {
  std::vector<recorded_frame> out;
  const auto path = shared_file(file);
  if (!path)
    return out;
  std::ifstream in(*path, std::ios::binary);
  recording_reader reader(in, std::string(file));
  recorded_frame frame;
  while (true) {
    const auto more = reader.next(frame);
    REQUIRE_MESSAGE(more, more.error());
    if (!*more)
      return out;
    if (frame.incoming)
      out.push_back(frame);
  }
}

} // namespace tickboard::exchange
