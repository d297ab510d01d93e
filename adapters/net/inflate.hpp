#pragma once

#include "market/result.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

struct z_stream_s;

namespace tickboard::net {

/// Inflates a gzip or zlib stream piece by piece.
class inflater {
public:
  inflater();
  ~inflater();
  inflater(const inflater&) = delete;
  inflater& operator=(const inflater&) = delete;

  /// Appends what `piece` inflates to, up to `max_bytes` in `out` altogether. Errors: not gzip,
  /// or more than that.
  result<void> feed(std::string_view piece, std::string& out, std::size_t max_bytes);

  /// Whether the stream came to its end, checksum included.
  bool complete() const noexcept { return complete_; }

private:
  std::unique_ptr<z_stream_s> stream_;
  bool complete_ = false;
};

} // namespace tickboard::net
