#include "actors/scrape.hpp"

#include "actors/error.hpp"
#include "actors/mailbox.hpp"
#include "actors/messages/figures.hpp"
#include "actors/messages/keeper.hpp"
#include "actors/messages/metadata.hpp"
#include "adapters/metrics/process_figures.hpp"

#include <caf/all.hpp>

#include <iterator>

namespace tickboard {

namespace {

metrics::family gauge_family(std::string_view name, std::string_view help) {
  return metrics::make_family({name, help}, metrics::kind::gauge);
}

} // namespace

caf::response_promise scrape_state::ask() {
  auto promise = self->make_response_promise();
  riders.push_back(promise);
  if (riders.size() == 1)
    collect();
  return promise;
}

template <class Answer, class Question>
void scrape_state::put_to(const address_ptr& whom, const Question& question,
                          std::function<void(const Answer&)> take, std::function<void()> after) {
  const auto to = whom->get();
  if (!to)
    return;
  ++open;
  self->request(to, config.patience, question)
      .then(
          [this, take, after](const Answer& answer) {
            take(answer);
            after();
            answered();
          },
          [this, after](const caf::error&) {
            after();
            answered();
          });
}

void scrape_state::collect() {
  ready = gauge_family("tickboard_ready", "1 while pages are served");
  metadata_state =
      gauge_family("tickboard_metadata_state", "1 for the state of what is known of assets");
  metadata_assets = gauge_family("tickboard_metadata_assets", "Assets that something is known of");
  metadata_age = gauge_family("tickboard_metadata_age_seconds",
                              "Time since the source of what is known of assets last told");
  mailbox = gauge_family("tickboard_mailbox_messages", "Messages that wait for the actor");
  wait = gauge_family("tickboard_mailbox_wait_seconds",
                      "How long the actor took to get to a message, this time");
  told.clear();

  open = 1; // our own, behind those of the others
  const auto keep = [this](const figures_told& answer) {
    told.insert(told.end(), answer.figures.begin(), answer.figures.end());
  };
  put_to<figures_told>(config.status, figures_asked{}, keep);
  put_to<figures_told>(config.root, figures_asked{}, keep);
  put_to<readiness>(config.keeper, readiness_asked{}, [this](const readiness& answer) {
    metrics::add(ready, {}, answer.ready ? 1 : 0);
  });
  put_to<metadata_health>(
      config.metadata, metadata_health_asked{}, [this](const metadata_health& answer) {
        for (const auto* state : {"ok", "degraded", "failed"})
          metrics::add(metadata_state, {{"state", state}}, answer.state == state ? 1 : 0);
        metrics::add(metadata_assets, {}, static_cast<double>(answer.assets));
        if (answer.age_ms >= 0)
          metrics::add(metadata_age, {}, static_cast<double>(answer.age_ms) / 1'000);
      });
  for (const auto& [who, at] : config.actors)
    put_to<mailbox_told>(
        at, mailbox_asked{},
        [this, who = who](const mailbox_told& answer) {
          metrics::add(mailbox, {{"actor", who}}, static_cast<double>(answer.messages));
        },
        [this, who = who, since = self->clock().now()] {
          const std::chrono::duration<double> took = self->clock().now() - since;
          metrics::add(wait, {{"actor", who}}, took.count());
        });
  answered();
}

void scrape_state::answered() {
  if (--open != 0)
    return;
  auto all = config.registry->read();
  const auto move_in = [&all](metrics::families more) {
    std::move(more.begin(), more.end(), std::back_inserter(all));
  };
  auto build = gauge_family("tickboard_build_info", "1, with the version of the program");
  metrics::add(build, {{"version", config.version}}, 1);
  move_in({std::move(build), std::move(ready), std::move(metadata_state),
           std::move(metadata_assets), std::move(metadata_age), std::move(mailbox),
           std::move(wait)});
  move_in(std::exchange(told, {}));
  move_in(metrics::process_figures());
  std::erase_if(all, [](const metrics::family& one) { return one.metric.empty(); });
  const auto text = std::make_shared<const std::string>(metrics::exposition(all));
  for (auto& one : std::exchange(riders, {}))
    one.deliver(metrics_told{text});
}

caf::behavior scrape(caf::stateful_actor<scrape_state>* self, scrape_config config) {
  keep_exception_text(*self);
  tell_mailbox(*self);
  self->state.config = std::move(config);
  return {[&state = self->state](const metrics_asked&) { return state.ask(); }};
}

} // namespace tickboard
