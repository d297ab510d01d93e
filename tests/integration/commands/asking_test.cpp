#include "adapters/terminal/text_width.hpp"
#include "tests/integration/commands/pty.hpp"
#include "tests/integration/spine/world.hpp"
#include "tests/support/temporary_directory.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <iterator>
#include <sstream>
#include <sys/wait.h>

using namespace tickboard;
using namespace tickboard::test;

namespace {

struct outcome {
  int status = 0;
  std::string out, errors;
};

std::string read_file(const std::string& path) {
  std::ifstream in{path};
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// Runs a command of bash; $tickboard is the program, and standard output a file.
outcome bash(const std::string& command) {
  const temporary_directory dir;
  write_file(dir / "command", "tickboard='" TICKBOARD_PROGRAM "'\n" + command + "\n");
  const auto status = std::system(("bash " + (dir / "command") + " >" + (dir / "out") + " 2>" +
                                   (dir / "errors") + " </dev/null")
                                      .c_str());
  return {WEXITSTATUS(status), read_file(dir / "out"), read_file(dir / "errors")};
}

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in{text};
  std::vector<std::string> out;
  for (std::string line; std::getline(in, line);)
    out.push_back(line);
  return out;
}

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream in{line};
  return {std::istream_iterator<std::string>{in}, {}};
}

simulated exchange_of(const std::string& name, std::vector<std::string> more = {}) {
  simulated out;
  out.protocol = out.name = name;
  out.options = {"--markets", "30", "--rate", "300"};
  out.options.insert(out.options.end(), more.begin(), more.end());
  return out;
}

/// A daemon with two exchanges.
struct asked_world : world {
  explicit asked_world(const std::string& daemon_options = {})
      : world({exchange_of("binance"), exchange_of("kraken")}, daemon_options) {
    wait_until("pages are served", [this] { return get("/readyz").status == 200; });
  }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(daemon->port()); }
  outcome query(const std::string& arguments) {
    return bash("$tickboard query --url " + url() + " " + arguments);
  }
  outcome status(const std::string& arguments = {}) {
    return bash("$tickboard status --url " + url() + " " + arguments);
  }
  std::vector<std::string> command_line(const std::string& name,
                                        std::vector<std::string> more = {}) const {
    std::vector<std::string> out{TICKBOARD_PROGRAM, name, "--url", url()};
    out.insert(out.end(), more.begin(), more.end());
    return out;
  }
};

/// For tests that leave it as it was.
asked_world& shared_world() {
  static asked_world world;
  return world;
}

} // namespace

TEST_CASE("a page as a table, as csv, and as it is") {
  auto& world = shared_world();
  world.wait_until("a market of each is there", [&] {
    return world.get("/v1/markets/kraken:BTC-USD").status == 200 &&
           world.get("/v1/markets/binance:BTC-USDT").status == 200 &&
           world.get("/v1/assets/BTC").status == 200;
  });

  const auto table = world.query("'sort=id&per_page=5&exchange=kraken'");
  CAPTURE(table.errors);
  CHECK(table.status == 0);
  CHECK(table.errors.empty());
  const auto lines = lines_of(table.out);
  REQUIRE(lines.size() == 7);
  CHECK(words_of(lines[0]) ==
        words_of("id last change_24h_pct volume_24h quote_volume_24h bid ask spread_bps market_cap "
                 "age_ms stale"));
  std::vector<std::string> ids;
  for (std::size_t i = 1; i < 6; ++i) {
    CHECK(words_of(lines[i]).size() == 11);
    ids.push_back(words_of(lines[i])[0]);
    CHECK(ids.back().starts_with("kraken:"));
  }
  CHECK(std::ranges::is_sorted(ids));
  CHECK(lines[6].starts_with("5 rows of "));
  CHECK(lines[6].find(", page 1 of ") != std::string::npos);
  CHECK(table.out.find('\x1b') == std::string::npos);

  const auto csv =
      world.query("--format csv 'sort=id&per_page=5&exchange=kraken' --columns id,base");
  std::string expected = "id,base\n";
  for (const auto& id : ids)
    expected += id + "," + id.substr(7, id.rfind('-') - 7) + "\n";
  CHECK(csv.out == expected);
  // The daemon's own table has the same members.
  const auto whole = world.query("--format csv 'sort=id&per_page=1'");
  const auto own = world.get("/v1/markets?sort=id&per_page=1&format=csv").body;
  CHECK(lines_of(whole.out).at(0) + "\r" ==
        lines_of(own).at(0) + (own.find('\r') == own.npos ? "\r" : ""));

  const auto json = world.query("--format json 'ids=kraken:BTC-USD&fields=id,base'");
  CHECK(json.out.starts_with(R"({"data":[{"id":"kraken:BTC-USD","base":"BTC"}])"));
  CHECK(json.out.ends_with("}\n"));

  for (const std::string resource :
       {"assets", "'movers?window=24h&min_volume_usd=0'", "'search?q=bit coin'",
        "markets/kraken:BTC-USD", "assets/BTC", "categories", "global", "exchanges", "/healthz",
        "/api/v3/coins/list"}) {
    CAPTURE(resource);
    const auto answer = world.query(resource);
    CAPTURE(answer.errors);
    CHECK(answer.status == 0);
    CHECK(lines_of(answer.out).size() > 1);
  }
  CHECK(world.query("assets").out.starts_with("rank  symbol  name "));
  CHECK(world.query("markets/kraken:BTC-USD").out.starts_with("member "));

  const auto config = bash("$tickboard query --config " + world.write_config("") + " ''");
  CHECK(config.status == 1);
  CHECK(config.errors.find("whose port is known to itself alone") != std::string::npos);
}

TEST_CASE("what is refused, or is no daemon") {
  auto& world = shared_world();
  const auto refused = world.query("'sort=price'");
  CHECK(refused.status == 2);
  CHECK(refused.out.empty());
  CHECK(refused.errors.starts_with(
      "tickboard query: Bad parameter: sort is not a field that markets can be sorted by; "));
  CHECK(world.query("nothing").errors.starts_with("tickboard query: No such resource: "));
  CHECK(world.query("markets/kraken:NOT-THERE").status == 2);
  const auto table = world.query("'quote=USD&format=csv'");
  CHECK(table.status == 1);
  CHECK(
      table.errors.starts_with("tickboard query: QUESTION: format=csv is no page that can be shown "
                               "as table; here --format csv "));
  CHECK(world.query("--format json 'quote=USD&format=csv&fields=id'").out.starts_with("id\r\n"));
  const auto column = world.query("--columns price ''");
  CHECK(column.status == 1);
  CHECK(column.errors.find("--columns: \"price\" is in no row; allowed: id, ") !=
        std::string::npos);

  const auto foreign = bash("$tickboard status --url http://127.0.0.1:" +
                            std::to_string(world.simulators[0].port()));
  CHECK(foreign.status != 0);
  CHECK(bash("$tickboard query --url ftp://x").errors.find("scheme \"ftp\" is unknown") !=
        std::string::npos);
  CHECK(bash("$tickboard query --format xml").status > 100);
  const auto command = bash("$tickboard chekc");
  CHECK(command.status > 100);
  CHECK(command.errors.starts_with(
      "tickboard: there is no command \"chekc\", did you mean check?; allowed: demo, serve, "));
  CHECK(bash("$tickboard").errors.starts_with("tickboard: no command is given; allowed: demo, "));
  CHECK(bash("$tickboard --help").out.find("TICKBOARD_URL") != std::string::npos);
  CHECK(bash("$tickboard query --format json --columns id").status > 100);
}

TEST_CASE("a simulated exchange says where it listens") {
  const auto told = bash("timeout 2 $tickboard simulate --listen 0.0.0.0:0 --markets 1");
  CHECK(told.out.starts_with("listening on 0.0.0.0:"));
}

TEST_CASE("over TLS, by a certificate that is trusted or is not") {
  const temporary_directory dir;
  const process exchange({TICKBOARD_PROGRAM, "simulate", "--exchange", "kraken", "--listen",
                          "127.0.0.1:0", "--tls", "--ca-out", dir / "ca.pem"},
                         dir / "log");
  const auto question =
      "$tickboard query --url https://127.0.0.1:" + std::to_string(exchange.port()) +
      " /0/public/Time";
  const auto trusted = bash(question + " --ca-file " + (dir / "ca.pem"));
  CAPTURE(trusted.errors);
  CHECK(trusted.status == 0);
  CHECK(trusted.out.find("result.unixtime  ") != std::string::npos);
  const auto unknown = bash(question);
  CHECK(unknown.status == 1);
  CHECK(unknown.errors.find("certificate") != std::string::npos);
}

TEST_CASE("before there are pages: asked again later") {
  world held({exchange_of("binance", {"--hold"})}, "[daemon]\nwarmup = \"1h\"\n");
  const auto url = "--url http://127.0.0.1:" + std::to_string(held.daemon->port());
  held.wait_until("it is connected", [&] {
    return held.get("/v1/exchanges").body.find("\"connection\":1") != std::string::npos;
  });
  const auto page = bash("$tickboard query " + url);
  CHECK(page.status == 3);
  CHECK(page.errors.starts_with("tickboard query: Not available now: "));
  CHECK(page.errors.find("(ask again in ") != std::string::npos);
  const auto status = bash("$tickboard status " + url);
  CHECK(status.status == 3);
  CHECK(status.out.find(": no pages: Not available now: ") != std::string::npos);
  CHECK(status.out.find("\nbinance           1  ") != std::string::npos);
}

TEST_CASE("keys come by file or environment") {
  // Of the key "sesame".
  asked_world world("[clients]\nkey_required = true\n[[key]]\nname = \"ops\"\nsha256 = "
                    "\"d0c04f4b1951e4aeaaec8223ed2039e542f3aae805a6fa7f6d794e5afff5d272\"\n");
  const auto without = world.query("''");
  CHECK(without.status == 2);
  CHECK(without.errors.starts_with("tickboard query: Key missing: "));
  CHECK(without.errors.ends_with(" (--key-file or TICKBOARD_API_KEY does that)\n"));
  CHECK(world.status().status == 2);
  const auto by_environment =
      bash("TICKBOARD_API_KEY=sesame $tickboard query --url " + world.url() + " per_page=1");
  CHECK(by_environment.status == 0);
  const temporary_directory dir;
  write_file(dir / "key", "sesame\n");
  CHECK(world.query("per_page=1 --key-file " + (dir / "key")).status == 0);
  CHECK(world.status("--key-file " + (dir / "key")).status == 0);
  write_file(dir / "key", "other\n");
  CHECK(world.query("per_page=1 --key-file " + (dir / "key")).status == 2);
}

TEST_CASE("readers that go away, and disks that are full") {
  auto& world = shared_world();
  const auto url = " --url " + world.url();
  const auto first = bash("$tickboard query" + url + " per_page=250 | head -n 1");
  CHECK(lines_of(first.out).size() == 1);
  CHECK(first.errors.empty());
  for (const char* name : {"query", "status"}) {
    CAPTURE(name);
    const std::string command = std::string{"$tickboard "} + name + url;
    // Nobody reads: `exec` has closed the other end before the program writes.
    const auto gone =
        bash("trap '' PIPE; exec 3> >(exit); wait $!; " + command + " >&3; echo \"status $?\"");
    CHECK(gone.out == "status 1\n");
    CHECK(gone.errors.empty());
    const auto full = bash(command + " > /dev/full");
    CHECK(full.status == 1);
    CHECK(full.errors == std::string{"tickboard "} + name +
                             ": standard output cannot be written: No space left on device\n");
  }
}

TEST_CASE("on a terminal: as wide as it is, in colour unless that is not wanted") {
  auto& world = shared_world();
  const auto shown = [&](unsigned short columns, std::vector<std::string> environment) {
    pty_program program(world.command_line("query", {"sort=id&per_page=5"}), columns, 24,
                        std::move(environment));
    CHECK(program.wait() == 0);
    return program.output();
  };
  for (const unsigned short columns : std::initializer_list<unsigned short>{10, 40, 79}) {
    CAPTURE(columns);
    const auto text = shown(columns, {"NO_COLOR=1"});
    CHECK(text.find('\x1b') == std::string::npos);
    const auto lines = lines_of(text);
    REQUIRE(lines.size() == 8);
    for (std::size_t i = 0; i < 6; ++i)
      CHECK(terminal::width_of(lines[i]) <= columns);
    CHECK(lines[7].ends_with(" than fit: --columns chooses"));
  }
  CHECK(shown(300, {}).starts_with("\x1b[1mid\x1b[0m"));
  CHECK(shown(300, {"NO_COLOR="}).starts_with("\x1b[1m")); // empty is not set
  CHECK(shown(300, {"TERM=dumb"}).find('\x1b') == std::string::npos);
  CHECK(lines_of(shown(300, {"NO_COLOR=1"})).size() == 7);
  // Of what is no terminal, COLUMNS tells the width.
  const auto narrow = bash("COLUMNS=40 $tickboard query --url " + world.url() + " sort=id");
  const auto narrow_lines = lines_of(narrow.out);
  REQUIRE(narrow_lines.size() > 3);
  for (std::size_t i = 0; i + 2 < narrow_lines.size(); ++i) // but for what is said of the page
    CHECK(terminal::width_of(narrow_lines[i]) <= 40);
}

TEST_CASE("the status of feeds, once and again, while there is a daemon and while there is none") {
  asked_world world;
  const auto once = world.status();
  CAPTURE(once.out);
  CHECK(once.status == 0);
  CHECK(once.errors.empty());
  const auto lines = lines_of(once.out);
  REQUIRE(lines.size() >= 7);
  CHECK(lines[0] == world.url() + ": pages are served");
  CHECK(lines[1].starts_with("2 feeds, 2 of 2 connections live, "));
  CHECK(lines[2].starts_with("assets: "));
  CHECK(words_of(lines[5])[0] == "binance");
  CHECK(words_of(lines[6])[0] == "kraken");
  CHECK(words_of(lines[6])[2] == "live");

  pty_program live(world.command_line("status"), 60, 12);
  live.wait_for("\x1b[?1049h\x1b[?25l");
  live.wait_for("pages are served");
  live.wait_for("pages are served"); // the next look
  world.daemon->kill(SIGKILL);
  world.daemon->wait();
  live.wait_for("Connection refused");
  live.wait_for("as it was ");
  live.wait_for("kraken");
  for (const std::string name : {"query", "status"}) {
    CAPTURE(name);
    const auto nobody = bash("$tickboard " + name + " --url " + world.url());
    CHECK(nobody.status == 1);
    CHECK(nobody.out.empty());
    CHECK(nobody.errors.find("Connection refused") != std::string::npos);
    CHECK(lines_of(nobody.errors).size() == 1);
  }
  // Back, at the same port.
  const auto port = world.url().substr(world.url().rfind(':') + 1);
  auto config = read_file(world.write_config(""));
  const std::string anywhere = "127.0.0.1:0";
  config.replace(config.find(anywhere), anywhere.size(), "127.0.0.1:" + port);
  const auto file = world.redis->directory() + "/again.toml";
  write_file(file, config);
  // It says its port only where it chooses one.
  *world.daemon = process(
      {"/bin/sh", "-c",
       "echo listening on port " + port + "; exec " TICKBOARD_PROGRAM " serve --config " + file},
      world.log());
  live.wait_for("pages are served");
  CHECK(live.output().rfind("as it was ") < live.output().rfind("pages are served"));
  // The file says where it listens, now that this is said there.
  CHECK(bash("$tickboard query per_page=1 --config " + file).status == 0);
  live.kill(SIGINT);
  CHECK(live.wait() == 0);
  const auto leaves = live.output().rfind("\x1b[?25h\x1b[?1049l");
  REQUIRE(leaves != std::string::npos);
  CHECK(live.output().find("pages are served", leaves) != std::string::npos);

  pty_program one(world.command_line("status", {"--once"}), 60, 12);
  CHECK(one.wait() == 0);
  CHECK(one.output().find("\x1b[?1049h") == std::string::npos);
}

TEST_CASE("the status of feeds tells what is wrong with which connection") {
  asked_world world("[supervision]\nbackoff_min = \"50ms\"\nbackoff_max = \"200ms\"\n");
  world.post_exchange(1, "/sim/fault", R"({"kind":"refuse","seconds":3600,"status":503})");
  world.post_exchange(1, "/sim/fault", R"({"kind":"drop"})");
  outcome seen;
  world.wait_until("it is told", [&] {
    seen = world.status();
    return seen.out.find("refused with HTTP status 503") != std::string::npos;
  });
  CAPTURE(seen.out);
  CHECK(seen.status == 0); // pages are served
  CHECK(seen.out.find("1 of 2 connections live") != std::string::npos);
  CHECK(seen.out.find("\nkraken/1") != std::string::npos);
}
