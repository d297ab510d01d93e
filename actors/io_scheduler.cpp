#include "actors/io_scheduler.hpp"

#include <boost/asio/post.hpp>
#include <caf/actor_control_block.hpp>
#include <caf/group.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/resumable.hpp>

#include <utility>

namespace tickboard {

namespace {

/// Jobs that run in one entry of the turn queue.
constexpr std::size_t jobs_per_turn = 64;

} // namespace

// -- clock ----------------------------------------------------------------------------------------

template <class Change>
void io_scheduler::io_clock::change(Change change) {
  const std::lock_guard lock{mutex_};
  change();
  // Cancelled entries leave the timer armed: it then finds nothing due and arms itself anew.
  if (schedule_.empty() || schedule_.begin()->first >= armed_for_)
    return;
  armed_for_ = schedule_.begin()->first;
  boost::asio::post(io_, [this] { arm(); });
}

void io_scheduler::io_clock::arm() {
  {
    const std::lock_guard lock{mutex_};
    if (schedule_.empty()) {
      armed_for_ = time_point::max();
      return;
    }
    armed_for_ = schedule_.begin()->first;
    timer_.expires_at(armed_for_);
  }
  timer_.async_wait([this](boost::system::error_code cancelled) {
    if (!cancelled)
      ship_due();
  });
}

void io_scheduler::io_clock::ship_due() {
  // Out of the schedule first: what a message sets off may change the schedule.
  std::vector<unique_delayed_event_ptr> due;
  {
    const std::lock_guard lock{mutex_};
    const auto end = schedule_.upper_bound(now());
    for (auto it = schedule_.begin(); it != end; it = schedule_.erase(it)) {
      if (it->second->backlink != actor_lookup_.end())
        actor_lookup_.erase(it->second->backlink);
      due.push_back(std::move(it->second));
    }
  }
  for (const auto& one : due)
    ship(*one);
  due.clear();
  arm();
}

void io_scheduler::io_clock::set_ordinary_timeout(time_point due, caf::abstract_actor* actor,
                                                  caf::atom_value type, std::uint64_t id) {
  change([&] { simple_actor_clock::set_ordinary_timeout(due, actor, type, id); });
}

void io_scheduler::io_clock::set_multi_timeout(time_point due, caf::abstract_actor* actor,
                                               caf::atom_value type, std::uint64_t id) {
  change([&] { simple_actor_clock::set_multi_timeout(due, actor, type, id); });
}

void io_scheduler::io_clock::set_request_timeout(time_point due, caf::abstract_actor* actor,
                                                 caf::message_id id) {
  change([&] { simple_actor_clock::set_request_timeout(due, actor, id); });
}

void io_scheduler::io_clock::cancel_ordinary_timeout(caf::abstract_actor* actor,
                                                     caf::atom_value type) {
  change([&] { simple_actor_clock::cancel_ordinary_timeout(actor, type); });
}

void io_scheduler::io_clock::cancel_request_timeout(caf::abstract_actor* actor,
                                                    caf::message_id id) {
  change([&] { simple_actor_clock::cancel_request_timeout(actor, id); });
}

void io_scheduler::io_clock::cancel_timeouts(caf::abstract_actor* actor) {
  change([&] { simple_actor_clock::cancel_timeouts(actor); });
}

void io_scheduler::io_clock::schedule_message(time_point due, caf::strong_actor_ptr receiver,
                                              caf::mailbox_element_ptr content) {
  change(
      [&] { simple_actor_clock::schedule_message(due, std::move(receiver), std::move(content)); });
}

void io_scheduler::io_clock::schedule_message(time_point due, caf::group target,
                                              caf::strong_actor_ptr sender, caf::message content) {
  change([&] {
    simple_actor_clock::schedule_message(due, std::move(target), std::move(sender),
                                         std::move(content));
  });
}

void io_scheduler::io_clock::cancel_all() {
  schedule_map dropped; // destroyed without the lock: an actor's end cancels its timeouts
  const std::lock_guard lock{mutex_};
  dropped.swap(schedule_);
  actor_lookup_.clear();
}

// -- scheduler ------------------------------------------------------------------------------------

io_scheduler::io_scheduler(caf::actor_system& system, boost::asio::io_context& io)
    : abstract_coordinator(system), io_(io), turns_(net::turn_queue::of(io)), unit_(*this),
      clock_(io) {
}

void io_scheduler::enqueue(caf::resumable* job) {
  if (turns_.on_io_thread()) {
    jobs_.push_back(job);
    post_turn();
    return;
  }
  const std::lock_guard lock{mutex_};
  from_outside_.push_back(job);
  if (from_outside_.size() == 1)
    boost::asio::post(io_, [this] { take_turn(); });
}

void io_scheduler::post_turn() {
  if (std::exchange(turn_posted_, true))
    return;
  turns_.push([this] {
    turn_posted_ = false;
    take_turn();
  });
}

void io_scheduler::take_turn() {
  std::vector<caf::resumable*> fresh;
  {
    const std::lock_guard lock{mutex_};
    fresh.swap(from_outside_);
  }
  jobs_.insert(jobs_.end(), fresh.begin(), fresh.end());
  for (std::size_t i = 0; i < jobs_per_turn && !jobs_.empty(); ++i) {
    auto* const job = jobs_.front();
    jobs_.pop_front();
    run(job);
    turns_.run_first(); // Redis is sent what this job has for it before the next one
  }
  if (!jobs_.empty())
    post_turn();
}

/// As caf::scheduler::worker does it.
void io_scheduler::run(caf::resumable* job) {
  switch (job->resume(&unit_, max_throughput())) {
  case caf::resumable::resume_later:
    jobs_.push_back(job); // behind the others
    break;
  case caf::resumable::done:
  case caf::resumable::awaiting_message:
    caf::intrusive_ptr_release(job);
    break;
  case caf::resumable::shutdown_execution_unit:
    break;
  }
}

void io_scheduler::stop() {
  stop_actors();
  clock_.cancel_all();
  for (auto* jobs = &jobs_; !jobs->empty(); jobs->pop_front())
    cleanup_and_release(jobs->front());
  for (auto* const job : std::exchange(from_outside_, {}))
    cleanup_and_release(job);
}

} // namespace tickboard
