#include "adapters/simulator/markers.hpp"

#include <boost/asio/buffer.hpp>
#include <fmt/format.h>

namespace tickboard::simulator {

markers::markers(boost::asio::io_context& io, boost::asio::ip::udp::endpoint to,
                 std::uint64_t every)
    : socket_(io), to_(std::move(to)), every_(every) {
  boost::system::error_code ignored; // without a socket every send fails, which is allowed
  socket_.open(to_.protocol(), ignored);
  socket_.non_blocking(true, ignored);
}

void markers::tell(tape_cursor from, const tape& updates, tape::clock::time_point began) {
  const auto ns = std::chrono::nanoseconds(began.time_since_epoch()).count();
  for (; from.index() < updates.sent(); from.next()) {
    if (from.index() % every_ != 0)
      continue;
    const auto& of = updates.instruments()[from.market()];
    const auto ts_ms = updates.stretch_of(from.index()).at(from.index()) / 1000;
    const auto text = fmt::format("{} {} {} {} {}", of.native, of.base, of.quote, ts_ms, ns);
    boost::system::error_code ignored;
    socket_.send_to(boost::asio::buffer(text), to_, 0, ignored);
  }
}

} // namespace tickboard::simulator
