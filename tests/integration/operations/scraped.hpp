#pragma once

#include "tests/integration/spine/truth.hpp"
#include "tests/support/exposition.hpp"

#include <fmt/format.h>

#include <string>

namespace tickboard::test {

/// Exchanges that say what a test has them say, for the daemon with a listener for operators.
class metered_world : public world {
public:
  explicit metered_world(std::vector<simulated> exchanges, const std::string& options = {},
                         const redis_setup& how = {})
      : world(std::move(exchanges),
              "[daemon]\nwarmup = \"3s\"\n[admin]\nlisten = \"127.0.0.1:0\"\n" + options, how) {
    const auto line = daemon->read_line(); // "admin listening on port 12345"
    admin_ = static_cast<std::uint16_t>(std::stoul(line.substr(line.rfind(' ') + 1)));
  }

  std::uint16_t admin() const { return admin_; }

  exposition_text scrape() {
    const auto got = get(admin_, "/metrics");
    REQUIRE_MESSAGE(got.status == 200, got.body);
    return exposition_text{got.body};
  }

  void wait_for_metrics(const char* what,
                        const std::function<bool(const exposition_text&)>& reached) {
    wait_until(what, [&] { return reached(scrape()); });
  }

  std::uint64_t sent_by(std::size_t exchange) {
    return std::stoull(text_of(parse_json(ask_exchange(exchange, "/sim/status").body), "sent"));
  }

private:
  std::uint16_t admin_ = 0;
};

inline void begin(metered_world& on) {
  for (std::size_t i = 0; i < on.exchanges.size(); ++i)
    on.post_exchange(i, "/sim/go", "{}");
  on.wait_until("pages are served, of assets too", [&] {
    return on.get("/readyz").status == 200 && on.get("/v1/assets").status == 200;
  });
  converged_rows(on);
}

inline std::string of_first(const std::string& metric, const std::string& feed,
                            const std::string& more = {}) {
  return fmt::format(R"({}{{feed="{}",connection="1"{}}})", metric, feed, more);
}

} // namespace tickboard::test
