#include "tests/bench/paths/allocations.hpp"

#include <cerrno>
#include <cstddef>

namespace {

constinit std::uint64_t allocation_calls = 0;

} // namespace

std::uint64_t tickboard::bench::allocations() noexcept {
  return allocation_calls;
}

#if defined(__has_feature)
#define TICKBOARD_HAS_FEATURE(name) __has_feature(name)
#else
#define TICKBOARD_HAS_FEATURE(name) 0
#endif

#if defined(__SANITIZE_ADDRESS__) || TICKBOARD_HAS_FEATURE(address_sanitizer)

// AddressSanitizer has replaced malloc already, and tells.
#include <sanitizer/allocator_interface.h>

namespace {

void count_allocation(const volatile void*, std::size_t) {
  ++allocation_calls;
}
void count_nothing(const volatile void*) {
}
[[maybe_unused]] const int installed =
    __sanitizer_install_malloc_and_free_hooks(count_allocation, count_nothing);

} // namespace

#else

// The program's own malloc goes before glibc's, also for shared libraries. What it returns is
// glibc's, and so is `free`.
extern "C" {

void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);

void* malloc(std::size_t size) noexcept {
  ++allocation_calls;
  return __libc_malloc(size);
}

void* calloc(std::size_t count, std::size_t size) noexcept {
  ++allocation_calls;
  return __libc_calloc(count, size);
}

void* realloc(void* old, std::size_t size) noexcept {
  ++allocation_calls;
  return __libc_realloc(old, size);
}

void* memalign(std::size_t alignment, std::size_t size) noexcept {
  ++allocation_calls;
  return __libc_memalign(alignment, size);
}

void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  return memalign(alignment, size);
}

int posix_memalign(void** into, std::size_t alignment, std::size_t size) noexcept {
  void* const made = memalign(alignment, size);
  if (made == nullptr)
    return ENOMEM;
  *into = made;
  return 0;
}
}

#endif
