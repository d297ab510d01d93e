#include "actors/contract.hpp"
#include "actors/error.hpp"
#include "actors/messages/figures.hpp"
#include "actors/messages/keeper.hpp"
#include "actors/messages/metadata.hpp"
#include "actors/messages/status.hpp"
#include "actors/messages/supervisor.hpp"
#include "actors/routes.hpp"
#include "actors/session.hpp"
#include "adapters/redis/public_text.hpp"
#include "market/json_text.hpp"

#include <caf/all.hpp>
#include <fmt/format.h>

#include <algorithm>

/// The part of a session that answers how tickboard itself does.
namespace tickboard {

namespace {

constexpr auto health_timeout = std::chrono::milliseconds{500};

/// Not to be kept by anybody.
net::http_response of_this_moment(std::string json) {
  net::http_response out;
  out.body = std::make_shared<const std::string>(std::move(json));
  out.headers.emplace_back("Cache-Control", "no-store");
  return out;
}

} // namespace

/// Who is asked answers with JSON, of this moment.
template <class Question>
void session_state::ask_for_state(const address& of, const Question& question) {
  ask<std::string>(of, question,
                   [this](const std::string& text) { respond(of_this_moment(text)); });
}

void session_state::ask_for_exchanges() {
  ask_for_state(*config->status, status_asked{});
}

void session_state::ask_for_supervision() {
  ask_for_state(*config->root, supervision_asked{});
}

/// That the process lives is what the status says; the rest is as far as it is known soon.
void session_state::ask_for_health() {
  const auto text_or_null = [](const std::string& text) {
    return text.empty() ? "null" : json_string(text);
  };
  const auto answer_with = [this, text_or_null](const metadata_health& told) {
    const auto file = config->file->look();
    respond(of_this_moment(fmt::format(
        R"({{"status":"ok","metadata":{{"state":{},"source":{},"assets":{},"age_ms":{},)"
        R"("problem":{}}},"config":{{"state":{},"problem":{}}}}})",
        json_string(told.state), text_or_null(told.source), told.assets,
        told.age_ms < 0 ? "null" : fmt::format("{}", told.age_ms), text_or_null(told.problem),
        json_string(file.state), text_or_null(file.problem))));
  };
  // Sooner than anything else, so with a timeout of its own.
  self->request(config->metadata->get(), std::min(config->timeout, health_timeout),
                metadata_health_asked{})
      .then(answer_with, [answer_with](const caf::error&) {
        metadata_health unknown;
        unknown.state = "failed";
        unknown.problem = "the part of tickboard that knows does not answer";
        answer_with(unknown);
      });
}

void session_state::ask_for_readiness() {
  ask<readiness>(*config->keeper, readiness_asked{}, [this](const readiness& told) {
    if (told.ready)
      respond(of_this_moment(R"({"status":"ready"})"));
    else
      respond(not_available(config->for_operators ? told.reason : redis::public_text(told.reason)));
  });
}

void session_state::ask_for_metrics() {
  if (!config->tells_metrics) {
    respond(net::problem(404, "No such resource",
                         "http.metrics is false: /metrics is at admin.listen alone"));
    return;
  }
  ask<metrics_told>(*config->metrics, metrics_asked{}, [this](const metrics_told& told) {
    net::http_response out;
    out.body = told.text;
    out.content_type = metrics_type;
    out.headers.emplace_back("Cache-Control", "no-store");
    respond(std::move(out));
  });
}

} // namespace tickboard
