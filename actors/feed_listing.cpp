#include "actors/error.hpp"
#include "actors/feed.hpp"
#include "actors/messages/followed.hpp"
#include "actors/messages/keeper.hpp"
#include "actors/some_of.hpp"
#include "adapters/log/log.hpp"

#include <caf/all.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <set>
#include <span>
#include <string_view>

/// What a feed makes of its exchange's listing.
namespace tickboard {

namespace {

constexpr auto listing_retry = std::chrono::minutes{1};
constexpr std::size_t named_unmatched = 5; ///< with what is near, in the log

std::vector<market_ptr> markets_in(const share_plan& plan) {
  std::vector<market_ptr> out;
  for (const auto& [number, share] : plan)
    out.insert(out.end(), share.begin(), share.end());
  return out;
}

/// Those that are not chosen any more.
std::size_t count_gone(const std::vector<market_ptr>& of, const std::vector<market_ptr>& chosen) {
  std::set<std::string_view> ids;
  for (const auto& one : chosen)
    ids.insert(one->id);
  return static_cast<std::size_t>(
      std::ranges::count_if(of, [&](const auto& one) { return !ids.contains(one->id); }));
}

} // namespace

void feed_state::discover_markets() {
  if (retiring)
    return;
  if (shares.empty())
    tell("discovering");
  pass.ask(config.gate, {connect_host(config.settings.rest_url)});
}

void feed_state::wait(const std::string& why) {
  if (pass.delayed() && !retiring)
    tell(shares.empty() ? "discovering" : "following", why);
}

void feed_state::ask_for_listing() {
  if (!pass.take() || retiring)
    return;
  net::http_get_options ask;
  ask.url = config.settings.rest_url + config.protocol->listing_target();
  ask.tls.ca_file = config.settings.ca_file;
  const auto me = caf::actor_cast<caf::actor_addr>(self);
  config.get(ask, [me, url = ask.url](result<net::http_reply> reply) {
    result<std::string> body;
    net::host_refusal refused;
    if (!reply)
      body = unexpected(reply.error());
    else if (reply->status != 200) {
      body = unexpected(fmt::format("{} answered {}", url, reply->status));
      refused = {reply->status, reply->retry_after};
    } else
      body = std::move(reply->body);
    if (auto to = caf::actor_cast<caf::actor>(me))
      caf::anon_send(to, listing_received{std::move(body), refused});
  });
}

void feed_state::take(const result<std::string>& body) {
  if (retiring)
    return;
  const auto interval = config.settings.listing_interval;
  auto next = interval;
  if (const auto problem = follow(body); !problem.empty()) {
    if (shares.empty()) {
      tell("failed", problem);
      self->quit(caf::make_error(ec::discovery_failed, problem));
      return;
    }
    log::warn("feed", "what is followed stays",
              {{"feed", config.settings.name}, {"reason", problem}});
    tell("following", problem);
    if (interval.count() != 0 || choice_due)
      next = interval.count() != 0 ? std::min<std::chrono::milliseconds>(interval, listing_retry)
                                   : listing_retry;
  } else {
    choice_due = false;
  }
  if (next.count() != 0)
    self->delayed_send(self, next, discover{++looks});
}

void feed_state::choose(const symbols_chosen& wanted) {
  config.settings.symbols = wanted.symbols;
  config.settings.exclude = wanted.exclude;
  if (shares.empty())
    return; // the first listing is still to come
  choice_due = true;
  discover_markets();
}

/// Follows what is listed and configured. Returns what is wrong, if nothing was done.
std::string feed_state::follow(const result<std::string>& body) {
  const auto& settings = config.settings;
  if (!body)
    return body.error();
  std::size_t skipped = 0;
  const auto listed = config.protocol->parse_listing(*body, settings.name, skipped);
  if (!listed)
    return "symbol listing: " + listed.error();
  auto choice = choose_markets(*listed, settings);
  const auto& chosen = choice.markets;
  if (chosen.empty())
    return fmt::format("none of the {} listed markets matches the configured symbols ({})",
                       listed->size(), some_of(settings.symbols));
  share_plan now;
  for (const auto& [number, one] : shares)
    now[number] = one.from->symbols->markets();
  const auto wanted = choose_markets(markets_in(now), settings).markets;
  const auto gone = count_gone(wanted, chosen);
  if (gone * 2 > wanted.size())
    return fmt::format(
        "symbol listing: {} of the {} markets that are followed are not in it, which "
        "is taken for a fault of the exchange",
        gone, wanted.size());
  if (std::exchange(unmatched, std::move(choice.unmatched)) != unmatched)
    warn_of_unmatched(*listed);
  const auto& limits = config.protocol->published_limits();
  const auto streams = settings.streams_per_connection != 0 ? settings.streams_per_connection
                                                            : limits.streams_per_connection;
  const auto per_market = config.protocol->streams_per_market(settings.channels);
  const auto plan = share_out(
      now, chosen,
      {per_market == 0 ? std::numeric_limits<std::size_t>::max() // one stream carries all of them
                       : std::max<std::size_t>(1, streams / per_market),
       settings.max_connections});
  const bool news = plan != now;
  if (news) {
    tell_new_writers(); // by what is followed until now, of which some may have to leave
    apply(plan);
  }
  if (markets < chosen.size())
    log::error(
        "feed",
        "max_connections does not allow all markets that are wanted; the rest is not followed",
        {{"feed", settings.name}, {"wanted", chosen.size()}, {"followed", markets}});
  if (news)
    log::info("feed", "follows markets",
              {{"feed", settings.name},
               {"markets", markets},
               {"listed", listed->size()},
               {"connections", shares.size()},
               {"unusable", skipped}});
  if (const auto keeper = config.keeper->get())
    self->send(keeper, markets_expected{settings.name, markets});
  tell("following");
  if (followed.empty() || news) {
    markets_followed all{settings.name, {}, {}};
    for (const auto& [number, share] : plan) {
      all.markets.insert(all.markets.end(), share.begin(), share.end());
      all.sources.resize(all.markets.size(), config.first_source_id + number);
    }
    const bool first = followed.empty();
    followed = caf::make_message(std::move(all));
    if (first)
      self->send(self, markets_due{});
    else
      tell_search();
  }
  announcement_due = true;
  announce();
  return {};
}

void feed_state::warn_of_unmatched(const std::vector<market_ptr>& listed) {
  if (unmatched.empty())
    return;
  std::vector<std::string> lines;
  for (const auto& one : std::span{unmatched}.first(std::min(unmatched.size(), named_unmatched))) {
    const auto near = listed_near(one, listed);
    lines.push_back(near.empty() ? one : fmt::format("{} (listed: {})", one, near));
  }
  log::warn("feed", "symbols of the config match nothing that is listed",
            {{"feed", config.settings.name},
             {"count", unmatched.size()},
             {"symbols", fmt::format("{}", fmt::join(lines, ", "))}});
}

void feed_state::apply(const share_plan& plan) {
  for (auto it = shares.begin(); it != shares.end();) {
    if (plan.contains(it->first)) {
      ++it;
      continue;
    }
    end_children(it->second);
    if (const auto to = config.status->get())
      self->send(to, connection_gone{config.settings.name, it->first});
    it = shares.erase(it);
  }
  markets = 0;
  auto delay = std::chrono::milliseconds{0};
  for (const auto& [number, list] : plan) {
    markets += list.size();
    auto& one = shares[number];
    if (one.from && one.from->symbols->markets() == list)
      continue;
    source from;
    from.connection = number;
    from.id = config.first_source_id + number;
    from.feed = config.settings.name;
    from.protocol = config.protocol;
    from.symbols = std::make_shared<const symbol_table>(list);
    if (one.from)
      from.counts = one.from->counts;
    one.from = std::make_shared<const source>(std::move(from));
    one.outdated = !one.child.empty();
    if (!one.replacement.empty())
      end_child(std::exchange(one.replacement, {}));
    one.early_wish.reset();
    one.standby.reset();
    self->delayed_send(self, delay, start_share{number});
    delay += config.protocol->published_limits().connect_interval; // the exchange counts connects
  }
}

/// Writers forget what is not followed any more, behind the last frames that tell of it.
void feed_state::announce() {
  if (!announcement_due || !ending.empty() ||
      std::ranges::any_of(shares, [](const auto& entry) { return entry.second.outdated; }))
    return;
  announcement_due = false;
  if (const auto writers = current_writers(); writers != told_writers) {
    told_writers = writers; // one that was restarted does not know whose rows are stale
    for (const auto& [number, one] : shares)
      if (one.outages != 0)
        tell_writers({one.from->id, !one.stale, one.refused.unserved()});
  }
  for (const auto& one : config.normalizers)
    if (const auto to = one->get())
      self->send(to, followed);
}

std::vector<caf::actor_id> feed_state::current_writers() const {
  std::vector<caf::actor_id> out;
  for (const auto& one : config.writers) {
    const auto to = one->get();
    out.push_back(to ? to.id() : 0);
  }
  return out;
}

/// One that was restarted does not know what is followed.
void feed_state::tell_new_writers() {
  if (followed.empty() || retiring || current_writers() == told_writers)
    return;
  announcement_due = true;
  announce();
}

} // namespace tickboard
