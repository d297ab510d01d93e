#include "adapters/redis/reply.hpp"

#include <hiredis/hiredis.h>

namespace tickboard::redis {

bool reply::failed() const noexcept {
  return raw_ == nullptr || raw_->type == REDIS_REPLY_ERROR;
}

std::string_view reply::error() const noexcept {
  if (raw_ == nullptr)
    return failure_;
  return failed() ? std::string_view{raw_->str, static_cast<std::size_t>(raw_->len)}
                  : std::string_view{};
}

bool reply::is_nil() const noexcept {
  return raw_ != nullptr && raw_->type == REDIS_REPLY_NIL;
}

bool reply::is_array() const noexcept {
  return raw_ != nullptr && raw_->type == REDIS_REPLY_ARRAY;
}

bool reply::is_text() const noexcept {
  return raw_ != nullptr && (raw_->type == REDIS_REPLY_STRING || raw_->type == REDIS_REPLY_STATUS);
}

std::int64_t reply::integer(std::int64_t otherwise) const noexcept {
  return raw_ != nullptr && raw_->type == REDIS_REPLY_INTEGER ? raw_->integer : otherwise;
}

std::string_view reply::text() const noexcept {
  return is_text() ? std::string_view{raw_->str, static_cast<std::size_t>(raw_->len)}
                   : std::string_view{};
}

std::size_t reply::size() const noexcept {
  return is_array() ? raw_->elements : 0;
}

reply reply::operator[](std::size_t i) const noexcept {
  return reply{raw_->element[i]};
}

} // namespace tickboard::redis
