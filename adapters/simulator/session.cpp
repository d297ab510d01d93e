#include "adapters/simulator/session.hpp"

#include "adapters/simulator/gate.hpp"
#include "adapters/simulator/wire.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <fmt/format.h>

#include <deque>

namespace tickboard::simulator {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using boost::system::error_code;
using clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr std::size_t write_size = 128 * 1024;        ///< data gathered for one socket write
constexpr std::size_t most_queued = 64 * 1024 * 1024; ///< replies unread: cut
constexpr std::size_t most_message = 1024 * 1024;     ///< of a client
constexpr std::size_t trickle_size = 48;
constexpr auto trickle_pause = 20ms;
constexpr auto idle_limit = 60s; ///< without a request or upgrade
constexpr auto close_limit = 3s; ///< for the peer's part of a closing handshake

/// What no exchange should send and some day one will.
constexpr std::string_view garbage[] = {
    R"({"e":"24hrTicker","s":"BTCUSDT","c":"12)",
    "",
    "null",
    R"([[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[)",
    R"({"e":"24hrTicker","s":null,"c":{},"type":"ticker","product_id":7,"channel":"ticker","data":1})",
    R"({"type":"ticker","product_id":"BTC-USD","price":"NaN","best_bid":"1e999","time":"yesterday"})",
    R"({"channel":"ticker","type":"update","data":[{"symbol":"BTC/USD","last":"-","bid":[]}]})",
    "<html><body>502 Bad Gateway</body></html>",
    "\x7f\x01\x02 not text of any kind",
};

class tcp_session final : public session,
                          public connection,
                          public std::enable_shared_from_this<tcp_session> {
public:
  tcp_session(gate::tcp::socket socket, asio::ssl::context* tls, session_host& host,
              std::uint64_t id)
      : gate_(std::move(socket), tls), host_(host.keep()), id_(id), trickle_(gate_.get_executor()) {
    gate_.on_queued = [this] { flush(); };
    gate_.on_teardown = [this] { finish(); };
  }

  // -- session -----------------------------------------------------------------

  void start() override {
    error_code ignored;
    gate_.socket().set_option(gate::tcp::no_delay(true), ignored);
    if (!gate_.secure())
      return read_request();
    gate_.tls().async_handshake(asio::ssl::stream_base::server,
                                [self = shared_from_this()](error_code failed) {
                                  failed ? self->end() : self->read_request();
                                });
  }

  void pump() override;
  void every_second() override;

  void cut() override {
    error_code ignored;
    gate_.socket().set_option(asio::socket_base::linger(true, 0), ignored);
    end();
  }

  void close(std::uint16_t code, std::string_view reason) override {
    if (!socket_ || closing_ || ended_)
      return;
    closing_ = true;
    close_by_ = clock::now() + close_limit;
    const beast::string_view text(reason.data(), reason.size());
    socket_->async_close({websocket::close_code(code), text},
                         [self = shared_from_this()](error_code failed) {
                           if (failed)
                             self->end();
                         });
  }

  void announce_shutdown() override {
    if (protocol_)
      protocol_->announce_shutdown();
    flush();
  }

  void set_disturbance(const disturbance& to) override {
    disturbance_ = to;
    if (subscriber_)
      subscriber_->set_disturbance(to);
    pump();
  }

  bool is_websocket() const noexcept override { return protocol_ != nullptr; }

  bool drained() const noexcept override {
    if (!writing_.empty() || !gate_.queued.empty())
      return false;
    if (const auto* recording = host_->playing())
      return !subscribed_ || played_ == recording->frames.size();
    return !subscriber_ || subscriber_->caught_up();
  }

  std::size_t subscription_count() const noexcept override {
    return protocol_ ? protocol_->subscriptions() : 0;
  }

  std::optional<std::uint64_t> tape_index() const noexcept override {
    if (!subscriber_ || subscriber_->followed() == 0)
      return std::nullopt;
    return subscriber_->index();
  }

  // -- connection ----------------------------------------------------------------

  void send(std::string_view text) override {
    if (closing_ || ended_)
      return;
    append_frame(gate_.queued, text);
    protocol_->wrote_data();
  }

  subscriber& subscriptions() noexcept override { return *subscriber_; }

  void subscribed() override {
    if (std::exchange(subscribed_, true))
      return;
    host_->subscribed();
  }

private:
  // -- HTTP ----------------------------------------------------------------------

  void read_request() {
    parser_.emplace();
    parser_->body_limit(64 * 1024);
    parser_->header_limit(64 * 1024);
    last_request_ = clock::now();
    http::async_read(gate_, input_, *parser_,
                     [self = shared_from_this()](error_code failed, std::size_t) {
                       if (failed)
                         return self->refuse_request(failed);
                       self->take_request();
                     });
  }

  void refuse_request(error_code failed) {
    if (failed == http::error::end_of_stream ||
        failed.category() != make_error_code(http::error::bad_method).category())
      return end();
    keep_alive_ = false;
    respond({.status = 400, .body = fmt::format(R"({{"detail":"{}"}})", failed.message())});
  }

  void take_request() {
    const auto& request = parser_->get();
    const auto text = [](beast::string_view from) { return std::string(from.data(), from.size()); };
    auto target = text(request.target());
    keep_alive_ = request.keep_alive();
    head_only_ = request.method() == http::verb::head;
    if (websocket::is_upgrade(request))
      return upgrade(target);
    const auto mark = std::min(target.find('?'), target.size());
    respond(host_->answer({.method = text(request.method_string()),
                           .path = target.substr(0, mark),
                           .query = target.substr(std::min(mark + 1, target.size())),
                           .body = request.body()}));
  }

  void respond(const rest_reply& reply) {
    const auto reason = http::obsolete_reason(http::status(reply.status));
    gate_.queued += fmt::format("HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n",
                                reply.status, std::string_view(reason.data(), reason.size()),
                                reply.content_type, reply.body.size());
    for (const auto& [name, value] : reply.headers)
      gate_.queued += fmt::format("{}: {}\r\n", name, value);
    gate_.queued += keep_alive_ ? "\r\n" : "Connection: close\r\n\r\n";
    if (!head_only_)
      gate_.queued += reply.body;
    responding_ = true;
    flush();
  }

  /// The response is with the socket: on to the next request, or the end.
  void responded() {
    responding_ = false;
    keep_alive_ ? read_request() : finish();
  }

  // -- WebSocket -----------------------------------------------------------------

  void upgrade(const std::string& target) {
    keep_alive_ = false;
    if (const auto refusal = host_->refusal())
      return respond(*refusal);
    protocol_ = host_->exchange().connect(target, *this);
    if (!protocol_)
      return respond({.status = 404, .body = R"({"detail":"no WebSocket endpoint here"})"});
    subscriber_.emplace(host_->updates(), *protocol_);
    subscriber_->set_disturbance(disturbance_ = host_->disturbance_of(id_));
    limits_ = host_->exchange().limits();
    opened_ = last_ping_ = last_pong_ = clock::now();
    socket_.emplace(gate_);
    socket_->read_message_max(most_message);
    socket_->control_callback([this](websocket::frame_type kind, beast::string_view) {
      last_pong_ = kind == websocket::frame_type::pong ? clock::now() : last_pong_;
      if (kind != websocket::frame_type::close)
        count_message();
    });
    socket_->async_accept(parser_->get(), [self = shared_from_this()](error_code failed) {
      if (failed)
        return self->end();
      self->parser_.reset();
      self->input_.consume(self->input_.size());
      self->protocol_->opened();
      self->pump();
      self->read_message();
    });
  }

  void read_message() {
    socket_->async_read(input_, [self = shared_from_this()](error_code failed, std::size_t) {
      if (failed)
        return self->finishing_ ? void() : self->end();
      const auto bytes = self->input_.data();
      if (!self->closing_ && self->count_message())
        self->protocol_->received({static_cast<const char*>(bytes.data()), bytes.size()});
      self->input_.consume(bytes.size());
      self->flush();
      self->pump();
      self->read_message();
    });
  }

  /// False, and the connection closes, if the client says more than the venue allows.
  bool count_message() {
    if (limits_.messages_per_second == 0)
      return true;
    const auto now = clock::now();
    while (!messages_.empty() && now - messages_.front() >= 1s)
      messages_.pop_front();
    messages_.push_back(now);
    if (messages_.size() <= limits_.messages_per_second)
      return true;
    close(1008, limits_.excess_reason);
    return false;
  }

  void play(const recording& recording) {
    if (!subscribed_ || disturbance_.stall)
      return;
    while (played_ < recording.frames.size() && gate_.queued.size() < write_size)
      gate_.queued += recording.frames[played_++];
    host_->played(played_);
  }

  void append_garbage() {
    append_frame(gate_.queued, garbage[garbage_next_++ % std::size(garbage)]);
  }

  // -- writing -------------------------------------------------------------------

  void flush() {
    if (!writing_.empty() || ended_)
      return;
    if (gate_.queued.empty()) {
      if (finishing_)
        return shut_down();
      if (responding_)
        return responded();
      return;
    }
    std::swap(writing_, gate_.queued);
    written_ = 0;
    write_on();
  }

  void write_on() {
    auto size = writing_.size() - written_;
    if (disturbance_.slow && protocol_)
      size = std::min(size, trickle_size);
    gate_.async_send(asio::buffer(writing_.data() + written_, size),
                     [self = shared_from_this()](error_code failed, std::size_t sent) {
                       self->wrote(failed, sent);
                     });
  }

  void wrote(error_code failed, std::size_t sent) {
    if (ended_)
      return;
    if (failed)
      return end();
    written_ += sent;
    if (written_ == writing_.size()) {
      writing_.clear();
      flush();
      return pump();
    }
    if (!disturbance_.slow)
      return write_on();
    trickle_.expires_after(trickle_pause);
    trickle_.async_wait([self = shared_from_this()](error_code) {
      if (!self->ended_)
        self->write_on();
    });
  }

  // -- the end -------------------------------------------------------------------

  /// Closes once everything queued is written.
  void finish() {
    finishing_ = closing_ = true;
    close_by_ = clock::now() + close_limit;
    flush();
  }

  void shut_down() {
    if (!gate_.secure())
      return end();
    if (std::exchange(tls_shutdown_, true))
      return;
    gate_.tls().async_shutdown([self = shared_from_this()](error_code) { self->end(); });
  }

  void end() {
    if (std::exchange(ended_, true))
      return;
    closing_ = true;
    error_code ignored;
    trickle_.cancel();
    gate_.socket().shutdown(gate::tcp::socket::shutdown_send, ignored);
    gate_.socket().close(ignored);
    host_->ended(id_);
  }

  gate gate_;
  std::shared_ptr<session_host> host_;
  std::uint64_t id_;
  asio::steady_timer trickle_;
  beast::flat_buffer input_;
  std::optional<http::request_parser<http::string_body>> parser_;
  std::unique_ptr<protocol> protocol_;
  std::optional<subscriber> subscriber_;
  std::optional<websocket::stream<gate&>> socket_;
  disturbance disturbance_;
  venue_limits limits_;
  std::deque<clock::time_point> messages_; // of the last second
  std::string writing_;                    // empty: no write in flight
  std::size_t written_ = 0;
  std::size_t played_ = 0; // frames of the recording
  std::size_t garbage_next_ = 0;
  clock::time_point last_request_ = clock::now(), opened_, last_ping_, last_pong_, close_by_;
  bool keep_alive_ = false, head_only_ = false, responding_ = false;
  bool subscribed_ = false, pump_posted_ = false, tls_shutdown_ = false;
  bool closing_ = false;   // a close frame is on its way: no data any more
  bool finishing_ = false; // the connection ends when all is written
  bool ended_ = false;
};

void tcp_session::pump() {
  if (!protocol_ || closing_ || !socket_->is_open())
    return;
  if (gate_.queued.size() > most_queued)
    return cut();
  const auto before = gate_.queued.size();
  bool more = false;
  if (const auto* recording = host_->playing())
    play(*recording);
  else
    more = subscriber_->produce(gate_.queued, write_size);
  if (gate_.queued.size() > before) {
    protocol_->wrote_data();
    if (disturbance_.garbage)
      append_garbage();
  }
  flush();
  if (more && !std::exchange(pump_posted_, true))
    asio::post(gate_.get_executor(), [self = shared_from_this()] {
      self->pump_posted_ = false;
      self->pump();
    });
}

void tcp_session::every_second() {
  const auto now = clock::now();
  if (closing_) {
    if (now >= close_by_)
      end();
    return;
  }
  if (!protocol_) {
    if (now - last_request_ > idle_limit)
      end();
    return;
  }
  if (!socket_->is_open())
    return;
  if (limits_.ping_every > 0s && now - last_ping_ >= limits_.ping_every) {
    if (now - last_pong_ > limits_.pong_within)
      return cut();
    last_ping_ = now;
    using namespace std::chrono;
    append_frame(gate_.queued,
                 std::to_string(duration_cast<milliseconds>(now.time_since_epoch()).count()),
                 opcode::ping);
  }
  if (limits_.subscribe_within > 0s && !subscribed_ && now - opened_ >= limits_.subscribe_within)
    return close(1008, "no subscribe message in time");
  protocol_->every_second();
  if (disturbance_.garbage)
    append_garbage();
  subscriber_->repeat_missed();
  pump();
}

} // namespace

std::shared_ptr<session> make_session(boost::asio::ip::tcp::socket socket,
                                      boost::asio::ssl::context* tls, session_host& host,
                                      std::uint64_t id) {
  return std::make_shared<tcp_session>(std::move(socket), tls, host, id);
}

} // namespace tickboard::simulator
