#pragma once

#include "adapters/net/io_thread.hpp"
#include "adapters/postgres/assets.hpp"
#include "adapters/postgres/client.hpp"
#include "tests/support/private_postgres.hpp"

#include <functional>
#include <future>
#include <memory>
#include <string>
#include <vector>

namespace tickboard::test {

/// The server of this test program, running; started at its first use.
private_postgres& server();

/// Polls until `reached`; fails the test after a minute, which is no claim about speed, only an end
/// to hanging.
void wait_until(const char* what, const std::function<bool()>& reached);

/// The server without our tables, and a connection to it.
class database {
public:
  database();
  ~database();

  /// A further connection that nobody has to wait for; gone with this object.
  std::shared_ptr<postgres::client> connect(postgres::client_events events,
                                            postgres::client_options options = {});
  /// Waits for the answer. Fails the test if PostgreSQL refuses.
  postgres::reply run(const std::string& sql, std::vector<postgres::parameter> parameters = {});
  postgres::reply try_to(const std::string& sql, std::vector<postgres::parameter> parameters = {});

  /// `start(client, done)`, waited for.
  template <class T, class Start>
  result<T> ask(Start start) {
    auto promise = std::make_shared<std::promise<result<T>>>();
    start(client, [promise](result<T> outcome) { promise->set_value(std::move(outcome)); });
    return promise->get_future().get();
  }

  // Waited for; fail the test if they fail.
  void migrate();
  postgres::import_report import(const std::string& csv);
  /// Not required to succeed, but that the CSV can be read.
  result<postgres::import_report> try_import(const std::string& csv);

  postgres::dsn dsn;
  net::io_thread io;
  std::shared_ptr<postgres::client> client;

private:
  std::vector<std::shared_ptr<postgres::client>> all_;
};

} // namespace tickboard::test
