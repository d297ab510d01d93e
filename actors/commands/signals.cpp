#include "actors/commands/signals.hpp"

#include <csignal>
#include <ctime>

namespace tickboard::commands {

namespace {

sigset_t stopping() {
  sigset_t out;
  sigemptyset(&out);
  sigaddset(&out, SIGINT);
  sigaddset(&out, SIGTERM);
  return out;
}

} // namespace

stop_signals::stop_signals() {
  const auto set = stopping();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN); // a reader that went away is an error code, not an end
}

bool stop_signals::wait(std::chrono::milliseconds longest) const {
  const auto set = stopping();
  timespec time{};
  time.tv_sec = longest.count() / 1000;
  time.tv_nsec = longest.count() % 1000 * 1'000'000;
  return sigtimedwait(&set, nullptr, &time) > 0;
}

void stop_signals::let_go() const {
  const auto set = stopping();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

} // namespace tickboard::commands
