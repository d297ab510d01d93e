#include "actors/answer_cache.hpp"

#include <caf/all.hpp>
#include <doctest/doctest.h>

using namespace tickboard;
using namespace std::chrono_literals;

namespace {

const answer_cache::time_point begin{};

answer answer_of(std::size_t bytes, std::chrono::milliseconds at) {
  answer out;
  out.body = std::make_shared<const std::string>(bytes, 'x');
  out.evaluated = begin + at;
  return out;
}

void put(answer_cache& to, const std::string& key, const answer& fresh) {
  to.put({key, caf::make_message(fresh), 0});
}

} // namespace

TEST_CASE("the last answer to each question is kept until it is too old") {
  answer_cache cache{1'000'000, 100ms};
  put(cache, "a", answer_of(1, 0ms));
  put(cache, "b", answer_of(2, 10ms));
  put(cache, "a", answer_of(3, 60ms));
  REQUIRE(cache.find("a", begin + 99ms));
  CHECK(cache.find("a", begin + 99ms)->last().body->size() == 3);
  CHECK(cache.find("b", begin + 109ms)->last().body->size() == 2);
  CHECK(cache.find("b", begin + 110ms) == nullptr);
  CHECK(cache.find("a", begin + 159ms) != nullptr);
  CHECK(cache.find("a", begin + 160ms) == nullptr);
  CHECK(cache.bytes() == 0);
}

TEST_CASE("an answer that was taken back is not given") {
  answer_cache cache{1'000'000, 100ms};
  put(cache, "a", answer_of(1, 0ms));
  cache.forget("a");
  cache.forget("never asked");
  CHECK(cache.find("a", begin) == nullptr);
  CHECK(cache.bytes() == 0);
}

TEST_CASE("memory for answers is bounded: what was not renewed for longest goes first") {
  answer_cache cache{100'000, 1h};
  for (int i = 0; i < 1'000; ++i) {
    put(cache, "hot", answer_of(10'000, std::chrono::milliseconds{2 * i}));
    put(cache, "question " + std::to_string(i),
        answer_of(10'000, std::chrono::milliseconds{2 * i + 1}));
    CHECK(cache.bytes() <= 100'000);
  }
  CHECK(cache.find("hot", begin + 2s) != nullptr);
  CHECK(cache.find("question 999", begin + 2s) != nullptr);
  CHECK(cache.find("question 994", begin + 2s) !=
        nullptr); // one question asked often takes one place
  CHECK(cache.find("question 900", begin + 2s) == nullptr);

  put(cache, "question 999", answer_of(100'000, 2s)); // with its key it is too large
  CHECK(cache.find("question 999", begin + 2s) == nullptr);
  CHECK(cache.find("hot", begin + 2s) != nullptr);
}

TEST_CASE("without room or time nothing is kept") {
  answer_cache no_room{0, 1h};
  put(no_room, "a", answer_of(1, 0ms));
  CHECK(no_room.find("a", begin) == nullptr);
  answer_cache no_time{1'000, 0ms};
  put(no_time, "a", answer_of(1, 0ms));
  CHECK(no_time.find("a", begin) == nullptr);
  CHECK(no_time.bytes() == 0);
}
