#pragma once

#include <cstddef>
#include <memory>
#include <vector>

struct redisReader;

namespace tickboard::redis {

/// Where the replies of a connection are built: hiredis asks for memory for each string of a reply
/// by itself, which for a page costs more than reading it. Here a reply lies in a few pieces of
/// memory, which the next one uses again; of these at most `kept_bytes` are kept.
///
/// A connection has one reply at a time. Outlives the readers that it serves; their thread only.
class reply_arena {
public:
  static constexpr std::size_t kept_bytes = 1024 * 1024;

  reply_arena() = default;
  reply_arena(const reply_arena&) = delete;
  reply_arena& operator=(const reply_arena&) = delete;

  /// From now on `reader` builds its replies here. It also keeps the memory that it reads into.
  void serve(redisReader& reader);

  /// Memory until `reset`, aligned for anything; throws std::bad_alloc.
  void* allocate(std::size_t bytes);
  /// The reply is done with.
  void reset() noexcept;

private:
  struct piece {
    std::unique_ptr<std::byte[]> memory;
    std::size_t size;
  };

  std::vector<piece> pieces_;
  std::size_t current_ = 0; ///< that `used_` is of
  std::size_t used_ = 0;
};

} // namespace tickboard::redis
