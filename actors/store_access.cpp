#include "actors/store_access.hpp"

#include "adapters/redis/checked_client.hpp"
#include "adapters/redis/client_group.hpp"
#include "adapters/redis/telling_client.hpp"

#include <fmt/format.h>

namespace tickboard {

struct store_access::known {
  redis::client_options common; ///< all but what depends on the part
  metrics::registry_ptr registry;
  std::shared_ptr<missing_rights> rights;

  redis::client_options options(std::vector<board::script_ptr> scripts) const {
    auto out = common;
    out.figures = std::make_shared<const redis::call_figures>(registry, scripts);
    out.scripts = std::move(scripts);
    return out;
  }

  /// The part's connection, as metrics show it.
  redis::client_events counted(redis::client_events events, const std::string& part) const {
    const metrics::labels of{{"part", part}};
    auto& connected = registry->level(
        {"tickboard_redis_connected", "1 while the part has a connection that can be used"}, of);
    auto& connects = registry->count(
        {"tickboard_redis_connects_total", "Connections to Redis that could be used"}, of);
    auto& losses = registry->count({"tickboard_redis_losses_total",
                                    "Connections to Redis that ended, and attempts that failed"},
                                   of);
    connected.set(0);
    events.on_ready = [&, inner = std::move(events.on_ready)] {
      connected.set(1);
      connects.add();
      if (inner)
        inner();
    };
    events.on_lost = [&, inner = std::move(events.on_lost)](std::string reason) {
      connected.set(0);
      losses.add();
      if (inner)
        inner(std::move(reason));
    };
    return events;
  }

  /// What the part has of `make`, whose missing rights are noted.
  std::shared_ptr<redis::client> watched(const redis::connector& make, redis::client_events events,
                                         const std::string& part) const {
    const auto connection = rights->new_connection();
    redis::denial_events denials;
    denials.on_denied = [all = rights, connection, part](const redis::denial& what) {
      all->denied(connection, part, what, std::chrono::steady_clock::now());
    };
    denials.on_allowed = [all = rights, connection](const redis::denial& what) {
      all->allowed(connection, what);
    };
    return redis::connect_telling(make, std::move(events), std::move(denials));
  }
};

result<store_access> store_access::make(const config::redis_settings& settings,
                                        metrics::registry_ptr registry) {
  redis::client_options common;
  auto at = redis::parse_endpoint(settings.url);
  if (!at)
    return unexpected("redis.url: " + at.error());
  at->username = settings.username;
  at->password = settings.password;
  common.to = std::move(*at);
  auto& group = common.sentinels;
  for (const auto& one : settings.sentinels) {
    auto sentinel = redis::parse_endpoint("redis://" + one);
    if (!sentinel)
      return unexpected("redis.sentinels: " + sentinel.error());
    sentinel->password = settings.sentinel_password;
    group.sentinels.push_back(std::move(*sentinel));
  }
  group.master = settings.sentinel_master;
  group.timeout = settings.connect_timeout;
  if (!group.sentinels.empty() && !common.to.unix_path.empty())
    return unexpected(std::string{"redis.url: with sentinels it must be redis://"});
  common.connect_timeout = settings.connect_timeout;
  common.reply_timeout = settings.reply_timeout;
  common.backoff_max = settings.backoff_max;
  return store_access{std::make_shared<const known>(known{
      std::move(common), std::move(registry), std::make_shared<missing_rights>(settings.prefix)})};
}

const std::shared_ptr<missing_rights>& store_access::rights() const noexcept {
  return known_->rights;
}

store_opener store_access::opener(boost::asio::io_context& io, std::string part) const {
  return [&io, part = std::move(part), known = known_](std::vector<board::script_ptr> scripts,
                                                       redis::client_events events) {
    return known->watched(
        [&](redis::client_events told) {
          return redis::connect(io, known->options(std::move(scripts)),
                                known->counted(std::move(told), part));
        },
        std::move(events), part);
  };
}

store_opener store_access::checked_opener(boost::asio::io_context& io, std::string part,
                                          std::vector<std::string> marks,
                                          std::size_t connections) const {
  return [&io, part = std::move(part), marks = std::move(marks), connections, known = known_](
             const std::vector<board::script_ptr>& scripts, redis::client_events events) {
    const auto member = [&](std::size_t number, redis::client_events told) {
      return redis::connect_checked(
          io, known->options(scripts),
          known->counted(std::move(told), fmt::format("{} {}", part, number)), marks);
    };
    return known->watched(
        [&](redis::client_events told) {
          return redis::connect_group(io, connections, member, std::move(told));
        },
        std::move(events), part);
  };
}

} // namespace tickboard
