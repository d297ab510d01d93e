#include "adapters/net/http_text.hpp"
#include "adapters/net/io_thread.hpp"
#include "tests/unit/net/recording_listener.hpp"
#include "tests/unit/net/ws_peer.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>

using namespace tickboard::net;
using namespace tickboard::net::test;
using std::chrono::milliseconds;

namespace {

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

/// A stream towards a listener of the test, which plays the exchange.
struct fixture {
  explicit fixture(bool keep = false) : listener(std::make_shared<recording_listener>(keep)) {
    options.url = "ws://127.0.0.1:" + std::to_string(exchange.port()) + "/ws?key=secret";
  }
  /// Also checks what holds at every end, whatever the reason.
  ~fixture() {
    handle->close();
    CHECK(listener->wait_closed() != "never closed");
    io.stop();
    CHECK(listener->closed == 1);
    CHECK(!listener->after_close);
    CHECK(!has(listener->reason, "secret"));
  }
  void open() { handle = open_stream(io.context(), options, listener); }
  ws_peer open_and_accept() {
    open();
    auto peer = ws_peer::accept(exchange);
    CHECK(listener->wait_open());
    return peer;
  }

  raw_listener exchange;
  stream_options options;
  std::shared_ptr<recording_listener> listener;
  io_thread io;
  stream_ptr handle;
};

} // namespace

TEST_CASE("messages go both ways, text and binary alike") {
  fixture f;
  auto peer = f.open_and_accept();
  f.handle->send("subscribe");
  CHECK(peer.read() == "subscribe");
  peer.send("text");
  peer.send("binary", true);
  peer.send("");
  REQUIRE(f.listener->wait_frames(3));
  CHECK(f.listener->frames == std::vector<std::string>{"text", "binary", ""});
}

TEST_CASE("messages sent before the connection is open go out first, in order") {
  fixture f;
  f.open();
  for (auto i = 0; i < 20; ++i)
    f.handle->send(std::to_string(i));
  auto peer = ws_peer::accept(f.exchange);
  for (auto i = 0; i < 20; ++i)
    CHECK(peer.read() == std::to_string(i));
}

TEST_CASE("the upgrade says who we are, without Origin or extensions") {
  fixture f;
  f.open();
  auto peer = f.exchange.accept();
  const auto request = peer.read_until("\r\n\r\n");
  CHECK(has(request, "GET /ws?key=secret HTTP/1.1\r\n"));
  CHECK(has(request, "\r\nHost: 127.0.0.1:" + std::to_string(f.exchange.port()) + "\r\n"));
  CHECK(has(request, "\r\nUser-Agent: tickboard"));
  CHECK(!has(request, "Origin:"));
  CHECK(!has(request, "Extensions:"));
}

TEST_CASE("batches keep all frames and their order") {
  fixture f;
  f.options.max_batch_frames = 50;
  auto peer = f.open_and_accept();
  constexpr std::size_t count = 10'000;
  for (std::size_t i = 0; i < count; ++i)
    peer.send(std::to_string(i) + std::string(i % 500, '.'), i % 2 == 0);
  REQUIRE(f.listener->wait_frames(count));
  for (std::size_t i = 0; i < count; ++i)
    REQUIRE(f.listener->frames[i] == std::to_string(i) + std::string(i % 500, '.'));
  CHECK(f.listener->batches < count);
  CHECK(f.listener->largest_batch <= 50);
  CHECK(f.listener->largest_batch > 1);
}

TEST_CASE("a frame alone is not held back, and frames before a close are not lost") {
  fixture f;
  auto peer = f.open_and_accept();
  peer.send("one");
  CHECK(f.listener->wait_frames(1));
  peer.send("two");
  peer.close(1000, "bye");
  f.listener->wait_closed();
  CHECK(f.listener->frames == std::vector<std::string>{"one", "two"});
}

TEST_CASE("unreleased batches stop the reading, and the peer, until they are released") {
  fixture f(true);
  constexpr std::size_t frame_size = 1'000;
  constexpr std::size_t count = 60'000; // far more than the socket buffers hold
  f.options.credit_bytes = 100'000;
  auto peer = f.open_and_accept();
  std::atomic<bool> all_sent{false};
  std::thread sender([&] {
    for (std::size_t i = 0; i < count; ++i)
      peer.send(std::to_string(i) + std::string(frame_size, 'x'));
    all_sent = true;
  });

  CHECK(f.listener->wait([&] { return f.listener->held_bytes >= f.options.credit_bytes; }));
  CHECK(eventually([&] { return !peer.writable(); }));
  CHECK(!all_sent);
  while (!f.listener->wait([&] {
    return f.listener->frames.size() == count ||
           f.listener->held_bytes >= f.options.credit_bytes / 2;
  }) || f.listener->frames.size() != count)
    f.listener->release();
  sender.join();
  CHECK(f.listener->largest_held <= f.options.credit_bytes + 2 * frame_size);
  for (std::size_t i = 0; i < count; ++i)
    REQUIRE(f.listener->frames[i].starts_with(std::to_string(i) + "x"));
}

TEST_CASE("batches may outlive their stream and their io thread") {
  auto f = std::make_unique<fixture>(true);
  f->options.credit_bytes = 10;
  {
    auto peer = f->open_and_accept();
    peer.send("more than the credit is");
    CHECK(f->listener->wait_frames(1));
  }
  const auto listener = f->listener;
  const auto handle = f->handle;
  f.reset();
  listener->release();
  handle->send("to nobody");
  handle->close();
}

TEST_CASE("a stream lives without its handle") {
  fixture f;
  auto peer = f.open_and_accept();
  std::exchange(f.handle, nullptr).reset();
  peer.send("still here");
  CHECK(f.listener->wait_frames(1));
  peer.close(1000, "");
  f.listener->wait_closed();
  f.handle = open_stream(f.io.context(), f.options, std::make_shared<recording_listener>());
}

TEST_CASE("a frame over the limit closes the connection") {
  fixture f;
  f.options.max_frame_bytes = 1'000;
  auto peer = f.open_and_accept();
  peer.send(std::string(1'000, 'f'));
  CHECK(f.listener->wait_frames(1));
  peer.send(std::string(1'001, 'f'));
  CHECK(peer.read_to_close() == 1009);
  CHECK(has(f.listener->wait_closed(), "more than 1000 bytes"));
  CHECK(f.listener->frames.size() == 1);
}

TEST_CASE("the reason names the close code and text of the peer, made harmless") {
  fixture f;
  auto peer = f.open_and_accept();
  peer.close(1008, "too many\nrequests");
  const auto reason = f.listener->wait_closed();
  CHECK(has(reason, "127.0.0.1:" + std::to_string(f.exchange.port()) + ": "));
  CHECK(has(reason, "code 1008: too many?requests"));
}

TEST_CASE("pings of the peer are answered and heard of, pongs too") {
  fixture f;
  f.options.ping_interval = milliseconds{20};
  auto peer = f.open_and_accept();
  std::thread peer_reads([&] { peer.read_to_close(); }); // answers our pings
  CHECK(f.listener->wait([&] { return f.listener->alive >= 5; }));
  CHECK(f.listener->closed == 0);
  f.handle->close();
  peer_reads.join();
}

TEST_CASE("a peer that answers not even pings is given up") {
  fixture f;
  f.options.ping_interval = milliseconds{20};
  auto peer = f.open_and_accept();
  CHECK(has(f.listener->wait_closed(), "not even answers to pings"));
}

TEST_CASE("a peer that pings is alive without data") {
  fixture f;
  auto peer = f.open_and_accept();
  peer.ping();
  CHECK(f.listener->wait([&] { return f.listener->alive == 1; }));
}

TEST_CASE("close is graceful, once, and bounded when the peer keeps silent") {
  fixture f;
  SUBCASE("the peer answers") {
    auto peer = f.open_and_accept();
    f.handle->close();
    f.handle->close();
    CHECK(peer.read_to_close() == 1000);
    CHECK(has(f.listener->wait_closed(), "closed by this side"));
  }
  SUBCASE("the peer does not") {
    auto peer = f.open_and_accept();
    f.handle->close();
    CHECK(has(f.listener->wait_closed(), "closed by this side; the peer did not answer"));
  }
  SUBCASE("before the connection is open") {
    f.open();
    f.handle->close();
    CHECK(has(f.listener->wait_closed(), "closed by this side"));
    CHECK(!f.listener->opened);
  }
}

TEST_CASE("a peer that takes no messages does not make them pile up") {
  fixture f;
  const std::string large(8'000'000, 'm');
  SUBCASE("too many wait") {
    f.options.max_pending_writes = 4;
    auto peer = f.open_and_accept();
    for (auto i = 0; i < 5; ++i)
      f.handle->send(large);
    CHECK(has(f.listener->wait_closed(), "4 messages wait to be sent"));
  }
  SUBCASE("one takes too long") {
    f.options.write_timeout = milliseconds{40};
    auto peer = f.open_and_accept();
    f.handle->send(large + large + large + large);
    CHECK(has(f.listener->wait_closed(), "could not be sent within 40 ms"));
  }
}

TEST_CASE("every way to fail at connecting is told") {
  fixture f;
  SUBCASE("nobody listens") {
    {
      const raw_listener gone;
      f.options.url = "ws://127.0.0.1:" + std::to_string(gone.port());
    }
    f.open();
    CHECK(has(f.listener->wait_closed(), "cannot connect: Connection refused"));
  }
  SUBCASE("no such host") {
    f.options.url = "ws://no-such-host.invalid/";
    f.open();
    CHECK(has(f.listener->wait_closed(), "no-such-host.invalid:80: cannot resolve"));
  }
  SUBCASE("bad URL") {
    f.options.url = "ws:/oops";
    f.open();
    CHECK(has(f.listener->wait_closed(), "URL: has no scheme"));
  }
  SUBCASE("the wrong kind of URL") {
    f.options.url = "http://127.0.0.1/";
    f.open();
    CHECK(has(f.listener->wait_closed(), "\"http\" is not ws or wss"));
  }
  SUBCASE("rate limited") {
    f.open();
    auto peer = f.exchange.accept();
    peer.read_until("\r\n\r\n");
    peer.send("HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n");
    CHECK(has(f.listener->wait_closed(),
              "refused with HTTP status 429 Too Many Requests, Retry-After: 7"));
  }
  SUBCASE("not HTTP") {
    f.open();
    auto peer = f.exchange.accept();
    peer.send("SSH-2.0-OpenSSH\r\n\r\n");
    CHECK(has(f.listener->wait_closed(), "the WebSocket upgrade failed: "));
  }
  SUBCASE("a peer that accepts and keeps silent") {
    f.options.connect_timeout = milliseconds{40};
    f.open();
    auto peer = f.exchange.accept();
    CHECK(has(f.listener->wait_closed(),
              "no connection within 40 ms: the WebSocket upgrade took too long"));
  }
  CHECK(!f.listener->opened);
}

TEST_CASE("a refused upgrade tells its status, and how long to stay away") {
  const auto now = std::time(nullptr);
  struct refusal {
    std::string head;
    unsigned status;
    long long least, most; ///< seconds
  };
  for (const auto& one : std::vector<refusal>{
           {"429 Too Many Requests\r\nRetry-After: 7", 429, 7, 7},
           {"418 I'm a teapot\r\nRetry-After: " + http_date(now + 7200), 418, 7000, 7200},
           {"503 Service Unavailable\r\nretry-after:  30 ", 503, 30, 30},
           {"429 Too Many Requests\r\nRetry-After: 9999999", 429, 259'200, 259'200},
           {"429 Too Many Requests\r\nRetry-After: soon", 429, 0, 0},
           {"418 I'm a teapot", 418, 0, 0},
           {"500 Internal Server Error\r\nRetry-After: 30", 500, 0, 0},
           {"302 Found\r\nRetry-After: 30", 302, 0, 0}}) {
    CAPTURE(one.head);
    fixture f;
    f.open();
    auto peer = f.exchange.accept();
    peer.read_until("\r\n\r\n");
    peer.send("HTTP/1.1 " + one.head + "\r\nContent-Length: 5\r\n\r\nagain");
    CHECK(has(f.listener->wait_closed(), "refused with HTTP status " + std::to_string(one.status)));
    CHECK(f.listener->refused.status == one.status);
    CHECK(f.listener->refused.retry_after.count() >= one.least);
    CHECK(f.listener->refused.retry_after.count() <= one.most);
  }
  fixture f; // whatever else ends a connection is no refusal
  auto peer = f.open_and_accept();
  peer.reset();
  f.listener->wait_closed();
  CHECK(f.listener->refused.status == 0);
}

TEST_CASE("broken connections end with a reason") {
  fixture f;
  auto peer = f.open_and_accept();
  SUBCASE("reset in the middle of a frame") {
    peer.send_raw("\x81\x7d"
                  "half");
    peer.reset();
    CHECK(has(f.listener->wait_closed(), "reset by peer"));
  }
  SUBCASE("end in the middle of a frame") {
    peer.send_raw("\x81\x7d"
                  "half");
    { const auto gone = std::move(peer); }
    CHECK(has(f.listener->wait_closed(), "without a close frame"));
  }
  SUBCASE("an invalid frame") {
    peer.send_raw(std::string_view("\xff\x00", 2));
    CHECK(has(f.listener->wait_closed(), "malformed"));
  }
  SUBCASE("a close frame without the end") {
    peer.send_raw("\x88\x02\x03\xe9");
    CHECK(has(f.listener->wait_closed(), "closed by the peer with code 1001"));
  }
  SUBCASE("text that is not UTF-8") {
    peer.send("\xff\xfe");
    CHECK(has(f.listener->wait_closed(), "malformed"));
  }
  CHECK(f.listener->frames.empty());
}
