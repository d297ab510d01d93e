#include "actors/mailbox.hpp"
#include "actors/messages/figures.hpp"
#include "actors/messages/keeper.hpp"
#include "actors/scrape.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/exposition.hpp"

using namespace tickboard;
using namespace tickboard::test;
using namespace std::chrono_literals;

namespace {

struct scrape_fixture : actor_fixture {
  scrape_fixture() {
    config.registry = std::make_shared<metrics::registry>();
    config.registry->count({"something_total", "Something"}).add(3);
    config.status = make_address();
    config.root = make_address();
    config.keeper = make_address();
    config.metadata = make_address();
    config.version = "1.2.3";
    config.status->set(spawn([this](caf::event_based_actor* self) -> caf::behavior {
      tell_mailbox(*self);
      return {[this](const figures_asked&) {
        ++times_asked;
        auto told = metrics::make_family({"of_status", "What status knows"}, metrics::kind::gauge);
        metrics::add(told, {}, 7);
        return figures_told{{told}};
      }};
    }));
    config.actors = {{"status", config.status}};
  }

  /// Asks; `answers` gets the text when it comes.
  void ask(const caf::actor& subject) {
    spawn([this, subject](caf::event_based_actor* self) {
      self->request(subject, caf::infinite, metrics_asked{}).then([this](const metrics_told& told) {
        answers.push_back(told.text);
      });
    });
  }

  scrape_config config;
  int times_asked = 0;
  std::vector<net::shared_bytes> answers;
};

} // namespace

TEST_CASE("what is counted, what others know and how deep their mailboxes are is put together") {
  scrape_fixture on;
  on.config.keeper->set(on.spawn([](caf::event_based_actor*) -> caf::behavior {
    return {[](const readiness_asked&) { return readiness{true, "ready"}; }};
  }));
  const auto subject = on.spawn(scrape, on.config);
  on.ask(subject);
  on.ask(subject);
  on.run();
  REQUIRE(on.answers.size() == 2);
  CHECK(on.answers[0] == on.answers[1]);
  CHECK(on.times_asked == 1); // both share it
  const exposition_text told{*on.answers[0]};
  CHECK(told.value("something_total") == 3);
  CHECK(told.value("of_status") == 7);
  CHECK(told.value("tickboard_ready") == 1);
  CHECK(told.value(R"(tickboard_build_info{version="1.2.3"})") == 1);
  CHECK(told.value(R"(tickboard_mailbox_messages{actor="status"})") == 0);
  CHECK_FALSE(told.types().contains("tickboard_metadata_state")); // nobody is there to be asked

  on.ask(subject);
  on.run();
  CHECK(on.answers.size() == 3);
  CHECK(on.times_asked == 2);
}

TEST_CASE("who does not answer is waited for only so long, and that shows") {
  scrape_fixture on;
  const auto stuck = make_address();
  stuck->set(on.spawn([](caf::event_based_actor* self) -> caf::behavior {
    self->set_default_handler(caf::skip);
    return {[](caf::unit_t) {}};
  }));
  on.config.actors.emplace_back("stuck", stuck);
  on.config.keeper = stuck;
  const auto subject = on.spawn(scrape, on.config);
  on.ask(subject);
  on.advance(on.config.patience - 20ms);
  CHECK(on.answers.empty());
  on.advance(40ms);
  REQUIRE(on.answers.size() == 1);
  const exposition_text told{*on.answers[0]};
  CHECK(told.value("of_status") == 7);
  CHECK_FALSE(told.has("tickboard_ready"));
  CHECK_FALSE(told.has(R"(tickboard_mailbox_messages{actor="stuck"})"));
  CHECK(told.value(R"(tickboard_mailbox_wait_seconds{actor="stuck"})") >= 0.4);
  CHECK(told.value(R"(tickboard_mailbox_wait_seconds{actor="status"})") < 0.1);
}

TEST_CASE("an actor tells how many messages wait behind the question") {
  actor_fixture on;
  const auto subject = on.spawn([](caf::event_based_actor* self) -> caf::behavior {
    tell_mailbox(*self);
    return {[](caf::unit_t) {}};
  });
  on.run();
  std::vector<std::size_t> told;
  on.spawn([&told, subject](caf::event_based_actor* self) {
    self->send(subject, caf::unit);
    self->request(subject, caf::infinite, mailbox_asked{})
        .then([&told](const mailbox_told& answer) { told.push_back(answer.messages); });
    for (int i = 0; i < 5; ++i)
      self->send(subject, caf::unit);
  });
  on.run();
  CHECK(told == std::vector<std::size_t>{5});
}
