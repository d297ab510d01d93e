// The log of a real daemon, in every form.

#include "tests/integration/operations/scraped.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <csignal>
#include <fstream>
#include <regex>
#include <sstream>
#include <sys/stat.h>

using namespace tickboard;
using namespace tickboard::test;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream in{text};
  for (std::string line; std::getline(in, line);)
    out.push_back(line);
  return out;
}

const std::string not_understood = R"({"kind":"garbage","seconds":600})";

} // namespace

TEST_CASE("each line of the log is a JSON object with time, level, component and message") {
  metered_world on{two_exchanges(), "[log]\nformat = \"json\"\nlevel = \"debug\"\n"};
  begin(on);
  on.simulators[1].kill(SIGKILL);
  on.wait_until("the log tells of it", [&] {
    return on.log_text().find(R"("component":"supervisor","msg":"ended","part":"kraken/1)") !=
           std::string::npos;
  });
  const auto pid = std::to_string(on.daemon->pid());
  const auto port = on.daemon->port();
  on.daemon->kill(SIGTERM);
  CHECK(on.daemon->wait() == 0);
  std::set<std::string> components, levels;
  std::string last;
  std::size_t starts = 0;
  for (const auto& line : lines_of(on.log_text())) {
    const auto json = parse_json(line);
    REQUIRE_MESSAGE(json.IsObject(), line);
    for (const auto* member : {"ts", "level", "component", "msg"})
      CHECK_MESSAGE(!text_of(json, member).empty(), line);
    CHECK(std::regex_match(text_of(json, "ts"),
                           std::regex{R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)"}));
    components.insert(text_of(json, "component"));
    levels.insert(text_of(json, "level"));
    last = text_of(json, "msg");
    if (last != "started" || text_of(json, "component") != "daemon")
      continue;
    ++starts;
    CHECK_FALSE(text_of(json, "version").empty());
    CHECK(text_of(json, "pid") == pid);
    CHECK(text_of(json, "config") == on.redis->directory() + "/tickboard.toml");
    CHECK(text_of(json, "listen") == fmt::format("127.0.0.1:{}", port));
    CHECK(text_of(json, "admin") == fmt::format("127.0.0.1:{}", on.admin()));
    CHECK(text_of(json, "redis") == on.redis->url() + "?db=0");
    CHECK(text_of(json, "feeds") == "2");
    CHECK(text_of(json, "names") == "coinbaseexchange,kraken");
  }
  CHECK(starts == 1);
  for (const auto* one : {"feed", "keeper", "metadata", "supervisor", "daemon"})
    CHECK_MESSAGE(components.contains(one), one);
  CHECK(levels.contains("info"));
  CHECK(levels.contains("warn"));
  CHECK(last == "stopped"); // nothing is lost at the end
}

TEST_CASE("each line of the log is key=value pairs; of one that is said all the time most are left "
          "out, and counted") {
  auto talking = [](const char* name) {
    return simulated{name, name, {"--markets", "20", "--rate", "200", "--seed", "7"}, {}};
  };
  metered_world on{{talking("coinbaseexchange"), talking("kraken")}};
  on.wait_until("pages are served", [&] { return on.get("/readyz").status == 200; });
  on.post_exchange(1, "/sim/fault", not_understood);
  on.wait_for_metrics("repeats are left out", [](const exposition_text& told) {
    return told.value("tickboard_log_lines_suppressed_total") > 5;
  });
  const auto told = on.scrape();
  CHECK(told.value("tickboard_log_lines_lost_total") == 0);
  CHECK(told.sum("tickboard_log_lines_total", "warn") >= 10);
  CHECK(on.log_lines_with("msg=\"malformed frames or entries\" feed=kraken connection=1") == 10);
  on.daemon->kill(SIGTERM);
  CHECK(on.daemon->wait() == 0);
  CHECK(on.log_lines_with("msg=\"malformed frames or entries ... suppressed ") == 1);
  const std::regex pairs{
      R"(ts=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z level=(debug|info|warn|error) component=[a-z_]+ )"
      R"(msg=("([^"\\]|\\.)*"|[^ "=]+)( [a-z_]+=("([^"\\]|\\.)*"|[^ "=]+))*)"};
  for (const auto& line : lines_of(on.log_text()))
    CHECK_MESSAGE(std::regex_match(line, pairs), line);
}

TEST_CASE("for the journal lines have their priority and no time") {
  metered_world on{two_exchanges()};
  on.daemon->kill(SIGTERM);
  CHECK(on.daemon->wait() == 0);
  struct stat of {};
  REQUIRE(::stat(on.log().c_str(), &of) == 0);
  const auto before = on.log_text().size();
  on.daemon_prefix = {"/usr/bin/env", fmt::format("JOURNAL_STREAM={}:{}", of.st_dev, of.st_ino)};
  on.start_daemon();
  on.wait_until("the log tells of its start", [&] {
    return on.log_text().substr(before).find("component=feed") != std::string::npos;
  });
  on.daemon->kill(SIGTERM);
  CHECK(on.daemon->wait() == 0);
  for (const auto& line : lines_of(on.log_text().substr(before)))
    CHECK_MESSAGE(std::regex_match(line, std::regex{"<[3467]>level=.*"}), line);

  const auto end = on.log_text().size();
  on.daemon_prefix = {"/usr/bin/env",
                      fmt::format("JOURNAL_STREAM={}:{}", of.st_dev, of.st_ino + 1)};
  on.start_daemon();
  on.wait_until("the log tells of its start", [&] {
    return on.log_text().substr(end).find("component=feed") != std::string::npos;
  });
  CHECK(on.log_text().substr(end).starts_with("ts="));
}
