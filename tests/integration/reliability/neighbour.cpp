#include "tests/integration/reliability/neighbour.hpp"

#include <algorithm>
#include <cstdio>
#include <vector>

namespace tickboard::test {

neighbour::neighbour(std::uint16_t port, const std::string& header)
    : socket_(net::test::raw_socket::connect(port)),
      request_("GET /v1/markets?sort=-quote_volume_24h&per_page=20 HTTP/1.1\r\nHost: x\r\n" +
               header + "\r\n") {
}

neighbour::figures neighbour::ask_for(std::chrono::milliseconds time) {
  using clock = std::chrono::steady_clock;
  figures out;
  std::vector<double> took;
  const auto end = clock::now() + time;
  do {
    const auto asked = clock::now();
    socket_.send(request_);
    const auto reply = socket_.read_reply();
    took.push_back(std::chrono::duration<double, std::milli>(clock::now() - asked).count());
    if (reply.status != 200 || !reply.body.starts_with("{\"data\":[{\"id\""))
      ++out.failed;
  } while (clock::now() < end);
  std::ranges::sort(took);
  out.p50_ms = took[took.size() / 2];
  out.p99_ms = took[took.size() * 99 / 100];
  return out;
}

std::string neighbour::figures::text() const {
  char out[64];
  std::snprintf(out, sizeof out, "p50 %.2f ms, p99 %.2f ms", p50_ms, p99_ms);
  return out;
}

} // namespace tickboard::test
