#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <utility>

namespace tickboard::net {

/// The beat at which busy sockets of one io_context are read. While data keeps coming, waking up
/// for each piece of it costs more than handling it; so a socket that ran dry is looked at again
/// with the next beat, together with all others that wait for one, and what came meanwhile is taken
/// in one go (as network cards moderate their interrupts). A socket that is not busy is read as
/// soon as something comes. io thread only.
class gather final : public boost::asio::execution_context::service {
public:
  using clock = std::chrono::steady_clock;
  static boost::asio::execution_context::id id;

  explicit gather(boost::asio::execution_context& context)
      : service(context), timer_(static_cast<boost::asio::io_context&>(context)) {}

  static gather& of(boost::asio::io_context& io) { return boost::asio::use_service<gather>(io); }

  /// 0, as it is at first: no socket waits.
  void set_period(std::chrono::microseconds period) noexcept { period_ = period; }

  /// What one socket remembers.
  class rhythm {
  public:
    /// To be asked each time the socket ran dry: whether it should wait for the beat. It should if
    /// it was dry, with data in between, within the last two beats.
    bool busy(const gather& beat) noexcept {
      const auto now = clock::now();
      const auto before = std::exchange(last_, now);
      return now - before < 2 * beat.period_;
    }

  private:
    clock::time_point last_{};
  };

  /// Runs `handler(error_code)` at the next beat, whatever the code.
  template <class Handler>
  void wait(Handler handler) {
    const auto now = clock::now();
    if (timer_.expiry() <= now)
      timer_.expires_at(now + period_); // handlers that are due run all the same
    timer_.async_wait(std::move(handler));
  }

private:
  void shutdown() override {}

  boost::asio::steady_timer timer_;
  std::chrono::microseconds period_{0};
};

} // namespace tickboard::net
