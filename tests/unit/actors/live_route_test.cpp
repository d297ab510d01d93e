#include "actors/live_route.hpp"

#include <doctest/doctest.h>

using namespace tickboard;
using namespace std::chrono_literals;

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
