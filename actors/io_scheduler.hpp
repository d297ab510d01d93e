#pragma once

#include "adapters/net/turn_queue.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <caf/detail/simple_actor_clock.hpp>
#include <caf/execution_unit.hpp>
#include <caf/scheduler/abstract_coordinator.hpp>

#include <deque>
#include <mutex>
#include <vector>

namespace tickboard {

/// Runs the actors on an io thread, between its handlers: a message from a socket's handler to an
/// actor and back wakes no other thread. With few updates at a time those wake-ups are most of the
/// work (docs/decisions/actors.md). Actors may be spawned and sent to from any thread.
///
/// The io_context must run until no actor is left and must have ended, its threads joined, before
/// the actor system is destroyed.
class io_scheduler final : public caf::scheduler::abstract_coordinator {
public:
  io_scheduler(caf::actor_system& system, boost::asio::io_context& io);

  void enqueue(caf::resumable* job) override;
  caf::actor_clock& clock() noexcept override { return clock_; }

protected:
  void stop() override;

private:
  /// Delayed messages and timeouts, by one Asio timer. Methods of actor_clock: any thread.
  class io_clock final : public caf::detail::simple_actor_clock {
  public:
    explicit io_clock(boost::asio::io_context& io) : io_(io), timer_(io) {}

    void set_ordinary_timeout(time_point due, caf::abstract_actor* actor, caf::atom_value type,
                              std::uint64_t id) override;
    void set_multi_timeout(time_point due, caf::abstract_actor* actor, caf::atom_value type,
                           std::uint64_t id) override;
    void set_request_timeout(time_point due, caf::abstract_actor* actor,
                             caf::message_id id) override;
    void cancel_ordinary_timeout(caf::abstract_actor* actor, caf::atom_value type) override;
    void cancel_request_timeout(caf::abstract_actor* actor, caf::message_id id) override;
    void cancel_timeouts(caf::abstract_actor* actor) override;
    void schedule_message(time_point due, caf::strong_actor_ptr receiver,
                          caf::mailbox_element_ptr content) override;
    void schedule_message(time_point due, caf::group target, caf::strong_actor_ptr sender,
                          caf::message content) override;
    void cancel_all() override;

  private:
    template <class Change>
    void change(Change change);
    void arm();
    void ship_due();

    boost::asio::io_context& io_;
    boost::asio::steady_timer timer_; // io thread
    std::mutex mutex_;                ///< of the schedule and of `armed_for_`
    time_point armed_for_ = time_point::max();
  };

  /// What actors see of the thread that they run on.
  class unit final : public caf::execution_unit {
  public:
    explicit unit(io_scheduler& owner) : caf::execution_unit(&owner.system()), owner_(owner) {}
    void exec_later(caf::resumable* job) override { owner_.enqueue(job); }

  private:
    io_scheduler& owner_;
  };

  void post_turn();
  void take_turn();
  void run(caf::resumable* job);

  boost::asio::io_context& io_;
  net::turn_queue& turns_;
  unit unit_;
  io_clock clock_;
  std::deque<caf::resumable*> jobs_; // io thread
  bool turn_posted_ = false;         // io thread
  std::mutex mutex_;
  std::vector<caf::resumable*> from_outside_; ///< jobs of other threads, under `mutex_`
};

} // namespace tickboard
