#pragma once

#include "adapters/redis/verify/verification.hpp"
#include "tests/integration/store/filled_board.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <utility>

namespace tickboard::test {

using waiting = std::function<void(std::chrono::milliseconds)>;

/// `wait`: lets time pass where a daemon lives.
inline redis::verify_report verify(filled_board& on, bool repair = false, waiting wait = {}) {
  redis::verify_options options;
  options.wait = wait ? std::move(wait) : [](std::chrono::milliseconds) {}; // nobody lives
  options.to = *redis::parse_endpoint(on.redis.server->url());
  options.prefix = "t";
  options.quotes = {"USDT", "BTC"};
  options.repair = repair;
  const auto report = redis::verify(options);
  REQUIRE_MESSAGE(report, (report ? "" : report.error()));
  return *report;
}

inline std::string told(const redis::verify_report& report) {
  std::string out;
  for (const auto& one : report.findings)
    out += one.partition + " " + one.subject + " " + one.what + "\n";
  return out;
}

} // namespace tickboard::test
