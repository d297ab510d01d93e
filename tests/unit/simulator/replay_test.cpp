#include "support.hpp"

#include <doctest/doctest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

using namespace tickboard::simulator;
using namespace tickboard::simulator::test;

namespace {

struct temporary_file {
  explicit temporary_file(const std::string& content)
      : path(std::filesystem::temp_directory_path() /
             ("tickboard-replay-" + std::to_string(reinterpret_cast<std::uintptr_t>(this)))) {
    std::ofstream(path) << content;
  }
  ~temporary_file() { std::filesystem::remove(path); }
  std::filesystem::path path;
};

std::string refusal(const std::string& content) {
  const temporary_file file(content);
  boost::asio::io_context io;
  const auto started = start(io, {.exchange = "kraken", .replay = file.path.string()});
  REQUIRE(!started.has_value());
  return started.error().substr(started.error().rfind(file.path.filename().string()) +
                                file.path.filename().string().size());
}

} // namespace

TEST_CASE("a recording is played in order to each client, behind its first subscription") {
  const std::string file = std::string(TICKBOARD_SHARED_DIR) + "/recordings/coinbaseexchange.jsonl";
  std::ifstream in(file);
  if (!in) {
    MESSAGE("SKIPPED: there are no recordings at " << file);
    return;
  }
  std::vector<std::string> recorded;
  for (std::string line; std::getline(in, line);) {
    const auto entry = parsed(line);
    if (text(entry, "dir") == "in")
      recorded.push_back(text(entry, "frame"));
  }
  running exchange({.exchange = "coinbaseexchange", .replay = file});
  bool listed = false;
  const auto state = exchange.state();
  for (const auto& row : state.GetArray()) {
    listed = listed || text(row, "native") == "BAND-GBP";
    CHECK(text(row, "last") == "null");
  }
  CHECK(listed);
  for (int client_number = 0; client_number < 2; ++client_number) {
    ws_client client(exchange.port(), "/");
    client.send(R"({"type":"subscribe","product_ids":["BAND-GBP"],"channels":["ticker"]})");
    CHECK(
        client.read() ==
        R"({"type":"subscriptions","channels":[{"name":"ticker","product_ids":["BAND-GBP"],"account_ids":null}]})");
    std::size_t equal = 0;
    for (const auto& frame : recorded)
      equal += client.read() == frame;
    CHECK(equal == recorded.size());
    exchange.wait([](const auto& now) { return text(now, "done") == "true"; });
    CHECK(text(exchange.status(), "sent") == std::to_string(recorded.size()));
  }
}

TEST_CASE("a bad recording is refused with file, line and reason") {
  CHECK(refusal("") == ": holds no incoming frame");
  CHECK(refusal("{\"dir\":\"in\",\"frame\":\"{}\"}\n") == ": no frame names a symbol of kraken");
  CHECK(refusal("\n{\n") == ":2: not a JSON object");
  CHECK(refusal("{\"dir\":\"up\"}\n").starts_with(":1: dir: allowed are"));
  CHECK(
      refusal("{\"dir\":\"in\",\"frame_b64\":\"%%\"}\n").starts_with(":1: an incoming line needs"));
  boost::asio::io_context io;
  CHECK(start(io, {.replay = "/nonexistent/x"}).error().find("No such file") != std::string::npos);
}
