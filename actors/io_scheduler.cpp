#include "actors/io_scheduler.hpp"

#include <boost/asio/post.hpp>
#include <caf/resumable.hpp>

#include <utility>

namespace tickboard {

namespace {

/// A job in the io_context's queue. Its reference goes also if it never runs.
class queued_job {
public:
  explicit queued_job(caf::resumable* job) : job_(job) {}
  queued_job(queued_job&& other) noexcept : job_(std::exchange(other.job_, nullptr)) {}
  queued_job& operator=(queued_job&&) = delete;
  ~queued_job() {
    if (job_ != nullptr)
      caf::scheduler::abstract_coordinator::cleanup_and_release(job_);
  }

  caf::resumable* take() { return std::exchange(job_, nullptr); }

private:
  caf::resumable* job_;
};

} // namespace

io_scheduler::io_scheduler(caf::actor_system& system, boost::asio::io_context& io)
    : abstract_coordinator(system), io_(io), unit_(*this) {
}

void io_scheduler::enqueue(caf::resumable* job) {
  boost::asio::post(io_, [this, queued = queued_job{job}]() mutable { run(queued.take()); });
}

/// As caf::scheduler::worker does it.
void io_scheduler::run(caf::resumable* job) {
  switch (job->resume(&unit_, max_throughput())) {
  case caf::resumable::resume_later:
    enqueue(job); // behind whatever the sockets have by now
    break;
  case caf::resumable::done:
  case caf::resumable::awaiting_message:
    caf::intrusive_ptr_release(job);
    break;
  case caf::resumable::shutdown_execution_unit:
    break;
  }
}

void io_scheduler::start() {
  timer_ = std::thread{[this] { clock_.run_dispatch_loop(); }};
  abstract_coordinator::start();
}

void io_scheduler::stop() {
  stop_actors();
  clock_.cancel_dispatch_loop();
  timer_.join();
}

} // namespace tickboard
