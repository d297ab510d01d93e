#include "actors/commands/signals.hpp"

#include <csignal>
#include <ctime>

namespace tickboard::commands {

namespace {

sigset_t taken() {
  sigset_t out;
  sigemptyset(&out);
  sigaddset(&out, SIGINT);
  sigaddset(&out, SIGTERM);
  sigaddset(&out, SIGHUP);
  return out;
}

} // namespace

signals::signals() {
  const auto set = taken();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  // A reader that went away, and a file that may not grow, are error codes, not an end.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
}

signals::told signals::wait(std::chrono::milliseconds longest) const {
  const auto set = taken();
  timespec time{};
  time.tv_sec = longest.count() / 1000;
  time.tv_nsec = longest.count() % 1000 * 1'000'000;
  const int signal = sigtimedwait(&set, nullptr, &time);
  if (signal <= 0)
    return told::nothing;
  return signal == SIGHUP ? told::to_reload : told::to_stop;
}

void signals::let_go() const {
  const auto set = taken();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

} // namespace tickboard::commands
