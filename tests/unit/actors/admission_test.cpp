#include "actors/admission.hpp"
#include "adapters/net/digest.hpp"
#include "tests/support/api_key.hpp"
#include "tests/support/http_header.hpp"

#include <doctest/doctest.h>

using namespace tickboard;
using namespace std::chrono_literals;
using tickboard::test::header;
using outcome = tickboard::admission_outcome;

namespace {

const token_bucket::clock::time_point start{1h};

admission_verdict admit(admission& door, const net::http_request& request,
                        std::string_view network = "192.0.2.1",
                        token_bucket::clock::time_point now = start) {
  const std::string_view target = request.target;
  return door.admit(request, target.substr(0, target.find('?')), network, now);
}

config::key_settings key_with(std::string name, std::string_view text, std::uint32_t rate = 0,
                              std::uint32_t burst = 0) {
  return {std::move(name), tickboard::test::sha256_hex(text), rate, burst};
}

net::http_request request_for(std::string target, std::string authorization = {},
                              std::string api_key = {}) {
  net::http_request out;
  out.target = std::move(target);
  out.authorization = std::move(authorization);
  out.api_key = std::move(api_key);
  return out;
}

} // namespace

TEST_CASE("SHA-256 is what others take for it") {
  // FIPS 180-4: of "abc".
  CHECK(net::sha256("abc") ==
        net::parse_digest("BA7816BF8F01CFEA414140DE5DAE2223b00361a396177a9cb410ff61f20015ad"));
  CHECK_FALSE(net::parse_digest(std::string(63, 'a')));
  CHECK_FALSE(net::parse_digest(std::string(65, 'a')));
  CHECK_FALSE(net::parse_digest(std::string(63, 'a') + "g"));
  auto other = net::sha256("abc");
  CHECK(net::same_digest(other, net::sha256("abc")));
  other.back() ^= 1;
  CHECK_FALSE(net::same_digest(other, net::sha256("abc")));
}

TEST_CASE("without settings nobody is looked at") {
  CHECK_FALSE(admission{}.guards());
  CHECK(admission{{.rate = 1}, {}}.guards());
  CHECK(admission{{.key_required = true}, {}}.guards());
  CHECK(admission{{}, {key_with("a", "secret")}}.guards());
}

TEST_CASE("a key opens the door, in each way that it can be given, and nothing else does") {
  admission door{{.key_required = true}, {key_with("a", "first"), key_with("b", "second")}};
  const auto ask = [&](const net::http_request& request) { return admit(door, request).is; };
  const std::string page = "/v1/markets?page=2";
  CHECK(ask(request_for(page)) == outcome::key_missing);
  CHECK(ask(request_for(page, "Bearer first")) == outcome::admitted);
  CHECK(ask(request_for(page, "bearer  second")) == outcome::admitted);
  CHECK(ask(request_for(page, "", "second")) == outcome::admitted);
  for (const auto* wrong : {"Bearer third", "Bearer First", "Bearer firs", "Bearer first ",
                            "Bearer first, Bearer second", "Bearer first second"})
    CHECK_MESSAGE(ask(request_for(page, wrong)) == outcome::key_unknown, wrong);
  for (const auto* none : {"Bearer", "Bearer ", "Basic first", "first", "Bearerfirst"})
    CHECK_MESSAGE(ask(request_for(page, none)) == outcome::key_missing, none);
  // A proxy on the way may have a scheme of its own.
  CHECK(ask(request_for(page, "Basic eDp5", "first")) == outcome::admitted);
  CHECK(ask(request_for(page, "Bearer first", "third")) == outcome::key_unknown);
  CHECK(ask(request_for(page, "", "first, first")) == outcome::key_unknown);
}

TEST_CASE("documents need no key, but a wrong one is told") {
  admission door{{.key_required = true}, {key_with("a", "first")}};
  for (const auto* path : {"/docs", "/openapi.json", "/docs?x", "/", "/?view=assets"}) {
    CHECK(admit(door, request_for(path)).is == outcome::admitted);
    CHECK(admit(door, request_for(path, "Bearer no")).is == outcome::key_unknown);
  }
  for (const auto* path : {"/docs/", "/assets/", "/docsx", "//docs", "/v1/exchanges"})
    CHECK_MESSAGE(admit(door, request_for(path)).is == outcome::key_missing, path);
  CHECK(admission::is_open("/healthz"));
  CHECK(admission::is_open("/readyz"));
  for (const auto* path : {"/healthz/", "/readyzz", "/", "", "/v1/markets"})
    CHECK_FALSE(admission::is_open(path));
}

TEST_CASE("who gives a key is known by it, wherever he is") {
  admission door{{}, {key_with("a", "first"), key_with("b", "second")}};
  const auto client = [&](const std::string& key, std::string_view network) {
    return admit(door, request_for("/", key.empty() ? "" : "Bearer " + key), network).client;
  };
  CHECK(client("first", "n1") == client("first", "n2"));
  CHECK_FALSE(client("first", "n1").empty());
  CHECK(client("first", "n1") != client("second", "n1"));
  CHECK(client("", "n1").empty());
  CHECK(client("third", "n1").empty());
}

TEST_CASE("each key has its own limit, strangers one for each network") {
  admission door{
      {.rate = 1, .burst = 2},
      {key_with("a", "first", 1, 3), key_with("b", "second", 1), key_with("c", "third")}};
  const auto count = [&](const std::string& key, std::string_view network, auto now) {
    int allowed = 0;
    for (int i = 0; i < 10; ++i) {
      const auto verdict =
          admit(door, request_for("/", key.empty() ? "" : "Bearer " + key), network, now);
      CHECK(verdict.rate.has_value() == (key != "third"));
      if (verdict.is == outcome::admitted)
        ++allowed;
      else
        CHECK(verdict.is == outcome::too_many);
    }
    return allowed;
  };
  CHECK(count("first", "n1", start) == 3);
  CHECK(count("first", "n2", start) == 0); // wherever it is used
  CHECK(count("second", "n1", start) == 1);
  CHECK(count("third", "n1", start) == 10);
  CHECK(count("", "n1", start) == 2);
  CHECK(count("", "n2", start) == 2);
  const auto later = token_bucket::clock::now() + 1h; // buckets of keys begin when they are made
  CHECK(count("first", "n1", later) == 3);
  CHECK(count("", "n1", later) == 2);
}

TEST_CASE("who is refused is told why, in the words that are spoken there") {
  const admission_verdict missing{outcome::key_missing, {}}, unknown{outcome::key_unknown, {}};
  admission_verdict too_many{outcome::too_many, rate_verdict{false, 5, 0, 2s, 3s}};

  const auto first = refusal_of(missing, "/v1/markets");
  CHECK(first.status == 401);
  CHECK(first.content_type == "application/problem+json");
  CHECK(header(first, "WWW-Authenticate") == "Bearer realm=\"tickboard\"");
  const auto second = refusal_of(unknown, "/v1/markets");
  CHECK(second.status == 401);
  CHECK(header(second, "WWW-Authenticate") ==
        "Bearer realm=\"tickboard\", error=\"invalid_token\"");
  const auto third = refusal_of(too_many, "/v1/markets");
  CHECK(third.status == 429);
  CHECK(header(third, "Retry-After") == "2");

  for (const auto* path : {"/api/v3/ping", "/v1/cryptocurrency/listings/latest"})
    for (const auto& why : {missing, unknown, too_many}) {
      const auto out = refusal_of(why, path);
      CHECK(out.status == (why.is == outcome::too_many ? 429 : 401));
      CHECK(out.content_type == "application/json");
      CHECK(header(out, why.is == outcome::too_many ? "Retry-After" : "WWW-Authenticate") != "");
    }
}

TEST_CASE("keys and limits change meanwhile") {
  admission door{{.rate = 1, .burst = 2},
                 {key_with("a", "first", 1, 3), key_with("b", "second", 1, 3)}};
  const auto ask = [&](const std::string& key) {
    return admit(door, request_for("/v1/markets", key.empty() ? "" : "Bearer " + key)).is;
  };
  const auto use_up = [&](const std::string& key) {
    int allowed = 0;
    while (ask(key) == outcome::admitted)
      ++allowed;
    return allowed;
  };
  CHECK(use_up("first") == 3);
  CHECK(use_up("second") == 3);
  CHECK(use_up("") == 2);

  // Another place in the file, or another name, is no other key.
  door.change(
      {.rate = 1, .burst = 2, .max_networks = 100'000},
      {key_with("b", "second", 1, 4), key_with("x", "first", 1, 3), key_with("c", "third")});
  CHECK(ask("first") == outcome::too_many);
  CHECK(ask("") == outcome::too_many);
  CHECK(use_up("second") == 4); // another limit
  CHECK(ask("third") == outcome::admitted);

  door.change({.key_required = true}, {key_with("c", "third")});
  CHECK(ask("first") == outcome::key_unknown);
  CHECK(ask("") == outcome::key_missing);
  CHECK(ask("third") == outcome::admitted);
  CHECK(door.guards());

  door.change({}, {});
  CHECK_FALSE(door.guards());
}

TEST_CASE("who was let in stays as long as he would be let in") {
  admission door;
  const auto ticket_of = [&](const std::string& authorization) {
    const auto verdict = admit(door, request_for("/v1/stream", authorization));
    CHECK(verdict.is == outcome::admitted);
    return verdict.ticket;
  };
  admission_ticket unguarded; // nobody was looked at then
  CHECK(door.lets_stay(unguarded));
  const auto first = key_with("a", "first"), second = key_with("b", "second");
  door.change({}, {first, second});
  auto stranger = ticket_of(""), by_first = ticket_of("Bearer first"),
       by_second = ticket_of("Bearer second");
  for (auto* one : {&unguarded, &stranger, &by_first, &by_second})
    CHECK(door.lets_stay(*one));

  door.change({.rate = 1}, {second}); // limits are for who asks anew
  CHECK(door.lets_stay(unguarded));
  CHECK(door.lets_stay(stranger));
  CHECK(door.lets_stay(by_second));
  for (int i = 0; i < 3; ++i) // however often that is asked
    CHECK_FALSE(door.lets_stay(by_first));
  CHECK(refusal_of(by_first).status == 401);
  CHECK(refusal_of(by_first).body->find("Key unknown") != std::string::npos);

  door.change({.key_required = true}, {second});
  CHECK_FALSE(door.lets_stay(unguarded));
  CHECK_FALSE(door.lets_stay(stranger));
  CHECK(door.lets_stay(by_second));
  CHECK(refusal_of(stranger).body->find("Key missing") != std::string::npos);

  door.change({}, {first, second});
  CHECK(door.lets_stay(by_first));
}

TEST_CASE("what is no request counts like one, on the same account") {
  admission door{{.rate = 1, .burst = 3}, {key_with("a", "first", 1, 3)}};
  const auto later = token_bucket::clock::now() + 1h; // buckets of keys begin when they are made
  for (const std::string authorization : {"", "Bearer first"}) {
    const auto ticket =
        admit(door, request_for("/v1/ws", authorization), "192.0.2.1", later).ticket;
    const auto again = [&](std::string_view network = "192.0.2.1") {
      return door.admit_again(ticket, network, later);
    };
    CHECK(again().is == outcome::admitted);
    CHECK(again().is == outcome::admitted);
    const auto refused = again();
    CHECK(refused.is == outcome::too_many);
    CHECK(refused.rate->retry_after == 1s);
    CHECK((again("192.0.2.2").is == outcome::admitted) == authorization.empty());
    CHECK(admit(door, request_for("/", authorization), "192.0.2.1", later).is == outcome::too_many);
  }
  const auto with_key = admit(door, request_for("/", "Bearer first"), "n", later + 1h).ticket;
  door.change({.key_required = true}, {});
  CHECK(door.admit_again(with_key, "n", later).is == outcome::key_unknown);
  CHECK(door.admit_again({}, "n", later).is == outcome::key_missing);
}
