#include "adapters/redis/client.hpp"

#include "adapters/redis/info.hpp"
#include "adapters/redis/patience.hpp"
#include "adapters/redis/reply_arena.hpp"
#include "market/backoff.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>
#include <hiredis/async.h>
#include <hiredis/hiredis.h>

#include <algorithm>
#include <array>
#include <deque>
#include <random>
#include <sys/socket.h>
#include <utility>

namespace tickboard::redis {

namespace {

namespace net = boost::asio;
using net::ip::tcp;
using clock = std::chrono::steady_clock;

/// What a server said before it closed a connection that it did not want (maxclients), and which
/// hiredis has not read because writing failed first. Empty: nothing.
std::string last_words(const redisAsyncContext& of) {
  std::array<char, 256> text{};
  const auto size = ::recv(of.c.fd, text.data(), text.size(), MSG_DONTWAIT);
  const std::string_view said{text.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
  return said.starts_with('-') ? std::string{said.substr(1, said.find_first_of("\r\n") - 1)}
                               : std::string{};
}

/// As if so many attempts had failed: whoever is told to leave again and again waits in between.
constexpr unsigned attempts_of_who_left = 4;

/// True for the time of its life.
class scoped_flag {
public:
  explicit scoped_flag(bool& flag) : flag_(flag), before_(std::exchange(flag, true)) {}
  ~scoped_flag() { flag_ = before_; }
  scoped_flag(const scoped_flag&) = delete;
  scoped_flag& operator=(const scoped_flag&) = delete;

private:
  bool& flag_;
  bool before_;
};

class client_impl final : public client, public std::enable_shared_from_this<client_impl> {
public:
  client_impl(net::io_context& io, client_options options, client_events events)
      : io_(io), options_(std::move(options)), events_(std::move(events)), resolver_(io),
        retry_(io), watchdog_(io), patience_(std::make_shared<patience>(io, options_.patience)),
        random_(std::random_device{}()) {
    if (!options_.sentinels.sentinels.empty())
      finder_ = find_primaries(io_, options_.sentinels);
  }

  void start() {
    net::post(io_, [self = shared_from_this()] { self->attempt(); });
  }

  void submit(std::vector<call> calls) override {
    net::dispatch(io_, [self = shared_from_this(), calls = std::move(calls)]() mutable {
      for (auto& one : calls)
        self->run(std::move(one));
    });
  }

  void look() override {
    net::dispatch(io_, [self = shared_from_this()] { self->look_now(); });
  }

  void reconnect() override {
    net::post(io_, [self = shared_from_this()] {
      self->attempts_ = std::max(self->attempts_, attempts_of_who_left);
      self->drop("it was left");
    });
  }

  void stop() override {
    net::post(io_, [self = shared_from_this()] {
      if (self->stopped_)
        return;
      self->stopped_ = true;
      self->retry_.cancel();
      self->watchdog_.cancel();
      self->patience_->stop();
      self->resolver_.cancel();
      if (self->finder_)
        self->finder_->stop();
      self->drop("the client was stopped");
    });
  }

private:
  /// A command on its way; owned by hiredis until its callback ran.
  struct pending {
    std::shared_ptr<client_impl> owner;
    std::shared_ptr<const script> by_sha; ///< null: `bytes` is the whole command
    std::string bytes;                    ///< kept for scripts only, to run them again
    reply_handler done;
    bool patient;
    call_figures::of_calls figures;
  };

  // -- connecting ---------------------------------------------------------------------------------

  void attempt() {
    if (stopped_)
      return;
    if (!finder_) {
      resolve();
      return;
    }
    finder_->find([self = shared_from_this()](const result<endpoint>& primary) {
      if (self->stopped_)
        return;
      if (!primary) {
        self->lost(primary.error());
        return;
      }
      self->options_.to.host = primary->host;
      self->options_.to.port = primary->port;
      self->resolve();
    });
  }

  void resolve() {
    deadline_ = clock::now() + options_.connect_timeout;
    watch();
    if (!options_.to.unix_path.empty()) {
      open(redisAsyncConnectUnix(options_.to.unix_path.c_str()));
      return;
    }
    // hiredis would resolve on this thread and block it.
    resolver_.async_resolve(
        options_.to.host, std::to_string(options_.to.port),
        [self = shared_from_this()](boost::system::error_code error,
                                    const tcp::resolver::results_type& found) {
          if (self->stopped_)
            return;
          if (error || found.empty()) {
            self->lost(
                self->at_server(fmt::format("cannot resolve its name: {}", error.message())));
            return;
          }
          const auto turn = static_cast<std::ptrdiff_t>(self->failed_ % found.size());
          const auto address = std::next(found.begin(), turn)->endpoint().address().to_string();
          self->open(redisAsyncConnect(address.c_str(), self->options_.to.port));
        });
  }

  void open(redisAsyncContext* context) {
    if (context == nullptr || context->err != 0) {
      const std::string reason = context != nullptr ? context->errstr : "out of memory";
      if (context != nullptr)
        redisAsyncFree(context);
      lost(at_server(reason));
      return;
    }
    context_ = context;
    context_->data = this; // this outlives the context: `hold_` keeps it
    hold_ = shared_from_this();
    patience_->attach(attach(io_, *context_));
    replies_.serve(*context_->c.reader);
    redisAsyncSetConnectCallback(context_, [](const redisAsyncContext* ctx, int status) {
      auto* self = static_cast<client_impl*>(ctx->data);
      if (status == REDIS_OK) {
        self->connected_ = true;
        self->log_in();
      } else {
        self->closed(*ctx);
      }
    });
    redisAsyncSetDisconnectCallback(context_, [](const redisAsyncContext* ctx, int) {
      static_cast<client_impl*>(ctx->data)->closed(*ctx);
    });
  }

  void log_in() {
    const auto must_succeed = [this](const char* step) {
      return [this, step](const reply& answer) {
        if (!answer.failed() || answer.disconnected())
          return;
        drop(fmt::format("{} failed: {}", step, answer.error()));
      };
    };
    if (!options_.to.password.empty()) {
      command auth{"AUTH"};
      if (!options_.to.username.empty())
        auth.add(options_.to.username);
      auth.add(options_.to.password);
      send(nullptr, auth.finish(), must_succeed("AUTH"));
    }
    if (options_.to.database != 0)
      send(nullptr, command{"SELECT", std::to_string(options_.to.database)}.finish(),
           must_succeed("SELECT"));
    for (const auto& one : options_.scripts)
      send(nullptr, command{"SCRIPT", "LOAD", one->text}.finish(), must_succeed("SCRIPT LOAD"));
    if (finder_)
      send(nullptr, command{"ROLE"}.finish(), [this](const reply& answer) {
        if (!answer.disconnected() && (answer.size() == 0 || answer[0].text() != "master"))
          drop("the sentinels name it, but it is no primary (yet, or any more)");
      });
    send(nullptr, command{"INFO", "server"}.finish(), [this](const reply& answer) {
      if (events_.on_server && !answer.disconnected())
        events_.on_server(std::string{info_field(answer.text(), "run_id")});
    });
    send(nullptr, command{"PING"}.finish(), [this](const reply& answer) {
      if (answer.disconnected())
        return;
      // LOADING, NOAUTH, MASTERDOWN ...: not yet of use. MISCONF: cannot save, but can be read.
      if (answer.failed() && !answer.error().starts_with("MISCONF")) {
        drop(std::string{answer.error()});
        return;
      }
      ready_ = true;
      was_ready_ = true;
      attempts_ = 0;
      if (events_.on_ready)
        events_.on_ready();
    });
  }

  /// hiredis frees its context after this.
  void closed(const redisAsyncContext& context) {
    std::string reason = ready_ ? "" : last_words(context);
    if (reason.empty())
      reason = context.errstr != nullptr && *context.errstr != '\0' ? context.errstr
                                                                    : "the connection was closed";
    context_ = nullptr;
    connected_ = false;
    forget_commands();
    lost(at_server(drop_reason_.empty() ? reason : std::exchange(drop_reason_, {})));
  }

  void drop(std::string reason) {
    if (context_ == nullptr)
      return;
    drop_reason_ = std::move(reason);
    ready_ = false;
    if (!connected_) { // hiredis reports the end of established connections only
      redisAsyncFree(std::exchange(context_, nullptr));
      forget_commands();
      lost(at_server(std::exchange(drop_reason_, {})));
      return;
    }
    // Ends in `closed`: now, or after the reply callback that we may be in.
    redisAsyncFree(context_);
  }

  std::string at_server(std::string_view reason) const {
    return fmt::format("{}: {}", options_.to.display(), reason);
  }

  void lost(const std::string& reason) {
    ready_ = false;
    if (events_.on_lost)
      events_.on_lost(reason);
    if (!std::exchange(was_ready_, false))
      ++failed_; // the next of its addresses; one that worked is tried again first
    const auto hold = std::move(hold_);
    if (stopped_)
      return;
    retry_.expires_after(backoff(options_.backoff_min, options_.backoff_max, attempts_++, random_));
    retry_.async_wait([self = shared_from_this()](boost::system::error_code error) {
      if (!error)
        self->attempt();
    });
  }

  // -- commands -----------------------------------------------------------------------------------

  void forget_commands() {
    patience_->detach();
    sent_.clear();
  }

  void run(call one) {
    if (!ready_ || sent_.size() >= options_.max_pending) {
      if (one.done)
        one.done(reply{ready_ ? std::string_view{"too many commands are waiting for Redis"}
                              : std::string_view{"not connected to Redis"}});
      return;
    }
    if (!one.transaction.empty()) {
      send_transaction(one);
      return;
    }
    if (!one.by_sha) {
      send(nullptr, one.arguments.finish(), std::move(one.done), one.patient);
      return;
    }
    send(one.by_sha, evalsha(one), std::move(one.done), one.patient);
  }

  static std::string evalsha(call& one) {
    return one.arguments.finish({"EVALSHA", one.by_sha->sha, std::to_string(one.keys)});
  }

  /// Redis answers MULTI and each command with a word, and EXEC with all replies.
  void send_transaction(call& one) {
    static constexpr std::string_view multi = "*1\r\n$5\r\nMULTI\r\n",
                                      exec = "*1\r\n$4\r\nEXEC\r\n";
    const auto queue = [this](std::string_view bytes, redisCallbackFn* on_word) {
      redisAsyncFormattedCommand(context_, on_word, nullptr, bytes.data(), bytes.size());
    };
    queue(multi, [](redisAsyncContext* ctx, void*, void*) {
      static_cast<client_impl*>(ctx->data)->refusal_.clear();
    });
    for (auto& command : one.transaction)
      queue(command.finish(), [](redisAsyncContext* ctx, void* raw, void*) {
        auto& self = *static_cast<client_impl*>(ctx->data);
        if (const reply answer{static_cast<const redisReply*>(raw)};
            raw != nullptr && answer.failed() && self.refusal_.empty())
          self.refusal_ = answer.error();
      });
    send(
        nullptr, std::string{exec},
        [this, done = std::move(one.done)](const reply& answer) {
          if (!done)
            return;
          if (answer.error().starts_with("EXECABORT") && !refusal_.empty())
            done(reply::refusal(refusal_));
          else
            done(answer);
        },
        one.patient, options_.figures->transactions());
  }

  void send(std::shared_ptr<const script> by_sha, std::string bytes, reply_handler done,
            bool patient = false) {
    const auto figures = by_sha ? options_.figures->of(*by_sha) : options_.figures->commands();
    send(std::move(by_sha), std::move(bytes), std::move(done), patient, figures);
  }

  void send(std::shared_ptr<const script> by_sha, std::string bytes, reply_handler done,
            bool patient, const call_figures::of_calls& figures) {
    if (context_ == nullptr) {
      if (done)
        done(reply{"not connected to Redis"});
      return;
    }
    auto* const op =
        new pending{shared_from_this(), std::move(by_sha), {}, std::move(done), patient, figures};
    sent_.push_back(clock::now());
    const int status = redisAsyncFormattedCommand(context_, &client_impl::on_reply, op,
                                                  bytes.data(), bytes.size());
    if (status != REDIS_OK) { // the context is on its way out
      sent_.pop_back();
      const std::unique_ptr<pending> owned{op};
      if (op->done)
        op->done(reply{"the connection is closing"});
      return;
    }
    if (op->by_sha)
      op->bytes = std::move(bytes);
    patience_->sent(patient);
  }

  void look_now() {
    if (in_reply_) { // what has come is being handled
      net::post(io_, [self = shared_from_this()] { self->look_now(); });
      return;
    }
    patience_->look();
  }

  static void on_reply(redisAsyncContext*, void* raw, void* data) {
    const std::unique_ptr<pending> op{static_cast<pending*>(data)};
    auto& self = *op->owner;
    const scoped_flag handling{self.in_reply_};
    if (!self.sent_.empty()) {
      if (raw != nullptr)
        op->figures.duration->observe(clock::now() - self.sent_.front());
      self.sent_.pop_front();
    }
    self.patience_->answered(op->patient);
    if (raw == nullptr) {
      op->figures.failed->add();
      if (op->done)
        op->done(reply{"the connection to Redis was lost"});
      return;
    }
    const reply answer{static_cast<const redisReply*>(raw)};
    if (op->by_sha && answer.error().starts_with("NOSCRIPT")) {
      self.reload(*op->by_sha);
      self.send(nullptr, with_text(*op->by_sha, op->bytes), std::move(op->done), false,
                op->figures);
      return;
    }
    if (answer.failed())
      op->figures.failed->add();
    if (op->done)
      op->done(answer);
    if (self.finder_ && answer.error().starts_with("READONLY"))
      self.drop("it is no primary any more");
  }

  /// Redis forgets scripts all at once. They come back so too: were one there and another not, the
  /// calls of both would change places, since the one that misses its script is sent again, with
  /// its text.
  void reload(const script& missing) {
    for (const auto& one : options_.scripts)
      if (one->sha != missing.sha)
        send(nullptr, command{"SCRIPT", "LOAD", one->text}.finish(), nullptr);
  }

  /// Once a second: is the connect overdue, or the oldest answer?
  void watch() {
    watchdog_.expires_after(std::chrono::milliseconds{500});
    watchdog_.async_wait([self = shared_from_this()](boost::system::error_code error) {
      if (error || self->stopped_)
        return;
      const auto now = clock::now();
      if (self->context_ != nullptr && !self->ready_ && now > self->deadline_)
        self->drop("connecting took too long");
      else if (self->ready_ && !self->sent_.empty() &&
               now - self->sent_.front() > self->options_.reply_timeout)
        self->drop("Redis did not answer in time");
      else
        self->watch();
    });
  }

  net::io_context& io_;
  client_options options_;
  client_events events_;
  std::shared_ptr<primary_finder> finder_; ///< null: no sentinels
  tcp::resolver resolver_;
  net::steady_timer retry_, watchdog_;
  const std::shared_ptr<patience> patience_;
  std::mt19937 random_;
  redisAsyncContext* context_ = nullptr;
  std::shared_ptr<client_impl> hold_;  ///< while hiredis may call back
  std::deque<clock::time_point> sent_; ///< when each unanswered command was sent, oldest first
  clock::time_point deadline_;
  reply_arena replies_;
  std::string refusal_; ///< why Redis will not run the transaction whose words come in; empty: none
  std::string drop_reason_;
  unsigned attempts_ = 0;
  unsigned failed_ = 0;    ///< attempts, ever
  bool was_ready_ = false; ///< in this attempt
  bool in_reply_ = false;
  bool connected_ = false; ///< the socket; `ready_` comes after logging in
  bool ready_ = false;
  bool stopped_ = false;
};

} // namespace

void submit_one(client& to, call one) {
  std::vector<call> calls;
  calls.push_back(std::move(one));
  to.submit(std::move(calls));
}

void submit_one(client& to, command arguments, reply_handler done) {
  call one;
  one.arguments = std::move(arguments);
  one.done = std::move(done);
  submit_one(to, std::move(one));
}

std::shared_ptr<client> connect(net::io_context& io, client_options options, client_events events) {
  auto out = std::make_shared<client_impl>(io, std::move(options), std::move(events));
  out->start();
  return out;
}

} // namespace tickboard::redis
