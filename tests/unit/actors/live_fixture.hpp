#pragma once

#include "actors/error.hpp"
#include "actors/live_hub.hpp"
#include "actors/live_route.hpp"
#include "tests/support/actor_fixture.hpp"

#include <fmt/format.h>

namespace tickboard::test {

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
    config.heartbeat = std::chrono::seconds{10};
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
  std::shared_ptr<reader> ask(std::string has = "",
                              std::chrono::milliseconds interval = std::chrono::milliseconds{100},
                              bool in_trouble = false, const std::string& query = "",
                              const std::string& client = "me") {
    auto out = std::make_shared<reader>();
    spawn([this, out, has, interval, in_trouble, query, client](caf::event_based_actor* self) {
      self->request(hub, caf::infinite,
                    live_asked{question(query), interval, has, in_trouble, client})
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

} // namespace tickboard::test
