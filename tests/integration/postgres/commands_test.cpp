#include "tests/integration/postgres/database.hpp"
#include "tests/support/process.hpp"
#include "tests/support/temporary_directory.hpp"

#include <array>
#include <cstdio>

using namespace tickboard;
using namespace tickboard::test;

namespace {

struct outcome {
  int status = 0;
  std::string said; ///< stdout and stderr
};

outcome shell(const std::string& command) {
  auto* const pipe = ::popen((command + " 2>&1").c_str(), "r");
  REQUIRE(pipe != nullptr);
  outcome out;
  std::array<char, 4096> buffer;
  while (const auto got = std::fread(buffer.data(), 1, buffer.size(), pipe))
    out.said.append(buffer.data(), got);
  out.status = ::pclose(pipe);
  INFO(out.said);
  return out;
}

/// Runs `tickboard ARGUMENTS`, quoted for the shell.
outcome tickboard_command(const std::string& arguments) {
  return shell(TICKBOARD_PROGRAM " " + arguments);
}

bool has(const outcome& of, const std::string& text) {
  INFO(of.said);
  return of.said.find(text) != std::string::npos;
}

} // namespace

TEST_CASE("the commands migrate and import, by DSN or by config") {
  database db;
  const temporary_directory dir;
  const auto dsn = "--dsn '" + server().dsn() + "'";
  const auto first = tickboard_command("migrate " + dsn);
  CHECK(first.status == 0);
  CHECK(has(first, "from schema version 0 to "));
  write_file(dir / "c.toml", "[metadata]\ndsn = \"" + server().dsn() +
                                 "\"\n[[feed]]\nexchange = \"kraken\"\nsymbols = [\"*/USD\"]\n");
  const auto config = "--config " + (dir / "c.toml");
  const auto again = tickboard_command("migrate " + config);
  CHECK(again.status == 0);
  CHECK(has(again, "already"));

  write_file(dir / "a.csv", "symbol,name\nBTC,Bitcoin\nETH,Ethereum\n");
  const auto imported = tickboard_command("import-assets " + (dir / "a.csv") + " " + config);
  CHECK(imported.status == 0);
  CHECK(has(imported, "2 assets of " + (dir / "a.csv") + ": 2 added, 0 changed, 0 as they were"));
  CHECK(db.run("SELECT name FROM tickboard.asset WHERE symbol = 'ETH'").text(0, 0) == "Ethereum");

  write_file(dir / "bad.csv", "symbol,name\nXRP,XRP\nBTC,\n");
  const auto refused = tickboard_command("import-assets " + (dir / "bad.csv") + " " + dsn);
  CHECK(refused.status != 0);
  CHECK(has(refused, (dir / "bad.csv") + ":3: name: "));
  CHECK(db.run("SELECT count(*) FROM tickboard.asset").text(0, 0) == "2");
}

TEST_CASE("the commands say what is wrong, without secrets") {
  database db;
  const temporary_directory dir;
  write_file(dir / "a.csv", "symbol,name\nBTC,Bitcoin\n");
  const auto unmigrated =
      tickboard_command("import-assets " + (dir / "a.csv") + " --dsn '" + server().dsn() + "'");
  CHECK(unmigrated.status != 0);
  CHECK(has(unmigrated, "tickboard migrate makes them"));

  const auto nowhere = tickboard_command("migrate --dsn postgresql://me:topsecret@127.0.0.1:1/db");
  CHECK(nowhere.status != 0);
  CHECK(has(nowhere, "PostgreSQL at 127.0.0.1:1"));
  CHECK(!has(nowhere, "topsecret"));
  const auto malformed = tickboard_command("migrate --dsn 'topsecret='");
  CHECK(malformed.status != 0);
  CHECK(!has(malformed, "topsecret"));

  write_file(dir / "c.toml", "[[feed]]\nexchange = \"kraken\"\nsymbols = [\"*/USD\"]\n");
  CHECK(
      has(tickboard_command("migrate --config " + (dir / "c.toml")), "metadata.dsn is not there"));
  CHECK(tickboard_command("migrate").status != 0);
  CHECK(has(tickboard_command("import-assets --help"), "--dsn"));
  CHECK(has(tickboard_command("import-assets /none --dsn dbname=x"), "/none: cannot be read"));
}

TEST_CASE("the daemon follows what its config names, and tells how that does") {
  database db;
  db.migrate();
  db.import("symbol,name\nBTC,Bitcoin\nETH,Ethereum\n");
  const temporary_directory dir;
  // Neither Redis nor the exchange is there: metadata does not depend on them.
  const auto serve = [&](const std::string& source) {
    write_file(dir / "c.toml", "[metadata]\n" + source +
                                   "\n[http]\nlisten = \"127.0.0.1:0\"\n[redis]\nurl = \"unix://" +
                                   (dir / "none") +
                                   "\"\n[[feed]]\nexchange = \"kraken\"\nsymbols = [\"*/USD\"]\n"
                                   "ws_url = \"ws://127.0.0.1:1\"\n"
                                   "rest_url = \"http://127.0.0.1:1\"\n");
    return process{{TICKBOARD_PROGRAM, "serve", "--config", dir / "c.toml"}, dir / "log"};
  };
  const auto wait_for_health = [](const process& daemon, const std::string& what) {
    wait_until(what.c_str(), [&] {
      return shell("curl -s --max-time 10 http://127.0.0.1:" + std::to_string(daemon.port()) +
                   "/healthz")
                 .said.find(what) != std::string::npos;
    });
  };
  const auto in_database =
      "dsn = \"" + server().dsn() +
      "\"\npassword = \"topsecret\"\nbackoff_max = \"100ms\"\ncache_file = \"" +
      (dir / "cache.csv") + "\"";
  {
    const auto daemon = serve(in_database);
    wait_for_health(daemon,
                    R"({"status":"ok","metadata":{"state":"ok","source":"postgres","assets":2,)");
    db.import("symbol,name\nSOL,Solana\n");
    wait_for_health(daemon, R"("state":"ok","source":"postgres","assets":3,)");
    server().kill();
    wait_for_health(daemon, R"("state":"degraded","source":"postgres","assets":3,)");
  }
  {
    const auto daemon = serve(in_database);
    wait_for_health(daemon, R"("state":"degraded","source":"postgres","assets":3,)");
    server().start();
    wait_for_health(daemon, R"("state":"ok","source":"postgres","assets":3,)");
  }
  write_file(dir / "a.csv", "symbol,name\nBTC,Bitcoin\n");
  const auto daemon = serve("csv = \"" + (dir / "a.csv") + "\"");
  wait_for_health(daemon, R"("state":"ok","source":"file","assets":1,)");
  replace_file(dir / "a.csv", "symbol,name\nBTC,Bitcoin\nETH,Ethereum\n");
  wait_for_health(daemon, R"("state":"ok","source":"file","assets":2,)");
  write_file(dir / "a.csv", "symbol,name\nBTC\n");
  wait_for_health(daemon, R"("state":"degraded","source":"file","assets":2,)");
  CHECK(!has(shell("cat " + (dir / "log")), "topsecret"));
}
