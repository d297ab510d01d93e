#pragma once

#include <boost/asio/io_context.hpp>
#include <caf/detail/thread_safe_actor_clock.hpp>
#include <caf/execution_unit.hpp>
#include <caf/scheduler/abstract_coordinator.hpp>

#include <thread>

namespace tickboard {

/// Runs the actors on an io thread, between its handlers: a message from a socket's handler to an
/// actor and back wakes no other thread. With few updates at a time those wake-ups are most of the
/// work (docs/decisions/actors.md). Delayed messages come from a clock thread, as in CAF's own
/// schedulers.
///
/// The io_context must run until no actor is left; it may end before this object.
class io_scheduler final : public caf::scheduler::abstract_coordinator {
public:
  io_scheduler(caf::actor_system& system, boost::asio::io_context& io);

  void enqueue(caf::resumable* job) override;
  caf::actor_clock& clock() noexcept override { return clock_; }

protected:
  void start() override;
  void stop() override;

private:
  /// What actors see of the thread they run on.
  class unit final : public caf::execution_unit {
  public:
    explicit unit(io_scheduler& owner) : caf::execution_unit(&owner.system()), owner_(owner) {}
    void exec_later(caf::resumable* job) override { owner_.enqueue(job); }

  private:
    io_scheduler& owner_;
  };

  void run(caf::resumable* job);

  boost::asio::io_context& io_;
  unit unit_;
  caf::detail::thread_safe_actor_clock clock_;
  std::thread timer_;
};

} // namespace tickboard
