// A configuration: it is taken, or refused with file, line and column.

#include "adapters/config/settings.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace tickboard;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto parsed = config::parse(fuzz::text_of(data, size), "f");
  if (!parsed)
    fuzz::promise(parsed.error().starts_with("f:"), "a refusal names the file and the place");
  return 0;
}
