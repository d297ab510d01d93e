#include "adapters/net/live_channel.hpp"

#include <fmt/format.h>

#include <array>

namespace tickboard::net {

namespace {

/// A client has nothing to say on a stream. What it says all the same is read and dropped, so that
/// its end is seen; one that says more than this is cut.
constexpr std::size_t most_unasked = 64 * 1024;

class event_stream final : public live_channel {
public:
  event_stream(http_socket& socket, std::weak_ptr<live_owner> owner, std::string head, bool chunked)
      : socket_(socket), owner_(std::move(owner)), head_(std::move(head)), chunked_(chunked) {
    write(std::array<asio::const_buffer, 1>{asio::buffer(head_)});
    read();
  }

  void send(live_piece piece) override {
    piece_ = std::move(piece);
    const auto shared = piece_.shared ? asio::buffer(*piece_.shared) : asio::const_buffer();
    if (!chunked_) {
      write(std::array<asio::const_buffer, 3>{asio::buffer(piece_.before), shared,
                                              asio::buffer(piece_.after)});
      return;
    }
    const auto size = piece_.before.size() + shared.size() + piece_.after.size();
    head_ = fmt::format("{:x}\r\n", size);
    write(std::array<asio::const_buffer, 5>{asio::buffer(head_), asio::buffer(piece_.before),
                                            shared, asio::buffer(piece_.after),
                                            asio::buffer("\r\n", 2)});
  }

  void read_message() override {}

  void ping() override {}

  void finish(websocket_end /*as*/) override {
    finishing_ = true;
    if (!writing_)
      say_goodbye();
  }

private:
  template <class Buffers>
  void write(const Buffers& buffers) {
    writing_ = true;
    socket_.async_write(buffers, [this, owner = owner_.lock()](error_code ec, std::size_t) {
      writing_ = false;
      piece_ = {};
      if (ec || said_goodbye_)
        owner->channel_ended();
      else if (finishing_)
        say_goodbye();
      else
        owner->channel_ready();
    });
  }

  void say_goodbye() {
    said_goodbye_ = true;
    if (chunked_)
      write(std::array<asio::const_buffer, 1>{asio::buffer("0\r\n\r\n", 5)});
    else if (const auto owner = owner_.lock())
      owner->channel_ended();
  }

  void read() {
    socket_.async_read_some(asio::buffer(unasked_),
                            [this, owner = owner_.lock()](error_code ec, std::size_t bytes) {
                              read_ += bytes;
                              if (ec || read_ > most_unasked)
                                owner->channel_ended();
                              else
                                read();
                            });
  }

  http_socket& socket_;
  const std::weak_ptr<live_owner> owner_;
  std::string head_; ///< of the answer, later of the chunk
  const bool chunked_;
  live_piece piece_; ///< that is being written
  bool writing_ = false, finishing_ = false, said_goodbye_ = false;
  std::array<char, 512> unasked_{};
  std::size_t read_ = 0;
};

} // namespace

std::unique_ptr<live_channel> open_event_stream(http_socket& socket,
                                                std::weak_ptr<live_owner> owner, std::string head,
                                                bool chunked) {
  return std::make_unique<event_stream>(socket, std::move(owner), std::move(head), chunked);
}

} // namespace tickboard::net
