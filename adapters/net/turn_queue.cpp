#include "adapters/net/turn_queue.hpp"

namespace tickboard::net {

boost::asio::execution_context::id turn_queue::id;

turn_queue::turn_queue(boost::asio::execution_context& context)
    : service(context), io_(static_cast<boost::asio::io_context&>(context)) {
}

void turn_queue::schedule() {
  if (std::exchange(scheduled_, true))
    return;
  boost::asio::post(io_, [this] { run(); });
}

void turn_queue::run_first() {
  if (first_.empty())
    return;
  for (const auto& one : std::exchange(first_, {})) // what they leave has its turn later
    one->run();
}

void turn_queue::run() {
  run_first();
  for (std::size_t i = 0; i < most_in_a_turn && !entries_.empty(); ++i) {
    const auto next = std::move(entries_.front());
    entries_.pop_front();
    next->run();
    run_first();
  }
  scheduled_ = false;
  if (!empty())
    schedule();
}

} // namespace tickboard::net
