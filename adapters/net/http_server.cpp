#include "adapters/net/http_server.hpp"

#include "adapters/net/http_session.hpp"
#include "adapters/net/http_text.hpp"
#include "adapters/net/on_io.hpp"
#include "adapters/net/url.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <ctime>
#include <unordered_map>
#include <vector>

namespace tickboard::net {

namespace {

using acceptor = asio::basic_socket_acceptor<tcp, io_executor>;

/// Clients over max_connections that are told so at the same time; more are cut without a word.
constexpr std::size_t max_refused = 128;
/// Out of descriptors or memory: waiting is all that helps.
constexpr std::chrono::milliseconds accept_pause{100};

/// Owned by its accept operation and by the sweep timer's, which runs while there are sessions.
class server_core final : public http_session_host,
                          public std::enable_shared_from_this<server_core> {
public:
  server_core(asio::io_context& io, http_server_options options, http_listener_factory factory)
      : options_(std::move(options)), factory_(std::move(factory)), acceptor_(io.get_executor()),
        sweep_timer_(io.get_executor()), pause_timer_(io.get_executor()) {
    const auto shortest =
        std::min({options_.header_timeout, options_.idle_timeout, options_.answer_timeout,
                  options_.write_timeout, std::chrono::milliseconds{4'000}});
    sweep_interval_ = std::max(shortest / 4, std::chrono::milliseconds{5});
  }

  error_code bind(const tcp::endpoint& endpoint) {
    error_code ec;
    acceptor_.open(endpoint.protocol(), ec);
    if (!ec)
      acceptor_.set_option(acceptor::reuse_address(true), ec);
    if (!ec)
      acceptor_.bind(endpoint, ec);
    if (!ec)
      acceptor_.listen(acceptor::max_listen_connections, ec);
    if (!ec)
      port_ = acceptor_.local_endpoint(ec).port();
    return ec;
  }

  void start() {
    date_ = http_date(std::time(nullptr));
    accept();
    sweep();
  }

  void stop() {
    stopping_ = true;
    error_code ignored;
    acceptor_.close(ignored);
    pause_timer_.cancel();
    for (const auto& session : snapshot())
      session->stop();
  }

  void renew_tls(std::shared_ptr<asio::ssl::context> tls) { options_.tls = std::move(tls); }

  std::uint16_t port() const noexcept { return port_; }
  io_executor executor() { return sweep_timer_.get_executor(); }
  const std::shared_ptr<std::atomic<std::size_t>>& count() const noexcept { return count_; }

  const http_server_options& options() const noexcept override { return options_; }
  const std::string& date() const noexcept override { return date_; }
  bool stopping() const noexcept override { return stopping_; }
  void session_closed(http_session& session) override {
    if (sessions_.erase(&session) != 0 && session.counted())
      --*count_;
  }

private:
  void accept() {
    acceptor_.async_accept(peer_, [self = shared_from_this()](error_code ec, tcp_socket socket) {
      if (self->stopping_)
        return;
      if (!ec)
        self->admit(std::move(socket));
      if (!ec || ec == asio::error::connection_aborted)
        return self->accept();
      self->pause();
    });
  }

  void pause() {
    pause_timer_.expires_after(accept_pause);
    pause_timer_.async_wait([self = shared_from_this()](error_code) {
      if (!self->stopping_)
        self->accept();
    });
  }

  void admit(tcp_socket socket) {
    error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    const auto served = count_->load();
    const auto full = served >= options_.max_connections;
    if (full && (options_.tls || sessions_.size() - served >= max_refused)) {
      if (options_.on_refused)
        options_.on_refused(503);
      return;
    }
    const auto session = std::make_shared<http_session>(*this, std::move(socket));
    sessions_.emplace(session.get(), session);
    if (full)
      return session->refuse(
          {503, "Service unavailable",
           fmt::format("all {} connections are taken; try again later", options_.max_connections)});
    ++*count_;
    session->serve(factory_, peer_.address());
  }

  /// The one timer of all sessions.
  void sweep() {
    sweep_timer_.expires_after(sweep_interval_);
    sweep_timer_.async_wait([self = shared_from_this()](error_code) {
      self->date_ = http_date(std::time(nullptr));
      const auto now = http_session::clock::now();
      for (const auto& session : self->snapshot())
        session->check_deadline(now);
      if (!self->stopping_ || !self->sessions_.empty())
        self->sweep();
    });
  }

  /// Sessions leave the map while they are gone through.
  std::vector<std::shared_ptr<http_session>> snapshot() const {
    std::vector<std::shared_ptr<http_session>> out;
    out.reserve(sessions_.size());
    for (const auto& [key, session] : sessions_)
      out.push_back(session);
    return out;
  }

  http_server_options options_;
  const http_listener_factory factory_;
  acceptor acceptor_;
  tcp::endpoint peer_; ///< of the client that is being admitted
  io_timer sweep_timer_;
  io_timer pause_timer_;
  std::chrono::milliseconds sweep_interval_;
  std::unordered_map<http_session*, std::shared_ptr<http_session>> sessions_;
  std::shared_ptr<std::atomic<std::size_t>> count_ = std::make_shared<std::atomic<std::size_t>>(0);
  std::string date_;
  std::uint16_t port_ = 0;
  bool stopping_ = false;
};

class server_handle final : public http_server {
public:
  explicit server_handle(const std::shared_ptr<server_core>& core)
      : core_(core), count_(core->count()), port_(core->port()) {}

  std::uint16_t port() const noexcept override { return port_; }
  std::size_t connections() const noexcept override { return count_->load(); }
  void renew_tls(std::shared_ptr<asio::ssl::context> tls) override {
    on_io<io_turn::next>(core_, [tls = std::move(tls)](server_core& core) { core.renew_tls(tls); });
  }
  void stop() override {
    on_io<io_turn::next>(core_, [](server_core& core) { core.stop(); });
  }

private:
  std::weak_ptr<server_core> core_;
  std::shared_ptr<std::atomic<std::size_t>> count_;
  std::uint16_t port_;
};

result<std::vector<tcp::endpoint>> resolve(asio::io_context& io, const host_port& address) {
  error_code ec;
  tcp_resolver resolver(io.get_executor());
  const auto found = resolver.resolve(address.host, std::to_string(address.port),
                                      tcp_resolver::passive | tcp_resolver::numeric_service, ec);
  if (ec)
    return unexpected(ec.message());
  std::vector<tcp::endpoint> out;
  for (const auto& entry : found)
    out.push_back(entry.endpoint());
  return out;
}

} // namespace

result<std::shared_ptr<http_server>> listen_http(asio::io_context& io,
                                                 const http_server_options& options,
                                                 http_listener_factory factory) {
  const auto fail = [&](const std::string& why) {
    return unexpected(fmt::format("cannot listen on \"{}\": {}", options.listen, why));
  };
  const auto address = parse_host_port(options.listen);
  if (!address)
    return unexpected<std::string>("cannot listen on " + address.error());
  const auto endpoints = resolve(io, *address);
  if (!endpoints)
    return fail(endpoints.error());
  auto core = std::make_shared<server_core>(io, options, std::move(factory));
  if (const auto ec = core->bind(endpoints->front()))
    return fail(ec.message());
  auto handle = std::make_shared<server_handle>(core);
  const auto executor = core->executor();
  asio::post(executor, [core = std::move(core)] { core->start(); });
  return handle;
}

} // namespace tickboard::net
