#include "actors/assets.hpp"
#include "actors/error.hpp"
#include "actors/routes.hpp"
#include "actors/session.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/http_header.hpp"
#include "tests/support/lifeline.hpp"
#include "tests/support/scripted_client.hpp"

#include <rapidjson/document.h>

using namespace tickboard;
using namespace tickboard::test;
using namespace std::chrono_literals;

namespace {

/// A session, an assets actor that tells of bitcoin and euros, and a query actor that gives a row.
struct familiar_session : actor_fixture {
  familiar_session() {
    config->query = config->status = config->keeper = config->search = make_address();
    config->lifeline = spawn(lifeline_actor);
    config->query->set(spawn([this](caf::event_based_actor*) -> caf::behavior {
      return {[this](const asset_page_asked& what) -> caf::result<answer> {
        asked.push_back(what.query.canonical());
        if (rows_failure)
          return rows_failure;
        return answer{rows, 7, std::chrono::steady_clock::now()};
      }};
    }));
    config->assets->set(spawn([this](caf::event_based_actor*) -> caf::behavior {
      return {[this](const directory_asked&) -> caf::result<directory_told> {
        if (directory_failure)
          return directory_failure;
        return directory_told{directory()};
      }};
    }));
  }

  static asset_directory_ptr directory() {
    asset_directory out;
    catalogue_builder known;
    asset one;
    one.symbol = "BTC";
    one.name = "Bitcoin";
    REQUIRE_FALSE(known.add(one));
    out.catalogue = std::move(known).build();
    out.symbols = {"BTC", "ETH"};
    out.currencies = {{"EUR", 2, {}, true}, {"USD", 1, {}, true}};
    return std::make_shared<const asset_directory>(std::move(out));
  }

  net::http_response ask(const std::string& target, const std::string& method = "GET") {
    const auto client = std::make_shared<scripted_client>();
    const auto one = spawn(session, std::shared_ptr<const session_config>{config}, client);
    net::http_request request;
    request.method = method == "GET" ? net::http_method::get : net::http_method::other;
    request.method_text = method;
    request.target = target;
    request.if_none_match = seen;
    asked.clear();
    send(one, request_received{std::move(request)});
    REQUIRE(client->answers.size() == 1);
    return client->answers[0];
  }

  std::shared_ptr<session_config> config = std::make_shared<session_config>();
  net::shared_bytes rows = std::make_shared<const std::string>(
      R"({"data":[{"symbol":"BTC","name":"Bitcoin","slug":"bitcoin","price_usd":3}]})");
  caf::error rows_failure, directory_failure;
  std::vector<std::string> asked; ///< of the query actor
  std::string seen;               ///< the tag that a client has
};

/// What an error says, in the one shape or the other.
std::string error_of(const net::http_response& response) {
  CHECK(response.content_type == "application/json");
  rapidjson::Document json;
  json.Parse(response.body->c_str());
  REQUIRE(json.IsObject());
  if (json.HasMember("error"))
    return json["error"].GetString();
  CHECK(json["status"]["error_code"].GetUint() == response.status);
  return json["status"]["error_message"].GetString();
}

} // namespace

TEST_CASE_FIXTURE(familiar_session, "questions in others' words are answered from our rows") {
  const auto coins = ask("/api/v3/coins/markets?vs_currency=eur&ids=bitcoin&per_page=5");
  CHECK(coins.status == 200);
  CHECK(coins.body->starts_with(R"([{"id":"bitcoin","symbol":"btc",)"));
  CHECK(coins.body->find(R"("current_price":1.5,)") != std::string::npos);
  CHECK(asked ==
        std::vector<std::string>{"/v1/assets?symbols=BTC&sort=rank&page=1&per_page=5&skip=0"});
  CHECK(*ask("/api/v3/simple/price?symbols=btc&vs_currencies=usd,eur").body ==
        R"({"btc":{"usd":3,"eur":1.5}})");
  CHECK(*ask("/api/v3/simple/price?ids=nothing&vs_currencies=usd").body == "{}");
  CHECK(asked.empty());
  CHECK(*ask("/api/v3/coins/markets?vs_currency=usd&ids=nothing").body == "[]");
  CHECK(asked.empty());
  CHECK(*ask("/api/v3/coins/list").body == R"([{"id":"bitcoin","symbol":"btc","name":"Bitcoin"},)"
                                           R"({"id":"eth","symbol":"eth","name":"ETH"}])");
  CHECK(*ask("/api/v3/simple/supported_vs_currencies").body == R"(["eur","usd"])");
  directory_failure = caf::make_error(ec::rebuilding, std::string{"patience"});
  CHECK(*ask("/api/v3/ping?x_cg_pro_api_key=k").body == R"({"gecko_says":"(V3) To the Moon!"})");
  directory_failure = {};
  const auto listings =
      ask("/v1/cryptocurrency/listings/latest?start=3&limit=2&convert=EUR&price_min=1");
  CHECK(listings.status == 200);
  CHECK(listings.body->find(R"("total_count":7},"data":[{"id":null,"name":"Bitcoin")") !=
        std::string::npos);
  CHECK(listings.body->find(R"("quote":{"EUR":{"price":1.5,)") != std::string::npos);
  CHECK(asked ==
        std::vector<std::string>{"/v1/assets?min_price_usd=1&sort=rank&page=1&per_page=2&skip=2"});
}

TEST_CASE_FIXTURE(familiar_session, "familiar answers have a tag of what they say") {
  for (const std::string target :
       {"/api/v3/coins/markets?vs_currency=usd", "/v1/cryptocurrency/listings/latest",
        "/api/v3/coins/list", "/api/v3/ping"}) {
    INFO(target);
    const auto first = ask(target);
    CHECK(header(first, "Cache-Control") == "no-cache");
    CHECK(header(first, "Server-Timing").find("redis;dur=") == 0);
    seen = header(first, "ETag");
    CHECK_FALSE(seen.empty());
    CHECK(ask(target).status == 304);
    seen.clear();
  }
  seen = header(ask("/v1/cryptocurrency/listings/latest"), "ETag");
  rows = std::make_shared<const std::string>(R"({"data":[{"symbol":"BTC"}]})");
  CHECK(ask("/v1/cryptocurrency/listings/latest").status == 200);
}

TEST_CASE_FIXTURE(familiar_session, "errors have the shapes and statuses of the other services") {
  struct wrong {
    std::string target;
    unsigned status;
    std::string_view why;
    std::string method = "GET";
  };
  const std::string gecko = "/api/v3/", listings = "/v1/cryptocurrency/listings/latest";
  for (const auto& one : std::vector<wrong>{
           {gecko + "coins/markets", 422, "Missing parameter vs_currency"},
           {gecko + "coins/markets?vs_currency=xyz", 400, "invalid vs_currency: \"xyz\" has no"},
           {gecko + "coins/markets?vs_currency=xyz", 400, "allowed: eur, usd"},
           {gecko + "coins/markets?vs_currency=usd&per_page=251", 400, "allowed: a whole number"},
           {gecko + "coins/markets?vs_currency=%zz", 400, "hex digits"},
           {gecko + "simple/price?ids=bitcoin&vs_currencies=usd,no", 400, "vs_currencies: \"no\""},
           {gecko + "simple/price?vs_currencies=usd", 422, "Missing parameter ids"},
           {gecko + "ping?a=b", 400, "a is not a parameter"},
           {gecko + "coins/bitcoin", 404, "Incorrect path. There are /api/v3/ping, "},
           {gecko + "ping", 405, "POST is not allowed", "POST"},
           {listings + "?limit=5001", 400, "\"limit\" is out of range; allowed: a whole number"},
           {listings + "?convert=USD,no", 400, "Invalid value for \"convert\": \"NO\""},
           {listings, 405, "PUT is not allowed", "PUT"},
           {"/v1/cryptocurrency/map", 404, "There are /v1/cryptocurrency/listings/latest"}}) {
    INFO(one.target);
    const auto got = ask(one.target, one.method);
    CHECK(got.status == one.status);
    const auto text = error_of(got);
    CHECK_MESSAGE(text.find(one.why) != std::string::npos, text);
    CHECK(header(got, "Allow") == (one.status == 405 ? "GET, HEAD" : ""));
  }
}

TEST_CASE_FIXTURE(familiar_session, "browsers may send what clients of the others send") {
  config->cors_origin = "*";
  const auto allowed = [&](const std::string& target) {
    const auto got = ask(target, "OPTIONS");
    CHECK(got.status == 204);
    return header(got, "Access-Control-Allow-Headers");
  };
  const std::string theirs = ", X-CG-Demo-API-Key, X-CG-Pro-API-Key, X-CMC_PRO_API_KEY, *";
  CHECK(allowed("/api/v3/coins/markets?vs_currency=usd") == "If-None-Match" + theirs);
  CHECK(allowed("/v1/cryptocurrency/listings/latest") == "If-None-Match" + theirs);
  CHECK(allowed("/v1/assets") == "If-None-Match");
  config->admits = std::make_shared<admission>(config::client_settings{.key_required = true},
                                               std::vector<config::key_settings>{});
  CHECK(allowed("/api/v3/ping") == "Authorization, If-None-Match, X-API-Key" + theirs);
}

TEST_CASE_FIXTURE(familiar_session, "what cannot be told now is for later, as they say it") {
  const auto check = [&](const std::string& target, unsigned status) {
    INFO(target);
    const auto got = ask(target);
    CHECK(got.status == status);
    CHECK(error_of(got) == "patience");
    CHECK(header(got, "Retry-After") == "1");
  };
  rows_failure = caf::make_error(ec::rebuilding, std::string{"patience"});
  check("/api/v3/coins/markets?vs_currency=usd", 503);
  check("/v1/cryptocurrency/listings/latest", 500);
  directory_failure = rows_failure;
  check("/api/v3/coins/list", 503);
  check("/api/v3/simple/supported_vs_currencies", 503);
  check("/v1/cryptocurrency/listings/latest", 500);
}
