#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

/// What the fuzz targets share. Each defines LLVMFuzzerTestOneInput
/// (https://llvm.org/docs/LibFuzzer.html); a crash, a sanitizer's finding, a wait of more than ten
/// seconds or a broken promise ends the run and leaves the input in a file.
namespace tickboard::fuzz {

/// `text` is what must hold.
inline void promise(bool holds, std::string_view text) {
  if (holds)
    return;
  std::fprintf(stderr, "broken promise: %.*s\n", static_cast<int>(text.size()), text.data());
  std::abort();
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

} // namespace tickboard::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
