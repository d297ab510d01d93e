#include "adapters/redis/client_group.hpp"

#include <boost/asio/dispatch.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace tickboard::redis {

namespace {

namespace net = boost::asio;

class client_group final : public client, public std::enable_shared_from_this<client_group> {
public:
  client_group(net::io_context& io, client_events events) : io_(io), events_(std::move(events)) {}

  void start(std::size_t members, const member_connector& make) {
    members_.resize(members);
    for (std::size_t i = 0; i < members; ++i)
      members_[i].connection = make(i, events_of(i));
  }

  void submit(std::vector<call> calls) override {
    net::dispatch(io_, [self = shared_from_this(), calls = std::move(calls)]() mutable {
      self->submit_now(std::move(calls));
    });
  }

  void look() override {
    for (const auto& one : members_)
      one.connection->look();
  }

  void reconnect() override {
    net::dispatch(io_, [self = shared_from_this()] {
      self->leave();
      self->settle("it was left");
    });
  }

  void stop() override {
    for (const auto& one : members_)
      one.connection->stop();
  }

private:
  struct member {
    std::shared_ptr<client> connection;
    std::string life{}; ///< of the server that it is at
    bool ready = false; ///< then that is the server of all that are
    bool cut = false;   ///< calls of it failed since it was ready
    std::size_t unanswered = 0;
  };

  /// Weak: a connection outlives us by what it has to finish.
  client_events events_of(std::size_t i) {
    client_events out;
    out.on_server = [me = weak_from_this(), i](std::string life) {
      if (const auto self = me.lock())
        self->members_[i].life = std::move(life);
    };
    out.on_ready = [me = weak_from_this(), i] {
      if (const auto self = me.lock())
        self->found(self->members_[i]);
    };
    out.on_lost = [me = weak_from_this(), i](std::string reason) {
      if (const auto self = me.lock())
        self->lost(self->members_[i], std::move(reason));
    };
    return out;
  }

  /// The first one chooses the server; who is at another one looks for it anew, as what is there
  /// may be older.
  void found(member& one) {
    if (!ready_) {
      if (std::exchange(life_, one.life) != one.life && events_.on_server)
        events_.on_server(one.life);
    } else if (one.life != life_) {
      one.connection->reconnect();
      return;
    }
    one.ready = true;
    one.cut = false;
    settle("");
  }

  /// Whoever was waiting for an answer when it was lost tells of a server that is gone, or frozen:
  /// the others would have to find that out one after the other, and may be alone with it by then.
  void lost(member& one, std::string reason) {
    if (std::exchange(one.ready, false) && one.cut)
      leave();
    settle(std::move(reason));
  }

  void leave() {
    for (auto& one : members_)
      if (std::exchange(one.ready, false))
        one.connection->reconnect();
  }

  /// `reason`: why a connection is not ready any more, or an attempt failed; empty: one is ready.
  void settle(std::string reason) {
    const bool ready = std::ranges::any_of(members_, [](const member& one) { return one.ready; });
    const bool was = std::exchange(ready_, ready);
    if (ready && !was && events_.on_ready)
      events_.on_ready();
    if (!ready && (was || !reason.empty()) && events_.on_lost)
      events_.on_lost(std::move(reason));
  }

  /// Of equal ones the first: a single question at a time finds its connection's memory warm.
  member* choose() {
    member* best = nullptr;
    for (auto& one : members_)
      if (one.ready && (best == nullptr || one.unanswered < best->unanswered))
        best = &one;
    return best;
  }

  void submit_now(std::vector<call> calls) {
    auto* const chosen = choose();
    if (chosen == nullptr) {
      for (auto& one : calls)
        if (one.done)
          one.done(reply{"not connected to Redis, or what it holds is not looked over yet"});
      return;
    }
    chosen->unanswered += calls.size();
    for (auto& one : calls)
      one.done = [self = shared_from_this(), chosen, done = std::move(one.done)](const reply& got) {
        --chosen->unanswered;
        chosen->cut = chosen->cut || got.disconnected();
        if (!done)
          return;
        if (chosen->ready || got.disconnected())
          done(got);
        else
          done(reply{"the connection to Redis was left"});
      };
    chosen->connection->submit(std::move(calls));
  }

  net::io_context& io_;
  client_events events_;
  std::vector<member> members_;     ///< fixed once started
  std::optional<std::string> life_; ///< of the server of those that are ready, or last were
  bool ready_ = false;
};

} // namespace

std::shared_ptr<client> connect_group(net::io_context& io, std::size_t members,
                                      const member_connector& make, client_events events) {
  auto out = std::make_shared<client_group>(io, std::move(events));
  out->start(members, make);
  return out;
}

} // namespace tickboard::redis
