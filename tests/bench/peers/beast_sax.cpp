// beast_sax EXCHANGE_PORT STREAM...: the machine's limit of following an exchange, and nobody's
// answer. Reads the frames of Binance's protocol with Beast and parses each in place with
// RapidJSON's SAX, of which nothing is kept. Each time that there is nothing more to be read, it
// prints how many tickers there have been.
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/buffered_read_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>
#include <rapidjson/reader.h>

#include <cstdio>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;

struct nothing : rapidjson::BaseReaderHandler<rapidjson::UTF8<>, nothing> {};

/// Reads as much in one go as tickboard does.
struct large_reads : beast::buffered_read_stream<tcp::socket, beast::flat_buffer> {
  explicit large_reads(asio::io_context& io)
      : beast::buffered_read_stream<tcp::socket, beast::flat_buffer>(io) {
    constexpr std::size_t size = 16 * 1024;
    capacity(size);
    buffer().reserve(size); // else 512 bytes are read at a time, whatever the capacity
  }
};

void teardown(beast::role_type role, large_reads& of, beast::error_code& ec) {
  beast::websocket::teardown(role, of.next_layer(), ec);
}

void follow(unsigned short port, char** first, char** last) {
  asio::io_context io;
  beast::websocket::stream<large_reads, false> feed{io}; // without permessage-deflate
  auto& socket = feed.next_layer().next_layer();
  socket.connect({asio::ip::address_v4::loopback(), port});
  feed.handshake("127.0.0.1", "/stream");
  std::string names;
  for (auto it = first; it != last; ++it)
    names += (names.empty() ? "\"" : ",\"") + std::string{*it} + '"';
  feed.write(asio::buffer(R"({"method":"SUBSCRIBE","id":1,"params":[)" + names + "]}"));

  beast::flat_buffer frame;
  rapidjson::Reader parser;
  nothing handler;
  std::size_t frames = 0; // the first one answers the subscription
  for (;;) {
    frame.clear();
    feed.read(frame);
    auto* const text = static_cast<char*>(frame.data().data());
    *static_cast<char*>(frame.prepare(1).data()) = '\0';
    rapidjson::InsituStringStream stream{text};
    constexpr unsigned flags = rapidjson::kParseInsituFlag | rapidjson::kParseNumbersAsStringsFlag;
    if (!parser.Parse<flags>(stream, handler))
      throw std::runtime_error{"a frame is no JSON"};
    ++frames;
    if (feed.next_layer().buffer().size() == 0 && socket.available() == 0) {
      std::printf("%zu\n", frames - 1);
      std::fflush(stdout);
    }
  }
}

} // namespace

int main(int count, char** arguments) {
  if (count < 3) {
    std::cerr << "usage: beast_sax EXCHANGE_PORT STREAM...\n";
    return 2;
  }
  try {
    follow(static_cast<unsigned short>(std::stoul(arguments[1])), arguments + 2, arguments + count);
  } catch (const std::exception& problem) {
    std::cerr << "beast_sax: " << problem.what() << '\n';
    return 1;
  }
}
