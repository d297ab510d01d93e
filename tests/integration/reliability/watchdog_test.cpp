// What systemd is told: by a socket like its own, which the test holds.

#include "tests/integration/reliability/verified.hpp"

#include <doctest/doctest.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

using namespace tickboard;
using namespace tickboard::test;

namespace {

/// A service manager: its programs find it by their environment.
class manager {
public:
  manager() : directory_(std::filesystem::temp_directory_path() / "tickboard-notify-XXXXXX") {
    REQUIRE(::mkdtemp(directory_.data()) != nullptr);
    const auto path = directory_ + "/socket";
    socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    path.copy(at.sun_path, sizeof at.sun_path - 1);
    REQUIRE(::bind(socket_, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0);
    ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
    ::setenv("WATCHDOG_USEC", "400000", 1);
  }
  ~manager() {
    ::unsetenv("NOTIFY_SOCKET");
    ::unsetenv("WATCHDOG_USEC");
    ::close(socket_);
    std::filesystem::remove_all(directory_);
  }

  /// What is told next; fails the test if that is nothing.
  std::string next() {
    pollfd one{socket_, POLLIN, 0};
    REQUIRE(::poll(&one, 1, 60'000) == 1);
    return read();
  }

  /// Empty if nothing waits to be read.
  std::string read() {
    std::array<char, 4096> out;
    const auto size = ::recv(socket_, out.data(), out.size(), MSG_DONTWAIT);
    return {out.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
  }

private:
  std::string directory_;
  int socket_ = -1;
};

} // namespace

TEST_CASE("the service manager hears that the daemon is ready, that it lives, and that it stops") {
  manager told;
  world on{three_exchanges(0, 300, false)};
  const auto first = told.next();
  CHECK(first == "READY=1\nSTATUS=listening on port " + std::to_string(on.daemon->port()) +
                     "; /readyz says whether pages are served");
  for (int i = 0; i < 3; ++i)
    CHECK(told.next() == "WATCHDOG=1");
  wait_until_ready(on);

  // A Redis that hangs is not the daemon's death.
  on.redis->kill(SIGSTOP);
  while (!told.read().empty()) {
  }
  for (int i = 0; i < 5; ++i)
    CHECK(told.next() == "WATCHDOG=1");
  on.redis->kill(SIGCONT);

  on.daemon->kill(SIGTERM);
  auto last = told.next();
  while (last == "WATCHDOG=1")
    last = told.next();
  CHECK(last == "STOPPING=1");
  CHECK(on.daemon->wait() == 0);
  CHECK(told.read() == ""); // who stops in order is not watched any more
}
