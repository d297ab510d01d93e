#include "actors/address.hpp"
#include "actors/error.hpp"
#include "tests/support/actor_fixture.hpp"

using namespace tickboard;
using namespace tickboard::test;

TEST_CASE("errors describe themselves in a sentence") {
  CHECK(describe(caf::error{}) == "ended normally");
  CHECK(describe(caf::make_error(ec::stalled, std::string{"no data for 5 ms"})) ==
        "no data for 5 ms");
  CHECK(describe(caf::exit_reason::kill) == "kill");
  CHECK(describe(caf::sec::request_timeout) == "request_timeout");
  CHECK_FALSE(describe(caf::make_error(ec::overloaded)).empty());
}

TEST_CASE("what escapes a handler becomes the reason, whatever its type") {
  actor_fixture system;
  const auto one = system.spawn([](caf::event_based_actor* self) -> caf::behavior {
    keep_exception_text(*self);
    return {[](int number) { throw number; }, // NOLINT: the point of the test
            [](const std::string& text) { throw std::runtime_error(text); }};
  });
  const obituary end{one};
  SUBCASE("an exception") {
    system.send(one, std::string{"out of luck"});
    CHECK(describe(end.reason()) == "exception: out of luck");
  }
  SUBCASE("anything else") {
    system.send(one, 3);
    CHECK(describe(end.reason()) == "an exception of an unknown type");
  }
  CHECK(end.reason() == ec::defect);
}

TEST_CASE("an address is where the service is now") {
  actor_fixture system;
  const auto at = make_address();
  CHECK(at->get() == nullptr);
  const probe<int> first{system}, second{system};
  at->set(first.handle());
  CHECK(at->get() == first.handle());
  at->set(second.handle());
  CHECK(at->get() == second.handle());
  at->set(nullptr);
  CHECK(at->get() == nullptr);
}
