#include "actors/contract.hpp"
#include "actors/route_figures.hpp"
#include "tests/support/exposition.hpp"

#include <fmt/format.h>

#include <chrono>
#include <random>
#include <set>
#include <string>

using namespace tickboard;
using namespace std::chrono_literals;

TEST_CASE("a path is counted under the template of its resource") {
  const route_figures subject;
  const auto name = [&](std::string_view path) { return subject.name(subject.find(path)); };
  for (const auto& one : contract_resources())
    CHECK(name(one.path) == one.path);
  CHECK(name("/v1/markets/kraken:BTC-USD") == "/v1/markets/{id}");
  CHECK(name("/v1/assets/BTC") == "/v1/assets/{symbol}");
  CHECK(name("/v1/supervision") == "/v1/supervision");
  CHECK(name("/") == "/");
  for (const auto* path : {"", "x", "//", "/v1", "/v1/markets/", "/v1/markets/a/b", "/v1/marketsx",
                           "/V1/markets", "/v1/markets/kraken:BTC-USD/", "/other", "other"})
    CHECK_MESSAGE(name(path) == "other", path);
}

TEST_CASE("whatever is asked for, there are as many series as before") {
  const auto registry = std::make_shared<metrics::registry>();
  route_figures subject{registry};
  const auto series = [&] {
    return test::exposition_text{metrics::exposition(registry->read())}.series().size();
  };
  const auto before = series();
  std::mt19937 random{41};
  for (int i = 0; i < 2'000; ++i) {
    std::string path;
    for (auto left = random() % 20; left > 0; --left)
      path += random() % 3 == 0 ? '/' : static_cast<char>(random() % 256);
    subject.asked();
    subject.answered(subject.find(path), static_cast<unsigned>(random() % 1'000), 1ms);
  }
  CHECK(series() == before);
}

TEST_CASE("answers are counted by class, and those that are open") {
  const auto registry = std::make_shared<metrics::registry>();
  route_figures subject{registry};
  const auto route = subject.find("/v1/markets");
  for (const auto status : {200u, 204u, 304u, 404u, 400u, 503u, 500u, 429u}) {
    subject.asked();
    subject.answered(route, status, 2ms);
  }
  subject.asked();
  subject.asked();
  subject.left();
  const test::exposition_text told{metrics::exposition(registry->read())};
  const auto count = [&](const char* of) {
    return told.value(
        fmt::format(R"(tickboard_http_requests_total{{route="/v1/markets",class="{}"}})", of));
  };
  CHECK(count("2xx") == 2);
  CHECK(count("3xx") == 1);
  CHECK(count("4xx") == 3);
  CHECK(count("5xx") == 2);
  CHECK(told.sum("tickboard_http_requests_total") == 8);
  CHECK(told.value("tickboard_http_requests_open") == 1);
  CHECK(told.value(R"(tickboard_http_request_duration_seconds_count{route="/v1/markets"})") == 8);
  CHECK(told.value(
            R"(tickboard_http_request_duration_seconds_bucket{route="/v1/markets",le="0.001"})") ==
        0);
}
