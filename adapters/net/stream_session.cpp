#include "adapters/net/stream_session.hpp"

#include "adapters/net/connect.hpp"
#include "adapters/net/frame_intake.hpp"
#include "adapters/net/http_text.hpp"
#include "adapters/net/on_io.hpp"
#include "adapters/net/tls.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <deque>
#include <optional>
#include <utility>

namespace tickboard::net {

namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;

namespace {

using clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

/// How exact times are while the connection is open; shorter timeouts make it more so. Quiet feeds
/// cost little.
constexpr milliseconds longest_tick{500};
/// The same of its end: with `close_patience` this keeps the promised second.
constexpr milliseconds last_ticks{100};
constexpr milliseconds close_patience{900};
/// Pings that may go unanswered, in ping intervals.
constexpr int silent_intervals = 3;

constexpr auto closed_here = "closed by this side";

/// `Layer` is what the WebSocket runs on: dry_socket or tls_stream.
template <class Layer>
class ws_session final : public stream_session {
public:
  ws_session(io_executor executor, stream_options options, url to,
             std::shared_ptr<stream_listener> listener, std::shared_ptr<asio::ssl::context> tls,
             Layer layer)
      : options_(std::move(options)), to_(std::move(to)), listener_(std::move(listener)),
        tls_(std::move(tls)), ws_(std::move(layer)), attempt_(executor), timer_(executor) {}

  void start() override;
  void send(std::string text) override;
  void close() override;
  io_executor executor() override { return timer_.get_executor(); }

private:
  enum class phase : std::uint8_t { connecting, open, closing, closed };

  std::shared_ptr<ws_session> self() {
    return std::static_pointer_cast<ws_session>(shared_from_this());
  }
  asio::awaitable<void> open();
  asio::awaitable<result<void>> upgrade();
  std::string refusal(const websocket::response_type& response);
  void read();
  void on_read(error_code ec);
  void deliver();
  void resume();
  void write();
  void tick();
  void watch(clock::time_point now);
  void ping(clock::time_point now);
  std::string describe(error_code ec);
  void finish(const std::string& reason);

  const stream_options options_;
  const url to_;
  std::shared_ptr<stream_listener> listener_;
  std::shared_ptr<asio::ssl::context> tls_;
  websocket::stream<Layer, false> ws_; ///< false: without permessage-deflate
  connect_attempt attempt_;
  io_timer timer_; ///< for all timeouts, see tick()
  phase phase_ = phase::connecting;
  clock::time_point began_ = clock::now(); ///< connecting, or ending
  clock::time_point write_began_;
  clock::time_point heard_; ///< as of the last tick
  clock::time_point pinged_;
  bool heard_since_tick_ = false;
  bool ping_in_flight_ = false;
  boost::beast::flat_buffer buffer_; ///< one message; bounded by read_message_max
  std::optional<frame_intake> intake_;
  bool paused_ = false;
  std::deque<std::string> writes_; ///< the front one is being written
  host_refusal refused_;
};

// -- opening ------------------------------------------------------------------------------------

template <class Layer>
void ws_session<Layer>::start() {
  const frame_intake_limits limits{.batch_frames = options_.max_batch_frames,
                                   .credit_bytes = options_.credit_bytes};
  intake_.emplace(limits, [weak = std::weak_ptr(self())] {
    on_io<io_turn::next>(weak, [](ws_session& session) { session.resume(); });
  });
  tick();
  asio::co_spawn(
      executor(), [session = self()] { return session->open(); }, asio::detached);
}

template <class Layer>
asio::awaitable<void> ws_session<Layer>::open() {
  const auto session = self();
  auto opened = co_await connect(attempt_, ws_.next_layer(), to_);
  if (opened && phase_ == phase::connecting)
    opened = co_await upgrade();
  if (phase_ != phase::connecting)
    co_return;
  if (!opened)
    co_return finish(opened.error());

  phase_ = phase::open;
  heard_ = pinged_ = clock::now();
  // Called within a read of this session only, so while it lives.
  socket_of(ws_.next_layer()).on_dry = [this] {
    if (phase_ == phase::open)
      deliver();
  };
  listener_->on_open();
  read();
  write();
}

template <class Layer>
asio::awaitable<result<void>> ws_session<Layer>::upgrade() {
  attempt_.step = "the WebSocket upgrade";
  ws_.set_option(websocket::stream_base::decorator([](websocket::request_type& request) {
    request.set(http::field::user_agent,
                boost::beast::string_view(user_agent.data(), user_agent.size()));
  }));
  ws_.read_message_max(options_.max_frame_bytes);
  ws_.auto_fragment(false);
  ws_.control_callback([this](websocket::frame_type kind, boost::beast::string_view) {
    heard_since_tick_ = true;
    if (phase_ == phase::open && kind != websocket::frame_type::close)
      listener_->on_alive();
  });
  websocket::response_type response;
  error_code ec;
  co_await ws_.async_handshake(response, to_.authority(), to_.target,
                               asio::redirect_error(asio::use_awaitable, ec));
  if (ec == websocket::error::upgrade_declined)
    co_return unexpected(refusal(response));
  if (ec)
    co_return unexpected(fmt::format("the WebSocket upgrade failed: {}", ec.message()));
  co_return result<void>{};
}

template <class Layer>
std::string ws_session<Layer>::refusal(const websocket::response_type& response) {
  const auto reason = response.reason();
  auto text = fmt::format("the WebSocket upgrade was refused with HTTP status {} {}",
                          response.result_int(), printable({reason.data(), reason.size()}));
  const auto wait = response[http::field::retry_after];
  if (!wait.empty())
    text += fmt::format(", Retry-After: {}", printable({wait.data(), wait.size()}));
  refused_ = {
      response.result_int(),
      retry_after_of(response.result_int(), {wait.data(), wait.size()}, std::time(nullptr))};
  return text;
}

// -- reading ------------------------------------------------------------------------------------

template <class Layer>
void ws_session<Layer>::read() {
  ws_.async_read(buffer_, [session = self()](error_code ec, std::size_t) { session->on_read(ec); });
}

template <class Layer>
void ws_session<Layer>::on_read(error_code ec) {
  if (phase_ != phase::open)
    return;
  if (ec)
    return finish(describe(ec));
  heard_since_tick_ = true;
  const auto data = buffer_.cdata();
  intake_->add({static_cast<const char*>(data.data()), data.size()});
  buffer_.consume(data.size());
  if (intake_->full())
    deliver();
  if (intake_->exhausted()) {
    deliver();
    paused_ = intake_->pause();
    if (paused_)
      return;
  }
  read();
}

/// A batch is delivered when it is full or the socket has no more.
template <class Layer>
void ws_session<Layer>::deliver() {
  if (intake_->empty())
    return;
  listener_->on_frames(intake_->take());
}

template <class Layer>
void ws_session<Layer>::resume() {
  if (phase_ != phase::open || !paused_)
    return;
  paused_ = false;
  heard_ = clock::now();
  read();
}

// -- writing ------------------------------------------------------------------------------------

template <class Layer>
void ws_session<Layer>::send(std::string text) {
  if (phase_ == phase::closing || phase_ == phase::closed)
    return;
  if (writes_.size() >= options_.max_pending_writes)
    return finish(
        fmt::format("{} messages wait to be sent and the peer takes none", writes_.size()));
  writes_.push_back(std::move(text));
  if (phase_ == phase::open && writes_.size() == 1)
    write();
}

template <class Layer>
void ws_session<Layer>::write() {
  if (phase_ != phase::open || writes_.empty())
    return;
  write_began_ = clock::now();
  ws_.async_write(asio::buffer(writes_.front()), [session = self()](error_code ec, std::size_t) {
    if (session->phase_ != phase::open)
      return;
    if (ec)
      return session->finish(session->describe(ec));
    session->writes_.pop_front();
    session->write();
  });
}

// -- time ---------------------------------------------------------------------------------------

template <class Layer>
void ws_session<Layer>::tick() {
  const auto shortest =
      std::min({options_.connect_timeout, options_.write_timeout, options_.ping_interval}) / 4;
  const auto longest = phase_ == phase::closing ? last_ticks : longest_tick;
  timer_.expires_after(std::clamp(shortest, milliseconds{5}, longest));
  timer_.async_wait([session = self()](error_code ec) {
    if (ec || session->phase_ == phase::closed)
      return;
    session->watch(clock::now());
    if (session->phase_ != phase::closed)
      session->tick();
  });
}

template <class Layer>
void ws_session<Layer>::watch(clock::time_point now) {
  if (phase_ == phase::connecting && now - began_ >= options_.connect_timeout)
    return finish(fmt::format("no connection within {} ms: {} took too long",
                              options_.connect_timeout.count(), attempt_.step));
  if (phase_ == phase::closing && now - began_ >= close_patience)
    return finish("closed by this side; the peer did not answer");
  if (phase_ != phase::open)
    return;
  // Having met a close frame or a bad frame, Beast waits for the peer's part without a bound.
  if (ws_.is_open())
    began_ = now;
  else if (now - began_ >= close_patience)
    return finish(describe(boost::beast::error::timeout));
  if (!writes_.empty() && now - write_began_ >= options_.write_timeout)
    return finish(
        fmt::format("a message could not be sent within {} ms", options_.write_timeout.count()));
  if (std::exchange(heard_since_tick_, false) || paused_)
    heard_ = now;
  if (now - heard_ >= silent_intervals * options_.ping_interval)
    return finish(fmt::format("nothing came for {} ms, not even answers to pings",
                              (silent_intervals * options_.ping_interval).count()));
  if (now - std::max(heard_, pinged_) >= options_.ping_interval)
    ping(now);
}

template <class Layer>
void ws_session<Layer>::ping(clock::time_point now) {
  if (ping_in_flight_)
    return;
  ping_in_flight_ = true;
  pinged_ = now;
  ws_.async_ping({}, [session = self()](error_code ec) {
    session->ping_in_flight_ = false;
    if (ec && session->phase_ == phase::open)
      session->finish(session->describe(ec));
  });
}

// -- the end ------------------------------------------------------------------------------------

template <class Layer>
void ws_session<Layer>::close() {
  if (phase_ == phase::connecting)
    return finish(closed_here);
  if (phase_ != phase::open)
    return;
  phase_ = phase::closing;
  began_ = clock::now();
  tick(); // sooner than it was set
  ws_.async_close(websocket::close_code::normal,
                  [session = self()](error_code) { session->finish(closed_here); });
}

template <class Layer>
std::string ws_session<Layer>::describe(error_code ec) {
  const auto& sent = ws_.reason();
  if (sent.code != websocket::close_code::none)
    return fmt::format("closed by the peer with code {}{}{}", sent.code,
                       sent.reason.empty() ? "" : ": ",
                       printable({sent.reason.data(), sent.reason.size()}));
  if (ec == websocket::error::closed)
    return "closed by the peer without a code";
  if (ec == websocket::error::message_too_big || ec == websocket::error::buffer_overflow)
    return fmt::format("a frame has more than {} bytes", options_.max_frame_bytes);
  if (ec == boost::beast::error::timeout)
    return fmt::format("a frame is malformed or has more than {} bytes", options_.max_frame_bytes);
  if (ec == asio::error::eof || ec == asio::ssl::error::stream_truncated)
    return "the peer ended the connection without a close frame";
  return ec.message();
}

template <class Layer>
void ws_session<Layer>::finish(const std::string& reason) {
  if (phase_ == phase::closed)
    return;
  if (phase_ == phase::open)
    deliver(); // what came before the end
  phase_ = phase::closed;
  timer_.cancel();
  attempt_.cancel();
  error_code ignored;
  socket_of(ws_.next_layer()).socket().close(ignored);
  const auto listener = std::move(listener_);
  listener->on_closed({fmt::format("{}: {}", to_.where(), reason), refused_});
}

} // namespace

result<std::shared_ptr<stream_session>>
make_stream_session(asio::io_context& io, const stream_options& options, url to,
                    std::shared_ptr<stream_listener> listener) {
  const auto executor = io.get_executor();
  if (!to.tls())
    return std::make_shared<ws_session<dry_socket>>(
        executor, options, std::move(to), std::move(listener), nullptr, dry_socket(executor));
  auto tls = tls_context(options.tls);
  if (!tls)
    return unexpected(tls.error());
  return std::make_shared<ws_session<tls_stream>>(executor, options, std::move(to),
                                                  std::move(listener), *tls,
                                                  tls_stream(dry_socket(executor), **tls));
}

} // namespace tickboard::net
