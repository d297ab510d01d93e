#pragma once

#include "actors/page_links.hpp"
#include "actors/session.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/lifeline.hpp"
#include "tests/support/scripted_client.hpp"

namespace tickboard::test {

/// Sessions whose other actors are addresses of nobody yet.
struct session_fixture : actor_fixture {
  session_fixture() {
    config->query = make_address();
    config->status = make_address();
    config->keeper = make_address();
    config->search = make_address();
    config->lifeline = spawn(lifeline_actor);
  }

  caf::actor start() {
    clients.push_back(std::make_shared<scripted_client>());
    const auto out = spawn(session, std::shared_ptr<const session_config>{config}, clients.back());
    run();
    return out;
  }

  /// The answer, which has to be the only one.
  net::http_response ask(const std::string& target, bool accepts_gzip = false,
                         std::chrono::milliseconds wait = {}, std::string method = "GET") {
    const auto asked = start();
    net::http_request request;
    request.method = method == "GET" ? net::http_method::get : net::http_method::other;
    request.method_text = std::move(method);
    request.if_none_match = if_none_match;
    request.target = target;
    request.accepts_gzip = accepts_gzip;
    send(asked, request_received{std::move(request)});
    advance(wait);
    REQUIRE(clients.back()->answers.size() == 1);
    return clients.back()->answers[0];
  }

  /// The query actor answers every question with this, or with an error.
  void answer_queries(std::optional<answer> with, caf::error error = {}) {
    config->query->set(spawn([with, error](caf::event_based_actor*) -> caf::behavior {
      return {[=](const page_asked& asked) -> caf::result<answer> {
                if (!with)
                  return error;
                auto out = *with;
                out.link = std::make_shared<const std::string>(
                    link_header(asked.question->query, out.total, out.place));
                return out;
              },
              [=](const row_asked&) -> caf::result<answer> {
                return with ? caf::result<answer>{*with} : caf::result<answer>{error};
              }};
    }));
  }

  std::string if_none_match;
  std::shared_ptr<session_config> config = std::make_shared<session_config>();
  std::vector<std::shared_ptr<scripted_client>> clients;
};

} // namespace tickboard::test
