#include "adapters/net/live_channel.hpp"

#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <array>
#include <utility>

namespace tickboard::net {

namespace {

namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;

using upgrade_request = http::request<http::empty_body>;

/// `Layer` is the socket below, which is the session's.
template <class Layer>
class websocket_channel final : public live_channel {
public:
  websocket_channel(Layer& layer, std::weak_ptr<live_owner> owner, upgrade_request request,
                    std::size_t max_message_bytes)
      : owner_(std::move(owner)), request_(std::move(request)), ws_(layer) {
    ws_.set_option(websocket::stream_base::decorator([](websocket::response_type& response) {
      response.set(http::field::server, "tickboard");
      if (response.result() == http::status::upgrade_required) { // RFC 9110 section 15.5.22
        response.set(http::field::upgrade, "websocket");
        response.set(http::field::connection, "Upgrade");
      }
    }));
    ws_.read_message_max(max_message_bytes);
    ws_.text(true);
    ws_.control_callback([this](websocket::frame_type is, boost::beast::string_view) {
      if (const auto keep = owner_.lock())
        is == websocket::frame_type::close ? keep->channel_ending() : keep->channel_heard();
    });
    writing_ = true;
    ws_.async_accept(request_, [this, keep = owner_.lock()](error_code ec) {
      request_ = {};
      accepted_ = !ec;
      written(*keep, ec);
      if (accepted_ && std::exchange(asked_early_, false))
        read_message();
    });
  }

  void send(live_piece piece) override {
    piece_ = std::move(piece);
    writing_ = true;
    const std::array<asio::const_buffer, 3> buffers{asio::buffer(piece_.before),
                                                    piece_.shared ? asio::buffer(*piece_.shared)
                                                                  : asio::const_buffer(),
                                                    asio::buffer(piece_.after)};
    ws_.async_write(buffers, [this, keep = owner_.lock()](error_code ec, std::size_t) {
      piece_ = {};
      written(*keep, ec);
    });
  }

  /// Beast answers pings and the closing handshake while it reads.
  void read_message() override {
    if (reading_ || finishing_)
      return;
    if (!accepted_) {
      asked_early_ = true;
      return;
    }
    reading_ = true;
    ws_.async_read(buffer_, [this, keep = owner_.lock()](error_code ec, std::size_t) {
      reading_ = false;
      if (ec && !finishing_)
        return keep->channel_ended();
      if (ec)
        return; // the end is on its way
      auto text = boost::beast::buffers_to_string(buffer_.data());
      buffer_.clear();
      if (ws_.got_binary())
        return end({websocket::close_code::unknown_data, "messages are JSON text"});
      keep->channel_message(std::move(text));
    });
  }

  void ping() override {
    if (!accepted_ || finishing_ || std::exchange(pinging_, true))
      return;
    ws_.async_ping({}, [this, keep = owner_.lock()](error_code) { pinging_ = false; });
  }

  void finish(websocket_end as) override { end(std::move(as)); }

private:
  void end(websocket_end as) {
    if (finishing_)
      return;
    finishing_ = true;
    reason_ = {websocket::close_code{as.code}, as.why};
    if (const auto keep = owner_.lock())
      keep->channel_ending();
    if (!writing_)
      say_goodbye();
  }

  void written(live_owner& owner, error_code ec) {
    writing_ = false;
    if (ec)
      owner.channel_ended();
    else if (finishing_)
      say_goodbye();
    else
      owner.channel_ready();
  }

  void say_goodbye() {
    ws_.async_close(reason_, [keep = owner_.lock()](error_code) { keep->channel_ended(); });
  }

  const std::weak_ptr<live_owner> owner_;
  upgrade_request request_;
  websocket::stream<Layer&, false> ws_; ///< false: without permessage-deflate
  boost::beast::flat_buffer buffer_;    ///< one message; bounded by read_message_max
  live_piece piece_;                    ///< that is being written
  websocket::close_reason reason_;
  bool accepted_ = false, asked_early_ = false; ///< asked for a message before that
  bool writing_ = false, reading_ = false, pinging_ = false, finishing_ = false;
};

} // namespace

std::unique_ptr<live_channel> open_websocket(http_socket& socket, std::weak_ptr<live_owner> owner,
                                             const http_rare_fields& offer,
                                             std::size_t max_message_bytes) {
  upgrade_request upgrade{http::verb::get, "/", 11};
  upgrade.set(http::field::host, offer.host);
  upgrade.set(http::field::connection, "Upgrade");
  upgrade.set(http::field::upgrade, "websocket");
  constexpr std::size_t key_size = 24;        // RFC 6455 section 4.1: 16 bytes in base64
  if (offer.websocket_key.size() == key_size) // else Beast says that it is missing
    upgrade.set(http::field::sec_websocket_key, offer.websocket_key);
  upgrade.set(http::field::sec_websocket_version, offer.websocket_version);
  return socket.visit([&](auto& layer) -> std::unique_ptr<live_channel> {
    return std::make_unique<websocket_channel<std::decay_t<decltype(layer)>>>(
        layer, std::move(owner), std::move(upgrade), max_message_bytes);
  });
}

} // namespace tickboard::net
