#include "actors/error.hpp"
#include "actors/live_hub.hpp"
#include "actors/live_route.hpp"
#include "actors/session.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/scripted_client.hpp"

#include <fmt/format.h>
#include <rapidjson/document.h>

using namespace tickboard;
using namespace tickboard::test;
using namespace std::chrono_literals;

namespace {

caf::behavior nobody(caf::event_based_actor*) {
  return {[](caf::unit_t) {}};
}

/// A hub, and a query actor whose board has one market, priced as the test says.
struct live_fixture : actor_fixture {
  live_fixture() {
    asked = make_address();
    asked->set(spawn([this](caf::event_based_actor*) -> caf::behavior {
      return {[this](const page_asked& question) -> caf::result<answer> {
        ++evaluations;
        clients.push_back(question.client);
        if (!trouble.empty())
          return caf::make_error(ec::store_unavailable, trouble);
        answer out;
        out.refusal = refusal;
        if (refusal.status == 0)
          out.body = std::make_shared<const std::string>(body());
        out.tag = fmt::format("{} {}", price, volume);
        return out;
      }};
    }));
    config.query = asked;
    config.heartbeat = 10s;
    start_hub();
  }

  void start_hub() { hub = spawn(live_hub, config); }

  std::string body() const {
    return fmt::format(R"({{"data":[{{"id":"x:A-B","last":{},"volume":{},"age_ms":{}}}],)"
                       R"("page":{{"total":1}},"as_of_ms":{}}})",
                       price, volume, evaluations, evaluations);
  }

  static page_question_ptr question(const std::string& query = "") {
    return parse_live(*parse_query_string(query))->question;
  }

  struct reader {
    std::vector<live_news> told;
    std::vector<std::string> refused;
  };
  std::shared_ptr<reader> ask(std::string has = "", std::chrono::milliseconds interval = 100ms,
                              bool in_trouble = false, const std::string& query = "") {
    auto out = std::make_shared<reader>();
    spawn([this, out, has, interval, in_trouble, query](caf::event_based_actor* self) {
      self->request(hub, caf::infinite,
                    live_asked{question(query), interval, has, in_trouble, "me"})
          .then([out](const live_news& told) { out->told.push_back(told); },
                [out](const caf::error& error) { out->refused.push_back(describe(error)); });
    });
    run();
    return out;
  }

  live_hub_config config;
  address_ptr asked;
  caf::actor hub;
  int evaluations = 0, price = 1, volume = 1;
  std::string trouble;
  view_refusal refusal;
  std::vector<std::string> clients;
};

using kind = live_news::kind;

} // namespace

TEST_CASE("a view is asked for once an interval, for all who follow it, while somebody does") {
  live_fixture live;
  std::vector<std::shared_ptr<live_fixture::reader>> readers;
  for (int i = 0; i < 1'000; ++i)
    readers.push_back(live.ask());
  CHECK(live.evaluations == 1);
  CHECK(live.clients == std::vector<std::string>{"me"});
  for (const auto& one : readers) {
    REQUIRE(one->told.size() == 1);
    CHECK(one->told[0].is == kind::page);
    CHECK(*one->told[0].data == *readers[0]->told[0].data);
  }
  const auto id = readers[0]->told[0].id;
  readers.clear();
  for (int i = 0; i < 1'000; ++i) {
    readers.push_back(live.ask(id));
    if (i % 100 == 0)
      live.advance(3ms);
  }
  const auto before = live.evaluations;
  live.advance(1s);
  CHECK(live.evaluations == before + 10);
  for (const auto& one : readers)
    CHECK(one->told.empty()); // nothing changed
  live.price = 2;
  live.advance(100ms);
  for (const auto& one : readers) {
    REQUIRE(one->told.size() == 1);
    CHECK(one->told[0].is == kind::change);
    CHECK(one->told[0].data == readers[0]->told[0].data); // made once
  }
  CHECK(readers[0]->told[0].data->find(R"("rows":{"x:A-B":{"last":2}})") != std::string::npos);
  const auto after = live.evaluations;
  live.advance(10s);
  CHECK(live.evaluations == after);
}

TEST_CASE("who comes back is told what changed meanwhile, or the page") {
  live_fixture live;
  std::vector<std::string> ids{live.ask()->told.at(0).id};
  for (int i = 2; i <= 6; ++i) {
    live.price = i;
    const auto next = live.ask(ids.back());
    live.advance(100ms);
    ids.push_back(next->told.at(0).id);
  }
  const auto since = [&](const std::string& id) {
    const auto out = live.ask(id);
    live.advance(100ms);
    return out->told.at(0);
  };
  for (std::size_t i = 0; i < ids.size() - 1; ++i) {
    const auto told = since(ids[i]);
    CHECK(told.id == ids.back());
    if (i < ids.size() - live_view::most_states) {
      CHECK(told.is == kind::page);
    } else {
      CHECK(told.is == kind::change);
      CHECK(told.data->find(R"("rows":{"x:A-B":{"last":6}})") != std::string::npos);
    }
  }
  CHECK(since("other-1-1").is == kind::page);
  live.end(live.hub);
  live.start_hub(); // its states have other names
  CHECK(since(ids.back()).is == kind::page);
}

TEST_CASE("what is forgotten when nobody follows it, and what is not") {
  live_fixture live;
  const auto id = live.ask()->told.at(0).id;
  live.price = 2;
  SUBCASE("soon") {
    live.advance(20s);
    const auto told = live.ask(id);
    live.advance(100ms);
    CHECK(told->told.at(0).is == kind::change);
  }
  SUBCASE("late") {
    live.advance(60s);
    CHECK(state_of<live_hub_state>(live.hub).views.empty());
    CHECK(state_of<live_hub_state>(live.hub).bytes == 0);
    const auto told = live.ask(id);
    live.advance(100ms);
    CHECK(told->told.at(0).is == kind::page);
  }
}

TEST_CASE("a quiet view beats") {
  live_fixture live;
  const auto id = live.ask()->told.at(0).id;
  const auto quiet = live.ask(id);
  live.advance(9'800ms);
  CHECK(quiet->told.empty());
  live.advance(300ms);
  REQUIRE(quiet->told.size() == 1);
  CHECK(quiet->told[0].is == kind::beat);
  CHECK(quiet->told[0].id == id);
  CHECK(quiet->told[0].data->starts_with("{\"as_of_ms\":"));
}

TEST_CASE("trouble is told once, and its end") {
  live_fixture live;
  const auto id = live.ask()->told.at(0).id;
  live.trouble = "Redis is away";
  const auto first = live.ask(id);
  live.advance(100ms);
  REQUIRE(first->told.size() == 1);
  CHECK(first->told[0].is == kind::failure);
  CHECK(first->told[0].status == 503);
  CHECK(first->told[0].data->find("Redis is away") != std::string::npos);

  const auto before = live.evaluations;
  const auto next = live.ask(id, 100ms, true);
  live.advance(5s);
  CHECK(next->told.empty());
  CHECK(live.evaluations <= before + 6); // no oftener than once a second
  live.advance(6s);
  REQUIRE(next->told.size() == 1); // a heartbeat of a kind
  CHECK(next->told[0].is == kind::failure);

  const auto patient = live.ask(id, 100ms, true);
  live.trouble.clear();
  live.advance(2s);
  REQUIRE(patient->told.size() == 1);
  CHECK(patient->told[0].is == kind::beat); // nothing changed, but that it is answered
}

TEST_CASE("a view that is refused is told so, and not followed") {
  live_fixture live;
  live.refusal = {400, "Too large a category", "so it is", {}};
  const auto told = live.ask();
  REQUIRE(told->told.size() == 1);
  CHECK(told->told[0].is == kind::failure);
  CHECK(told->told[0].status == 400);
  CHECK(state_of<live_hub_state>(live.hub).views.empty());
}

TEST_CASE("views, subscribers and memory are bounded") {
  live_fixture live;
  SUBCASE("views") {
    live.config.max_views = 2;
    live.start_hub();
    CHECK(live.ask("", 100ms, false, "quote=A")->told.size() == 1);
    CHECK(live.ask("", 100ms, false, "quote=B")->told.size() == 1);
    CHECK(live.ask("", 200ms, false, "quote=B")->refused.size() == 1);
    CHECK(live.ask("", 100ms, false, "quote=A")->told.size() == 1);
  }
  SUBCASE("subscribers") {
    live.config.max_subscribers = 2;
    live.start_hub();
    const auto id = live.ask()->told.at(0).id;
    const std::vector all{live.ask(id), live.ask(id), live.ask(id)};
    CHECK(all[2]->refused.size() == 1);
    live.price = 2;
    live.advance(100ms);
    CHECK(all[0]->told.size() == 1);
    CHECK(live.ask(all[0]->told.at(0).id)->refused.empty());
  }
  SUBCASE("memory") {
    live.config.max_bytes = 1;
    live.start_hub();
    const auto id = live.ask()->told.at(0).id;
    CHECK(live.ask("", 100ms, false, "quote=B")->refused.size() == 1);
    live.price = 2;
    const auto next = live.ask(id);
    live.advance(100ms);
    CHECK(next->told.at(0).is == kind::page); // what it had is not kept
  }
}

// -- what clients ask -----------------------------------------------------------------------------

TEST_CASE("a live view takes what GET /v1/markets does, but for what has no end") {
  const auto read = [](const std::string& query) { return parse_live(*parse_query_string(query)); };
  CHECK(read("")->interval == 250ms);
  CHECK(read("interval=50")->interval == 50ms);
  CHECK(read("interval=51")->interval == 100ms);
  CHECK(read("interval=60000")->interval == 60s);
  CHECK(read("quote=USD&interval=500&sort=last")->question->key ==
        page_question(*parse_view_query(*parse_query_string("quote=USD&sort=last"))).key);
  for (const auto* bad :
       {"interval=49", "interval=60001", "interval=x", "interval=", "cursor=start", "snapshot=new",
        "format=csv", "explain=true", "nonsense=1"}) {
    const auto refused = read(bad);
    INFO(bad);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().parameter == std::string{bad}.substr(0, std::string{bad}.find('=')));
    CHECK_FALSE(refused.error().allowed.empty());
  }
  CHECK(read("fields=last,id")->question->query.shape.members ==
        std::vector<std::string_view>{"last", "id"});
  CHECK(read("fields=last")->question->query.shape.members ==
        std::vector<std::string_view>{"id", "last"});
}

TEST_CASE("messages of a WebSocket") {
  const auto good = parse_live_command(
      R"({"op":"subscribe","view":"a","query":"quote=USD","interval":500,"id":"x-1-2"})");
  REQUIRE(good);
  CHECK(good->view == "a");
  CHECK(good->has == "x-1-2");
  CHECK(good->what.interval == 500ms);
  CHECK(good->what.question->query.quotes.values == std::vector<std::string>{"USD"});
  CHECK(parse_live_command(R"({"op":"unsubscribe","view":"a"})")->leaves);
  const std::vector<std::pair<std::string, std::string>> bad{
      {"", "message"},
      {"[]", "message"},
      {"{\"view\":\"\xff\"}", "message"},
      {R"({"op":"subscribe"})", "view"},
      {R"({"op":"subscribe","view":""})", "view"},
      {R"({"op":"subscribe","view":")" + std::string(65, 'x') + R"("})", "view"},
      {R"({"op":"dance","view":"a"})", "op"},
      {R"({"view":"a"})", "op"},
      {R"({"op":"subscribe","view":"a","interval":"5"})", "interval"},
      {R"({"op":"subscribe","view":"a","interval":5})", "interval"},
      {R"({"op":"subscribe","view":"a","query":"quote=%"})", "quote"},
      {R"({"op":"subscribe","view":"a","query":"page=0"})", "page"},
      {R"({"op":"subscribe","view":"a","query":{}})", "query"},
      {R"({"op":"subscribe","view":"a","color":"red"})", "color"},
  };
  for (const auto& [text, about] : bad) {
    INFO(text);
    const auto refused = parse_live_command(text);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().problem.parameter == about);
    CHECK_FALSE(refused.error().problem.allowed.empty());
  }
}

TEST_CASE("whose pages may have a WebSocket") {
  CHECK(is_origin_allowed("", "a:80", ""));
  CHECK(is_origin_allowed("http://a:80", "A:80", ""));
  CHECK_FALSE(is_origin_allowed("http://b", "a:80", ""));
  CHECK_FALSE(is_origin_allowed("http://a:80.b", "a:80", ""));
  CHECK_FALSE(is_origin_allowed("null", "a:80", ""));
  CHECK(is_origin_allowed("https://b", "a", "https://b"));
  CHECK(is_origin_allowed("https://b", "a", "*"));
}

// -- sessions -------------------------------------------------------------------------------------

namespace {

struct live_session_fixture : live_fixture {
  live_session_fixture() {
    serving->query = serving->status = serving->keeper = serving->search = make_address();
    serving->live = make_address();
    serving->live->set(hub);
    serving->lifeline = spawn(nobody);
    client = std::make_shared<scripted_client>();
    subject = spawn(session, std::shared_ptr<const session_config>{serving}, client);
  }

  void get(const std::string& target, std::shared_ptr<net::http_rare_fields> rare = nullptr,
           net::http_method method = net::http_method::get) {
    net::http_request request;
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
    REQUIRE(live.client->answers.size() == 1);
    CHECK(live.client->answers[0].content_type == "text/event-stream");
    CHECK(live.evaluations == 0);
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
  CHECK_FALSE(live.client->closed);
  live.sent();
  CHECK(live.client->closed);
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
  const auto reads = live.client->reads;
  int heard = 0;
  for (int i = 0; i < 1'000 && live.client->reads == reads + heard; ++i) { // as the network does it
    live.say(R"({"op":"subscribe","view":"v0","id":"0-0-0","interval":60000})");
    ++heard;
  }
  CHECK(heard < 2 * static_cast<int>(live_limits::most_views));
}

TEST_CASE("who is let in as a WebSocket") {
  live_session_fixture live;
  live.get("/v1/ws");
  REQUIRE(live.client->answers.size() == 1);
  CHECK(live.client->answers[0].status == 426);
  auto rare = std::make_shared<net::http_rare_fields>();
  rare->wants_websocket = true;
  rare->origin = "https://elsewhere.example";
  rare->host = "board.example";
  live.get("/v1/ws", rare);
  REQUIRE(live.client->answers.size() == 2);
  CHECK(live.client->answers[1].status == 403);
  CHECK(live.client->websockets == 0);
}
