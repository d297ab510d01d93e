#include "tests/integration/postgres/database.hpp"

#include "adapters/postgres/schema.hpp"
#include "market/asset_csv.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>

namespace tickboard::test {

private_postgres& server() {
  static private_postgres one;
  return one;
}

void wait_until(const char* what, const std::function<bool()>& reached) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes{1};
  while (!reached()) {
    REQUIRE_MESSAGE(std::chrono::steady_clock::now() < deadline, "never: " << what);
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
}

database::database() {
  auto parsed = postgres::parse_dsn(server().dsn());
  REQUIRE(parsed);
  dsn = *parsed;
  if (!server().running()) // a test failed half-way
    server().start();
  server().thaw();
  const auto ready = std::make_shared<std::atomic<bool>>(false);
  postgres::client_events events;
  events.on_ready = [ready] { *ready = true; };
  postgres::client_options patient; // large imports, on a machine that has other work
  patient.reply_timeout = std::chrono::minutes{5};
  client = connect(events, std::move(patient));
  wait_until("a connection", [&] { return ready->load(); });
  run("DROP SCHEMA IF EXISTS tickboard CASCADE");
}

database::~database() {
  for (const auto& one : all_)
    one->stop();
  io.stop();
}

std::shared_ptr<postgres::client> database::connect(postgres::client_events events,
                                                    postgres::client_options options) {
  options.to = dsn;
  options.backoff_max = std::chrono::milliseconds{100};
  all_.push_back(postgres::connect(io.context(), std::move(options), std::move(events)));
  return all_.back();
}

postgres::reply database::try_to(const std::string& sql,
                                 std::vector<postgres::parameter> parameters) {
  auto promise = std::make_shared<std::promise<postgres::reply>>();
  client->submit({sql, std::move(parameters),
                  [promise](const postgres::reply& answer) { promise->set_value(answer); }});
  return promise->get_future().get();
}

postgres::reply database::run(const std::string& sql, std::vector<postgres::parameter> parameters) {
  auto out = try_to(sql, std::move(parameters));
  REQUIRE_MESSAGE(!out.failed(), out.error());
  return out;
}

void database::migrate() {
  const auto done = ask<postgres::migration_report>(
      [](const auto& on, auto finish) { postgres::migrate(on, finish); });
  REQUIRE_MESSAGE(done, (done ? "" : done.error()));
}

result<postgres::import_report> database::try_import(const std::string& csv) {
  const auto assets = parse_asset_csv(csv, "test");
  REQUIRE_MESSAGE(assets, (assets ? "" : assets.error()));
  return ask<postgres::import_report>(
      [&](const auto& into, auto finish) { postgres::import_assets(into, *assets, finish); });
}

postgres::import_report database::import(const std::string& csv) {
  const auto done = try_import(csv);
  REQUIRE_MESSAGE(done, (done ? "" : done.error()));
  return *done;
}

} // namespace tickboard::test
