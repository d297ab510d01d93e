// Clients that do harm, by mistake or on purpose: limits hold, and others are served meanwhile.
// What one connection may do is tested at the server alone (tests/unit/net/http_limits_test.cpp).

#include "adapters/net/http_client.hpp"
#include "tests/integration/reliability/neighbour.hpp"
#include "tests/integration/spine/world.hpp"
#include "tests/support/api_key.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/unit/net/certificates.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <atomic>
#include <csignal>
#include <fstream>
#include <future>
#include <random>
#include <sys/resource.h>
#include <thread>
#include <vector>

using namespace tickboard;
using namespace tickboard::test;
using net::test::raw_socket;

namespace {

std::vector<simulated> one_exchange() {
  return {{"kraken", "kraken", {"--markets", "300", "--rate", "200"}, {}}};
}

void begin(world& on) {
  on.wait_until("pages are served", [&] { return on.get("/readyz").status == 200; });
  on.wait_until("all markets are there", [&] {
    return on.get("/v1/markets?per_page=1").body.find("\"total\":300") != std::string::npos &&
           on.get("/v1/assets").status == 200;
  });
}

/// Does the same, again and again, on threads of its own, until it goes.
class crowd {
public:
  template <class Action>
  crowd(std::size_t size, Action action) {
    for (std::size_t i = 0; i < size; ++i)
      threads_.emplace_back([this, action, i]() mutable {
        while (!ended_)
          try {
            action(i);
          } catch (const std::runtime_error&) { // refused, or cut: it comes again
          }
      });
  }
  ~crowd() {
    ended_ = true;
    for (auto& one : threads_)
      one.join();
  }
  crowd(const crowd&) = delete;
  crowd& operator=(const crowd&) = delete;

private:
  std::atomic<bool> ended_{false};
  std::vector<std::thread> threads_;
};

constexpr std::chrono::milliseconds long_enough{1'000};

/// How the neighbour does while `abuse` lives, beside how it does without.
template <class Abuse>
void beside(const std::string& what, neighbour& next_door, Abuse abuse) {
  const auto quiet = next_door.ask_for(long_enough);
  CHECK(quiet.failed == 0);
  neighbour::figures loud;
  {
    [[maybe_unused]] const auto harm = abuse(); // ends here, if it has to
    loud = next_door.ask_for(long_enough);
  }
  CHECK(loud.failed == 0);
  MESSAGE(what << ": a neighbour has " << loud.text() << "; without them " << quiet.text());
}

std::size_t resident_mb(const world& on) {
  return on.daemon->resident_kb() / 1024;
}

std::string get_of(const std::string& target) {
  return "GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n";
}

std::size_t answers_in(const std::string& text) {
  constexpr std::string_view head = "\r\nServer: tickboard\r\n";
  std::size_t out = 0;
  for (auto at = text.find(head); at != text.npos; at = text.find(head, at + 1))
    ++out;
  return out;
}

net::test::raw_reply ask(std::uint16_t port, const std::string& target) {
  auto client = raw_socket::connect(port);
  client.send(get_of(target));
  return client.read_reply();
}

/// Of admin.listen.
std::uint16_t operators_port(world& on) {
  const auto line = on.daemon->read_line();
  REQUIRE(line.starts_with("admin listening on port "));
  return static_cast<std::uint16_t>(std::stoi(line.substr(line.rfind(' '))));
}

} // namespace

TEST_CASE("clients that do not read what they asked for are cut, and nobody waits for them") {
  world on{one_exchange(), "[http]\nwrite_timeout = \"2s\"\n"};
  begin(on);
  neighbour next_door{on.daemon->port()};
  constexpr std::size_t asked = 400; // some 60 MB each: more than sockets hold
  std::string requests;
  for (std::size_t i = 0; i < asked; ++i)
    requests += get_of("/v1/markets?per_page=250");
  std::vector<raw_socket> readers;
  beside("10 clients that never read", next_door, [&] {
    for (int i = 0; i < 10; ++i) {
      readers.push_back(raw_socket::connect(on.daemon->port()));
      readers.back().send(requests);
    }
    return 0;
  });
  for (auto& one : readers) {
    on.wait_until("the connection is closed", [&] { return one.hung_up(); });
    CHECK(answers_in(one.read_to_end()) < asked);
  }
}

TEST_CASE("clients that send a byte now and then are cut") {
  world on{one_exchange(), "[http]\nheader_timeout = \"1s\"\n"};
  begin(on);
  neighbour next_door{on.daemon->port()};
  std::atomic<std::size_t> late{0}, others{0}; // 408, and what else was answered
  beside("200 clients that write slowly", next_door, [&] {
    return std::make_unique<crowd>(1, [&, port = on.daemon->port()](std::size_t) {
      std::vector<raw_socket> writers;
      for (int i = 0; i < 200; ++i)
        writers.push_back(raw_socket::connect(port));
      const std::string request = "GET /" + std::string(8'000, 'a');
      std::vector<bool> open(writers.size(), true);
      for (std::size_t at = 0; at < request.size() && std::ranges::count(open, true) > 0; ++at) {
        for (std::size_t i = 0; i < writers.size(); ++i) {
          if (!open[i] || (!writers[i].hung_up() && writers[i].send({&request[at], 1})))
            continue;
          open[i] = false;
          if (const auto status = writers[i].read_reply().status; status == 408)
            ++late;
          else if (status != 0) // 0: the end came before the answer was read
            ++others;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds{5}); // this is how slow they are
      }
    });
  });
  CHECK(late.load() >= 100);
  CHECK(others.load() == 0);
}

TEST_CASE("ten thousand idle connections cost others nothing") {
  rlimit files{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &files) == 0);
  files.rlim_cur = files.rlim_max;
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &files) == 0);
  const auto count = std::min<std::size_t>(10'000, files.rlim_cur - 300);
  world on{one_exchange(), "[http]\nheader_timeout = \"2m\"\nmax_connections = 10100\n"};
  begin(on);
  neighbour next_door{on.daemon->port()};
  const auto before = resident_mb(on);
  std::vector<raw_socket> idle;
  beside("idle connections", next_door, [&] {
    for (std::size_t i = 0; i < count; ++i)
      idle.push_back(raw_socket::connect(on.daemon->port()));
    return 0;
  });
  // All of them are served as soon as they ask.
  for (const auto i : {std::size_t{0}, count / 2, count - 1}) {
    idle[i].send(get_of("/healthz"));
    CHECK(idle[i].read_reply().status == 200);
  }
  MESSAGE(count << " idle connections take " << resident_mb(on) - before << " MB");
  idle.clear();
  CHECK(next_door.is_served());
}

TEST_CASE("out of file descriptors, those who are connected are served, and others later") {
  world on{one_exchange()};
  begin(on);
  neighbour next_door{on.daemon->port()};
  REQUIRE(next_door.is_served()); // it is accepted
  const rlimit few{100, 100};
  REQUIRE(::prlimit(on.daemon->pid(), RLIMIT_NOFILE, &few, nullptr) == 0);
  std::vector<raw_socket> clients;
  beside("300 connections for 100 descriptors", next_door, [&] {
    for (int i = 0; i < 300; ++i)
      clients.push_back(raw_socket::connect(on.daemon->port()));
    return 0;
  });
  auto last = raw_socket::connect(on.daemon->port());
  last.send(get_of("/healthz")); // waits to be accepted
  clients.clear();
  CHECK(last.read_reply().status == 200);
  on.wait_until("updates go on", [&, first = on.get("/v1/exchanges").body] {
    return on.get("/v1/exchanges").body != first;
  });
}

TEST_CASE("floods of pipelined requests are answered one by one, and others in between") {
  world on{one_exchange()};
  begin(on);
  neighbour next_door{on.daemon->port()};
  const auto before = resident_mb(on);
  std::atomic<std::size_t> answered{0};
  beside("8 clients with 500 requests each under way", next_door, [&] {
    return std::make_unique<crowd>(8, [&, port = on.daemon->port()](std::size_t i) {
      auto client = raw_socket::connect(port);
      std::string requests;
      for (int n = 0; n < 500; ++n)
        requests +=
            get_of(fmt::format("/v1/markets?sort=-last&per_page=1&page={}", 1 + (n + i) % 9));
      std::jthread writes{[&] { client.send(requests); }};
      std::size_t good = 0;
      for (int n = 0; n < 500; ++n)
        good += client.read_reply().status == 200 ? 1 : 0;
      answered += good;
    });
  });
  CHECK(answered >= 500);
  CHECK(answered % 500 == 0); // not one was refused
  const auto after = resident_mb(on);
  MESSAGE("the daemon has " << after << " MB, before " << before);
  CHECK(after < before + 64);
}

TEST_CASE("what is malformed or could be read in two ways gets one refusal and the end") {
  world on{one_exchange()};
  begin(on);
  neighbour next_door{on.daemon->port()};
  const std::string post = "POST /v1/markets HTTP/1.1\r\nHost: x\r\n";
  const std::string hidden = get_of("/v1/exchanges");
  const std::vector<std::string> shapes{
      "nonsense\r\n\r\n" + hidden,
      std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc", 9) + hidden,
      "GET / HTTP/9.9\r\nHost: x\r\n\r\n" + hidden,
      post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden,
      post + "Content-Length: 0\r\nContent-Length: 44\r\n\r\n" + hidden,
      post + "Content-Length: 0, 44\r\n\r\n" + hidden,
      post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n" + hidden,
      post + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + hidden,
      post + "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n" + hidden,
      post + "Content-Length: +5\r\n\r\n" + hidden,
      post + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n" + hidden,
      "GET / HTTP/1.1\nHost: x\n\n" + hidden,
      "GET / HTTP/1.1\r\nHost: x\r\nX: a\n\r\n" + hidden,
      "GET / HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\r\n" + hidden,
      "GET / HTTP/1.1\r\nHost: x\r\n" + std::string(20'000, 'a') + ": b\r\n\r\n" + hidden,
      "GET /" + std::string(20'000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n" + hidden,
      std::string("GET / HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n", 37) + hidden,
  };
  const auto check = [&, port = on.daemon->port()](std::size_t i) {
    auto client = raw_socket::connect(port);
    client.send(shapes[i]);
    const auto answer = client.read_to_end();
    return answers_in(answer) == 1 &&
                   (answer.starts_with("HTTP/1.1 4") || answer.starts_with("HTTP/1.1 501"))
               ? std::string{}
               : answer.substr(0, 300);
  };
  for (std::size_t i = 0; i < shapes.size(); ++i)
    CHECK_MESSAGE(check(i) == "", shapes[i].substr(0, 120));
  std::atomic<std::size_t> sent{0}, served{0};
  beside("4 clients that send malformed requests", next_door, [&] {
    return std::make_unique<crowd>(4, [&](std::size_t) {
      if (!check(sent++ % shapes.size()).empty())
        ++served;
    });
  });
  CHECK(sent > 4);
  CHECK(served.load() == 0);
}

TEST_CASE("there are no files behind paths, and no question is too large to be refused") {
  world on{one_exchange()};
  begin(on);
  neighbour next_door{on.daemon->port()};
  const auto many = [](const std::string& part, int count) {
    std::string out;
    for (int i = 0; i < count; ++i)
      out += part + std::to_string(i) + ",";
    return out + part;
  };
  const std::vector<std::string> targets{"/../../../../etc/passwd",
                                         "/v1/../../etc/passwd",
                                         "/%2e%2e/%2e%2e/etc/passwd",
                                         "//etc/passwd",
                                         "/docs/../../etc/passwd",
                                         "/docs%2f..%2f..%2fetc%2fpasswd",
                                         "/..%5c..%5cetc%5cpasswd",
                                         "/v1/markets/../../../etc/passwd",
                                         "/v1/markets/%00",
                                         "/v1/markets/%2e%2e%2f%2e%2e%2fetc",
                                         "/v1/assets/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
                                         "/v1/assets/%0d%0aSet-Cookie:%20a",
                                         "file:///etc/passwd",
                                         "http://elsewhere.example/etc/passwd",
                                         "*",
                                         "/v1/markets/kraken:%7Bx%7D-%7C",
                                         "/v1/markets?quote=" + many("A", 1'000),
                                         "/v1/markets?quote=A&" + many("quote=A&x=", 400),
                                         "/v1/markets?ids=" + many("kraken:BTC-USD", 300),
                                         "/v1/markets?cursor=" + std::string(7'000, 'A'),
                                         "/v1/markets?snapshot=" + std::string(7'000, '9') +
                                             "&page=1",
                                         "/v1/markets?page=" + std::string(5'000, '9'),
                                         "/v1/markets?min_last=1e" + std::string(5'000, '9'),
                                         "/v1/markets?" + std::string(7'000, '%'),
                                         "/v1/search?q=" + std::string(7'000, 'q'),
                                         "/v1/assets?symbols=" + many("A", 1'000)};
  for (const auto& target : targets) {
    auto client = raw_socket::connect(on.daemon->port());
    client.send(get_of(target));
    const auto reply = client.read_reply();
    CHECK_MESSAGE((reply.status == 400 || reply.status == 404), target.substr(0, 80)
                                                                    << ": " << reply.status);
    CHECK_MESSAGE(reply.body.find("root:") == std::string::npos, target);
    CHECK_MESSAGE(reply.head.find("\r\nSet-Cookie") == std::string::npos, target);
    CHECK_MESSAGE(reply.body.size() < 4'096, target.substr(0, 80));
  }
  std::atomic<std::size_t> sent{0};
  beside("4 clients with such questions", next_door, [&] {
    return std::make_unique<crowd>(4, [&, port = on.daemon->port()](std::size_t) {
      auto client = raw_socket::connect(port);
      for (const auto& target : targets) {
        client.send(get_of(target));
        client.read_reply();
        ++sent;
      }
    });
  });
  CHECK(sent > 0);
}

TEST_CASE("strangers that ask too much are told to wait, and whoever has a key does not notice") {
  const std::string key = "a key of a neighbour";
  world on{one_exchange(), "[clients]\nrate = 50\n[[key]]\nname = \"neighbour\"\nsha256 = \"" +
                               sha256_hex(key) + "\"\n[admin]\nlisten = \"127.0.0.1:0\"\n"};
  on.wait_until("pages are served", [&] { return on.get("/readyz").status == 200; });
  neighbour next_door{on.daemon->port(), "X-API-Key: " + key + "\r\n"};
  on.wait_until("there are rows", [&] { return next_door.is_served(); });
  std::atomic<std::size_t> answered{0}, refused{0};
  beside("4 strangers limited to 50 requests a second", next_door, [&] {
    return std::make_unique<crowd>(4, [&, port = on.daemon->port()](std::size_t) {
      auto client = raw_socket::connect(port);
      for (int i = 0; i < 200; ++i) {
        client.send(get_of("/v1/markets?per_page=5"));
        ++(client.read_reply().status == 429 ? refused : answered);
      }
    });
  });
  MESSAGE(answered.load() << " questions of strangers were answered, " << refused.load()
                          << " refused");
  CHECK(answered >= 50);
  CHECK(refused > 0);
}

TEST_CASE("the API is served over TLS, while others at its port do not speak it") {
  const net::test::authority trusted;
  const auto shown = trusted.issue("DNS:localhost");
  const temporary_directory files;
  write_file(files / "certificate.pem", shown.certificate);
  write_file(files / "key.pem", shown.key);
  world on{one_exchange(),
           fmt::format("[http]\ntls_certificate = \"{0}/certificate.pem\"\n"
                       "tls_key = \"{0}/key.pem\"\n[admin]\nlisten = \"127.0.0.1:0\"\n",
                       files.path())};
  const auto port = operators_port(on);
  on.wait_until("pages are served", [&] { return ask(port, "/readyz").status == 200; });
  net::io_thread io;
  const auto is_served = [&] {
    net::http_get_options options;
    options.url = fmt::format("https://localhost:{}/v1/markets?per_page=1", on.daemon->port());
    options.tls.ca_file = trusted.file();
    std::promise<unsigned> answered;
    net::http_get(io.context(), options, [&](const result<net::http_reply>& reply) {
      answered.set_value(reply ? reply->status : 0);
    });
    return answered.get_future().get() == 200;
  };
  CHECK(is_served());
  std::atomic<std::size_t> others{0};
  {
    const crowd plain{4, [&, api = on.daemon->port()](std::size_t) {
                        auto client = raw_socket::connect(api);
                        client.send(get_of("/v1/markets"));
                        CHECK(answers_in(client.read_to_end()) == 0);
                        ++others;
                      }};
    on.wait_until("others were there", [&] { return others > 20; });
    for (int i = 0; i < 20; ++i)
      CHECK(is_served());
  }
  io.stop();
}

TEST_CASE("operators have a listener that clients cannot fill, and that needs no key") {
  world on{one_exchange(), "[http]\nmax_connections = 2\n[clients]\nkey_required = true\n"
                           "[admin]\nlisten = \"127.0.0.1:0\"\n"};
  const auto port = operators_port(on);
  on.wait_until("pages are served", [&] { return ask(port, "/readyz").status == 200; });
  CHECK(on.get("/v1/markets").status == 401);
  CHECK(on.get("/v1/supervision").status == 401);
  CHECK(on.get("/healthz").status == 200);
  auto first = raw_socket::connect(on.daemon->port());
  auto second = raw_socket::connect(on.daemon->port());
  on.wait_until("the API is full", [&] { return on.get("/healthz").status == 503; });
  CHECK(ask(port, "/healthz").status == 200);
  CHECK(ask(port, "/v1/exchanges").body.find("\"exchange\":\"kraken\"") != std::string::npos);
  const auto parts = ask(port, "/v1/supervision");
  CHECK(parts.status == 200);
  CHECK(parts.body.find(R"({"part":"query","running":true,"restarts":0,"alarm":false,)") !=
        std::string::npos);
  CHECK(ask(port, "/v1/markets").status == 404);
}
