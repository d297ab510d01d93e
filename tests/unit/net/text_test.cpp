#include "adapters/net/http_text.hpp"
#include "adapters/net/url.hpp"

#include <doctest/doctest.h>

using namespace tickboard::net;

TEST_CASE("URLs are taken apart") {
  const auto binance = parse_url("wss://stream.binance.com:9443/ws?x=1/2");
  REQUIRE(binance);
  CHECK(binance->tls());
  CHECK(binance->host == "stream.binance.com");
  CHECK(binance->port == 9443);
  CHECK(binance->target == "/ws?x=1/2");
  CHECK(binance->authority() == "stream.binance.com:9443");

  const auto kraken = parse_url("https://api.kraken.com");
  REQUIRE(kraken);
  CHECK(kraken->port == 443);
  CHECK(kraken->target == "/");
  CHECK(kraken->authority() == "api.kraken.com");
  CHECK(kraken->where() == "api.kraken.com:443");

  const auto six = parse_url("ws://[::1]:8080?q");
  REQUIRE(six);
  CHECK(!six->tls());
  CHECK(six->host == "::1");
  CHECK(six->target == "/?q");
  CHECK(six->authority() == "[::1]:8080");
}

TEST_CASE("URLs that cannot be used say why") {
  const auto why = [](std::string_view text) {
    const auto parsed = parse_url(text);
    return parsed ? std::string("accepted") : parsed.error();
  };
  const auto mentions = [&](std::string_view text, std::string_view reason) {
    CAPTURE(text);
    CHECK_MESSAGE(why(text).find(reason) != std::string::npos, why(text));
  };
  mentions("", "no scheme");
  mentions("stream.binance.com", "no scheme");
  mentions("ftp://a/", "scheme \"ftp\"");
  mentions("wss://", "host is missing");
  mentions("wss://:1/", "host is missing");
  mentions("wss://a:/", "port");
  mentions("wss://a:0/", "port 0");
  mentions("wss://a:65536/", "port");
  mentions("wss://a:1x/", "port");
  mentions("wss://[::1/", "not closed");
  mentions("wss://::1/", "brackets");
  mentions("wss://user:secret@a/", "user name");
  mentions("wss://a/#x", "fragment");
  mentions("wss://a/b c", "blank");
  mentions("wss://a/\r\nX: y", "control");
  CHECK(why("wss://user:secret@a/").find("secret") == std::string::npos);
}

TEST_CASE("gzip is accepted as Accept-Encoding says") {
  for (const auto* yes : {"gzip", "GZIP", "x-gzip", "br;q=1, gzip;q=0.001", "*", "identity,*;q=0.5",
                          "gzip , deflate", "*;q=0,gzip"})
    CHECK_MESSAGE(accepts_gzip(yes), yes);
  for (const auto* no : {"", "br", "gzip;q=0", "gzip; q=0.000", "gzip;Q=0", "*;q=0", "gzip;q=0, *",
                         "notgzip", ",,;"})
    CHECK_MESSAGE(!accepts_gzip(no), no);
}

TEST_CASE("Retry-After is seconds or a date") {
  constexpr std::time_t now = 784'111'777; // Sun, 06 Nov 1994 08:49:37 GMT, the example of RFC 9110
  CHECK(http_date(now) == "Sun, 06 Nov 1994 08:49:37 GMT");
  const auto seconds = [](std::string_view value) { return parse_retry_after(value, now).count(); };
  CHECK(seconds("120") == 120);
  CHECK(seconds(" 7 ") == 7);
  CHECK(seconds(http_date(now + 90)) == 90);
  CHECK(seconds(http_date(now - 90)) == 0);
  CHECK(seconds("259199") == 259'199);
  CHECK(seconds("259201") == 259'200);
  CHECK(seconds("99999999999999999999") == 259'200);
  CHECK(seconds(http_date(now + 400'000)) == 259'200);
  CHECK(seconds("") == 0);
  CHECK(seconds("-5") == 0);
  CHECK(seconds("soon") == 0);
}

TEST_CASE("clients are told apart by address, and in IPv6 by network") {
  const auto network = [](const char* address) {
    return network_of(boost::asio::ip::make_address(address));
  };
  CHECK(network("192.0.2.1") == "192.0.2.1");
  CHECK(network("::ffff:192.0.2.1") == "192.0.2.1");
  CHECK(network("2001:db8:1:2:3:4:5:6") == "2001:db8:1:2::/64");
  CHECK(network("2001:db8:1:2::") == "2001:db8:1:2::/64");
  CHECK(network("2001:db8:1:3::1") != network("2001:db8:1:2::1"));
  CHECK(network("fe80::1%1") == "fe80::/64");
}
