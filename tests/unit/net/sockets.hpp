#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>

namespace tickboard::net::test {

/// Far beyond what any test needs; only a failure waits this long.
inline constexpr std::chrono::seconds patience{30};

/// Polls until `condition` holds.
template <class Condition>
bool eventually(Condition condition) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end)
      return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  return true;
}

struct raw_reply {
  unsigned status = 0; ///< 0: the connection ended instead
  std::string head;
  std::string body;
};

/// A blocking TCP socket that sends what no well-behaved client or server would.
class raw_socket {
public:
  explicit raw_socket(int fd) : fd_(fd) {}
  raw_socket(raw_socket&& other) noexcept;
  raw_socket(const raw_socket&) = delete;
  raw_socket& operator=(const raw_socket&) = delete;
  ~raw_socket();

  static raw_socket connect(std::uint16_t port, const std::string& address = "127.0.0.1");

  bool send(std::string_view bytes);
  /// Empty: the end, a reset, or out of patience.
  std::string read_some();
  std::string read_to_end();
  /// Up to and including `end`, or all there is.
  std::string read_until(std::string_view end);
  raw_reply read_reply(bool head_only = false);
  /// Waits for the peer to close without sending anything more.
  bool ended();
  /// Whether the peer closed or reset it, whatever is left to read. Does not wait.
  bool hung_up() const;
  void reset(); ///< closes with RST
  void end();   ///< ends both ways: who reads on another thread stops waiting
  void close();

private:
  int fd_;
  std::string buffer_;
};

class raw_listener {
public:
  raw_listener();
  raw_listener(const raw_listener&) = delete;
  raw_listener& operator=(const raw_listener&) = delete;
  ~raw_listener();

  std::uint16_t port() const noexcept { return port_; }
  raw_socket accept() { return raw_socket(accept_fd()); }
  int accept_fd();

private:
  int fd_;
  std::uint16_t port_ = 0;
};

} // namespace tickboard::net::test
