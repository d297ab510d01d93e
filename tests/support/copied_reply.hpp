#pragma once

#include "adapters/redis/reply.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tickboard::test {

/// A reply, copied out of the io thread.
struct copied_reply {
  bool failed = false, disconnected = false, nil = false;
  std::string text;
  std::int64_t integer = 0;
  std::vector<copied_reply> elements;
};

inline copied_reply copy(const redis::reply& from) {
  copied_reply out;
  out.failed = from.failed();
  out.disconnected = from.disconnected();
  out.nil = from.is_nil();
  out.text = from.failed() ? from.error() : from.text();
  out.integer = from.integer();
  for (std::size_t i = 0; i < from.size(); ++i)
    out.elements.push_back(copy(from[i]));
  return out;
}

} // namespace tickboard::test
