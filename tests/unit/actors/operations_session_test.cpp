#include "actors/messages/keeper.hpp"
#include "actors/messages/metadata.hpp"
#include "tests/support/http_header.hpp"
#include "tests/unit/actors/session_fixture.hpp"

using namespace tickboard;
using namespace tickboard::test;
using namespace std::chrono_literals;

TEST_CASE("ready is 200") {
  session_fixture one;
  one.config->keeper->set(one.spawn([](caf::event_based_actor*) -> caf::behavior {
    return {[](const readiness_asked&) { return readiness{true, "ready"}; }};
  }));
  CHECK(one.ask("/readyz").status == 200);
}

TEST_CASE("health says how metadata does, and that the process lives whatever that is") {
  session_fixture one;
  const auto body = [&](std::chrono::milliseconds wait = 0ms) {
    const auto told = one.ask("/healthz", false, wait);
    CHECK(told.status == 200);
    return *told.body;
  };
  const auto unknown = R"({"status":"ok","metadata":{"state":"failed","source":null,"assets":0,)"
                       R"("age_ms":null,"problem":"the part of tickboard that knows does not )"
                       R"(answer"},"config":{"state":"ok","problem":null}})";
  CHECK(body() == unknown); // it is down
  one.config->metadata->set(one.spawn([](caf::event_based_actor* self) -> caf::behavior {
    self->set_default_handler(caf::skip);
    return {[](caf::unit_t) {}};
  }));
  CHECK(body(600ms) == unknown); // it hangs
  const auto knows = [&](metadata_health told) {
    one.config->metadata->set(one.spawn([told](caf::event_based_actor*) -> caf::behavior {
      return {[told](const metadata_health_asked&) { return told; }};
    }));
  };
  knows({"ok", "file", 50, 1'200, ""});
  CHECK(body() == R"({"status":"ok","metadata":{"state":"ok","source":"file","assets":50,)"
                  R"("age_ms":1200,"problem":null},"config":{"state":"ok","problem":null}})");
  knows({"degraded", "postgres", 3, -1, "no \"route\""});
  CHECK(body() == R"({"status":"ok","metadata":{"state":"degraded","source":"postgres","assets":3,)"
                  R"("age_ms":null,"problem":"no \"route\""},)"
                  R"("config":{"state":"ok","problem":null}})");
}

TEST_CASE("health says whether what runs is what the config file says") {
  session_fixture one;
  const auto told = [&] {
    const auto body = *one.ask("/healthz").body;
    return body.substr(body.find("\"config\""));
  };
  one.config->file->take_over({"redis.url", "view.max_age"});
  CHECK(told() == R"("config":{"state":"waiting","problem":"these keys take effect at the next )"
                  R"(start: redis.url, view.max_age"}})");
  one.config->file->refuse();
  CHECK(told() == R"("config":{"state":"refused","problem":"the last reload was refused, what ran )"
                  R"(before goes on; the log says why"}})");
  one.config->file->take_over({});
  CHECK(told() == R"("config":{"state":"ok","problem":null}})");
}

TEST_CASE_FIXTURE(session_fixture, "health, readiness and browsers' preflights need no key") {
  config->admits =
      std::make_shared<admission>(config::client_settings{.key_required = true, .rate = 1},
                                  std::vector<config::key_settings>{});
  config->cors_origin = "*";
  for (int i = 0; i < 5; ++i) {
    for (const auto* path : {"/healthz", "/readyz"}) {
      const auto out = ask(path);
      CHECK(out.status != 401);
      CHECK(out.status != 429);
      CHECK(header(out, "RateLimit-Limit") == "");
    }
    const auto preflight = ask("/v1/markets", false, 0ms, "OPTIONS");
    CHECK(preflight.status == 204);
    CHECK(header(preflight, "Access-Control-Allow-Headers") ==
          "Authorization, If-None-Match, X-API-Key");
  }
  const auto refused = ask("/v1/markets");
  CHECK(refused.status == 401);
  CHECK(header(refused, "Access-Control-Allow-Origin") == "*"); // else browsers hide the reason
}
