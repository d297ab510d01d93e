#include "actors/error.hpp"
#include "actors/messages/assets.hpp"
#include "actors/session.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/http_header.hpp"
#include "tests/support/lifeline.hpp"
#include "tests/support/scripted_client.hpp"

using namespace tickboard;
using namespace tickboard::test;
using namespace std::chrono_literals;

namespace {

/// A session, and actors that answer every question about assets alike.
struct asset_session : actor_fixture {
  asset_session() {
    config->query = config->status = config->keeper = config->search = make_address();
    config->lifeline = spawn(lifeline_actor);
    config->query->set(spawn([this](caf::event_based_actor*) -> caf::behavior {
      return {[this](const asset_page_asked& what) { return told("page", what.query.page); },
              [this](const movers_asked& what) { return told("movers", what.query.limit); },
              [this](const asset_asked& what) { return told("asset " + what.symbol, 0); }};
    }));
    config->assets->set(spawn([this](caf::event_based_actor*) -> caf::behavior {
      return {[this](const categories_asked&) { return told("categories", 0); },
              [this](const totals_asked&) { return told("totals", 0); }};
    }));
  }

  caf::result<answer> told(std::string what, std::uint32_t number) {
    asked = what + (number == 0 ? "" : " " + std::to_string(number));
    if (failure)
      return failure;
    return answer{body, 120, std::chrono::steady_clock::now()};
  }

  net::http_response ask(const std::string& target) {
    const auto client = std::make_shared<scripted_client>();
    const auto one = spawn(session, std::shared_ptr<const session_config>{config}, client);
    net::http_request request;
    request.method_text = "GET";
    request.target = target;
    asked.clear();
    send(one, request_received{std::move(request)});
    REQUIRE(client->answers.size() == 1);
    return client->answers[0];
  }

  std::shared_ptr<session_config> config = std::make_shared<session_config>();
  net::shared_bytes body = std::make_shared<const std::string>(R"({"data":[]})");
  caf::error failure;
  std::string asked;
};

} // namespace

TEST_CASE_FIXTURE(asset_session, "questions about assets go to who knows") {
  const std::vector<std::pair<std::string, std::string>> questions{
      {"/v1/assets?page=2", "page 2"},
      {"/v1/movers?limit=7", "movers 7"},
      {"/v1/assets/btc", "asset BTC"},
      {"/v1/categories", "categories"},
      {"/v1/global", "totals"}};
  for (const auto& [target, question] : questions) {
    const auto got = ask(target);
    CHECK(got.status == 200);
    CHECK(asked == question);
    CHECK(got.body == body); // the same bytes
    CHECK(header(got, "Cache-Control") == "no-cache");
    CHECK_FALSE(header(got, "Server-Timing").empty());
    CHECK(header(got, "Link").empty() == (question != "page 2"));
  }
  CHECK(header(ask("/v1/assets?page=2"), "Link").find("page=3&per_page=50>; rel=\"next\"") !=
        std::string::npos);
}

TEST_CASE_FIXTURE(asset_session, "what there is not is 404, and what cannot be told now is 503") {
  body = nullptr;
  const auto missing = ask("/v1/assets/nope");
  CHECK(missing.status == 404);
  CHECK(missing.body->find("NOPE has no market that is followed") != std::string::npos);
  failure = caf::make_error(ec::rebuilding, std::string{"patience"});
  for (const auto* target :
       {"/v1/assets", "/v1/assets/BTC", "/v1/movers", "/v1/categories", "/v1/global"}) {
    const auto got = ask(target);
    CHECK(got.status == 503);
    CHECK(got.body->find("patience") != std::string::npos);
    CHECK(header(got, "Retry-After") == "1");
  }
}
