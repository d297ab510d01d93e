#include "adapters/net/deflate.hpp"

#include <zlib.h>

#include <new>

namespace tickboard::net {

std::string gzip(std::string_view plain) {
  z_stream stream{};
  constexpr int gzip_window = 15 + 16; // zlib.h: 16 asks for the gzip wrapper
  if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, gzip_window, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::bad_alloc{};
  std::string out;
  out.resize(deflateBound(&stream, static_cast<uLong>(plain.size())));
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH); // deflateBound: always done in one go
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

} // namespace tickboard::net
