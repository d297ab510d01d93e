#include "actors/entity_tag.hpp"
#include "actors/error.hpp"
#include "actors/messages/search.hpp"
#include "tests/support/http_header.hpp"
#include "tests/unit/actors/session_fixture.hpp"

using namespace tickboard;
using namespace tickboard::test;
using namespace std::chrono_literals;

namespace {

net::shared_bytes text(std::string of) {
  return std::make_shared<const std::string>(std::move(of));
}

} // namespace

TEST_CASE("a page comes as the query actor has it, with its links") {
  session_fixture one;
  const auto body = text(R"({"data":[]})");
  one.answer_queries(answer{body, 120, std::chrono::steady_clock::now()});
  const auto told = one.ask("/v1/markets?page=2");
  CHECK(told.status == 200);
  CHECK(told.body == body); // the same bytes, not a copy
  CHECK(header(told, "Cache-Control") == "no-cache");
  CHECK(header(told, "Server-Timing").starts_with("redis;dur=0.000, total;dur="));
  CHECK(header(told, "Link").find("rel=\"next\"") != std::string::npos);

  one.config->max_age = 3s;
  const auto reusable = one.ask("/v1/markets");
  CHECK(header(reusable, "Cache-Control") == "max-age=3");
  CHECK_FALSE(header(reusable, "Age").empty());
}

TEST_CASE("an exchange that is not followed is refused, with those that are") {
  session_fixture one;
  one.answer_queries(answer{text(R"({"data":[]})"), 0, std::chrono::steady_clock::now()});
  CHECK(one.ask("/v1/markets?exchange=binanse").status == 200); // nobody knows yet
  one.config->exchanges->set({"kraken", "binance"});
  for (int i = 0; i < 2; ++i) // also when the question is known
    for (const auto* target : {"/v1/markets?exchange=kraken,binanse",
                               "/v1/markets?exchange=!binanse", "/v1/stream?exchange=binanse"}) {
      CAPTURE(target);
      const auto told = one.ask(target);
      CHECK(told.status == 400);
      CHECK(told.body->find(R"("detail":"exchange names \"binanse\", which is not followed; )"
                            R"(allowed: binance, kraken, separated by commas; )") !=
            std::string::npos);
      CHECK(told.body->find(R"("parameter":"exchange")") != std::string::npos);
    }
  CHECK(one.ask("/v1/markets?exchange=Kraken").status == 200);
  one.config->exchanges->set({"binanse"}); // by a reload
  CHECK(one.ask("/v1/markets?exchange=!binanse").status == 200);
  CHECK(one.ask("/v1/markets?exchange=kraken").status == 400);
}

TEST_CASE("a page for a spreadsheet says what it is, and how many rows there are in all") {
  session_fixture one;
  one.answer_queries(answer{text("id\r\n"), 120, std::chrono::steady_clock::now()});
  const auto told = one.ask("/v1/markets?format=csv&fields=id");
  CHECK(told.content_type.starts_with("text/csv"));
  CHECK(header(told, "X-Total-Count") == "120");
  CHECK(header(told, "Link").find("&format=csv&fields=id>; rel=\"next\"") != std::string::npos);
  CHECK(header(one.ask("/v1/markets"), "X-Total-Count").empty());
}

TEST_CASE("a last good answer says since when it is stale, wherever there is a place for it") {
  session_fixture one;
  one.config->max_age = 3s;
  answer page{text(R"({"data":[]})"), 120, std::chrono::steady_clock::now() - 42s};
  page.tag = stale_tag("W/\"1\"", 1'795'411'128'660);
  CHECK(page.tag == "W/\"1-1795411128660\"");
  page.stale_since_ms = 1'795'411'128'660;
  one.answer_queries(page);
  for (const auto* target : {"/v1/markets", "/v1/markets/kraken:BTC-USD"}) {
    const auto told = one.ask(target);
    CHECK(told.status == 200);
    CHECK(*told.body == R"({"data":[],"stale_since_ms":1795411128660})");
    CHECK(header(told, "X-Stale-Since") == "1795411128660");
    CHECK(header(told, "Age") == "42");
    CHECK(header(told, "Cache-Control") == "no-cache"); // also where fresh ones may be reused
  }
  const auto table = one.ask("/v1/markets?format=csv");
  CHECK(table.body == page.body);
  CHECK(header(table, "X-Stale-Since") == "1795411128660");
  CHECK(header(table, "Age") == "42");

  one.if_none_match = "W/\"1\""; // of the fresh answer with the same rows: that one is no more
  CHECK(one.ask("/v1/markets").status == 200);
  one.if_none_match = page.tag;
  const auto same = one.ask("/v1/markets");
  CHECK(same.status == 304);
  CHECK(header(same, "X-Stale-Since") == "1795411128660");

  page.stale_since_ms = 0;
  one.answer_queries(page);
  CHECK(header(one.ask("/v1/markets"), "X-Stale-Since").empty());
}

TEST_CASE("who has the page already is told so, and only then") {
  session_fixture one;
  answer page{text(R"({"data":[]})"), 120, std::chrono::steady_clock::now()};
  page.tag = "W/\"1\"";
  one.answer_queries(page);
  for (const auto* target : {"/v1/markets", "/v1/markets/kraken:BTC-USD"}) {
    CHECK(header(one.ask(target), "ETag") == page.tag);
    one.if_none_match = "\"0\", W/\"1\"";
    const auto same = one.ask(target);
    CHECK(same.status == 304);
    CHECK(same.body == nullptr);
    CHECK(header(same, "ETag") == page.tag);
    one.if_none_match = "\"0\"";
    CHECK(one.ask(target).status == 200);
    one.if_none_match.clear();
  }
}

TEST_CASE("browsers are told whose pages may read answers, if the config says so") {
  session_fixture one;
  one.answer_queries(answer{text("{}"), 1, {}});
  CHECK(header(one.ask("/v1/markets"), "Access-Control-Allow-Origin").empty());
  CHECK(one.ask("/v1/markets", false, 0ms, "OPTIONS").status == 405);
  one.config->cors_origin = "*";
  for (const auto* target : {"/v1/markets", "/nowhere"})
    CHECK(header(one.ask(target), "Access-Control-Allow-Origin") == "*");
  CHECK(header(one.ask("/v1/markets"), "Vary") == "Accept");
  const auto before = one.ask("/v1/markets", false, 0ms, "OPTIONS");
  CHECK(before.status == 204);
  CHECK(header(before, "Access-Control-Allow-Methods") == "GET, HEAD");
  one.config->cors_origin = "https://board.example";
  const auto told = one.ask("/v1/markets");
  CHECK(header(told, "Access-Control-Allow-Origin") == "https://board.example");
  CHECK(header(told, "Vary") == "Accept, Origin");
}

TEST_CASE("tags are found in what a client has") {
  const auto tag = entity_tag(0xabcdef);
  CHECK(tag == "W/\"0000000000abcdef\"");
  CHECK(names_tag("*", tag));
  CHECK(names_tag("\"x\" ,\t" + tag + " ", tag));
  CHECK(names_tag(tag.substr(2), tag));
  for (const auto* other : {"", ",", "W/", "\"x\"", "W/\"\""})
    CHECK_FALSE(names_tag(other, tag));
}

TEST_CASE("a question that cannot be answered with a page is refused as it was told") {
  session_fixture one;
  answer refused;
  refused.refusal = {503, "Too many snapshots", "64 are held", 42s};
  one.answer_queries(refused);
  const auto told = one.ask("/v1/markets?snapshot=new");
  CHECK(told.status == 503);
  CHECK(header(told, "Retry-After") == "42");
  CHECK(told.body->find("64 are held") != std::string::npos);
  refused.refusal = {410, "Snapshot expired", "gone", 0s};
  one.answer_queries(refused);
  const auto gone = one.ask("/v1/markets");
  CHECK(gone.status == 410);
  CHECK(header(gone, "Retry-After").empty());
}

TEST_CASE("large bodies are compressed for those who take it") {
  session_fixture one;
  one.answer_queries(answer{text(std::string(5'000, 'x')), 1, std::chrono::steady_clock::now()});
  const auto plain = one.ask("/v1/markets", false), packed = one.ask("/v1/markets", true);
  CHECK(plain.body->size() == 5'000);
  CHECK(header(plain, "Content-Encoding").empty());
  CHECK(packed.body->size() < 500);
  CHECK(header(packed, "Content-Encoding") == "gzip");
  for (const auto& told : {plain, packed})
    CHECK(header(told, "Vary") == "Accept, Accept-Encoding");
  one.config->gzip = false;
  CHECK(one.ask("/v1/markets", true).body->size() == 5'000);
}

TEST_CASE("who has a large body already is told that it may be compressed, as with the body") {
  session_fixture one;
  answer page{text(std::string(5'000, 'x')), 1, std::chrono::steady_clock::now()};
  page.tag = "W/\"1\"";
  one.answer_queries(page);
  one.if_none_match = page.tag;
  for (const bool accepts_gzip : {false, true}) {
    const auto same = one.ask("/v1/markets", accepts_gzip);
    CHECK(same.status == 304);
    CHECK(same.body == nullptr);
    CHECK(header(same, "Vary") == "Accept, Accept-Encoding");
    CHECK(header(same, "Content-Encoding").empty()); // there is nothing that has one
  }
  page.body = text("{}");
  one.answer_queries(page);
  CHECK(header(one.ask("/v1/markets", true), "Vary") == "Accept");
  one.config->gzip = false;
  page.body = text(std::string(5'000, 'x'));
  one.answer_queries(page);
  CHECK(header(one.ask("/v1/markets", true), "Vary") == "Accept");
}

TEST_CASE("documents were compressed before, and are told once to who keeps them") {
  session_fixture one;
  for (const auto* document : {&api_document(), &docs_page()}) {
    const auto* const target = document == &docs_page() ? "/docs" : "/openapi.json";
    const auto plain = one.ask(target), packed = one.ask(target, true);
    CHECK(plain.body == document->body); // the same bytes, not a copy
    CHECK(plain.content_type == document->content_type);
    CHECK(header(plain, "Content-Encoding").empty());
    CHECK(packed.body == document->gzipped);
    CHECK(header(packed, "Content-Encoding") == "gzip");
    for (const auto& told : {plain, packed})
      CHECK(header(told, "Vary") == "Accept-Encoding");
    one.if_none_match = document->tag;
    const auto same = one.ask(target);
    CHECK(same.status == 304);
    CHECK(same.body == nullptr);
    CHECK(header(same, "Cache-Control") == "max-age=300");
    for (const bool accepts_gzip : {false, true})
      CHECK(header(one.ask(target, accepts_gzip), "Vary") == "Accept-Encoding");
    one.if_none_match.clear();
    one.config->gzip = false;
    CHECK(one.ask(target, true).body == document->body);
    one.config->gzip = true;
  }
}

TEST_CASE("a market that is not followed is 404") {
  session_fixture one;
  one.answer_queries(answer{nullptr, 0, {}});
  CHECK(one.ask("/v1/markets/kraken:BTC-USD").status == 404);
  one.answer_queries(answer{text("{}"), 1, {}});
  CHECK(one.ask("/v1/markets/kraken:BTC-USD").status == 200);
}

TEST_CASE("a search is answered as the search actor has it") {
  session_fixture one;
  const auto body = text(R"({"data":[]})");
  search_asked asked;
  one.config->search->set(one.spawn([&](caf::event_based_actor*) -> caf::behavior {
    return {[&](const search_asked& what) {
      asked = what;
      return answer{body, 0, {}};
    }};
  }));
  const auto told = one.ask("/v1/search?q=btc+usd&limit=3");
  CHECK(told.status == 200);
  CHECK(told.body == body);
  CHECK(header(told, "Cache-Control") == "no-cache");
  CHECK(asked.text == "btc usd");
  CHECK(asked.limit == 3);
  CHECK(one.ask("/v1/search").status == 400);
}

TEST_CASE("the router's answers need no actor") {
  session_fixture one;
  CHECK(one.ask("/nothing").status == 404);
  CHECK(one.ask("/v1/markets?page=0").status == 400);
  CHECK(one.ask("/healthz").status == 200);
}

TEST_CASE("a question that cannot be answered now is 503 and says why") {
  session_fixture one;
  const auto refused = [&](const std::string& target, const std::string& why,
                           std::chrono::milliseconds wait = 0ms) {
    const auto told = one.ask(target, false, wait);
    CHECK(told.status == 503);
    CHECK(header(told, "Retry-After") == "1");
    CHECK_MESSAGE(told.body->find(why) != std::string::npos, *told.body);
  };
  const std::vector<std::string> targets{"/v1/markets", "/v1/markets/kraken:BTC-USD",
                                         "/v1/exchanges", "/readyz", "/v1/search?q=btc"};
  SUBCASE("the service is down") {
    for (const auto& target : targets)
      refused(target, "is being restarted");
  }
  SUBCASE("the service ends with the question") {
    for (const auto& at :
         {one.config->query, one.config->status, one.config->keeper, one.config->search}) {
      at->set(one.spawn(lifeline_actor));
      one.end(at->get());
    }
    for (const auto& target : targets)
      refused(target, "is being restarted");
  }
  SUBCASE("the service is slow") {
    const auto silent = [](caf::event_based_actor* self) -> caf::behavior {
      self->set_default_handler(caf::skip);
      return {[](caf::unit_t) {}};
    };
    for (const auto& at :
         {one.config->query, one.config->status, one.config->keeper, one.config->search})
      at->set(one.spawn(silent));
    for (const auto& target : targets)
      refused(target, "took too long", one.config->timeout * 5 / 4);
  }
  SUBCASE("the query actor refuses") {
    one.answer_queries({}, caf::make_error(ec::rebuilding, std::string{"being rebuilt"}));
    refused(targets[0], "being rebuilt");
    refused(targets[1], "being rebuilt");
  }
  SUBCASE("not ready") {
    one.config->keeper->set(one.spawn([](caf::event_based_actor*) -> caf::behavior {
      return {[](const readiness_asked&) { return readiness{false, "waiting for data"}; }};
    }));
    refused("/readyz", "waiting for data");
  }
  SUBCASE("where Redis is, and what it says of scripts, is for operators") {
    const std::string why = "redis://10.0.0.1:6379/0: ERR no script: 0123, on @user_script:7.";
    one.config->keeper->set(one.spawn([why](caf::event_based_actor*) -> caf::behavior {
      return {[why](const readiness_asked&) { return readiness{false, why}; }};
    }));
    one.answer_queries({}, caf::make_error(ec::store_unavailable, why));
    for (const auto& target : {targets[0], targets[1], targets[3]})
      refused(target, "\"ERR no.\"");
    one.config->for_operators = true;
    refused("/readyz", why);
  }
}

TEST_CASE("an answer that comes too late is not taken for that of the next request") {
  session_fixture one;
  one.config->query->set(one.spawn([](caf::event_based_actor* self) -> caf::behavior {
    auto open = std::make_shared<std::vector<caf::response_promise>>();
    return {[open, self](const page_asked&) {
              open->push_back(self->make_response_promise());
              return open->back();
            },
            [open](std::uint64_t to, const std::string& body) {
              open->at(to).deliver(answer{text(body), 1, std::chrono::steady_clock::now()});
            }};
  }));
  const auto session = one.start();
  const auto& answers = one.clients.back()->answers;
  const auto ask = [&] {
    net::http_request request;
    request.method = net::http_method::get;
    request.method_text = "GET";
    request.target = "/v1/markets";
    one.send(session, request_received{std::move(request)});
  };
  const auto reply = [&](std::uint64_t to, const std::string& body) {
    caf::anon_send(one.config->query->get(), to, body);
    one.run();
  };
  ask();
  one.advance(one.config->timeout * 5 / 4);
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].status == 503);
  ask();
  reply(0, "late");
  CHECK(answers.size() == 1);
  one.advance(one.config->timeout / 2); // whose time began anew
  reply(1, "in time");
  REQUIRE(answers.size() == 2);
  CHECK(*answers[1].body == "in time");
  one.advance(one.config->timeout * 2); // nothing is open: nobody is told anything
  CHECK(answers.size() == 2);
}

TEST_CASE("a session ends with its client and lets the connection go") {
  session_fixture one;
  const auto asked = one.start();
  const obituary end{asked};
  const std::weak_ptr<scripted_client> client = one.clients.back();
  one.clients.clear();
  one.send(asked, client_gone{});
  CHECK(end.ended());
  CHECK(client.expired());
}

TEST_CASE("nobody remembers a session whose client has gone") {
  session_fixture one;
  caf::weak_actor_ptr left;
  {
    const auto gone = one.system.spawn(
        session, std::shared_ptr<const session_config>{one.config},
        std::shared_ptr<net::http_connection>{std::make_shared<scripted_client>()});
    left = caf::actor_cast<caf::weak_actor_ptr>(gone);
    one.run();
    one.send(gone, client_gone{});
  }
  CHECK(left->weak_refs == 1); // the test's own: else its memory stays
}

TEST_CASE("sessions end with the lifeline, and one that fails takes nobody with it") {
  session_fixture one;
  const auto first = one.start(), second = one.start();
  const obituary first_end{first}, second_end{second}, lifeline_end{one.config->lifeline};
  one.end(first, caf::make_error(ec::defect, std::string{"bug"}));
  CHECK(first_end.ended());
  CHECK_FALSE(lifeline_end.ended());
  CHECK_FALSE(second_end.ended());
  CHECK(one.ask("/healthz").status == 200);

  one.end(one.config->lifeline, caf::exit_reason::user_shutdown);
  CHECK(second_end.ended());
  const obituary late{one.start()}; // a client that was accepted meanwhile
  CHECK(late.ended());
}

TEST_CASE("the listener brings requests to a session of its own") {
  session_fixture one;
  const auto make = session_listener(one.system, one.config);
  const auto client = std::make_shared<scripted_client>();
  const auto before = one.running();
  const auto listener = make(client);
  net::http_request request;
  request.target = "/healthz";
  listener->on_request(request);
  one.run();
  REQUIRE(client->answers.size() == 1);
  CHECK(client->answers[0].status == 200);
  CHECK(one.running() == before + 1);
  listener->on_closed();
  one.run();
  CHECK(one.running() == before);
}

TEST_CASE_FIXTURE(session_fixture, "without settings answers say nothing of keys and limits") {
  const auto out = ask("/docs");
  CHECK(out.status == 200);
  CHECK(header(out, "RateLimit-Limit") == "");
  CHECK(header(out, "Vary").find("Authorization") == std::string::npos);
}

TEST_CASE_FIXTURE(session_fixture,
                  "who is limited reads so in every answer, and who is not let in, why") {
  config->admits = std::make_shared<admission>(config::client_settings{.rate = 1, .burst = 2},
                                               std::vector<config::key_settings>{});
  const auto first = ask("/docs");
  CHECK(first.status == 200);
  CHECK(header(first, "RateLimit-Limit") == "2");
  CHECK(header(first, "RateLimit-Remaining") == "1");
  CHECK(header(first, "RateLimit-Reset") == "1");
  CHECK(header(first, "Vary") == "Authorization, X-API-Key, Accept-Encoding");
  CHECK(ask("/v1/markets?sort=nonsense").status == 400);
  const auto third = ask("/docs");
  CHECK(third.status == 429);
  CHECK(header(third, "RateLimit-Remaining") == "0");
  CHECK(header(third, "Retry-After") == "1");
}
