#include "adapters/redis/reply_arena.hpp"

#include <hiredis/hiredis.h>

#include <algorithm>
#include <cstring>
#include <new>

namespace tickboard::redis {

namespace {

constexpr std::size_t first_piece = 64 * 1024;

/// The reply that all others are in knows where it lies, because hiredis does not say when it is
/// done with it.
struct root_reply {
  redisReply reply;
  reply_arena* arena;
};

/// A new reply, put into the one that it belongs to; null if there is no memory, which hiredis
/// takes for the end of the connection.
redisReply* new_reply(const redisReadTask* task) noexcept {
  auto& arena = *static_cast<reply_arena*>(task->privdata);
  try {
    if (task->parent == nullptr) {
      auto* const root = new (arena.allocate(sizeof(root_reply))) root_reply{};
      root->arena = &arena;
      root->reply.type = task->type;
      return &root->reply;
    }
    auto* const out = new (arena.allocate(sizeof(redisReply))) redisReply{};
    out->type = task->type;
    auto* const parent = static_cast<redisReply*>(task->parent->obj);
    parent->element[task->idx] = out;
    return out;
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

void* create_string(const redisReadTask* task, char* text, std::size_t size) noexcept {
  auto& arena = *static_cast<reply_arena*>(task->privdata);
  auto* const out = new_reply(task);
  if (out == nullptr)
    return nullptr;
  try {
    out->str = static_cast<char*>(arena.allocate(size + 1));
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
  std::memcpy(out->str, text, size);
  out->str[size] = '\0';
  out->len = size;
  return out;
}

void* create_array(const redisReadTask* task, int elements) noexcept {
  auto& arena = *static_cast<reply_arena*>(task->privdata);
  auto* const out = new_reply(task);
  if (out == nullptr || elements <= 0)
    return out;
  out->elements = static_cast<std::size_t>(elements);
  try {
    out->element = static_cast<redisReply**>(arena.allocate(out->elements * sizeof(redisReply*)));
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
  return out;
}

void* create_integer(const redisReadTask* task, long long value) noexcept {
  auto* const out = new_reply(task);
  if (out != nullptr)
    out->integer = value;
  return out;
}

void* create_nil(const redisReadTask* task) noexcept {
  auto* const out = new_reply(task);
  if (out != nullptr)
    out->type = REDIS_REPLY_NIL; // the task's is that of what is not there
  return out;
}

/// hiredis calls it for the outermost reply alone.
void free_reply(void* reply) noexcept {
  if (reply != nullptr)
    static_cast<root_reply*>(reply)->arena->reset();
}

redisReplyObjectFunctions functions{create_string, create_array, create_integer, create_nil,
                                    free_reply};

} // namespace

void reply_arena::serve(redisReader& reader) {
  reset();
  reader.fn = &functions;
  reader.privdata = this;
  reader.maxbuf = kept_bytes;
}

void* reply_arena::allocate(std::size_t bytes) {
  constexpr auto alignment = alignof(std::max_align_t);
  bytes = (bytes + alignment - 1) / alignment * alignment;
  while (current_ < pieces_.size()) {
    if (pieces_[current_].size - used_ >= bytes) {
      auto* const out = pieces_[current_].memory.get() + used_;
      used_ += bytes;
      return out;
    }
    ++current_;
    used_ = 0;
  }
  const auto before = pieces_.empty() ? first_piece / 2 : pieces_.back().size;
  const auto size = std::max(2 * before, bytes);
  pieces_.push_back({std::make_unique_for_overwrite<std::byte[]>(size), size});
  used_ = bytes;
  return pieces_.back().memory.get();
}

void reply_arena::reset() noexcept {
  std::size_t kept = 0, bytes = 0;
  while (kept < pieces_.size() && bytes + pieces_[kept].size <= kept_bytes)
    bytes += pieces_[kept++].size;
  pieces_.erase(pieces_.begin() + static_cast<std::ptrdiff_t>(kept), pieces_.end());
  current_ = used_ = 0;
}

} // namespace tickboard::redis
