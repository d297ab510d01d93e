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
/// Who has been told something, and reads it, asks again within this: till then it follows on.
constexpr auto between_asks = std::chrono::seconds{1};

} // namespace

caf::response_promise live_hub_state::take(const live_asked& asked) {
  auto promise = self->make_response_promise();
  const auto now = self->clock().now();
  const auto by = accounts.try_emplace(asked.client).first;
  subscriber who{asked.has, asked.in_trouble, now, by, promise};
  ++waiting;
  ++by->second.waiting;
  const auto key = fmt::format("{} {}", asked.interval.count(), asked.question->key);
  auto it = views.find(key);
  if (const auto* const why = no_place(by->second, it == views.end())) {
    config.figures->refused.add();
    promise.deliver(caf::make_error(ec::overloaded, std::string{why}));
    let_go(who);
    return promise;
  }
  if (it == views.end()) {
    followed made{asked.question,
                  asked.interval,
                  by,
                  live_view{fmt::format("{}-{}", life, ++views_made)},
                  {}};
    it = views.emplace(key, std::move(made)).first;
    ++by->second.views;
  }
  auto& one = it->second;
  const bool lately = one.asked && now - *one.asked < one.interval;
  const bool has_news = !one.view.empty() && !one.view.is_newest_id(asked.has);
  if (!asked.in_trouble && lately && has_news) {
    deliver(who, one.view.news_since(asked.has));
    let_go(who);
    return promise;
  }
  follow(it->first, one, by);
  one.waiting.push_back(std::move(who));
  if (!asked.in_trouble && !lately && !one.asking)
    evaluate(key, one); // nobody wants to wait for the first page, nor who comes back
  else
    arm(key, one);
  return promise;
}

// -- bounds ---------------------------------------------------------------------------------------

/// Why the one who waits last cannot, `for_view`: for a view that is not followed yet; null: he
/// can. Makes place if that helps.
const char* live_hub_state::no_place(account& by, bool for_view) {
  if (waiting > config.max_subscribers)
    return "there are as many live subscribers as live.max_subscribers allows";
  if (by.waiting > share_of(config.max_subscribers))
    return "this client has as many live subscriptions as live.client_share of "
           "live.max_subscribers allows";
  if (!for_view)
    return nullptr;
  const auto has_share = [&] { return by.views >= share_of(config.max_views); };
  const auto has_bytes = [&] { return by.bytes >= share_of(config.max_bytes); };
  while ((has_share() || has_bytes()) && drop_oldest(by.abandoned)) {
  }
  if (has_share())
    return "this client follows as many different views live as live.client_share of "
           "live.max_views allows";
  if (has_bytes())
    return "what is kept of this client's live views takes as much as live.client_share of "
           "live.max_bytes allows";
  while ((views.size() >= config.max_views || bytes >= config.max_bytes) &&
         drop_oldest(abandoned)) {
  }
  if (views.size() >= config.max_views)
    return "as many different views are followed live as live.max_views allows";
  if (bytes >= config.max_bytes)
    return "what is kept of live views takes as much as live.max_bytes allows";
  return nullptr;
}

std::size_t live_hub_state::share_of(std::size_t limit) const {
  return std::max<std::size_t>(limit * config.client_share / 100, 1);
}

/// False if there is none that may go.
bool live_hub_state::drop_oldest(const abandoned_views& of) {
  if (of.empty() || self->clock().now() - of.begin()->first < between_asks)
    return false;
  drop(views.find(*of.begin()->second));
  return true;
}

/// Nobody waits for it.
void live_hub_state::drop(followed_views::iterator it) {
  auto& one = it->second;
  const auto by = one.by;
  if (one.abandoned) {
    abandoned.erase({*one.abandoned, &it->first});
    by->second.abandoned.erase({*one.abandoned, &it->first});
  }
  bytes -= one.counted_bytes;
  by->second.bytes -= one.counted_bytes;
  --by->second.views;
  views.erase(it);
  forget_if_empty(by);
}

/// Who waits first for what was left takes it on its account.
void live_hub_state::follow(const std::string& key, followed& one, account_place by) {
  if (!one.abandoned)
    return;
  const auto before = one.by;
  abandoned.erase({*one.abandoned, &key});
  before->second.abandoned.erase({*one.abandoned, &key});
  one.abandoned.reset();
  --before->second.views;
  ++by->second.views;
  before->second.bytes -= one.counted_bytes;
  by->second.bytes += one.counted_bytes;
  one.by = by;
  forget_if_empty(before);
}

void live_hub_state::abandon(const std::string& key, followed& one) {
  one.abandoned = self->clock().now();
  abandoned.emplace(*one.abandoned, &key);
  one.by->second.abandoned.emplace(*one.abandoned, &key);
}

void live_hub_state::forget_if_empty(account_place one) {
  if (one->second.views == 0 && one->second.waiting == 0)
    accounts.erase(one);
}

void live_hub_state::count_bytes(followed& one) {
  const auto more = one.view.bytes() - one.counted_bytes; // modulo: it may be less
  bytes += more;
  one.by->second.bytes += more;
  one.counted_bytes += more;
}

void live_hub_state::trim() {
  if (bytes <= config.max_bytes)
    return;
  for (auto& [key, one] : views) {
    one.view.forget_old();
    count_bytes(one);
  }
}

void live_hub_state::sweep() {
  self->delayed_send(self, kept_for / 3, live_sweep_due{});
  const auto now = self->clock().now();
  while (!abandoned.empty() && now - abandoned.begin()->first >= kept_for)
    drop(views.find(*abandoned.begin()->second));
}

// -- questions and news ---------------------------------------------------------------------------

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
  self->request(config.query->get(), config.timeout, page_asked{one.question, one.by->first})
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
    const auto taken = one.view.take(
        told.stale_since_ms == 0 ? told.body : with_stale_since(*told.body, told.stale_since_ms),
        told.tag);
    count_bytes(one);
    if (!taken) {
      log::error("live", "a page cannot be taken apart", {{"reason", taken.error()}});
      failed(key, failure_news(net::problem(500, "Internal error", taken.error()), {}), false);
      return;
    }
    trim();
  }
  one.asking = false;
  one.as_of_ms = told.stale_since_ms == 0 ? unix_ms() : told.stale_since_ms;
  tell(it->first, one);
  arm(key, one);
}

void live_hub_state::deliver(subscriber& who, live_news told) {
  config.figures->news[static_cast<std::size_t>(told.is)]->add();
  who.promise.deliver(std::move(told));
}

void live_hub_state::let_go(const subscriber& who) {
  --waiting;
  --who.by->second.waiting;
  forget_if_empty(who.by);
}

void live_hub_state::show() const {
  config.figures->views.set(views.size());
  config.figures->waiting.set(waiting);
  config.figures->bytes.set(bytes);
}

/// Answers who has something else than the newest state, or has heard nothing for long.
void live_hub_state::tell(const std::string& key, followed& one) {
  const auto now = self->clock().now();
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
    let_go(who);
    return true;
  });
  count_bytes(one);
  if (one.waiting.empty())
    abandon(key, one);
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
    let_go(who);
    return true;
  });
  if (for_good)
    return drop(it);
  if (one.waiting.empty())
    abandon(it->first, one);
  else if (one.timer == 0)
    set_timer(key, one, std::max(one.interval, retry_interval));
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
