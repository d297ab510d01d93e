#include "adapters/net/http_session.hpp"

#include "adapters/net/http_text.hpp"
#include "adapters/net/on_io.hpp"

#include <array>

namespace tickboard::net {

namespace {

constexpr std::size_t read_size = 4096;
/// How long a refused client may go on sending before it is cut. Closing at once would reset the
/// connection and could take the answer with it.
constexpr std::chrono::milliseconds drain_time{1'000};

/// What the operating system holds of a live answer that the client has not read: as much older is
/// what a slow client reads. The system doubles it.
constexpr std::size_t live_send_buffer = 128 * 1024;

/// What listeners hold: it does not keep the session alive, and its methods run on the io thread.
class session_handle final : public http_connection {
public:
  session_handle(std::weak_ptr<http_session> session, const asio::ip::address& client)
      : session_(std::move(session)), client_(client) {}

  void respond(http_response response) override {
    on_io<io_turn::now_if_there>(session_,
                                 [response = std::move(response)](http_session& session) mutable {
                                   session.respond(std::move(response));
                                 });
  }
  void begin_stream(http_response head) override {
    on_io<io_turn::now_if_there>(session_, [head = std::move(head)](http_session& session) mutable {
      session.begin_stream(std::move(head));
    });
  }
  void accept_websocket() override {
    on_io<io_turn::now_if_there>(session_,
                                 [](http_session& session) { session.accept_websocket(); });
  }
  void send(live_piece piece) override {
    on_io<io_turn::now_if_there>(session_,
                                 [piece = std::move(piece)](http_session& session) mutable {
                                   session.send(std::move(piece));
                                 });
  }
  void read_message() override {
    on_io<io_turn::now_if_there>(session_, [](http_session& session) { session.read_message(); });
  }
  void end_stream() override {
    on_io<io_turn::now_if_there>(session_, [](http_session& session) { session.end_live(); });
  }
  void end_websocket(websocket_end as) override {
    on_io<io_turn::now_if_there>(session_, [as = std::move(as)](http_session& session) mutable {
      session.end_live(std::move(as));
    });
  }
  void close() override {
    on_io<io_turn::now_if_there>(session_, [](http_session& session) { session.close(); });
  }
  std::string client_network() const override { return network_of(client_); }

private:
  std::weak_ptr<http_session> session_;
  asio::ip::address client_;
};

} // namespace

http_session::http_session(http_session_host& host, tcp_socket socket)
    : host_(host), socket_(std::move(socket), host.options().tls.get()) {
}

void http_session::serve(const http_listener_factory& factory, const asio::ip::address& client) {
  counted_ = true;
  if (!socket_.encrypted())
    return begin(factory, client);
  enter(phase::handshaking, host_.options().header_timeout);
  socket_.async_handshake([self = shared_from_this(), &factory, client](error_code ec) {
    if (self->phase_ != phase::handshaking)
      return;
    if (ec)
      return self->close();
    self->begin(factory, client);
  });
}

void http_session::begin(const http_listener_factory& factory, const asio::ip::address& client) {
  listener_ = factory(std::make_shared<session_handle>(weak_from_this(), client));
  if (!listener_)
    return close();
  // The first request is due at once: a connection is not opened to keep silent on it.
  enter(phase::idle, host_.options().header_timeout);
  read();
}

void http_session::refuse(const http_refusal& refusal) {
  refused_ = true;
  keep_alive_ = false;
  head_only_ = false;
  if (host_.options().on_refused)
    host_.options().on_refused(refusal.status);
  write(problem(refusal.status, refusal.title, refusal.detail));
}

void http_session::enter(phase next, std::chrono::milliseconds limit) {
  phase_ = next;
  deadline_ = clock::now() + limit;
}

// -- reading ------------------------------------------------------------------------------------

void http_session::read() {
  socket_.async_read_some(buffer_.prepare(read_size),
                          [self = shared_from_this()](error_code ec, std::size_t bytes) {
                            if (self->phase_ != phase::idle && self->phase_ != phase::reading)
                              return; // closed, or refused for its slowness, meanwhile
                            if (ec)
                              return self->close();
                            self->buffer_.commit(bytes);
                            self->process();
                          });
}

void http_session::process() {
  if (phase_ == phase::idle) {
    const auto& options = host_.options();
    enter(phase::reading, options.header_timeout);
    reader_.emplace(options.max_header_bytes, options.max_body_bytes);
    continued_ = false;
  }
  const auto data = buffer_.cdata();
  buffer_.consume(reader_->feed({static_cast<const char*>(data.data()), data.size()}));
  http_1_0_ = reader_->http_1_0();
  if (reader_->refusal())
    return refuse(*reader_->refusal());
  if (!reader_->complete()) {
    if (reader_->wants_continue() && !continued_)
      return send_continue();
    return read();
  }

  auto request = reader_->take();
  keep_alive_ = request.keep_alive;
  head_only_ = request.method == http_method::head;
  rare_ = request.rare;
  enter(phase::answering, host_.options().answer_timeout);
  listener_->on_request(std::move(request));
}

void http_session::send_continue() {
  static constexpr std::string_view text = "HTTP/1.1 100 Continue\r\n\r\n";
  continued_ = true;
  socket_.async_write(asio::buffer(text), [self = shared_from_this()](error_code ec, std::size_t) {
    if (self->phase_ != phase::reading)
      return;
    if (ec)
      return self->close();
    self->read();
  });
}

// -- answering ----------------------------------------------------------------------------------

void http_session::respond(http_response response, bool streamed) {
  if (phase_ != phase::answering)
    return; // a second answer, or one after the close
  keep_alive_ = keep_alive_ && !host_.stopping();
  write(response, streamed);
}

void http_session::write(const http_response& response, bool streamed) {
  enter(phase::writing, host_.options().write_timeout);
  head_.clear();
  append_head(head_, response, {host_.date(), http_1_0_, keep_alive_, streamed});
  const auto with_body = response.body && !head_only_ && may_have_body(response.status);
  body_ = with_body ? response.body : nullptr;
  const std::array<asio::const_buffer, 2> buffers{
      asio::buffer(head_), body_ ? asio::buffer(*body_) : asio::const_buffer()};
  socket_.async_write(buffers, [self = shared_from_this()](error_code ec, std::size_t) {
    if (self->phase_ != phase::writing)
      return;
    if (ec)
      return self->close();
    self->on_written();
  });
}

void http_session::on_written() {
  body_.reset();
  if (refused_)
    return drain();
  if (!keep_alive_ || host_.stopping())
    return close();
  enter(phase::idle, host_.options().idle_timeout);
  if (buffer_.size() != 0)
    process();
  else
    read();
}

// -- answers that go on -------------------------------------------------------------------------

/// False if nobody waits for an answer.
bool http_session::go_live() {
  if (phase_ != phase::answering)
    return false;
  enter(phase::live, host_.options().write_timeout);
  socket_.limit_send_buffer(live_send_buffer);
  return true;
}

void http_session::begin_stream(http_response head) {
  if (head_only_)
    return respond(std::move(head), true);
  if (!go_live())
    return;
  head_.clear();
  append_head(head_, head, {host_.date(), http_1_0_, !http_1_0_, true});
  live_ = open_event_stream(socket_, weak_from_this(), std::move(head_), !http_1_0_);
  if (host_.stopping())
    end_live(); // clients come back after an end, and not after a 503
}

void http_session::accept_websocket() {
  if (!rare_ || !rare_->wants_websocket || buffer_.size() != 0)
    return respond(problem(400, "Malformed request",
                           "a WebSocket begins with GET and its header fields, and speaks when it "
                           "is answered"));
  if (host_.stopping())
    return respond(problem(503, "Service unavailable", "the daemon stops"));
  if (!go_live())
    return;
  live_ = open_websocket(socket_, weak_from_this(), *rare_, host_.options().max_message_bytes);
}

void http_session::send(live_piece piece) {
  if (phase_ != phase::live || !ready_)
    return;
  ready_ = false;
  deadline_ = clock::now() + host_.options().write_timeout;
  live_->send(std::move(piece));
}

void http_session::read_message() {
  if (phase_ != phase::live)
    return;
  listening_ = true;
  channel_heard(); // what could not be heard before is no silence
  live_->read_message();
}

void http_session::channel_ready() {
  if (phase_ != phase::live || ending_)
    return;
  ready_ = true;
  deadline_ = clock::time_point::max(); // silence is the listener's
  listener_->on_sent();
}

void http_session::channel_message(std::string text) {
  listening_ = false;
  if (phase_ == phase::live)
    listener_->on_message(std::move(text));
}

void http_session::channel_heard() {
  quiet_since_ = clock::now();
  pinged_ = false;
}

/// Who says nothing is asked whether he is there, and has as long again to answer.
void http_session::watch_silence(clock::time_point now) {
  const auto limit = host_.options().idle_timeout;
  if (!listening_ || !ready_ || now - quiet_since_ < limit)
    return;
  if (pinged_)
    return close();
  pinged_ = true;
  quiet_since_ = now;
  live_->ping();
}

// -- the end ------------------------------------------------------------------------------------

void http_session::check_deadline(clock::time_point now) {
  if (phase_ == phase::live)
    watch_silence(now);
  if (phase_ == phase::closed || now < deadline_)
    return;
  if (phase_ == phase::reading) {
    socket_.cancel(); // the pending read must not meet the one of drain()
    return refuse({408, "Request timeout", "the request did not arrive whole in time"});
  }
  if (phase_ == phase::answering) {
    refused_ = true;
    keep_alive_ = false;
    if (host_.options().on_refused)
      host_.options().on_refused(503);
    return write(problem(503, "Service unavailable", "no answer was found in time"));
  }
  close();
}

void http_session::stop() {
  if (phase_ == phase::idle || phase_ == phase::handshaking)
    return close();
  end_live({1001, "the daemon stops"});
}

void http_session::end_live(websocket_end as) {
  if (phase_ != phase::live)
    return;
  channel_ending();
  live_->finish(std::move(as));
}

void http_session::channel_ending() {
  ending_ = true;
  ready_ = false; // nothing goes out behind a goodbye
  listening_ = false;
  deadline_ = clock::now() + drain_time;
}

void http_session::drain() {
  if (phase_ != phase::draining) {
    enter(phase::draining, drain_time);
    socket_.shutdown_send();
  }
  buffer_.clear();
  socket_.async_read_some(buffer_.prepare(read_size),
                          [self = shared_from_this()](error_code ec, std::size_t) {
                            if (self->phase_ != phase::draining)
                              return;
                            if (ec)
                              return self->close();
                            self->drain();
                          });
}

void http_session::close() {
  if (phase_ == phase::closed)
    return;
  phase_ = phase::closed;
  const auto self = shared_from_this();
  socket_.close();
  host_.session_closed(*this);
  // Not at once: a listener may close from within on_request.
  if (listener_)
    asio::post(socket_.get_executor(),
               [listener = std::move(listener_)] { listener->on_closed(); });
}

} // namespace tickboard::net
