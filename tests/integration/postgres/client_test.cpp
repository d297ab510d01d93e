#include "adapters/postgres/hosts.hpp"
#include "tests/integration/postgres/database.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <mutex>

using namespace tickboard;
using namespace tickboard::test;
using namespace std::chrono_literals;

namespace {

/// Counts what a client tells.
struct listener {
  postgres::client_events events() {
    postgres::client_events out;
    out.on_ready = [this] { ++ready; };
    out.on_lost = [this](std::string why) {
      const std::lock_guard lock{mutex};
      reason = std::move(why);
      ++lost;
    };
    out.on_notify = [this] { ++notified; };
    return out;
  }
  std::string last_reason() {
    const std::lock_guard lock{mutex};
    return reason;
  }

  std::atomic<int> ready = 0, lost = 0, notified = 0;
  std::mutex mutex;
  std::string reason;
};

postgres::client_options impatient() {
  postgres::client_options out;
  out.connect_timeout = 300ms;
  out.reply_timeout = 300ms;
  out.probe_interval = 100ms;
  return out;
}

} // namespace

TEST_CASE("statements are answered in order, with values, errors and codes") {
  database db;
  const auto answer =
      db.run("SELECT $1::text, $2::int + 1, NULL", {std::string{"it's \"ü\""}, std::string{"41"}});
  REQUIRE(answer.rows() == 1);
  CHECK(answer.text(0, 0) == "it's \"ü\"");
  CHECK(answer.text(0, 1) == "42");
  CHECK(answer.text(0, 2) == "");
  CHECK(db.run("SELECT $1::text IS NULL", {std::nullopt}).text(0, 0) == "t");

  const auto wrong = db.try_to("SELECT * FROM nowhere");
  CHECK(wrong.failed());
  CHECK(!wrong.disconnected());
  CHECK(wrong.code() == "42P01");
  CHECK(wrong.error().find("nowhere") != std::string::npos);
  CHECK(wrong.error().find('\n') == std::string::npos);

  std::vector<int> order;
  std::atomic<int> answered = 0;
  for (int i = 0; i < 50; ++i)
    db.client->submit({"SELECT 1", {}, [&, i](const postgres::reply&) {
                         order.push_back(i);
                         ++answered;
                       }});
  wait_until("all answers", [&] { return answered == 50; });
  CHECK(std::is_sorted(order.begin(), order.end()));
}

TEST_CASE("several statements in one call are one transaction") {
  database db;
  db.run("DROP TABLE IF EXISTS t");
  CHECK(db.try_to("CREATE TABLE t (n int); INSERT INTO t VALUES (1); SELECT 1/0").code() ==
        "22012");
  CHECK(db.try_to("SELECT * FROM t").code() == "42P01");
  CHECK(db.run("SELECT 1; SELECT 2").text(0, 0) == "2");
}

TEST_CASE("large statements and answers pass") {
  database db;
  const std::string large(20'000'000, 'x');
  CHECK(db.run("SELECT $1::text", {large}).text(0, 0) == large);
}

TEST_CASE("more statements than may wait fail at once") {
  listener hears; // before the database, whose clients tell it of their end
  database db;
  postgres::client_options options;
  options.max_pending = 3;
  const auto client = db.connect(hears.events(), options);
  wait_until("a connection", [&] { return hears.ready > 0; });
  std::atomic<int> refused = 0, done = 0;
  for (int i = 0; i < 10; ++i)
    client->submit({"SELECT pg_sleep(0.05)", {}, [&](const postgres::reply& answer) {
                      refused += answer.failed() ? 1 : 0;
                      ++done;
                    }});
  wait_until("answers", [&] { return done == 10; });
  CHECK(refused > 0);
  CHECK(refused <= 7);
}

TEST_CASE("notifications arrive, also after the server was killed and came back") {
  listener hears;
  database db;
  auto options = impatient();
  options.reply_timeout = 5s;
  options.connect_timeout = 5s;
  options.listen = {"some \"channel\""};
  const auto client = db.connect(hears.events(), options);
  wait_until("a connection", [&] { return hears.ready > 0; });
  db.run("NOTIFY \"some \"\"channel\"\"\"");
  wait_until("the notification", [&] { return hears.notified > 0; });

  std::atomic<bool> failed = false;
  client->submit({"SELECT pg_sleep(600)", {}, [&](const postgres::reply& answer) {
                    failed = answer.disconnected();
                  }});
  server().kill();
  wait_until("the loss", [&] { return hears.lost > 0; });
  CHECK(failed);
  const auto told = hears.last_reason();
  CHECK_MESSAGE(told.starts_with("PostgreSQL at " + server().directory()), told);
  // While there is no server, statements fail instead of waiting.
  std::atomic<bool> refused = false;
  client->submit({"SELECT 1", {}, [&](const postgres::reply& answer) {
                    refused = answer.error() == "not connected to PostgreSQL";
                  }});
  wait_until("the refusal", [&] { return refused.load(); });
  server().start();
  wait_until("a new connection", [&] { return hears.ready > 1; });
  const int before = hears.notified;
  wait_until("a notification", [&] {
    db.try_to("NOTIFY \"some \"\"channel\"\"\""); // fails until that connection is back, too
    return hears.notified > before;
  });
}

TEST_CASE("a server that hangs is left, whether it was silent, asked or just being connected to") {
  listener idle, busy, late;
  database db;
  const auto idle_client = db.connect(idle.events(), impatient());
  auto patient = impatient();
  patient.probe_interval = 1h;
  const auto busy_client = db.connect(busy.events(), patient);
  wait_until("connections", [&] { return idle.ready > 0 && busy.ready > 0; });
  server().freeze();
  std::atomic<bool> failed = false;
  busy_client->submit(
      {"SELECT 1", {}, [&](const postgres::reply& answer) { failed = answer.disconnected(); }});
  const auto late_client = db.connect(late.events(), impatient());
  wait_until("the silent one is given up", [&] { return idle.lost > 0; });
  wait_until("the asked one is given up", [&] { return busy.lost > 0 && failed; });
  wait_until("the connect is given up", [&] { return late.lost > 1; });
  CHECK(late.ready == 0);
  CHECK(late.last_reason().find("connecting took too long") != std::string::npos);
  server().thaw();
  wait_until("all are back", [&] { return idle.ready > 1 && busy.ready > 1 && late.ready > 0; });
}

TEST_CASE("of several hosts those that are silent are passed by, within one attempt") {
  listener hears;
  database db;
  net::io_thread io;
  boost::asio::ip::tcp::acceptor silent{io.context(),
                                        {boost::asio::ip::make_address("127.0.0.1"), 0}};
  auto options = impatient();
  options.to = db.dsn;
  options.to.parameters["host"] = fmt::format("127.0.0.1,127.0.0.1,{}", db.dsn["host"]);
  options.to.parameters["port"] =
      fmt::format("{0},{0},{1}", silent.local_endpoint().port(), db.dsn["port"]);
  const auto client = postgres::connect(io.context(), options, hears.events());
  wait_until("the last host", [&] { return hears.ready + hears.lost > 0; });
  CHECK(hears.ready == 1);
  CHECK(hears.lost == 0);
  client->stop();
  io.stop();
}

TEST_CASE("what cannot be reached is said without secrets") {
  net::io_thread io;
  for (const std::string text :
       {"postgresql://me:topsecret@127.0.0.1:1/db", "host=/nowhere password=topsecret",
        "host=name.invalid,other.invalid password=topsecret dbname=db"}) {
    listener hears;
    postgres::client_options options;
    options.to = *postgres::parse_dsn(text);
    const auto client = postgres::connect(io.context(), options, hears.events());
    wait_until("a refusal", [&] { return hears.lost > 0; });
    client->stop();
    const auto told = hears.last_reason();
    INFO(told);
    CHECK(told.starts_with("PostgreSQL at "));
    CHECK(told.find("topsecret") == std::string::npos);
    CHECK(told.find('\n') == std::string::npos);
    std::atomic<bool> over = false;
    client->submit({"SELECT 1", {}, [&](const postgres::reply&) { over = true; }});
    wait_until("the client is stopped", [&] { return over.load(); });
  }
  io.stop();
}

TEST_CASE("names of hosts are looked up, all else stays as it is given") {
  net::io_thread io;
  const auto resolved = [&](const std::string& text) {
    std::promise<result<postgres::dsn>> promise;
    boost::asio::post(io.context(), [&] {
      postgres::resolve_hosts(
          io.context(), *postgres::parse_dsn(text),
          [&](result<postgres::dsn> found) { promise.set_value(std::move(found)); });
    });
    return promise.get_future().get();
  };
  const auto list = resolved("host=127.0.0.2,/run/x,127.0.0.3 port=1,,3 password=topsecret");
  REQUIRE(list);
  CHECK((*list)["host"] == "127.0.0.2,/run/x,127.0.0.3");
  CHECK((*list)["hostaddr"] == "127.0.0.2,,127.0.0.3");
  CHECK((*list)["port"] == "1,,3");
  CHECK((*list)["password"] == "topsecret");
  const auto one_port = resolved("host=127.0.0.2,127.0.0.3 port=7");
  REQUIRE(one_port);
  CHECK((*one_port)["port"] == "7,7");
  const auto name = resolved("postgresql://localhost/d"); // of one address or of two
  REQUIRE(name);
  CHECK((*name)["host"].starts_with("localhost"));
  CHECK(std::ranges::count((*name)["host"], ',') == std::ranges::count((*name)["hostaddr"], ','));
  CHECK(!(*name)["hostaddr"].empty());
  const auto given = resolved("host=name.invalid hostaddr=127.0.0.1");
  REQUIRE(given);
  CHECK((*given)["host"] == "name.invalid");
  const auto unknown = resolved("host=name.invalid password=topsecret");
  REQUIRE(!unknown);
  CHECK(unknown.error().starts_with("cannot resolve name.invalid: "));
  io.stop();
}

TEST_CASE("DSNs are read, and refused without repeating them") {
  const auto uri = postgres::parse_dsn("postgresql://me:topsecret@db.example:5433/assets");
  REQUIRE(uri);
  CHECK((*uri)["host"] == "db.example");
  CHECK((*uri)["password"] == "topsecret");
  CHECK(uri->display() == "PostgreSQL at db.example:5433, database assets");
  CHECK(uri->without_secrets("a topsecret b topsecret") == "a ... b ...");
  CHECK(postgres::parse_dsn("dbname=x")->display().find("database x") != std::string::npos);
  for (const std::string bad :
       {"", "topsecret", "postgres://me:topsecret@[::1", "host=x topsecret=y", "service=topsecret",
        "postgresql://h/d?client_encoding=topsecret", "host='topsecret", "http://topsecret"}) {
    const auto refused = postgres::parse_dsn(bad);
    REQUIRE_MESSAGE(!refused, bad);
    CHECK(refused.error().find("topsecret") == std::string::npos);
    CHECK(refused.error().find("allowed: ") != std::string::npos);
  }
}
