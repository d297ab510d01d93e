#include "actors/live_hub.hpp"

#include "actors/entity_tag.hpp"
#include "actors/error.hpp"
#include "actors/mailbox.hpp"
#include "actors/unix_ms.hpp"
#include "adapters/log/log.hpp"

#include <caf/all.hpp>
#include <fmt/format.h>

#include <random>

namespace tickboard {

namespace {

/// A view that is not answered is not asked for more often.
constexpr auto retry_interval = std::chrono::milliseconds{1'000};
/// What nobody waits for is kept for who comes back.
constexpr auto kept_for = std::chrono::seconds{30};

} // namespace

caf::response_promise live_hub_state::take(const live_asked& asked) {
  auto promise = self->make_response_promise();
  const auto refuse = [&](const char* why) {
    config.figures->refused.add();
    promise.deliver(caf::make_error(ec::overloaded, std::string{why}));
    return promise;
  };
  if (waiting >= config.max_subscribers)
    return refuse("there are as many live subscribers as live.max_subscribers allows");
  const auto key = fmt::format("{} {}", asked.interval.count(), asked.question->key);
  auto it = views.find(key);
  if (it == views.end()) {
    if (views.size() >= config.max_views)
      return refuse("as many different views are followed live as live.max_views allows");
    if (bytes >= config.max_bytes)
      return refuse("what is kept of live views takes as much as live.max_bytes allows");
    followed made{asked.question,
                  asked.interval,
                  asked.client,
                  live_view{fmt::format("{}-{}", life, ++views_made)},
                  {}};
    it = views.emplace(key, std::move(made)).first;
  }
  auto& one = it->second;
  const auto now = self->clock().now();
  const bool lately = one.asked && now - *one.asked < one.interval;
  const bool is_new = asked.has.empty() && !asked.in_trouble;
  if (is_new && lately && !one.view.empty()) {
    subscriber who{asked.has, asked.in_trouble, now, promise};
    deliver(who, one.view.news_since(asked.has));
    return promise;
  }
  ++waiting;
  one.waiting.push_back({asked.has, asked.in_trouble, now, promise});
  if (!asked.in_trouble && !lately && !one.asking)
    evaluate(key, one); // nobody wants to wait for the first page, nor who comes back
  else
    arm(key, one);
  return promise;
}

/// At the next multiple of the interval.
void live_hub_state::arm(const std::string& key, followed& one) {
  if (one.timer != 0 || one.asking || one.waiting.empty())
    return;
  const auto every = std::chrono::duration_cast<time_point::duration>(one.interval);
  set_timer(key, one, every - self->clock().now().time_since_epoch() % every);
}

void live_hub_state::set_timer(const std::string& key, followed& one, time_point::duration in) {
  one.timer = ++timers_set;
  self->delayed_send(self, in, live_due{key, one.timer});
}

void live_hub_state::due(const live_due& what) {
  const auto it = views.find(what.view);
  if (it == views.end() || it->second.timer != what.timer)
    return;
  it->second.timer = 0;
  if (!it->second.waiting.empty())
    evaluate(it->first, it->second);
}

void live_hub_state::evaluate(const std::string& key, followed& one) {
  one.timer = 0;
  one.asking = true;
  one.asked = self->clock().now();
  self->request(config.query->get(), config.timeout, page_asked{one.question, one.client})
      .then([this, key](const answer& told) { answered(key, told); },
            [this, key](const caf::error& error) { failed(key, no_answer_news(error), false); });
}

void live_hub_state::answered(const std::string& key, const answer& told) {
  const auto it = views.find(key);
  if (it == views.end())
    return;
  if (told.refusal.status != 0) {
    const auto& why = told.refusal;
    failed(key, failure_news(net::problem(why.status, why.title, why.detail), why.retry_after),
           why.status < 500);
    return;
  }
  auto& one = it->second;
  if (!one.view.is_newest(told.tag)) {
    const auto before = one.view.bytes();
    const auto taken = one.view.take(
        told.stale_since_ms == 0 ? told.body : with_stale_since(*told.body, told.stale_since_ms),
        told.tag);
    bytes += one.view.bytes() - before;
    if (!taken) {
      log::error("live", "a page cannot be taken apart", {{"reason", taken.error()}});
      failed(key, failure_news(net::problem(500, "Internal error", taken.error()), {}), false);
      return;
    }
    trim();
  }
  one.asking = false;
  one.as_of_ms = told.stale_since_ms == 0 ? unix_ms() : told.stale_since_ms;
  tell(one);
  arm(key, one);
}

void live_hub_state::deliver(subscriber& who, live_news told) {
  config.figures->news[static_cast<std::size_t>(told.is)]->add();
  who.promise.deliver(std::move(told));
}

void live_hub_state::show() const {
  config.figures->views.set(views.size());
  config.figures->waiting.set(waiting);
  config.figures->bytes.set(bytes);
}

/// Answers who has something else than the newest state, or has heard nothing for long.
void live_hub_state::tell(followed& one) {
  const auto now = self->clock().now();
  const auto before = one.view.bytes();
  std::erase_if(one.waiting, [&](subscriber& who) {
    if (one.view.is_newest_id(who.has)) {
      const auto next = now + one.interval; // a beat then would be late
      if (!who.in_trouble && next - who.since <= config.heartbeat)
        return false;
      live_news beat;
      beat.is = live_news::kind::beat;
      beat.id = who.has;
      beat.data =
          std::make_shared<const std::string>(fmt::format("{{\"as_of_ms\":{}}}", one.as_of_ms));
      deliver(who, std::move(beat));
    } else {
      deliver(who, one.view.news_since(who.has));
    }
    --waiting;
    return true;
  });
  bytes += one.view.bytes() - before;
  if (one.waiting.empty())
    one.abandoned = now;
  show();
}

/// Who was told already is told again when it would hear nothing for long.
void live_hub_state::failed(const std::string& key, const live_news& why, bool for_good) {
  const auto it = views.find(key);
  if (it == views.end())
    return;
  auto& one = it->second;
  one.asking = false;
  const auto now = self->clock().now();
  std::erase_if(one.waiting, [&](subscriber& who) {
    if (!for_good && who.in_trouble && now - who.since < config.heartbeat)
      return false;
    deliver(who, why);
    --waiting;
    return true;
  });
  if (one.waiting.empty())
    one.abandoned = now;
  if (for_good) {
    bytes -= one.view.bytes();
    views.erase(it);
    return;
  }
  if (!one.waiting.empty() && one.timer == 0)
    set_timer(key, one, std::max(one.interval, retry_interval));
}

void live_hub_state::trim() {
  if (bytes <= config.max_bytes)
    return;
  for (auto& [key, one] : views) {
    const auto before = one.view.bytes();
    one.view.forget_old();
    bytes -= before - one.view.bytes();
  }
}

void live_hub_state::sweep() {
  self->delayed_send(self, kept_for / 3, live_sweep_due{});
  const auto now = self->clock().now();
  std::erase_if(views, [&](const auto& entry) {
    const auto& one = entry.second;
    if (!one.waiting.empty() || one.asking || now - one.abandoned < kept_for)
      return false;
    bytes -= one.view.bytes();
    return true;
  });
}

caf::behavior live_hub(caf::stateful_actor<live_hub_state>* self, live_hub_config config) {
  keep_exception_text(*self);
  auto& state = self->state;
  state.config = std::move(config);
  state.life = fmt::format("{:08x}", std::random_device{}());
  state.sweep();
  tell_mailbox(*self);
  return {
      [&state](const live_asked& asked) {
        auto out = state.take(asked);
        state.show();
        return out;
      },
      [&state](const live_due& due) { state.due(due); },
      [&state](const live_sweep_due&) {
        state.sweep();
        state.show();
      },
  };
}

} // namespace tickboard
