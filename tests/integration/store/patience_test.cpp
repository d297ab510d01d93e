#include "tests/support/store.hpp"

#include <csignal>

using namespace tickboard;
using test::store;
using namespace std::chrono_literals;

namespace {

/// A second connection, with a patience of its own.
struct patient_client {
  patient_client(store& redis, std::chrono::milliseconds patience) {
    redis::client_options options;
    options.to = *redis::parse_endpoint(redis.server->url());
    options.patience = patience;
    auto ready = std::make_shared<std::promise<void>>();
    const auto lost = lost_;
    client = redis::connect(redis.io.context(), options,
                            {[ready, once = std::make_shared<bool>(false)] {
                               if (!std::exchange(*once, true))
                                 ready->set_value();
                             },
                             [lost, once = std::make_shared<bool>(false)](const std::string&) {
                               if (!std::exchange(*once, true))
                                 lost->set_value();
                             }});
    ready->get_future().wait();
  }
  ~patient_client() { client->stop(); }

  std::future<test::copied_reply> ask(redis::command what, bool patient = true) const {
    auto promise = std::make_shared<std::promise<test::copied_reply>>();
    std::vector<redis::call> calls(1);
    calls[0].arguments = std::move(what);
    calls[0].patient = patient;
    calls[0].done = [promise](const redis::reply& answer) { promise->set_value(test::copy(answer)); };
    client->submit(std::move(calls));
    return promise->get_future();
  }

  void wait_until_lost() const { lost_->get_future().wait(); }

  std::shared_ptr<redis::client> client;

private:
  std::shared_ptr<std::promise<void>> lost_ = std::make_shared<std::promise<void>>();
};

bool came(const std::future<test::copied_reply>& reply) {
  return reply.wait_for(0s) == std::future_status::ready;
}

/// Returns once Redis has run the command that sets `key`: its reply is on the socket then.
void wait_until_set(store& redis, std::string_view key) {
  while (redis.run({"EXISTS", key}).integer == 0) {
  }
}

} // namespace

TEST_CASE("nobody wakes up for the reply to a patient call until somebody looks") {
  store redis;
  const patient_client other{redis, 1h};
  auto reply = other.ask({"SET", "a", "1"});
  wait_until_set(redis, "a");
  CHECK_FALSE(came(reply));
  other.client->look();
  CHECK(reply.get().text == "OK");
}

TEST_CASE("looking before the reply has come wakes up for it") {
  store redis;
  const patient_client other{redis, 1h};
  for (int i = 0; i < 100; ++i) {
    auto reply = other.ask({"INCR", "n"});
    other.client->look(); // too early, more often than not
    CHECK(reply.get().integer == i + 1);
  }
}

TEST_CASE("a call in a hurry takes the replies before it along") {
  store redis;
  const patient_client other{redis, 1h};
  auto first = other.ask({"SET", "a", "1"});
  auto second = other.ask({"GET", "a"}, false);
  CHECK(second.get().text == "1");
  CHECK(came(first));
  auto third = other.ask({"SET", "b", "1"}); // and patience returns
  wait_until_set(redis, "b");
  CHECK_FALSE(came(third));
  other.client->look();
  CHECK(third.get().text == "OK");
}

TEST_CASE("patience ends by itself, and so does the connection's end come to light") {
  store redis;
  const patient_client other{redis, 5ms};
  for (int i = 0; i < 20; ++i)
    CHECK(other.ask({"INCR", "n"}).get().integer == i + 1);
  redis.server->kill(SIGKILL);
  auto reply = other.ask({"INCR", "n"});
  CHECK(reply.get().failed);
  other.wait_until_lost();
}

TEST_CASE("with nothing to do, the end of the connection is noticed all the same") {
  store redis;
  const patient_client other{redis, 5ms};
  CHECK(other.ask({"INCR", "n"}).get().integer == 1);
  redis.server->kill(SIGKILL);
  other.wait_until_lost();
}

TEST_CASE("a script that Redis forgot is loaded again for a patient call too") {
  store redis;
  const auto script = std::make_shared<const redis::script>("answer", "return {KEYS[1], ARGV[1]}");
  const patient_client other{redis, 5ms};
  auto promise = std::make_shared<std::promise<std::string>>();
  std::vector<redis::call> calls(1);
  calls[0].by_sha = script;
  calls[0].keys = 1;
  calls[0].arguments = redis::command{"key", "value"};
  calls[0].patient = true;
  calls[0].done = [promise](const redis::reply& answer) {
    promise->set_value(std::string{answer.size() == 2 ? answer[1].text() : answer.error()});
  };
  other.client->submit(std::move(calls));
  CHECK(promise->get_future().get() == "value");
}
