#include "actors/metadata.hpp"

#include "actors/error.hpp"
#include "actors/mailbox.hpp"
#include "actors/messages/store.hpp"
#include "actors/to_actor.hpp"
#include "actors/unix_ms.hpp"
#include "adapters/log/log.hpp"
#include "adapters/postgres/assets.hpp"
#include "market/asset_csv.hpp"

#include <caf/all.hpp>

#include <utility>

namespace tickboard {

namespace {

using namespace std::chrono_literals;

constexpr auto gather = 100ms;     ///< changes that are loaded together
constexpr auto worker_limit = 60s; ///< for a job: a disk may hang

} // namespace

metadata_state::~metadata_state() {
  if (store)
    store->stop();
  if (watch)
    watch->stop();
}

void metadata_state::start() {
  worker = config.spawn_worker();
  self->link_to(worker);
  const auto touched = [tell = to_actor<metadata_touched>(self)] { tell({}); };
  if (config.open) {
    problem = "PostgreSQL has not answered yet";
    if (!config.cache_file.empty())
      self->request(worker, worker_limit, read_catalogue{config.cache_file, catalogue})
          .then(
              [this](const catalogue_made& cached) {
                if (told)
                  return;
                if (!cached.catalogue) {
                  log::info("metadata", "no cache", {{"reason", cached.catalogue.error()}});
                  return;
                }
                as_of_ms = cached.as_of_ms;
                take(*cached.catalogue);
              },
              [](const caf::error& error) {
                log::warn("metadata", "the cache is not read", {{"reason", describe(error)}});
              });
    postgres::client_events events;
    events.on_ready = [tell = to_actor<store_ready>(self)] { tell({}); };
    events.on_lost = [tell = to_actor<store_lost>(self)](std::string why) {
      tell({std::move(why)});
    };
    events.on_notify = touched;
    store = config.open(std::move(events));
  } else if (config.watch) {
    problem = "the file has not been read yet";
    watch = config.watch(touched); // whose first call has the file read
  } else {
    loaded({parse_asset_csv(config.built_in, "built-in assets"), unix_ms()});
  }
}

void metadata_state::load_after(std::chrono::milliseconds delay) {
  if (loading) {
    load_again = true;
    return;
  }
  const auto wanted = self->clock().now() + delay;
  if (wanted >= due)
    return;
  due = wanted;
  self->delayed_send(self, delay, load_metadata{++generation});
}

void metadata_state::load() {
  due = caf::actor_clock::time_point::max();
  if (store && !connected)
    return; // store_ready loads
  loading = true;
  load_again = false;
  if (!store)
    have_made(read_catalogue{config.file, catalogue});
  else
    postgres::read_assets(store, [tell = to_actor<assets_read>(self)](
                                     result<postgres::reply> rows) { tell({std::move(rows)}); });
}

template <class Job>
void metadata_state::have_made(Job job) {
  self->request(worker, worker_limit, std::move(job))
      .then([this](const catalogue_made& made) { loaded(made); },
            [this](const caf::error& error) {
              loaded({unexpected("the catalogue was not made: " + describe(error)), 0});
            });
}

void metadata_state::loaded(const catalogue_made& made) {
  loading = false;
  if (made.catalogue) {
    if (!store || connected) // else this was read before the connection broke
      problem.clear();
    as_of_ms = made.as_of_ms;
    // The first is news in any case: subscribers may have something of an earlier life.
    if (!std::exchange(told, true) || catalogue != *made.catalogue) {
      take(*made.catalogue);
      save();
    }
  } else {
    have_problem(made.catalogue.error());
    if (store)
      load_after(config.retry); // rights or tables may be put in order without a notification
  }
  if (load_again)
    load_after(gather);
}

void metadata_state::take(asset_catalogue_ptr fresh) {
  catalogue = std::move(fresh);
  log::info(
      "metadata", "read",
      {{"assets", catalogue->assets().size()}, {"categories", catalogue->categories().size()}});
  for (const auto& one : config.subscribers)
    if (const auto to = one->get())
      self->send(to, catalogue_changed{catalogue});
}

void metadata_state::have_problem(const std::string& what) {
  if (problem != what)
    log::warn("metadata", "the last known stays", {{"reason", what}});
  problem = what;
}

void metadata_state::save() {
  if (!store || config.cache_file.empty())
    return;
  if (saving) {
    save_again = true;
    return;
  }
  saving = true;
  const auto done = [this](const std::string& what) {
    if (!what.empty() && what != cache_problem)
      log::warn("metadata", "not kept for a start without PostgreSQL", {{"reason", what}});
    cache_problem = what;
    saving = false;
    if (std::exchange(save_again, false))
      save();
  };
  self->request(worker, worker_limit, save_catalogue{config.cache_file, catalogue})
      .then([done](const catalogue_saved& saved) { done(saved.problem); },
            [done](const caf::error& error) { done(describe(error)); });
}

metadata_health metadata_state::health() const {
  metadata_health out;
  out.source = config.open ? "postgres" : config.watch ? "file" : "built-in";
  out.assets = catalogue->assets().size();
  out.age_ms = as_of_ms < 0 ? -1 : std::max<std::int64_t>(0, unix_ms() - as_of_ms);
  out.state = problem.empty() ? "ok" : as_of_ms < 0 ? "failed" : "degraded";
  out.problem = problem.empty() ? cache_problem : problem;
  return out;
}

caf::behavior metadata(caf::stateful_actor<metadata_state>* self, metadata_config config) {
  keep_exception_text(*self);
  tell_mailbox(*self);
  auto& state = self->state;
  state.config = std::move(config);
  state.start();
  return {
      [&state](const store_ready&) {
        state.connected = true;
        state.load_after(0ms);
      },
      [&state](const store_lost& lost) {
        state.connected = false;
        state.have_problem(lost.reason);
      },
      [&state](const metadata_touched&) { state.load_after(gather); },
      [&state](const load_metadata& due) {
        if (due.generation == state.generation && !state.loading)
          state.load();
      },
      [&state](const assets_read& answer) {
        if (answer.rows)
          state.have_made(make_catalogue{*answer.rows, state.catalogue});
        else
          state.loaded({unexpected(answer.rows.error()), 0});
      },
      [&state](const catalogue_asked&) { return catalogue_changed{state.catalogue}; },
      [&state](const metadata_health_asked&) { return state.health(); },
  };
}

} // namespace tickboard
