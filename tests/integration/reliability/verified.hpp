#pragma once

#include "tests/integration/spine/truth.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdio>
#include <string>
#include <sys/wait.h>

namespace tickboard::test {

struct verified {
  int status = -1;
  std::string text;
};

/// Runs `tickboard verify` on what the daemon's Redis holds.
inline verified verify(world& on, const std::string& option = {}) {
  const auto command = std::string{TICKBOARD_PROGRAM} + " verify --config " +
                       on.redis->directory() + "/tickboard.toml " + option + " 2>&1";
  verified out;
  auto* const pipe = ::popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::array<char, 4096> some;
  for (std::size_t n; (n = std::fread(some.data(), 1, some.size(), pipe)) > 0;)
    out.text.append(some.data(), n);
  const int status = ::pclose(pipe);
  out.status = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  return out;
}

inline void wait_until_ready(world& on) {
  on.wait_until("pages are served", [&] { return on.get("/readyz").status == 200; });
}

} // namespace tickboard::test
