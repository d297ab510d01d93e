#include "adapters/net/inflate.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <new>

namespace tickboard::net {

inflater::inflater() : stream_(std::make_unique<z_stream>()) {
  constexpr int gzip_or_zlib = 32;
  if (inflateInit2(stream_.get(), MAX_WBITS + gzip_or_zlib) != Z_OK)
    throw std::bad_alloc();
}

inflater::~inflater() {
  inflateEnd(stream_.get());
}

result<void> inflater::feed(std::string_view piece, std::string& out, std::size_t max_bytes) {
  constexpr std::size_t step = 64 * 1024;
  // zlib's interface is not const-correct: it does not write to its input.
  stream_->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(piece.data()));
  stream_->avail_in = static_cast<uInt>(piece.size());
  do {
    if (complete_)
      break; // bytes behind the end are ignored, as gzip(1) does with padding
    const auto before = out.size();
    // One byte over the limit tells a body that is too long from one that just fits.
    const auto room = std::min(step, max_bytes + 1 - before);
    out.resize(before + room);
    stream_->next_out = reinterpret_cast<Bytef*>(out.data() + before);
    stream_->avail_out = static_cast<uInt>(room);
    const auto status = ::inflate(stream_.get(), Z_NO_FLUSH);
    out.resize(before + room - stream_->avail_out);
    complete_ = status == Z_STREAM_END;
    if (out.size() > max_bytes)
      return unexpected(fmt::format("the body inflates to more than {} bytes", max_bytes));
    if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR)
      return unexpected<std::string>("the body is not valid gzip");
  } while (stream_->avail_in != 0 || stream_->avail_out == 0);
  return {};
}

} // namespace tickboard::net
