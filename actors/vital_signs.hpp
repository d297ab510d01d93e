#pragma once

#include "actors/address.hpp"

#include <boost/asio/io_context.hpp>
#include <caf/actor_system.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

namespace tickboard {

/// Whether the threads and actors of a daemon get round to what they are asked. One that is stuck
/// in a handler, or waits for a lock for ever, answers nothing; nobody else would notice, for its
/// supervisor hears of actors that end alone.
///
/// Used from one thread, which need not be theirs. Must not outlive the actor system.
class vital_signs {
public:
  /// Arranges that it is called when some part gets round to it.
  using question = std::function<void(std::function<void()> answer)>;

  void watch(boost::asio::io_context& io);
  /// Whoever is at the address when asked. While nobody is, its supervisor sees to that.
  void watch(caf::actor_system& system, address_ptr actor);

  /// Asks every part, unless some have yet to answer. True, once, if all have answered since they
  /// were asked. Does not block.
  bool check();

  /// Parts that have yet to answer.
  std::size_t open() const noexcept { return *open_; }

private:
  std::vector<question> parts_;
  std::shared_ptr<std::atomic<std::size_t>> open_ = std::make_shared<std::atomic<std::size_t>>(0);
  bool asked_ = false;
};

} // namespace tickboard
