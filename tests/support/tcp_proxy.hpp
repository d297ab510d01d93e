#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace tickboard::test {

/// A hop on loopback between two programs, which can go wrong as networks do. It runs in a thread
/// of its own; what a method asks for is in force when that returns.
class tcp_proxy {
public:
  /// What connections let through.
  enum class passage {
    all,
    nothing, ///< bytes and ends vanish, in either direction: a half-open connection
    trickle, ///< a byte now and then from the server; all from the client
  };

  /// `address`: one of 127/8 to listen at.
  explicit tcp_proxy(std::string address = "127.0.0.1");
  tcp_proxy(const tcp_proxy&) = delete;
  ~tcp_proxy();

  const std::string& address() const noexcept { return address_; }
  std::uint16_t port() const noexcept { return port_; }

  /// Where connections lead from now on: a port of 127.0.0.1.
  void forward_to(std::uint16_t port);

  void refuse(); ///< nobody listens; open connections are reset
  void accept(); ///< again, at the same port

  void open_ones(passage how); ///< those that are open now
  void new_ones(passage how);  ///< those to come
  void reset();                ///< of all that are open
  /// As if the server had said this, to all that are open, whatever they let through.
  void say(const std::string& bytes);
  /// The next bytes from the server come without the last one, then a reset. The server's writes
  /// are whole frames, so this is within one.
  void cut_within_frame();

  std::uint64_t accepted();

private:
  struct hop;
  class session;
  template <class Work>
  void run(Work work);

  std::string address_;
  std::uint16_t port_ = 0;
  std::unique_ptr<hop> hop_;
};

} // namespace tickboard::test
