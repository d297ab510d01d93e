#include "adapters/exchange/gzip.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <memory>

namespace tickboard::exchange {

namespace {

const unsigned char* unsigned_data(std::string_view bytes) noexcept {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

/// OpenSSL takes lengths as int; recordings hold less.
constexpr std::size_t max_base64 = 1'000'000'000;

} // namespace

std::string encode_base64(std::string_view bytes) {
  std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0'); // and the NUL that OpenSSL writes
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                   unsigned_data(bytes), static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

result<std::string> decode_base64(std::string_view text) {
  const auto body = text.substr(0, text.find_last_not_of('=') + 1);
  const auto padding = text.size() - body.size();
  const auto foreign = [](unsigned char c) {
    return !((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
             c == '+' || c == '/');
  };
  std::string out(text.size() / 4 * 3, '\0');
  if (text.size() % 4 != 0 || padding > 2 || text.size() > max_base64 ||
      std::any_of(body.begin(), body.end(), foreign) ||
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()), unsigned_data(text),
                      static_cast<int>(text.size())) < 0)
    return unexpected(std::string("is not base64"));
  out.resize(out.size() - padding);
  return out;
}

bool is_gzip(std::string_view bytes) noexcept {
  return bytes.starts_with("\x1F\x8B");
}

result<std::string> gunzip(std::string_view bytes, std::size_t max_bytes) {
  z_stream stream{};
  constexpr int gzip_only = 16 + MAX_WBITS;
  if (inflateInit2(&stream, gzip_only) != Z_OK)
    return unexpected(std::string("cannot be decompressed: no memory"));
  const std::unique_ptr<z_stream, int (*)(z_stream*)> cleanup(&stream, inflateEnd);
  stream.next_in = const_cast<Bytef*>(unsigned_data(bytes)); // zlib only reads it
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string out;
  std::array<char, 16384> chunk;
  int status = Z_OK;
  while (status == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(chunk.data());
    stream.avail_out = static_cast<uInt>(chunk.size());
    status = inflate(&stream, Z_NO_FLUSH);
    out.append(chunk.data(), chunk.size() - stream.avail_out);
    if (out.size() > max_bytes)
      return unexpected(fmt::format("decompresses to more than {} bytes", max_bytes));
  }
  if (status != Z_STREAM_END)
    return unexpected(std::string("is broken or cut off gzip data"));
  return out;
}

} // namespace tickboard::exchange
