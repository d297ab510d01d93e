#include "tests/integration/commands/pty.hpp"

#include "tests/support/process.hpp"

#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tickboard::test {

pty_program::pty_program(std::vector<std::string> arguments, unsigned short columns,
                         unsigned short lines, std::vector<std::string> environment) {
  winsize size{};
  size.ws_col = columns;
  size.ws_row = lines;
  pid_ = ::forkpty(&terminal_, nullptr, nullptr, &size);
  REQUIRE(pid_ >= 0);
  if (pid_ == 0) {
    ::setenv("TERM", "xterm", 1);
    ::unsetenv("NO_COLOR");
    for (auto& one : environment)
      ::putenv(one.data());
    become(arguments);
  }
}

pty_program::~pty_program() {
  if (pid_ != 0) {
    kill(SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  ::close(terminal_);
}

bool pty_program::read_some() {
  std::array<char, 4096> buffer;
  const auto got = ::read(terminal_, buffer.data(), buffer.size());
  for (ssize_t i = 0; i < got; ++i)
    if (const char c = buffer[static_cast<std::size_t>(i)]; c != '\r')
      output_ += c;
  return got > 0; // at its end a terminal says EIO
}

void pty_program::wait_for(const std::string& text) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes{2};
  for (;;) {
    if (const auto at = output_.find(text, looked_at_); at != output_.npos) {
      looked_at_ = at + text.size();
      return;
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    pollfd ready{terminal_, POLLIN, 0};
    if (left.count() <= 0 || ::poll(&ready, 1, static_cast<int>(left.count())) <= 0 || !read_some())
      FAIL("waited in vain for \"" << text << "\"; the terminal shows\n" << output_);
  }
}

void pty_program::kill(int signal) const {
  if (pid_ > 0)
    ::kill(pid_, signal);
}

int pty_program::wait() {
  while (read_some()) {
  }
  int status = 0;
  REQUIRE(::waitpid(pid_, &status, 0) == pid_);
  pid_ = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

} // namespace tickboard::test
