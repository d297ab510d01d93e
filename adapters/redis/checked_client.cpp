#include "adapters/redis/checked_client.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <utility>

namespace tickboard::redis {

namespace {

namespace net = boost::asio;

/// Until what is there is of this life; a look that Redis refuses is repeated less and less often.
constexpr auto look_again = std::chrono::milliseconds{20};
constexpr auto longest_wait = std::chrono::milliseconds{2'000};

class checked_client final : public client, public std::enable_shared_from_this<checked_client> {
public:
  checked_client(net::io_context& io, client_events events, std::vector<std::string> marks)
      : io_(io), timer_(io), events_(std::move(events)), marks_(std::move(marks)) {}

  void start(client_options options) {
    // Weak: the connection is ours, and outlives us by what it has to finish.
    client_events inner;
    inner.on_server = [me = weak_from_this()](std::string life) {
      if (const auto self = me.lock()) {
        self->life_ = std::move(life);
        if (self->events_.on_server)
          self->events_.on_server(self->life_);
      }
    };
    inner.on_ready = [me = weak_from_this()] {
      if (const auto self = me.lock()) {
        self->wait_ = look_again;
        self->check();
      }
    };
    inner.on_lost = [me = weak_from_this()](std::string reason) {
      if (const auto self = me.lock()) {
        self->trusted_ = false;
        self->timer_.cancel();
        if (self->events_.on_lost)
          self->events_.on_lost(std::move(reason));
      }
    };
    net::post(io_, [self = shared_from_this(), options = std::move(options),
                    inner = std::move(inner)]() mutable {
      if (!self->stopped_)
        self->inner_ = connect(self->io_, std::move(options), std::move(inner));
    });
  }

  void submit(std::vector<call> calls) override {
    net::dispatch(io_, [self = shared_from_this(), calls = std::move(calls)]() mutable {
      if (self->trusted_) {
        self->inner_->submit(std::move(calls));
        return;
      }
      for (auto& one : calls)
        if (one.done)
          one.done(reply{"not connected to Redis, or what it holds is not looked over yet"});
    });
  }

  void look() override {
    net::dispatch(io_, [self = shared_from_this()] {
      if (self->inner_)
        self->inner_->look();
    });
  }

  void reconnect() override {
    net::dispatch(io_, [self = shared_from_this()] {
      if (self->inner_)
        self->inner_->reconnect();
    });
  }

  void stop() override {
    net::post(io_, [self = shared_from_this()] {
      self->stopped_ = true;
      self->timer_.cancel();
      if (self->inner_)
        self->inner_->stop();
    });
  }

private:
  struct findings {
    std::size_t open;
    bool good = true;
    bool disconnected = false;
    std::string refusal{};
  };

  void check() {
    auto found = std::make_shared<findings>(findings{marks_.size()});
    std::vector<call> calls(marks_.size());
    for (std::size_t i = 0; i < marks_.size(); ++i) {
      calls[i].arguments = command{"GET", marks_[i]};
      calls[i].done = [found, self = shared_from_this()](const reply& answer) {
        found->good =
            found->good && (answer.is_nil() || (answer.is_text() && answer.text() == self->life_));
        found->disconnected = found->disconnected || answer.disconnected();
        if (answer.failed())
          found->refusal = answer.error();
        if (--found->open == 0)
          self->judge(*found);
      };
    }
    inner_->submit(std::move(calls));
  }

  void judge(const findings& found) {
    if (found.disconnected || stopped_)
      return; // on_ready comes again
    if (!found.good) {
      const bool refused = !found.refusal.empty();
      wait_ = refused ? std::min(2 * wait_, longest_wait) : look_again;
      if (refused && events_.on_lost)
        events_.on_lost("what it holds cannot be looked over: " + found.refusal);
      timer_.expires_after(wait_);
      timer_.async_wait([self = shared_from_this()](boost::system::error_code error) {
        if (!error)
          self->check();
      });
      return;
    }
    trusted_ = true;
    if (events_.on_ready)
      events_.on_ready();
  }

  net::io_context& io_;
  net::steady_timer timer_;
  client_events events_;
  const std::vector<std::string> marks_;
  std::shared_ptr<client> inner_;
  std::string life_;
  std::chrono::milliseconds wait_ = look_again; ///< before the next look
  bool trusted_ = false;
  bool stopped_ = false;
};

} // namespace

std::shared_ptr<client> connect_checked(net::io_context& io, client_options options,
                                        client_events events, std::vector<std::string> marks) {
  auto out = std::make_shared<checked_client>(io, std::move(events), std::move(marks));
  out->start(std::move(options));
  return out;
}

} // namespace tickboard::redis
