// What is in examples/ for Prometheus and Grafana, against what a real daemon exports.

#include "tests/integration/operations/scraped.hpp"
#include "tests/support/temporary_directory.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <spawn.h>
#include <sys/wait.h>
#include <vector>

using namespace tickboard;
using namespace tickboard::test;

namespace {

const std::string root = TICKBOARD_SOURCE_DIR;
const std::string rules_file = root + "/examples/prometheus/tickboard.rules.yml";

std::string contents_of(const std::string& file) {
  std::ifstream in{file};
  REQUIRE_MESSAGE(in.good(), file);
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// All members of this name, at any depth.
void gather(const rapidjson::Value& in, const std::string& name, std::vector<std::string>& out) {
  if (in.IsArray())
    for (const auto& one : in.GetArray())
      gather(one, name, out);
  if (!in.IsObject())
    return;
  for (const auto& [key, value] : in.GetObject())
    if (value.IsString() && key.GetString() == name)
      out.emplace_back(value.GetString());
    else
      gather(value, name, out);
}

/// As Grafana fills them in.
std::vector<std::string> dashboard_expressions() {
  const auto text = contents_of(root + "/examples/grafana/dashboards/tickboard.json");
  rapidjson::Document json;
  json.Parse(text.c_str());
  REQUIRE_FALSE(json.HasParseError());
  std::vector<std::string> out;
  gather(json, "expr", out);
  for (auto& one : out) {
    one = std::regex_replace(one, std::regex{R"(\$__rate_interval)"}, "1m");
    one = std::regex_replace(one, std::regex{R"(\$instance)"}, ".*");
    CHECK_MESSAGE(one.find('$') == std::string::npos, one);
  }
  return out;
}

std::set<std::string> matches(const std::string& in, const std::string& pattern) {
  std::set<std::string> out;
  const std::regex regex{pattern};
  for (std::sregex_iterator it{in.begin(), in.end(), regex}, end; it != end; ++it)
    out.insert((*it)[1].str());
  return out;
}

std::set<std::string> metrics_in(const std::string& text) {
  return matches(text, R"(\b((?:tickboard|process)_[a-z0-9_]+)\b)");
}

/// Names as queries have them.
std::set<std::string> exported(const exposition_text& told) {
  std::set<std::string> out;
  for (const auto& [series, value] : told.series())
    out.insert(series.substr(0, series.find('{')));
  return out;
}

std::set<std::string> alerts() {
  return matches(contents_of(rules_file), R"(alert: (\w+))");
}

/// A Prometheus of its own; ended with this object.
class prometheus {
public:
  explicit prometheus(const std::string& config, const std::string& directory) {
    const std::string log = directory + "/prometheus.log";
    std::vector<std::string> words{"prometheus", "--config.file=" + config,
                                   "--storage.tsdb.path=" + directory + "/data",
                                   "--web.listen-address=127.0.0.1:0", "--log.level=info"};
    std::vector<char*> arguments;
    for (auto& one : words)
      arguments.push_back(one.data());
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 2, log.c_str(), O_CREAT | O_WRONLY, 0600);
    REQUIRE(::posix_spawnp(&pid_, "prometheus", &actions, nullptr, arguments.data(), environ) == 0);
    posix_spawn_file_actions_destroy(&actions);
    log_ = log;
  }
  ~prometheus() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  prometheus(const prometheus&) = delete;
  prometheus& operator=(const prometheus&) = delete;

  /// Empty until it listens.
  std::string url() const {
    const auto found = matches(contents_of(log_), R"(Listening on"? address=(127\.0\.0\.1:\d+))");
    return found.empty() ? "" : "http://" + *found.begin();
  }
  std::string ask(const std::string& expression) const {
    return printed_by("promtool query instant " + url() + " '" + expression + "'");
  }

private:
  pid_t pid_ = 0;
  std::string log_;
};

} // namespace

TEST_CASE("alert rules and the configuration are valid, and each alert does what its test says") {
  for (const auto& command : std::vector<std::string>{
           "check config --lint=all --lint-fatal " + root + "/examples/prometheus/prometheus.yml",
           "check rules --lint=all --lint-fatal " + rules_file,
           "test rules " + root + "/examples/prometheus/tickboard.rules.test.yml"}) {
    const auto said = printed_by("promtool " + command);
    INFO(command, "\n", said);
    CHECK(said.find("SUCCESS") != std::string::npos);
    CHECK(said.find("FAILED") == std::string::npos);
    CHECK(said.find("exit") == std::string::npos);
  }
  const auto tested = contents_of(root + "/examples/prometheus/tickboard.rules.test.yml");
  for (const auto& alert : alerts())
    CHECK_MESSAGE(tested.find("alertname: " + alert + "\n") != std::string::npos,
                  alert << " has no test");
}

TEST_CASE("each alert points to its section of the runbook, which has no other alerts") {
  const auto sections = matches(contents_of(root + "/docs/runbook.md"), R"(\n## (Tickboard\w+))");
  CHECK(sections == alerts());
  std::set<std::string> anchors;
  for (auto name : alerts()) {
    std::ranges::transform(name, name.begin(), [](char c) { return c < 'a' ? c + 0x20 : c; });
    anchors.insert(name);
  }
  const auto rules = contents_of(rules_file);
  CHECK(matches(rules, R"(runbook_url: docs/runbook\.md#(\w+))") == anchors);
  for (const auto& one : metrics_in(contents_of(root + "/docs/runbook.md")))
    CHECK_MESSAGE(metrics_in(rules + contents_of(root + "/actors/writer_figures.cpp") +
                             contents_of(root + "/actors/query_figures.cpp") +
                             contents_of(root + "/actors/live_figures.cpp") +
                             contents_of(root + "/actors/status.cpp") +
                             contents_of(root + "/actors/daemon.cpp") +
                             contents_of(root + "/adapters/redis/call_figures.cpp"))
                      .contains(one),
                  one << " is told of in the runbook and unknown");
}

TEST_CASE("dashboard and rules use what a real daemon exports, and a real Prometheus reads it") {
  metered_world on{two_exchanges()};
  begin(on);
  CHECK(on.get("/v1/markets?per_page=2").status == 200);
  const auto names = exported(on.scrape());
  const auto expressions = dashboard_expressions();
  CHECK(expressions.size() > 50);
  std::string all = contents_of(rules_file);
  for (const auto& one : expressions)
    all += "\n" + one;
  for (const auto& one : metrics_in(all))
    CHECK_MESSAGE(names.contains(one), one << " is not exported");
  {
    INFO("each metric is shown or watched, but for counts and sums of histograms, and builds");
    const auto used = metrics_in(all);
    for (const auto& one : names)
      if (one.starts_with("tickboard_") && !one.ends_with("_count") && !one.ends_with("_sum") &&
          one != "tickboard_build_info")
        CHECK_MESSAGE(used.contains(one), one << " is exported for nobody");
  }

  const temporary_directory directory;
  auto config = contents_of(root + "/examples/prometheus/prometheus.yml");
  config = std::regex_replace(config, std::regex{"127\\.0\\.0\\.1:8081"},
                              "127.0.0.1:" + std::to_string(on.admin()));
  config = std::regex_replace(config, std::regex{"_interval: 15s"}, "_interval: 1s");
  config = std::regex_replace(config, std::regex{"tickboard\\.rules\\.yml"}, rules_file);
  std::ofstream{directory / "prometheus.yml"} << config;
  const prometheus watching{directory / "prometheus.yml", directory.path()};
  on.wait_until("Prometheus listens", [&] { return !watching.url().empty(); });
  on.wait_until("it has asked the daemon twice", [&] {
    return watching.ask("count_over_time(up[1m])").find("=> 1 ") == std::string::npos &&
           watching.ask("min_over_time(up[1m]) and count_over_time(up[1m]) > 1").find("=> 1 ") !=
               std::string::npos;
  });
  for (const auto& one : expressions) {
    const auto said = watching.ask(one);
    INFO(one, "\n", said);
    CHECK(said.find("exit") == std::string::npos);
  }
  CHECK(watching.ask("sum(tickboard_writer_markets)").find("=> 120 ") != std::string::npos);
  CHECK(watching.ask("tickboard_ready").find("=> 1 ") != std::string::npos);
}
