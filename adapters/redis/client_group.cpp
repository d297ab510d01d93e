#include "adapters/redis/client_group.hpp"

#include <boost/asio/dispatch.hpp>

#include <algorithm>
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

  void stop() override {
    for (const auto& one : members_)
      one.connection->stop();
  }

private:
  struct member {
    std::shared_ptr<client> connection;
    std::string life{};
    bool ready = false;
    std::size_t unanswered = 0;
  };

  /// Weak: a connection outlives us by what it has to finish.
  client_events events_of(std::size_t i) {
    client_events out;
    out.on_server = [me = weak_from_this(), i](std::string life) {
      if (const auto self = me.lock())
        self->at_server(i, std::move(life));
    };
    out.on_ready = [me = weak_from_this(), i] {
      if (const auto self = me.lock()) {
        self->members_[i].ready = true;
        self->settle("");
      }
    };
    out.on_lost = [me = weak_from_this(), i](std::string reason) {
      if (const auto self = me.lock()) {
        self->members_[i].ready = false;
        self->settle(std::move(reason));
      }
    };
    return out;
  }

  void at_server(std::size_t i, std::string life) {
    members_[i].life = life;
    if (life == life_ && told_server_)
      return;
    life_ = life;
    told_server_ = true;
    if (events_.on_server)
      events_.on_server(std::move(life));
    settle(usable_ ? "another connection to Redis found another server" : "");
  }

  bool is_usable(const member& one) const { return one.ready && one.life == life_; }

  /// `reason`: why a connection may not be usable any more; empty: one may have become so.
  void settle(std::string reason) {
    const bool usable =
        std::ranges::any_of(members_, [this](const member& one) { return is_usable(one); });
    const bool was = std::exchange(usable_, usable);
    if (usable && !was && events_.on_ready)
      events_.on_ready();
    if (!usable && (was || !reason.empty()) && events_.on_lost)
      events_.on_lost(std::move(reason));
  }

  /// Of equal ones the first: a single question at a time finds its connection's memory warm.
  member* choose() {
    member* best = nullptr;
    for (auto& one : members_)
      if (is_usable(one) && (best == nullptr || one.unanswered < best->unanswered))
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
        if (!done)
          return;
        if (chosen->life == self->life_)
          done(got);
        else
          done(reply{"another connection to Redis found another server"});
      };
    chosen->connection->submit(std::move(calls));
  }

  net::io_context& io_;
  client_events events_;
  std::vector<member> members_; ///< fixed once started
  std::string life_;            ///< of the server that was connected to last
  bool told_server_ = false;
  bool usable_ = false;
};

} // namespace

std::shared_ptr<client> connect_group(net::io_context& io, std::size_t members,
                                      const member_connector& make, client_events events) {
  auto out = std::make_shared<client_group>(io, std::move(events));
  out->start(members, make);
  return out;
}

} // namespace tickboard::redis
