#pragma once

#include <cstdint>

namespace tickboard::bench {

/// Calls of malloc, calloc, realloc and their like since the program began, from anywhere in it:
/// also from the C library, and from operator new, which takes its memory from malloc. One thread.
std::uint64_t allocations() noexcept;

} // namespace tickboard::bench
