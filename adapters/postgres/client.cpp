#include "adapters/postgres/client.hpp"

#include "adapters/postgres/hosts.hpp"
#include "market/backoff.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <libpq-fe.h>
#include <random>
#include <utility>

namespace tickboard::postgres {

namespace {

namespace net = boost::asio;
using clock = std::chrono::steady_clock;
constexpr auto watch_interval = std::chrono::milliseconds{100};

/// libpq's texts end in a line break and may have more of them.
std::string one_line(std::string text) {
  while (!text.empty() && text.back() == '\n')
    text.pop_back();
  std::ranges::replace(text, '\n', ' ');
  return text.empty() ? "the connection was closed" : text;
}

std::string in_quotes(const std::string& identifier) {
  std::string out = "\"";
  for (const char c : identifier)
    out += c == '"' ? "\"\"" : std::string(1, c);
  return out + '"';
}

class client_impl final : public client, public std::enable_shared_from_this<client_impl> {
public:
  client_impl(net::io_context& io, client_options options, client_events events)
      : io_(io), options_(std::move(options)), events_(std::move(events)), retry_(io),
        watchdog_(io), socket_(io), random_(std::random_device{}()) {}

  ~client_impl() override { close(); } // the io_context went before `stop` ran

  void start() {
    net::post(io_, [self = shared_from_this()] { self->resolve(); });
  }

  void submit(call one) override {
    net::post(io_, [self = shared_from_this(), one = std::move(one)]() mutable {
      self->run(std::move(one));
    });
  }

  void stop() override {
    net::post(io_, [self = shared_from_this()] {
      if (self->stopped_)
        return;
      self->stopped_ = true;
      self->retry_.cancel();
      self->watchdog_.cancel();
      self->drop("the client was stopped");
    });
  }

private:
  // -- connecting ---------------------------------------------------------------------------------

  void resolve() {
    if (stopped_)
      return;
    deadline_ = clock::now() + options_.connect_timeout;
    const auto attempt = ++attempt_;
    watch();
    resolve_hosts(io_, options_.to, [self = shared_from_this(), attempt](result<dsn> found) {
      if (self->stopped_ || attempt != self->attempt_)
        return; // given up meanwhile
      if (found)
        self->open(std::move(*found));
      else
        self->lost(found.error());
    });
  }

  void open(dsn to) {
    trying_ = std::move(to);
    std::vector<const char*> keywords, values;
    for (const auto& [keyword, value] : trying_.parameters) {
      keywords.push_back(keyword.c_str());
      values.push_back(value.c_str());
    }
    keywords.push_back(nullptr);
    values.push_back(nullptr);
    connection_ = PQconnectStartParams(keywords.data(), values.data(), 0);
    if (connection_ == nullptr) {
      lost("out of memory");
      return;
    }
    PQsetNoticeReceiver(
        connection_, [](void*, const PGresult*) {}, nullptr);
    if (PQstatus(connection_) == CONNECTION_BAD)
      drop(PQerrorMessage(connection_));
    else
      go_on_connecting(PGRES_POLLING_WRITING);
  }

  void go_on_connecting(PostgresPollingStatusType next) {
    if (next == PGRES_POLLING_OK) {
      connected();
      return;
    }
    if (next == PGRES_POLLING_FAILED) {
      drop(PQerrorMessage(connection_));
      return;
    }
    // libpq may take another socket, even one of the same number, at each step.
    socket_.assign(PQsocket(connection_));
    socket_.async_wait(next == PGRES_POLLING_READING ? socket::wait_read : socket::wait_write,
                       [self = shared_from_this(), attempt = attempt_](auto error) {
                         if (error || attempt != self->attempt_ || self->connection_ == nullptr)
                           return;
                         self->socket_.release();
                         self->go_on_connecting(PQconnectPoll(self->connection_));
                       });
  }

  void connected() {
    PQsetnonblocking(connection_, 1);
    socket_.assign(PQsocket(connection_));
    last_heard_ = clock::now();
    std::string sql = "SELECT 1"; // something to be answered without channels
    for (const auto& channel : options_.listen)
      sql += "; LISTEN " + in_quotes(channel);
    enqueue({std::move(sql), {}, [this](const reply& answer) {
               if (answer.disconnected())
                 return;
               if (answer.failed()) {
                 drop("LISTEN failed: " + answer.error());
                 return;
               }
               ready_ = true;
               failures_ = 0;
               if (events_.on_ready)
                 events_.on_ready();
             }});
    wait_to_read();
  }

  /// libpq goes on to the next host by itself where one refuses, but waits for one that is silent.
  void connecting_took_too_long() {
    const std::string reason = "connecting took too long";
    auto rest = connection_ != nullptr ? without_first_host(std::move(trying_)) : std::nullopt;
    if (!rest) {
      drop(reason);
      return;
    }
    abandon(reason);
    deadline_ = clock::now() + options_.connect_timeout;
    const auto attempt = attempt_;
    open(std::move(*rest));
    if (attempt == attempt_)
      watch();
  }

  // -- the end of a connection --------------------------------------------------------------------

  void close() {
    if (connection_ == nullptr)
      return;
    if (socket_.is_open())
      socket_.release(); // libpq's to close; cancels the waits
    PQfinish(std::exchange(connection_, nullptr));
  }

  void abandon(const std::string& why) {
    close();
    ready_ = false;
    ++attempt_;
    writing_ = false;
    auto failed = std::exchange(calls_, {});
    answer_ = {};
    for (auto& one : failed)
      if (one.what.done)
        one.what.done(reply{"the connection to PostgreSQL was lost: " + why});
  }

  void drop(const std::string& reason) {
    const auto why = one_line(options_.to.without_secrets(reason));
    abandon(why);
    lost(why);
  }

  void lost(const std::string& reason) {
    ready_ = false;
    ++attempt_;
    watchdog_.cancel();
    if (events_.on_lost)
      events_.on_lost(
          fmt::format("{}: {}", options_.to.display(), options_.to.without_secrets(reason)));
    if (stopped_) {
      events_ = {}; // they may hold what holds us
      return;
    }
    retry_.expires_after(backoff(options_.backoff_min, options_.backoff_max, failures_++, random_));
    retry_.async_wait([self = shared_from_this()](boost::system::error_code error) {
      if (!error)
        self->resolve();
    });
  }

  // -- statements ---------------------------------------------------------------------------------

  void run(call one) {
    if (ready_ && calls_.size() < options_.max_pending) {
      enqueue(std::move(one));
    } else if (one.done) {
      one.done(reply{std::string{ready_ ? "too many statements are waiting for PostgreSQL"
                                        : "not connected to PostgreSQL"}});
    }
  }

  void enqueue(call one) {
    calls_.push_back({std::move(one), {}});
    if (calls_.size() == 1)
      send();
  }

  void send() {
    auto& now = calls_.front();
    now.sent = clock::now();
    std::vector<const char*> values;
    for (const auto& one : now.what.parameters)
      values.push_back(one ? one->c_str() : nullptr);
    const auto& sql = now.what.sql;
    const int sent = values.empty() ? PQsendQuery(connection_, sql.c_str())
                                    : PQsendQueryParams(connection_, sql.c_str(),
                                                        static_cast<int>(values.size()), nullptr,
                                                        values.data(), nullptr, nullptr, 0);
    if (sent == 0)
      drop(PQerrorMessage(connection_));
    else
      flush();
  }

  void flush() {
    const int left = PQflush(connection_);
    if (left < 0) {
      drop(PQerrorMessage(connection_));
    } else if (left > 0 && !writing_) {
      writing_ = true;
      socket_.async_wait(socket::wait_write,
                         [self = shared_from_this(), attempt = attempt_](auto error) {
                           if (error || attempt != self->attempt_)
                             return;
                           self->writing_ = false;
                           self->flush();
                         });
    }
  }

  void wait_to_read() {
    if (connection_ == nullptr)
      return;
    socket_.async_wait(socket::wait_read,
                       [self = shared_from_this(), attempt = attempt_](auto error) {
                         if (error || attempt != self->attempt_)
                           return;
                         self->read();
                       });
  }

  void read() {
    if (PQconsumeInput(connection_) == 0) {
      drop(PQerrorMessage(connection_));
      return;
    }
    last_heard_ = clock::now();
    const auto attempt = attempt_; // handlers may end the connection
    while (attempt == attempt_ && !calls_.empty() && PQisBusy(connection_) == 0)
      take_result();
    if (attempt != attempt_)
      return;
    bool notified = false;
    while (auto* const one = PQnotifies(connection_)) {
      PQfreemem(one);
      notified = true;
    }
    if (notified && events_.on_notify)
      events_.on_notify();
    flush();
    if (attempt == attempt_)
      wait_to_read();
  }

  void take_result() {
    if (auto* const raw = PQgetResult(connection_)) {
      reply next{std::shared_ptr<const PGresult>{
          raw, [](const PGresult* of) { PQclear(const_cast<PGresult*>(of)); }}};
      if (answer_.disconnected() || !answer_.failed()) // the first error counts, or the last reply
        answer_ = std::move(next);
      return;
    }
    const auto answer = std::exchange(answer_, {});
    const auto done = std::move(calls_.front().what.done);
    calls_.pop_front();
    if (!calls_.empty())
      send();
    if (done)
      done(answer);
  }

  /// Is the connect overdue, or an answer? Is a silent connection alive?
  void watch() {
    watchdog_.expires_after(watch_interval);
    watchdog_.async_wait([self = shared_from_this()](boost::system::error_code error) {
      if (!error && !self->stopped_)
        self->look();
    });
  }

  void look() {
    const auto now = clock::now();
    const auto attempt = attempt_;
    if (!ready_ && now > deadline_) {
      connecting_took_too_long();
      return;
    }
    // An answer that comes in pieces, or a statement that takes long to send, is under way.
    if (ready_ && !calls_.empty() &&
        now - std::max(calls_.front().sent, last_heard_) > options_.reply_timeout) {
      drop("PostgreSQL did not answer in time");
      return;
    }
    if (ready_ && calls_.empty() && now - last_heard_ > options_.probe_interval)
      enqueue({"SELECT 1", {}, {}});
    if (attempt == attempt_) // else the next attempt watches anew
      watch();
  }

  struct pending {
    call what;
    clock::time_point sent;
  };
  using socket = net::posix::stream_descriptor;

  net::io_context& io_;
  client_options options_;
  dsn trying_; ///< with the hosts that are left of this attempt
  client_events events_;
  net::steady_timer retry_, watchdog_;
  socket socket_; ///< libpq's; released before libpq closes it
  std::mt19937 random_;
  PGconn* connection_ = nullptr;
  std::deque<pending> calls_; ///< the first one is sent
  reply answer_;              ///< to it, as far as it came
  clock::time_point deadline_, last_heard_;
  std::uint64_t attempt_ = 0; ///< waits of an earlier one are stale
  unsigned failures_ = 0;     ///< in a row
  bool writing_ = false;      ///< waiting for room in the socket
  bool ready_ = false;
  bool stopped_ = false;
};

} // namespace

std::shared_ptr<client> connect(net::io_context& io, client_options options, client_events events) {
  auto out = std::make_shared<client_impl>(io, std::move(options), std::move(events));
  out->start();
  return out;
}

} // namespace tickboard::postgres
