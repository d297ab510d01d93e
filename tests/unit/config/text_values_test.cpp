#include "adapters/config/text_values.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string_view>

namespace tickboard::config {

using std::chrono::milliseconds;

TEST_CASE("durations need a unit, and read back as they were") {
  CHECK(parse_duration("0") == milliseconds(0));
  CHECK(parse_duration("250ms") == milliseconds(250));
  CHECK(parse_duration("5s") == milliseconds(5'000));
  CHECK(parse_duration("10m") == milliseconds(600'000));
  CHECK(parse_duration("24h") == milliseconds(86'400'000));
  for (const auto* bad : {"", "5", "s", "5 s", " 5s", "5s ", "-5s", "+5s", "1.5s", "5S", "5d",
                          "1h30m", "99999999999999999999s", "9223372036854775807s"})
    CHECK_FALSE(parse_duration(bad));
  for (const std::int64_t ms : {0L, 1L, 999L, 1'000L, 1'500L, 60'000L, 61'000L, 3'600'000L})
    CHECK(parse_duration(format_duration(milliseconds(ms))) == milliseconds(ms));
  CHECK(format_duration(milliseconds(90'000)) == "90s");
  CHECK(format_duration(milliseconds(7'200'000)) == "2h");
}

TEST_CASE("sizes count in powers of two, and read back as they were") {
  CHECK(parse_size("512") == 512);
  CHECK(parse_size("8KiB") == 8192);
  CHECK(parse_size("64MiB") == 64 * 1024 * 1024);
  for (const auto* bad : {"", "KiB", "8KB", "8 KiB", "8k", "-1", "0x10", "17592186044416MiB"})
    CHECK_FALSE(parse_size(bad));
  for (const std::uint64_t bytes : {0UL, 1UL, 1023UL, 1024UL, 1025UL, 1UL << 20, 1UL << 40})
    CHECK(parse_size(format_size(bytes)) == bytes);
}

TEST_CASE("misspelt words find what was meant") {
  constexpr std::array<std::string_view, 4> words{"url", "password", "password_file", "prefix"};
  CHECK(closest("pasword", words) == "password");
  CHECK(closest("passwrod", words) == "password");
  CHECK(closest("passwordfile", words) == "password_file");
  CHECK(closest("ulr", words) == "url");
  CHECK(closest("timeout", words) == "");
  CHECK(closest("", words) == "");
  CHECK(edit_distance("kitten", "sitting", 5) == 3);
  CHECK(edit_distance("kitten", "sitting", 2) == 3);
  CHECK(edit_distance("a", std::string(1'000'000, 'b'), 3) == 4);
}

TEST_CASE("quoted text stays on one line and is cut between characters") {
  CHECK(config::quoted("a\nb") == "\"a\\u000ab\"");
  const auto cut = config::quoted(std::string(59, 'x') + "\xE2\x82\xAC");
  CHECK(cut == "\"" + std::string(59, 'x') + "...\"");
}

} // namespace tickboard::config
