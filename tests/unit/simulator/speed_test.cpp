// Prints how fast frames leave the simulator; a figure to read, not to pass or fail by.

#include "support.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <chrono>
#include <ctime>

using namespace tickboard::simulator;
using namespace tickboard::simulator::test;

TEST_CASE("frames a second") {
  constexpr std::uint64_t count = 200'000;
  running exchange({.markets = 500, .rate = 0, .count = count});
  // A raw socket that only counts bytes, so that it is the simulator that is measured.
  boost::asio::io_context io;
  boost::asio::ip::tcp::socket socket(io);
  socket.connect({boost::asio::ip::make_address("127.0.0.1"), exchange.port()});
  std::string streams;
  const auto state = exchange.state();
  for (const auto& row : state.GetArray()) {
    auto name = text(row, "native");
    for (auto& c : name)
      c = static_cast<char>(std::tolower(c));
    streams += fmt::format("{}{}@ticker", streams.empty() ? "" : "/", name);
  }
  const auto begin = std::chrono::steady_clock::now();
  boost::asio::write(socket,
                     boost::asio::buffer(fmt::format(
                         "GET /ws/{} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
                         "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                         "Sec-WebSocket-Version: 13\r\n\r\n",
                         streams)));
  std::uint64_t frames = 0;
  std::size_t bytes = 0;
  std::vector<char> buffer(1 << 20);
  const std::string_view mark = "24hrTicker";
  std::string tail; // a mark may lie across two reads
  while (frames < count) {
    const auto size = socket.read_some(boost::asio::buffer(buffer));
    bytes += size;
    tail.append(buffer.data(), size);
    std::size_t at = 0;
    for (auto next = tail.find(mark); next != tail.npos; next = tail.find(mark, at)) {
      ++frames;
      at = next + mark.size();
    }
    const auto keep = std::min(tail.size() - at, mark.size() - 1);
    tail.erase(0, tail.size() - keep);
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  CHECK(frames == count);
  MESSAGE(fmt::format("{:.0f} frames/s of {} bytes", static_cast<double>(count) / took.count(),
                      bytes / count));
}
