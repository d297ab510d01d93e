#pragma once

#include "actors/address.hpp"
#include "actors/messages/metadata.hpp"
#include "adapters/files/file_watch.hpp"
#include "adapters/postgres/client.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace tickboard {

/// Where assets come from: PostgreSQL if `open` is set, else a file if `watch` is, else `built_in`.
struct metadata_config {
  std::function<std::shared_ptr<postgres::client>(postgres::client_events)> open;
  std::function<std::shared_ptr<files::file_watch>(std::function<void()> on_change)> watch;
  std::string file;       ///< the one that is watched
  std::string cache_file; ///< the last known assets of PostgreSQL, as CSV; empty: none are kept
  std::string_view built_in;
  std::function<caf::actor()> spawn_worker;
  std::vector<address_ptr> subscribers;   ///< told of every change
  std::chrono::milliseconds retry{5'000}; ///< after PostgreSQL refused what we asked
};

struct metadata_state {
  static constexpr const char* name = "metadata";

  explicit metadata_state(caf::event_based_actor* owner) : self(owner) {}
  ~metadata_state();

  void start();
  void load_after(std::chrono::milliseconds delay);
  void load();
  void loaded(const catalogue_made& made);
  void take(asset_catalogue_ptr fresh);
  void have_problem(const std::string& what);
  void save();
  template <class Job>
  void have_made(Job job);
  metadata_health health() const;

  caf::event_based_actor* self;
  metadata_config config;
  caf::actor worker;
  std::shared_ptr<postgres::client> store;
  std::shared_ptr<files::file_watch> watch;

  asset_catalogue_ptr catalogue = std::make_shared<const asset_catalogue>();
  bool told = false; ///< by the source, in this life of the actor
  std::int64_t as_of_ms = -1;
  std::string problem; ///< why the source does not tell; empty while it does
  std::string cache_problem;

  bool connected = false;
  bool loading = false;
  bool load_again = false;      ///< touched while loading
  std::uint64_t generation = 0; ///< of the load that is due; earlier ones are superseded
  caf::actor_clock::time_point due = caf::actor_clock::time_point::max();
  bool saving = false, save_again = false;
};

/// Owns what is known of assets. Follows its source: PostgreSQL through LISTEN, a file through a
/// watch; several changes within a tenth of a second are one load, and one load at a time is under
/// way. When the source fails, or has something that breaks the rules of catalogues, the last good
/// catalogue stays, and `metadata_health` says why. Behind PostgreSQL stands a cache file, which
/// serves until PostgreSQL does.
///
/// Takes: store_ready, store_lost, metadata_touched, assets_read; catalogue_asked (answers with
/// catalogue_changed), metadata_health_asked (answers with metadata_health). Sends to subscribers:
/// catalogue_changed.
caf::behavior metadata(caf::stateful_actor<metadata_state>* self, metadata_config config);

} // namespace tickboard
