#pragma once

#include "adapters/redis/asio_hiredis.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <memory>

namespace tickboard::redis {

/// Whether a connection listens for replies, or has a timer look for them: it listens unless all
/// unanswered calls are patient (`call::patient`). io thread only; its owner must `stop` it.
class patience : public std::enable_shared_from_this<patience> {
public:
  /// Looks `every` so often, while patient calls are made.
  patience(boost::asio::io_context& io, std::chrono::milliseconds every);

  /// Of a new connection.
  void attach(std::shared_ptr<attachment> to);
  /// The connection is over, with all that was sent.
  void detach();
  void stop();

  void sent(bool patient);
  void answered(bool patient);

  /// Handles the replies that have come, and listens until all that is unanswered is answered. May
  /// call `detach`, or anything that the callbacks of replies call.
  void look();

private:
  void wait();
  void apply();

  boost::asio::steady_timer timer_;
  const std::chrono::milliseconds every_;
  std::shared_ptr<attachment> attachment_;
  std::size_t unanswered_ = 0;
  std::size_t prompt_ = 0;  ///< of these, those that are not patient
  bool waiting_ = false;    ///< the timer runs
  bool call_made_ = false;  ///< a patient one, since the timer was set
  bool looked_for_ = false; ///< somebody waits for the replies to patient calls
};

} // namespace tickboard::redis
