#include "actors/rates.hpp"

#include "actors/error.hpp"
#include "actors/mailbox.hpp"
#include "actors/messages/writer.hpp"

#include <caf/all.hpp>

#include <memory>

namespace tickboard {

namespace {

constexpr auto look_interval = std::chrono::milliseconds{250};
constexpr std::int64_t longest_without_look_ms = 1'000;
constexpr std::int64_t sign_of_life_ms = 10'000;
constexpr double least_move = 5e-4;

} // namespace

void rates_state::learn(const rate_news& news) {
  for (const auto& id : news.gone) // one that came back since is among the sources
    sources.erase(id);
  for (const auto& one : news.sources)
    sources.insert_or_assign(one.subject->id, one);
  wanted.insert(news.quotes.begin(), news.quotes.end());
  newcomer = newcomer || news.begins;
  learnt = true;
}

void rates_state::tick() {
  self->delayed_send(self, look_interval, rates_due{});
  const auto now = config.now_ms();
  const auto since = now - looked_ms;
  if (!learnt && since >= 0 && since < longest_without_look_ms)
    return;
  looked_ms = now;
  learnt = false;
  std::vector<rate_source> all;
  all.reserve(sources.size());
  for (const auto& [id, one] : sources)
    all.push_back(one);
  auto table = std::make_shared<rate_table>(all, wanted, now, config.max_age.count());
  const bool moved = !published || table->settle(*published, least_move);
  if (moved || newcomer || now - published->as_of_ms() >= sign_of_life_ms)
    publish(std::move(table));
}

void rates_state::publish(rate_table_ptr table) {
  published = std::move(table);
  newcomer = false;
  for (const auto& one : config.writers)
    if (const auto to = one->get())
      self->send(to, rates_published{published});
  if (const auto to = config.assets->get())
    self->send(to, rates_published{published});
}

caf::behavior rates(caf::stateful_actor<rates_state>* self, rates_config config) {
  keep_exception_text(*self);
  tell_mailbox(*self);
  auto& state = self->state;
  state.config = std::move(config);
  for (const auto& one : state.config.writers)
    if (const auto to = one->get())
      self->send(to, rate_sources_asked{});
  self->delayed_send(self, look_interval, rates_due{});
  return {
      [&state](const rate_news& news) { state.learn(news); },
      [&state](const rates_due&) { state.tick(); },
  };
}

} // namespace tickboard
