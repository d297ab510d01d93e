#include "adapters/simulator/simulator.hpp"

#include "adapters/simulator/control.hpp"
#include "adapters/simulator/markers.hpp"
#include "adapters/simulator/session.hpp"
#include "adapters/simulator/tls.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

namespace tickboard::simulator {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr std::size_t most_sessions = 4096; ///< further connections are closed at once
constexpr auto slot = 1ms;

result<tcp::endpoint> parse_address(std::string_view option, const std::string& text) {
  const auto colon = text.rfind(':');
  const auto wrong = [&] {
    return unexpected(fmt::format("{} \"{}\": allowed is address:port, as in 127.0.0.1:0 or "
                                  "[::1]:9443",
                                  option, text));
  };
  if (colon == text.npos)
    return wrong();
  auto host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']'))
    host = host.substr(1, host.size() - 2);
  std::uint16_t port = 0;
  const auto* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data() + colon + 1, end, port);
  error_code failed;
  const auto address = asio::ip::make_address(host == "localhost" ? "127.0.0.1" : host, failed);
  if (failed || parsed.ec != std::errc{} || parsed.ptr != end)
    return wrong();
  return tcp::endpoint(address, port);
}

/// Everything that one simulated exchange consists of.
struct parts {
  std::vector<instrument> halted;
  std::optional<recording> replay;
  std::unique_ptr<tape> updates;
  std::unique_ptr<venue> exchange;
  std::shared_ptr<asio::ssl::context> tls;
  std::unique_ptr<markers> probe;
};

result<parts> assemble(asio::io_context& io, const options& options) {
  parts made;
  auto listed = make_catalogue(options.exchange, options.markets);
  if (!listed)
    return unexpected(listed.error());
  if (!(options.rate >= 0) || options.rate > max_rate)
    return unexpected(fmt::format("rate is {}; allowed are 0 (as fast as the clients read) to {}",
                                  options.rate, max_rate));
  tape::pace pace{options.rate, options.count, options.hold};
  auto instruments = std::move(listed->trading);
  made.halted = std::move(listed->halted);
  if (!options.replay.empty()) {
    auto loaded = load_recording(options.replay, options.exchange);
    if (!loaded)
      return unexpected("replay: " + loaded.error());
    instruments = std::move(loaded->symbols);
    made.replay = std::move(*loaded);
    made.halted.clear();
    pace = {.rate = 1, .hold = true}; // only the recording speaks
  }
  made.updates = std::make_unique<tape>(std::move(instruments), options.seed, pace);
  if (options.tls || !options.ca_out.empty()) {
    if (!options.tls)
      return unexpected<std::string>("ca_out: allowed with tls only");
    auto context = make_test_tls(options.ca_out);
    if (!context)
      return unexpected(context.error());
    made.tls = std::move(*context);
  }
  if (!options.markers.empty()) {
    const auto to = parse_address("markers", options.markers);
    if (!to)
      return unexpected(to.error());
    if (options.marker_every == 0)
      return unexpected<std::string>("marker_every is 0; allowed are 1 and more");
    made.probe = std::make_unique<markers>(io, asio::ip::udp::endpoint(to->address(), to->port()),
                                           options.marker_every);
  }
  return made;
}

class server final : public simulator,
                     public session_host,
                     public controlled,
                     public std::enable_shared_from_this<server> {
public:
  server(asio::io_context& io, parts made)
      : parts_(std::move(made)), acceptor_(io), slots_(io), seconds_(io), faults_over_(io) {}

  result<void> listen(const std::string& exchange, const tcp::endpoint& at) {
    auto made = make_venue(exchange, {*parts_.updates, parts_.halted});
    if (!made)
      return unexpected(made.error());
    parts_.exchange = std::move(*made);
    error_code failed;
    acceptor_.open(at.protocol(), failed);
    if (!failed)
      acceptor_.set_option(tcp::acceptor::reuse_address(true), failed);
    if (!failed)
      acceptor_.bind(at, failed);
    if (!failed)
      acceptor_.listen(asio::socket_base::max_listen_connections, failed);
    if (failed)
      return unexpected(
          fmt::format("listen {}:{}: {}", at.address().to_string(), at.port(), failed.message()));
    port_ = acceptor_.local_endpoint(failed).port();
    accept();
    count_seconds();
    return {};
  }

  // -- simulator -----------------------------------------------------------------

  std::uint16_t port() const noexcept override { return port_; }

  void stop() override {
    asio::post(acceptor_.get_executor(), [self = shared_from_this()] {
      self->stopped_ = true;
      error_code ignored;
      self->acceptor_.close(ignored);
      self->slots_.cancel();
      self->seconds_.cancel();
      self->faults_over_.cancel();
      self->each_session([](session& one) { one.cut(); });
    });
  }

  // -- session_host --------------------------------------------------------------

  std::shared_ptr<session_host> keep() override { return shared_from_this(); }
  venue& exchange() noexcept override { return *parts_.exchange; }
  tape& updates() noexcept override { return *parts_.updates; }
  const recording* playing() const noexcept override {
    return parts_.replay ? &*parts_.replay : nullptr;
  }

  rest_reply answer(const rest_request& request) override {
    if (auto reply = control(*this, request))
      return std::move(*reply);
    if (request.method != "GET" && request.method != "HEAD")
      return {.status = 405,
              .body = R"({"detail":"allowed here: GET"})",
              .headers = {{"Allow", "GET"}}};
    ++requests_;
    if (auto refused = refusal(fault_kind::refuse_rest))
      return std::move(*refused);
    return parts_.exchange->rest(request);
  }

  std::optional<rest_reply> refusal() override {
    ++upgrades_;
    return refusal(fault_kind::refuse);
  }

  disturbance disturbance_of(std::uint64_t session) override { return faults_.on(session); }
  void subscribed() override { pace_changed(); }
  void played(std::size_t frames) override { played_ = std::max(played_, frames); }
  void ended(std::uint64_t session) override { sessions_.erase(session); }

  // -- controlled ----------------------------------------------------------------

  bool replaying() const noexcept override { return parts_.replay.has_value(); }

  figures status() const override {
    const auto& updates = *parts_.updates;
    figures now{.sent = updates.sent(), .count = updates.pacing().count, .done = updates.still()};
    now.upgrades = upgrades_;
    now.requests = requests_;
    if (parts_.replay) {
      now.sent = played_;
      now.count = parts_.replay->frames.size();
      now.done = played_ == now.count;
    }
    each_session([&](const session& one) {
      if (!one.is_websocket())
        return;
      ++now.connections;
      now.subscriptions += one.subscription_count();
      now.done = now.done && one.drained();
    });
    now.faults = faults_.json(clock::now());
    return now;
  }

  bool apply(const fault& fault) override {
    std::vector<std::uint64_t> affected; // ids rise: the oldest come first
    each_session([&](const session& one, std::uint64_t id) {
      if (one.is_websocket() && affected.size() < fault.connections.value_or(most_sessions))
        affected.push_back(id);
    });
    if (fault.kind == fault_kind::drop || fault.kind == fault_kind::close) {
      asio::post(acceptor_.get_executor(), [self = shared_from_this(), affected, fault] {
        self->each_of(affected, [&](session& one) {
          fault.kind == fault_kind::drop ? one.cut() : one.close(1001, "going away");
        });
      });
      return true;
    }
    if (!faults_.add(fault, affected))
      return false;
    if (fault.kind == fault_kind::shutdown)
      each_of(affected, [](session& one) { one.announce_shutdown(); });
    faults_changed();
    return true;
  }

  void clear_faults() override {
    faults_.clear();
    faults_changed();
  }

  void pace_changed() override {
    if (parts_.updates->running() && !parts_.updates->reader_driven() && !slots_armed_)
      next_slot();
    post_pump();
  }

private:
  std::optional<rest_reply> refusal(fault_kind kind) const {
    const auto refused = faults_.refusing(kind, clock::now());
    if (!refused)
      return std::nullopt;
    rest_reply out{.status = refused->status, .body = R"({"detail":"refused by /sim/fault"})"};
    if (refused->retry_after != 0)
      out.headers.emplace_back("Retry-After", std::to_string(refused->retry_after));
    return out;
  }

  template <class Use>
  void each_session(Use use) const {
    const auto copy = sessions_; // `use` may end sessions
    for (const auto& [id, weak] : copy)
      if (const auto one = weak.lock()) {
        if constexpr (std::is_invocable_v<Use, session&, std::uint64_t>)
          use(*one, id);
        else
          use(*one);
      }
  }

  template <class Use>
  void each_of(const std::vector<std::uint64_t>& ids, Use use) {
    for (const auto id : ids)
      if (const auto found = sessions_.find(id); found != sessions_.end())
        if (const auto one = found->second.lock())
          use(*one);
  }

  void accept() {
    acceptor_.async_accept([self = shared_from_this()](error_code failed, tcp::socket socket) {
      if (self->stopped_)
        return;
      if (!failed && self->sessions_.size() < most_sessions)
        self->open(std::move(socket));
      if (!failed)
        return self->accept();
      // Out of descriptors, say: try again with the next second.
      self->accept_later_ = true;
    });
  }

  void open(tcp::socket socket) {
    const auto id = ++last_session_;
    const auto one = make_session(std::move(socket), parts_.tls.get(), *this, id);
    sessions_.emplace(id, one);
    one->start();
  }

  // -- time ------------------------------------------------------------------------

  void next_slot() {
    slots_armed_ = true;
    slots_.expires_at(std::max(clock::now() + slot, parts_.updates->next_due()));
    slots_.async_wait([self = shared_from_this()](error_code failed) {
      self->slots_armed_ = false;
      if (failed || self->stopped_)
        return;
      const auto began = clock::now();
      const auto head = self->parts_.updates->head();
      self->parts_.updates->catch_up();
      self->each_session([](session& one) { one.pump(); });
      if (self->parts_.probe)
        self->parts_.probe->tell(head, *self->parts_.updates, began);
      if (self->parts_.updates->running() && !self->parts_.updates->reader_driven())
        self->next_slot();
    });
  }

  /// Not at once: callers are in the midst of a session's or request's work.
  void post_pump() {
    asio::post(acceptor_.get_executor(), [self = shared_from_this()] {
      self->each_session([](session& one) { one.pump(); });
    });
  }

  void count_seconds() {
    seconds_.expires_after(1s);
    seconds_.async_wait([self = shared_from_this()](error_code failed) {
      if (failed || self->stopped_)
        return;
      auto needed = self->parts_.updates->sent();
      self->each_session([&](session& one) {
        one.every_second();
        needed = std::min(needed, one.tape_index().value_or(needed));
      });
      self->parts_.updates->forget_before(needed);
      if (std::exchange(self->accept_later_, false))
        self->accept();
      self->count_seconds();
    });
  }

  void faults_changed() {
    each_session([&](session& one, std::uint64_t id) { one.set_disturbance(faults_.on(id)); });
    updates().keep_shown(faults_.still());
    const auto next = faults_.next_expiry();
    faults_over_.cancel();
    if (!next)
      return;
    faults_over_.expires_at(*next);
    faults_over_.async_wait([self = shared_from_this()](error_code failed) {
      if (!failed && !self->stopped_)
        self->end_faults();
    });
  }

  void end_faults() {
    const auto over = faults_.expire(clock::now());
    const auto leave = [](session& one) { one.close(1001, "going away"); };
    each_of(over.close, leave);
    if (over.close_all)
      each_session(leave);
    faults_changed();
  }

  parts parts_;
  tcp::acceptor acceptor_;
  asio::steady_timer slots_, seconds_, faults_over_;
  fault_board faults_;
  std::map<std::uint64_t, std::weak_ptr<session>> sessions_; // by id: the oldest first
  std::uint64_t last_session_ = 0;
  std::uint64_t upgrades_ = 0, requests_ = 0; // asked for, refused ones too
  std::size_t played_ = 0;
  std::uint16_t port_ = 0;
  bool slots_armed_ = false, accept_later_ = false, stopped_ = false;
};

} // namespace

result<std::shared_ptr<simulator>> start(boost::asio::io_context& io, const options& options) {
  const auto at = parse_address("listen", options.listen);
  if (!at)
    return unexpected(at.error());
  auto made = assemble(io, options);
  if (!made)
    return unexpected(made.error());
  auto started = std::make_shared<server>(io, std::move(*made));
  if (const auto listening = started->listen(options.exchange, *at); !listening)
    return unexpected(listening.error());
  return started;
}

} // namespace tickboard::simulator
