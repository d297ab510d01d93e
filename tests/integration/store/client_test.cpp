#include "adapters/net/turn_queue.hpp"
#include "adapters/redis/checked_client.hpp"
#include "adapters/redis/no_tls.hpp"
#include "tests/support/store.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <atomic>
#include <csignal>
#include <dlfcn.h>
#include <functional>
#include <netdb.h>

using namespace tickboard;
using test::store;

namespace {

constexpr const char* two_addresses = "two-addresses.test";

} // namespace

/// Which names have several addresses is up to the machine, so one is made up.
extern "C" int getaddrinfo(const char* name, const char* service, const addrinfo* hints,
                           addrinfo** out) {
  static const auto real =
      reinterpret_cast<decltype(&getaddrinfo)>(dlsym(RTLD_NEXT, "getaddrinfo"));
  if (name == nullptr || std::string_view{name} != two_addresses)
    return real(name, service, hints, out);
  if (const int error = real("127.0.0.9", service, hints, out); error != 0)
    return error;
  auto* last = *out;
  while (last->ai_next != nullptr)
    last = last->ai_next;
  return real("127.0.0.1", service, hints, &last->ai_next);
}

namespace {

board::script_ptr answer_script() {
  return std::make_shared<const redis::script>("answer", "return {KEYS[1], ARGV[1]}");
}

redis::call by_sha(const board::script_ptr& script) {
  redis::call one;
  one.by_sha = script;
  one.keys = 1;
  one.arguments = redis::command{"key", "value"};
  return one;
}

} // namespace

TEST_CASE("commands are answered in order, whatever bytes they carry") {
  store redis;
  std::string bytes;
  for (int i = 0; i < 256; ++i)
    bytes.push_back(static_cast<char>(i));
  CHECK(redis.run({"SET", bytes, bytes}).text == "OK");
  CHECK(redis.run({"GET", bytes}).text == bytes);
  CHECK(redis.run({"GET", "nothing"}).nil);
  CHECK(redis.run({"INCR", "n"}).integer == 1);
  CHECK(redis.run({"NOSUCH"}).failed);
}

TEST_CASE("the commands of a transaction are answered together, in order and among others") {
  store redis;
  const auto transaction = [&](std::vector<redis::command> commands) {
    redis::call one;
    one.transaction = std::move(commands);
    return redis.run(std::move(one));
  };
  std::vector<redis::command> some;
  some.push_back({"SET", "a", "1"});
  some.push_back({"GET", "nothing"});
  some.push_back({"LPUSH", "a", "no list"}); // refused when it runs: the others run, too
  some.push_back({"MGET", "a", "nothing"});
  const auto told = transaction(std::move(some));
  REQUIRE(told.elements.size() == 4);
  CHECK(told.elements[0].text == "OK");
  CHECK(told.elements[1].nil);
  CHECK(told.elements[2].failed);
  REQUIRE(told.elements[3].elements.size() == 2);
  CHECK(told.elements[3].elements[0].text == "1");
  CHECK(told.elements[3].elements[1].nil);

  some.clear();
  some.push_back({"SET", "a", "2"});
  some.push_back(
      {"NOSUCH", "x"}); // refused when it is queued: nothing runs, and the reason is told
  const auto refused = transaction(std::move(some));
  CHECK(refused.failed);
  CHECK(refused.text.find("NOSUCH") != std::string::npos);
  CHECK_FALSE(refused.disconnected);
  CHECK(redis.run({"GET", "a"}).text == "1");
  some.clear();
  some.push_back({"GET", "a"});
  CHECK(transaction(std::move(some)).elements.at(0).text == "1"); // the reason is not kept
}

TEST_CASE("replies of any shape and size are read whole, one after the other") {
  store redis;
  std::string large(3'000'000, 'x'); // more than is kept for the next
  for (const std::size_t size : {0UL, 1UL, 15UL, 16UL, 17UL, 65'536UL, 131'073UL, large.size()}) {
    const auto text = large.substr(0, size);
    redis.run({"SET", "k", text});
    CHECK(redis.run({"GET", "k"}).text == text);
    CHECK(redis.run({"MGET", "k", "nothing", "k"}).elements.at(2).text == text);
  }
  const auto nested =
      redis.run({"EVAL", "return {1, {'a', {}, {false, {'b'}}}, {err='no'}, 'c'}", "0"});
  REQUIRE(nested.elements.size() == 4);
  CHECK(nested.elements[0].integer == 1);
  REQUIRE(nested.elements[1].elements.size() == 3);
  CHECK(nested.elements[1].elements[1].elements.empty());
  CHECK(nested.elements[1].elements[2].elements.at(0).nil);
  CHECK(nested.elements[1].elements[2].elements.at(1).elements.at(0).text == "b");
  CHECK(nested.elements[2].failed);
  CHECK(nested.elements[3].text == "c");
  const auto many =
      redis.run({"EVAL", "local t = {} for i = 1, 100000 do t[i] = 'n' .. i end return t", "0"});
  REQUIRE(many.elements.size() == 100'000);
  CHECK(many.elements[99'999].text == "n100000");
}

TEST_CASE("what Redis is asked is on its way before what else waits for its turn") {
  store redis;
  net::io_thread other_io; // sees what Redis has heard while ours does not go on
  redis::client_options options;
  options.to = *redis::parse_endpoint(redis.server->url());
  const auto other = redis::connect(other_io.context(), options, {});
  const auto echoed = [&] {
    const auto told = std::make_shared<std::promise<bool>>();
    submit_one(*other, redis::command{"INFO", "commandstats"}, [told](const redis::reply& answer) {
      told->set_value(answer.text().find("cmdstat_echo:") != std::string_view::npos);
    });
    return told->get_future().get();
  };
  std::promise<bool> heard;
  boost::asio::post(redis.io.context(), [&] {
    net::turn_queue::of(redis.io.context()).push([&] {
      const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{5};
      bool seen = echoed();
      while (!seen && std::chrono::steady_clock::now() < until)
        seen = echoed();
      heard.set_value(seen);
    });
    submit_one(*redis.client, redis::command{"ECHO", "x"});
  });
  CHECK(heard.get_future().get());
  other->stop();
  other_io.stop();
}

TEST_CASE("a script that Redis forgot is loaded again, and the caller does not notice") {
  const auto script = answer_script();
  store redis{{script}};
  CHECK(script->sha == redis.run({"SCRIPT", "LOAD", script->text}).text);
  CHECK(redis.run(by_sha(script)).elements.at(1).text == "value");
  CHECK(redis.run({"SCRIPT", "FLUSH"}).text == "OK");
  CHECK(redis.run(by_sha(script)).elements.at(0).text == "key");
}

TEST_CASE("scripts that Redis forgot come back together, so that calls keep their order") {
  const auto first = answer_script();
  const auto other = std::make_shared<const redis::script>("other", "return 1");
  store redis{{first, other}};
  redis.run({"SCRIPT", "FLUSH"});
  redis.run(by_sha(first));
  const auto there = redis.run({"SCRIPT", "EXISTS", first->sha, other->sha});
  REQUIRE(there.elements.size() == 2);
  CHECK(there.elements[0].integer == 1);
  CHECK(there.elements[1].integer == 1);
}

TEST_CASE("no call fails for want of its script, however often Redis is told to forget them") {
  // Larger than what redis-server reads at once (16 KiB): other clients come in between its parts.
  const auto large =
      std::make_shared<const redis::script>("large", "return 1 -- " + std::string(200'000, 'x'));
  store redis{{large}};
  const auto forgetful = redis.connect({});
  std::atomic<bool> stop{false};
  std::promise<void> stopped;
  std::function<void()> flush = [&] {
    if (stop) {
      stopped.set_value();
      return;
    }
    redis::call one;
    one.arguments = redis::command{"SCRIPT", "FLUSH"};
    one.done = [&](const redis::reply&) { flush(); };
    forgetful->submit({std::move(one)});
  };
  boost::asio::post(redis.io.context(), flush);
  int failed = 0;
  for (int i = 0; i < 500; ++i)
    failed += redis.run(by_sha(large)).failed ? 1 : 0;
  stop = true;
  stopped.get_future().wait();
  forgetful->stop();
  CHECK(failed == 0);
}

TEST_CASE("an error inside a script comes back as its error, once") {
  const auto broken = std::make_shared<const redis::script>("broken", "return redis.call('NOPE')");
  store redis{{broken}};
  CHECK(redis.run(by_sha(broken)).failed);
}

TEST_CASE("the client comes back after redis-server was killed, and says so") {
  store redis;
  auto lost = std::make_shared<std::promise<std::string>>();
  auto again = std::make_shared<std::promise<void>>();
  auto count = std::make_shared<int>(0);
  redis::client_events events;
  events.on_ready = [again, count] {
    if (++*count == 2)
      again->set_value();
  };
  events.on_lost = [lost, told = std::make_shared<bool>(false)](const std::string& reason) {
    if (!std::exchange(*told, true))
      lost->set_value(reason);
  };
  const auto client = redis.connect({}, events);
  redis.server->kill(SIGKILL);
  CHECK(lost->get_future().get().find("unix://") == 0);
  const auto refused = redis.run({"PING"});
  CHECK(refused.failed);
  while (redis.server->running()) {
  }
  REQUIRE(redis.server->start());
  again->get_future().wait();
  client->stop();
}

TEST_CASE("all addresses of a name are tried, one after the other") {
  using boost::asio::ip::tcp;
  net::io_thread io;
  boost::asio::io_context accepting;
  tcp::acceptor second{accepting, {boost::asio::ip::make_address("127.0.0.1"), 0}};
  redis::client_options options;
  options.to.host = two_addresses; // nobody listens at the first
  options.to.port = second.local_endpoint().port();
  options.backoff_max = std::chrono::milliseconds{10};
  auto losses = std::make_shared<std::atomic<int>>(0);
  redis::client_events events;
  events.on_lost = [losses](const std::string&) { ++*losses; };
  const auto client = redis::connect(io.context(), options, events);
  bool reached = false;
  second.async_accept(
      [&](boost::system::error_code error, const tcp::socket&) { reached = !error; });
  while (!reached && *losses < 5)
    accepting.poll();
  CHECK(reached);
  client->stop();
  io.stop();
}

TEST_CASE("a command in flight fails when the connection breaks; it is not lost in silence") {
  store redis;
  auto promise = std::make_shared<std::promise<bool>>();
  redis::call blocked;
  blocked.arguments = redis::command{"BLPOP", "never", "0"};
  blocked.done = [promise](const redis::reply& answer) {
    promise->set_value(answer.disconnected());
  };
  std::vector<redis::call> calls;
  calls.push_back(std::move(blocked));
  redis.client->submit(std::move(calls));
  redis.server->kill(SIGKILL);
  CHECK(promise->get_future().get());
}

TEST_CASE("a frozen Redis is noticed by the oldest unanswered command") {
  store redis;
  redis::client_options options;
  options.to = *redis::parse_endpoint(redis.server->url());
  options.reply_timeout = std::chrono::milliseconds{50};
  auto ready = std::make_shared<std::promise<void>>();
  auto lost = std::make_shared<std::promise<std::string>>();
  const auto client =
      redis::connect(redis.io.context(), options,
                     {[ready, once = std::make_shared<bool>(false)] {
                        if (!std::exchange(*once, true))
                          ready->set_value();
                      },
                      [lost, once = std::make_shared<bool>(false)](const std::string& reason) {
                        if (!std::exchange(*once, true))
                          lost->set_value(reason);
                      }});
  ready->get_future().wait();
  redis.server->kill(SIGSTOP);
  std::vector<redis::call> calls(1);
  calls[0].arguments = redis::command{"PING"};
  client->submit(std::move(calls));
  CHECK(lost->get_future().get().find("did not answer in time") != std::string::npos);
  redis.server->kill(SIGCONT);
  client->stop();
}

TEST_CASE("what is of an earlier life of the server is not read before it was looked over") {
  store redis;
  const auto told = std::make_shared<std::promise<std::string>>();
  redis::client_events events;
  events.on_server = [told](const std::string& life) { told->set_value(life); };
  const auto writer = redis.connect({}, std::move(events));
  const auto life = told->get_future().get();
  CHECK(redis.run({"INFO", "server"}).text.find("run_id:" + life) != std::string::npos);

  redis.run({"SET", "mark", life});
  redis.run({"SET", "other mark", "an earlier life"});
  redis::client_options options;
  options.to = *redis::parse_endpoint(redis.server->url());
  const auto ready = std::make_shared<std::promise<void>>();
  const auto reader =
      redis::connect_checked(redis.io.context(), options, {[ready] { ready->set_value(); }, {}},
                             {"mark", "other mark", "none"});
  const auto ask = [&] {
    const auto answered = std::make_shared<std::promise<bool>>();
    std::vector<redis::call> calls(1);
    calls[0].arguments = redis::command{"PING"};
    calls[0].done = [answered](const redis::reply& answer) {
      answered->set_value(!answer.failed());
    };
    reader->submit(std::move(calls));
    return answered->get_future().get();
  };
  // It has looked once it has asked for each of its marks.
  while (redis.run({"INFO", "commandstats"}).text.find("cmdstat_get:calls=") == std::string::npos) {
  }
  CHECK_FALSE(ask());
  redis.run({"SET", "other mark", life});
  ready->get_future().wait();
  CHECK(ask());
  redis.run({"SET", "other mark", "whatever"}); // a life only gets newer marks
  CHECK(ask());
  writer->stop();
  reader->stop();
}

TEST_CASE("AUTH and SELECT come before anything else; a wrong password names the step") {
  store redis;
  CHECK(redis.run({"CONFIG", "SET", "requirepass", "secret"}).text == "OK");
  const auto attempt = [&](const char* password) {
    redis::client_options options;
    options.to = *redis::parse_endpoint(redis.server->url() + "?db=3");
    options.to.password = password;
    auto outcome = std::make_shared<std::promise<std::string>>();
    auto once = std::make_shared<bool>(false);
    const auto tell = [outcome, once](const std::string& text) {
      if (!std::exchange(*once, true))
        outcome->set_value(text);
    };
    const auto client =
        redis::connect(redis.io.context(), options, {[tell] { tell("ready"); }, tell});
    const auto text = outcome->get_future().get();
    std::string database;
    if (text == "ready") {
      auto info = std::make_shared<std::promise<std::string>>();
      std::vector<redis::call> calls(1);
      calls[0].arguments = redis::command{"CLIENT", "INFO"};
      calls[0].done = [info](const redis::reply& answer) {
        info->set_value(std::string{answer.text()});
      };
      client->submit(std::move(calls));
      CHECK(info->get_future().get().find("db=3") != std::string::npos);
    }
    client->stop();
    return text;
  };
  CHECK(attempt("secret") == "ready");
  const auto refused = attempt("wrong");
  CHECK(refused.find("AUTH failed") != std::string::npos);
  CHECK(refused.find("wrong") == std::string::npos); // no secrets
}

TEST_CASE("over TCP, by a host name, as over a socket") {
  store redis;
  boost::asio::io_context probe; // a port that was free a moment ago
  boost::asio::ip::tcp::acceptor free{probe, {boost::asio::ip::address_v4::loopback(), 0}};
  const auto port = std::to_string(free.local_endpoint().port());
  free.close();
  REQUIRE(redis.run({"CONFIG", "SET", "port", port}).text == "OK");
  redis::client_options options;
  options.to = *redis::parse_endpoint("redis://localhost:" + port + "/1");
  auto pong = std::make_shared<std::promise<std::string>>();
  std::shared_ptr<redis::client> client;
  std::promise<void> ready;
  client = redis::connect(redis.io.context(), options, {[&ready] { ready.set_value(); }, {}});
  ready.get_future().wait();
  std::vector<redis::call> calls(1);
  calls[0].arguments = redis::command{"ECHO", "over TCP"};
  calls[0].done = [pong](const redis::reply& answer) {
    pong->set_value(std::string{answer.text()});
  };
  client->submit(std::move(calls));
  CHECK(pong->get_future().get() == "over TCP");
  client->stop();
}

TEST_CASE("Redis URLs") {
  const auto parsed = redis::parse_endpoint("redis://[::1]:7000/5");
  REQUIRE(parsed);
  CHECK(parsed->host == "::1");
  CHECK(parsed->port == 7000);
  CHECK(parsed->database == 5);
  CHECK(redis::parse_endpoint("redis://localhost")->port == 6379);
  CHECK(redis::parse_endpoint("unix:///run/redis.sock?db=2")->database == 2);
  for (const auto* bad :
       {"", "localhost", "http://x", "redis://", "redis://h:0", "redis://h:x", "redis://h:70000",
        "redis://user:pw@h", "redis://h/x", "unix://relative", "unix:///p?x=1", "unix:///p?db=x"})
    CHECK_MESSAGE(!redis::parse_endpoint(bad), bad);
  CHECK(redis::parse_endpoint("rediss://h:6380").error() == redis::no_tls);
}
