#include "actors/session.hpp"
#include "tests/support/http_header.hpp"
#include "tests/support/lifeline.hpp"
#include "tests/support/scripted_client.hpp"
#include "tests/unit/actors/live_fixture.hpp"

#include <rapidjson/document.h>

using namespace tickboard;
using namespace tickboard::test;
using namespace std::chrono_literals;

namespace {

struct live_session_fixture : live_fixture {
  live_session_fixture() {
    serving->query = serving->status = serving->keeper = serving->search = make_address();
    serving->live = make_address();
    serving->live->set(hub);
    serving->lifeline = spawn(lifeline_actor);
    client = std::make_shared<scripted_client>();
    subject = spawn(session, std::shared_ptr<const session_config>{serving}, client);
  }

  void get(const std::string& target, std::shared_ptr<net::http_rare_fields> rare = nullptr,
           net::http_method method = net::http_method::get, std::string accept = "*/*") {
    net::http_request request;
    request.accept = std::move(accept);
    request.method = method;
    request.method_text = "GET";
    request.target = target;
    request.rare = std::move(rare);
    send(subject, request_received{std::move(request)});
  }
  void sent() { send(subject, piece_sent{}); }
  void say(std::string text) { send(subject, message_received{std::move(text)}); }
  void open_socket() {
    auto rare = std::make_shared<net::http_rare_fields>();
    rare->wants_websocket = true;
    get("/v1/ws", rare);
    sent();
  }

  std::shared_ptr<session_config> serving = std::make_shared<session_config>();
  std::shared_ptr<scripted_client> client;
  caf::actor subject;
};

} // namespace

TEST_CASE("a stream is a page, then changes, each when the last one is with the client") {
  live_session_fixture live;
  live.get("/v1/stream?interval=100");
  REQUIRE(live.client->streams.size() == 1);
  CHECK(live.client->streams[0].content_type == "text/event-stream");
  CHECK(live.client->pieces.empty());
  live.sent(); // the head
  REQUIRE(live.client->pieces.size() == 1);
  const auto page = live.client->pieces[0];
  CHECK(page.starts_with("retry: 2000\nevent: page\nid: "));
  CHECK(page.ends_with("\"as_of_ms\":1}\n\n"));
  live.price = 2;
  live.advance(1s);
  CHECK(live.client->pieces.size() == 1); // it has not read yet
  live.price = 3;
  live.sent();
  live.advance(100ms);
  REQUIRE(live.client->pieces.size() == 2); // not 2, which it missed, but 3
  CHECK(live.client->pieces[1].starts_with("event: change\nid: "));
  CHECK(live.client->pieces[1].find("\"last\":3") != std::string::npos);
  CHECK(live.client->pieces[1].ends_with("}\n\n"));
}

TEST_CASE("a stream that cannot begin is answered like any request") {
  live_session_fixture live;
  SUBCASE("for now") {
    live.trouble = "Redis is away";
    live.get("/v1/stream");
    REQUIRE(live.client->answers.size() == 1);
    CHECK(live.client->answers[0].status == 503);
    CHECK(live.client->answers[0].content_type == "application/problem+json");
    live.trouble.clear();
    live.advance(1s);
    live.get("/v1/stream");
    CHECK(live.client->streams.size() == 1);
  }
  SUBCASE("for good") {
    live.refusal = {404, "No such market in this view", "so it is", {}};
    live.get("/v1/stream?around=x:A-B");
    REQUIRE(live.client->answers.size() == 1);
    CHECK(live.client->answers[0].status == 404);
  }
  SUBCASE("without a hub") {
    live.serving->live->set(nullptr);
    live.get("/v1/stream");
    REQUIRE(live.client->answers.size() == 1);
    CHECK(live.client->answers[0].status == 503);
  }
  SUBCASE("HEAD") {
    live.get("/v1/stream", nullptr, net::http_method::head);
    REQUIRE(live.client->streams.size() == 1); // of which the connection sends the head alone
    CHECK(live.client->streams[0].content_type == "text/event-stream");
    CHECK(live.client->answers.empty());
    CHECK(live.evaluations == 0);
  }
}

TEST_CASE("who gives up at another status than 200 is told of trouble in a stream, then the page") {
  live_session_fixture live;
  const auto id = live.ask()->told.at(0).id;
  auto rare = std::make_shared<net::http_rare_fields>();
  const auto open = [&] {
    live.get("/v1/stream?interval=100", rare, net::http_method::get, "text/event-stream");
  };
  SUBCASE("while the board is not there") {
    live.trouble = "Redis is being refilled";
    live.advance(1s);
    open();
    REQUIRE(live.client->streams.size() == 1);
    live.sent(); // the head
    REQUIRE(live.client->pieces.size() == 1);
    CHECK(live.client->pieces[0].starts_with("retry: 2000\nevent: error\ndata: {"));
    CHECK(live.client->pieces[0].find("\nid: ") == std::string::npos); // what it heard last stays
    live.sent();
    live.advance(15s);
    CHECK(live.client->pieces.size() == 2); // it is told so with each heartbeat
    live.sent();
    live.trouble.clear();
    live.advance(2s);
    REQUIRE(live.client->pieces.size() == 3);
    CHECK(live.client->pieces[2].starts_with("event: page\nid: "));
  }
  SUBCASE("and goes on from what it heard last") {
    rare->last_event_id = id;
    live.price = 2;
    live.trouble = "Redis is away";
    live.advance(200ms);
    open();
    live.sent();
    live.sent();
    live.trouble.clear();
    live.advance(2s);
    REQUIRE(live.client->pieces.size() == 2);
    CHECK(live.client->pieces[1].starts_with("event: change\n"));
  }
  SUBCASE("while there is no hub") {
    live.serving->live->set(nullptr);
    open();
    live.sent();
    live.sent();
    for (int i = 0; i < 3; ++i) {
      live.advance(11s);
      live.sent();
    }
    CHECK(live.client->pieces.size() == 4); // it hears so now and then
    CHECK(live.client->pieces.back().starts_with("event: error\n"));
    live.serving->live->set(live.hub);
    live.advance(2s);
    CHECK(live.client->pieces.back().starts_with("event: page\n"));
  }
  SUBCASE("but of what is wrong with its question by the status") {
    live.refusal = {404, "No such market in this view", "so it is", {}};
    live.advance(1s);
    open();
    REQUIRE(live.client->answers.size() == 1);
    CHECK(live.client->answers[0].status == 404);
  }
}

TEST_CASE("a stream outlives the hub and Redis' absence") {
  live_session_fixture live;
  live.get("/v1/stream?interval=100");
  live.sent();
  live.sent();
  live.trouble = "Redis is away";
  live.advance(200ms);
  REQUIRE(live.client->pieces.size() == 2);
  CHECK(live.client->pieces[1].starts_with("event: error\ndata: {"));
  live.sent();
  live.trouble.clear();
  live.advance(2s);
  REQUIRE(live.client->pieces.size() == 3);
  CHECK(live.client->pieces[2].starts_with("event: beat\n"));
  live.sent();

  live.end(live.hub);
  live.advance(40s);
  REQUIRE(live.client->pieces.size() == 4);
  CHECK(live.client->pieces[3].starts_with("event: error\n"));
  live.sent();
  live.start_hub();
  live.serving->live->set(live.hub);
  live.advance(2s);
  REQUIRE(live.client->pieces.size() == 5);
  CHECK(live.client->pieces[4].starts_with("event: page\n"));
}

TEST_CASE("a stream whose view is refused for good later ends") {
  live_session_fixture live;
  live.get("/v1/stream?interval=100");
  live.sent();
  live.sent();
  live.refusal = {400, "Too large a category", "so it is", {}};
  live.advance(200ms);
  REQUIRE(live.client->pieces.size() == 2);
  CHECK(live.client->pieces[1].starts_with("event: error\n"));
  CHECK_FALSE(live.client->ended);
  live.sent();
  CHECK(live.client->ended);
}

TEST_CASE("who may not follow any more is told so with what would be the next news") {
  live_session_fixture live;
  const auto error_after = [&](std::chrono::milliseconds wait) {
    live.serving->admits->change({.key_required = true}, {});
    live.price = 2;
    live.advance(wait);
    return live.client->pieces.back();
  };
  SUBCASE("on a stream, which ends") {
    live.get("/v1/stream?interval=100");
    live.sent();
    live.sent();
    const auto error = error_after(100ms);
    CHECK(error.starts_with("event: error\ndata: "));
    CHECK(error.find("Key missing") != std::string::npos);
    live.sent();
    CHECK(live.client->ended);
    CHECK_FALSE(live.client->closed); // which would cut the body short
  }
  SUBCASE("at the latest with a heartbeat") {
    live.get("/v1/stream?interval=100");
    live.sent();
    live.sent();
    live.serving->admits->change({.key_required = true}, {});
    live.advance(live.config.heartbeat + 1s);
    CHECK(live.client->pieces.back().find("Key missing") != std::string::npos);
  }
  const auto is_shown_out = [&] {
    REQUIRE(live.client->ends.size() == 1);
    CHECK(live.client->ends[0].code == 1008);
    CHECK(live.client->ends[0].why.size() <= 123); // RFC 6455 section 5.5
  };
  SUBCASE("for each view of a WebSocket, which ends") {
    live.open_socket();
    for (const auto* view : {"a", "b"}) {
      live.say(fmt::format(R"({{"op":"subscribe","view":"{}","interval":100}})", view));
      live.sent();
    }
    CHECK(error_after(100ms).find(R"({"view":"a","event":"error")") == 0);
    live.sent();
    CHECK(live.client->pieces.back().find(R"({"view":"b","event":"error")") == 0);
    CHECK(live.client->pieces.back().find("Key missing") != std::string::npos);
    CHECK(live.client->ends.empty());
    live.sent();
    is_shown_out();
    live.say(R"({"op":"subscribe","view":"c"})");
    live.advance(1min);
    is_shown_out();
  }
  SUBCASE("with the next subscription of a WebSocket that has none") {
    live.open_socket();
    live.serving->admits->change({.key_required = true}, {});
    live.say(R"({"op":"subscribe","view":"a"})");
    CHECK(live.client->pieces.back().find(R"({"view":"a","event":"error")") == 0);
    live.sent();
    is_shown_out();
  }
  SUBCASE("or soon, also without a word from it") {
    live.open_socket();
    live.serving->admits->change({.key_required = true}, {});
    live.advance(live.serving->idle_timeout / 2);
    is_shown_out();
  }
}

TEST_CASE("a WebSocket that follows nothing for long is ended") {
  live_session_fixture live;
  live.open_socket();
  const auto timeout = live.serving->idle_timeout;
  const auto say = [&](const std::string& op) {
    live.say(fmt::format(R"({{"op":"{}","view":"a"}})", op));
    live.sent();
  };
  live.advance(timeout - 1s);
  SUBCASE("from the start") {
    CHECK(live.client->ends.empty());
    say("nonsense");
    live.advance(2s);
    REQUIRE(live.client->ends.size() == 1);
    CHECK(live.client->ends[0].code == 1000);
    live.advance(2 * timeout);
    CHECK(live.client->ends.size() == 1);
  }
  SUBCASE("but not while it follows something") {
    say("subscribe");
    live.advance(2 * timeout);
    CHECK(live.client->ends.empty());
    say("unsubscribe");
    live.sent(); // a beat was before it
    live.advance(timeout - 1s);
    CHECK(live.client->ends.empty());
    live.advance(timeout);
    CHECK(live.client->ends.size() == 1);
  }
}

TEST_CASE("a stream goes on from the last event that was heard") {
  live_session_fixture live;
  const auto id = live.ask()->told.at(0).id;
  live.price = 2;
  auto rare = std::make_shared<net::http_rare_fields>();
  rare->last_event_id = id;
  live.get("/v1/stream?interval=100", rare);
  live.advance(100ms);
  live.sent();
  REQUIRE(live.client->pieces.size() == 1);
  CHECK(live.client->pieces[0].find("event: change\n") != std::string::npos);
}

TEST_CASE("a WebSocket follows several views, each under its name") {
  live_session_fixture live;
  live.open_socket();
  CHECK(live.client->websockets == 1);
  CHECK(live.client->reads == 1);
  live.say(R"({"op":"subscribe","view":"a","interval":100})");
  CHECK(live.client->reads == 2);
  REQUIRE(live.client->pieces.size() == 1);
  CHECK(live.client->pieces[0].starts_with(R"({"view":"a","event":"page","id":")"));
  rapidjson::Document json;
  json.Parse(live.client->pieces[0].c_str());
  REQUIRE_FALSE(json.HasParseError());
  CHECK(json["data"]["page"]["total"].GetInt() == 1);

  live.say(R"({"op":"subscribe","view":"b","query":"quote=B","interval":100})");
  live.say(R"({"op":"nonsense","view":"c"})");
  CHECK(live.client->pieces.size() == 1); // one at a time
  CHECK(live.client->reads == 3);         // the next when the last one is answered
  live.sent();
  live.sent();
  live.sent();
  REQUIRE(live.client->pieces.size() == 3);
  CHECK(live.client->pieces[1].starts_with(R"({"view":"b","event":"page")"));
  CHECK(live.client->pieces[2].starts_with(R"({"view":"c","event":"error","data":{)"));
  CHECK(live.client->reads == 4);

  live.price = 2;
  live.advance(100ms);
  live.sent();
  live.sent();
  REQUIRE(live.client->pieces.size() == 5);
  CHECK(live.client->pieces[3].find(R"("event":"change")") != std::string::npos);
  CHECK(live.client->pieces[4].find(R"("event":"change")") != std::string::npos);

  live.say(R"({"op":"unsubscribe","view":"a"})");
  REQUIRE(live.client->pieces.size() == 6);
  CHECK(live.client->pieces[5] == R"({"view":"a","event":"unsubscribed"})");
  live.sent();
  live.price = 3;
  live.advance(1s);
  live.sent();
  live.advance(1s);
  REQUIRE(live.client->pieces.size() == 7);
  CHECK(live.client->pieces[6].starts_with(R"({"view":"b")"));
}

TEST_CASE("a WebSocket has so many views, and is not listened to without end") {
  live_session_fixture live;
  live.open_socket();
  const auto subscribe = [&](std::size_t i) {
    live.say(fmt::format(R"({{"op":"subscribe","view":"v{}","interval":1000}})", i));
    live.sent();
  };
  for (std::size_t i = 0; i < live_limits::most_views; ++i)
    subscribe(i);
  CHECK(live.client->pieces.size() == live_limits::most_views);
  subscribe(live_limits::most_views);
  CHECK(live.client->pieces.back().find("at most 32 views") != std::string::npos);
  live.sent();
  live.say(R"({"op":"subscribe","view":"v0","interval":60000})");
  live.sent();
  const auto& page = live.client->pieces.back();
  const auto id =
      page.substr(page.find(R"("id":")"), page.find(R"(,"data")") - page.find(R"("id":")"));
  const auto again = fmt::format(R"({{"op":"subscribe","view":"v0",{},"interval":60000}})", id);
  const auto reads = live.client->reads;
  int heard = 0;
  for (int i = 0; i < 1'000 && live.client->reads == reads + heard; ++i) { // as the network does it
    live.say(again); // who has the newest waits
    ++heard;
  }
  CHECK(heard < 2 * static_cast<int>(live_limits::most_views));
}

TEST_CASE("a view of an exchange that is not followed is refused on a WebSocket, which goes on") {
  live_session_fixture live;
  live.serving->exchanges->set({"x"});
  live.open_socket();
  live.say(R"({"op":"subscribe","view":"a","query":"exchange=y","interval":100})");
  REQUIRE(live.client->pieces.size() == 1);
  CHECK(live.client->pieces[0].starts_with(R"({"view":"a","event":"error","data":{)"));
  CHECK(live.client->pieces[0].find("allowed: x, separated") != std::string::npos);
  live.sent();
  live.say(R"({"op":"subscribe","view":"a","query":"exchange=X","interval":100})");
  REQUIRE(live.client->pieces.size() == 2);
  CHECK(live.client->pieces[1].starts_with(R"({"view":"a","event":"page")"));
}

TEST_CASE("each subscription of a WebSocket counts as a request of its client") {
  live_session_fixture live;
  live.open_socket();
  const auto subscribe = [&](int i) {
    live.say(fmt::format(R"({{"op":"subscribe","view":"v{}","query":"quote=Q{}"}})", i % 4, i));
    live.sent();
    return live.client->pieces.back();
  };
  constexpr int many = 60;
  for (int i = 0; i < many; ++i)
    CHECK(subscribe(i).find("error") == std::string::npos);
  live.serving->admits->change({.rate = 1, .burst = 3}, {});
  std::string refused;
  int allowed = 0;
  while (allowed < many && refused.empty())
    if (const auto told = subscribe(allowed); told.find(R"("event":"error")") == std::string::npos)
      ++allowed;
    else
      refused = told;
  CHECK(allowed >= 3);
  CHECK(allowed < many);
  CHECK(refused.starts_with(
      fmt::format(R"({{"view":"v{}","event":"error","retry_after":1,"data":{{)", allowed % 4)));
  CHECK(refused.find(R"("status":429)") != std::string::npos);
  const auto reads = live.client->reads;
  live.say(R"({"op":"unsubscribe","view":"v0"})"); // is free
  live.sent();
  CHECK(live.client->pieces.back() == R"({"view":"v0","event":"unsubscribed"})");
  CHECK(live.client->reads > reads);
}

TEST_CASE("who is let in as a WebSocket") {
  live_session_fixture live;
  live.get("/v1/ws");
  REQUIRE(live.client->answers.size() == 1);
  CHECK(live.client->answers[0].status == 426);
  CHECK(header(live.client->answers[0], "Upgrade") == "websocket");
  CHECK(header(live.client->answers[0], "Connection") == "Upgrade");
  auto rare = std::make_shared<net::http_rare_fields>();
  rare->wants_websocket = true;
  rare->origin = "https://elsewhere.example";
  rare->host = "board.example";
  live.get("/v1/ws", rare);
  REQUIRE(live.client->answers.size() == 2);
  CHECK(live.client->answers[1].status == 403);
  CHECK(live.client->websockets == 0);
}
