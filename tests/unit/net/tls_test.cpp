#include "adapters/net/http_client.hpp"
#include "adapters/net/io_thread.hpp"
#include "tests/unit/net/recording_listener.hpp"
#include "tests/unit/net/ws_peer.hpp"

#include <boost/system/system_error.hpp>
#include <doctest/doctest.h>

#include <future>

using namespace tickboard::net;
using namespace tickboard::net::test;

namespace {

/// What a stream that trusts `ca_file` says about a peer that shows `shown`.
std::string refusal(const identity& shown, const std::string& ca_file,
                    const std::string& host = "localhost") {
  raw_listener exchange;
  stream_options options;
  options.url = "wss://" + host + ":" + std::to_string(exchange.port());
  options.tls.ca_file = ca_file;
  const auto listener = std::make_shared<recording_listener>();
  io_thread io;
  const auto handle = open_stream(io.context(), options, listener);
  CHECK_THROWS_AS(ws_peer::accept_tls(exchange, shown), boost::system::system_error);
  auto reason = listener->wait_closed();
  CHECK(!listener->opened);
  return reason;
}

} // namespace

TEST_CASE("a certificate that names the host and leads to the CA file is accepted") {
  const authority trusted;
  const auto shown = trusted.issue("DNS:localhost,IP:127.0.0.1");
  for (const auto* host : {"localhost", "127.0.0.1"}) {
    CAPTURE(host);
    raw_listener exchange;
    stream_options options;
    options.url = std::string("wss://") + host + ":" + std::to_string(exchange.port());
    options.tls.ca_file = trusted.file();
    const auto listener = std::make_shared<recording_listener>();
    io_thread io;
    const auto handle = open_stream(io.context(), options, listener);
    auto peer = ws_peer::accept_tls(exchange, shown);
    CHECK(peer.host() == host + (":" + std::to_string(exchange.port())));
    handle->send("hello");
    CHECK(peer.read() == "hello");
    for (auto i = 0; i < 1'000; ++i)
      peer.send(std::to_string(i));
    REQUIRE(listener->wait_frames(1'000));
    CHECK(listener->frames.back() == "999");
    handle->close();
    CHECK(peer.read_to_close() == 1000);
    CHECK(listener->wait_closed().find("closed by this side") != std::string::npos);
  }
}

TEST_CASE("other certificates are refused, each with what is wrong with it") {
  const authority trusted;
  const authority stranger;
  const auto has = [](const std::string& reason, std::string_view part) {
    CHECK_MESSAGE(reason.find("the certificate is not accepted") != std::string::npos, reason);
    CHECK_MESSAGE(reason.find(part) != std::string::npos, reason);
  };
  const std::string names = "DNS:localhost,IP:127.0.0.1";
  has(refusal(stranger.issue(names), trusted.file()), "unable to get local issuer certificate");
  has(refusal(trusted.issue(names), ""), "unable to get local issuer certificate");
  has(refusal(trusted.issue(names, true), trusted.file()), "expired");
  has(refusal(trusted.issue("DNS:elsewhere.example"), trusted.file()), "hostname mismatch");
  has(refusal(trusted.issue("DNS:local*"), trusted.file()), "hostname mismatch");
  has(refusal(trusted.issue("DNS:127.0.0.1"), trusted.file(), "127.0.0.1"), "IP address mismatch");
}

TEST_CASE("a CA file that cannot be used is named") {
  const auto reason = [](const std::string& ca_file) {
    stream_options options;
    options.url = "wss://localhost:1/";
    options.tls.ca_file = ca_file;
    const auto listener = std::make_shared<recording_listener>();
    io_thread io;
    const auto handle = open_stream(io.context(), options, listener);
    return listener->wait_closed();
  };
  CHECK(reason("/no/such/file.pem").find("ca_file /no/such/file.pem: No such file") !=
        std::string::npos);
  CHECK(reason("/dev/null").find("/dev/null") != std::string::npos);
}

TEST_CASE("https is verified in the same way") {
  const authority trusted;
  const auto shown = trusted.issue("DNS:localhost");
  raw_listener exchange;
  http_get_options options;
  options.url = "https://localhost:" + std::to_string(exchange.port());
  io_thread io;
  const auto ask = [&] {
    std::promise<tickboard::result<http_reply>> promise;
    auto future = promise.get_future();
    http_get(io.context(), options, [&](auto reply) { promise.set_value(std::move(reply)); });
    // The peer wants an upgrade: either it never gets to that, or it answers 400.
    CHECK_THROWS_AS(ws_peer::accept_tls(exchange, shown), boost::system::system_error);
    return future.get();
  };
  const auto refused = ask();
  REQUIRE(!refused);
  CHECK(refused.error().find("the certificate is not accepted") != std::string::npos);
  options.tls.ca_file = trusted.file();
  const auto answered = ask();
  REQUIRE_MESSAGE(answered, answered.error());
  CHECK(answered->status / 100 == 4);
}

TEST_CASE("a peer that does not speak TLS is told apart") {
  raw_listener exchange;
  stream_options options;
  options.url = "wss://127.0.0.1:" + std::to_string(exchange.port());
  const auto listener = std::make_shared<recording_listener>();
  io_thread io;
  SUBCASE("it speaks HTTP") {
    const auto handle = open_stream(io.context(), options, listener);
    auto peer = exchange.accept();
    peer.send("HTTP/1.1 400 Bad Request\r\n\r\n");
    CHECK(listener->wait_closed().find("TLS handshake failed") != std::string::npos);
  }
  SUBCASE("it keeps silent") {
    options.connect_timeout = std::chrono::milliseconds{40};
    const auto handle = open_stream(io.context(), options, listener);
    auto peer = exchange.accept();
    CHECK(listener->wait_closed().find("the TLS handshake took too long") != std::string::npos);
  }
}
