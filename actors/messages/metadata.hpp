#pragma once

#include "actors/messages/ids.hpp"
#include "adapters/postgres/reply.hpp"
#include "market/asset.hpp"
#include "market/result.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

/// To the metadata actor, its worker, and whoever uses metadata.
namespace tickboard {

/// From the io thread: PostgreSQL told of a change, or the file was touched.
struct metadata_touched {};

/// From the io thread: what PostgreSQL answered.
struct assets_read {
  result<postgres::reply> rows;
};

struct load_metadata {
  std::uint64_t generation = 0;
};

/// What is known of assets at the moment? Answered with catalogue_changed.
struct catalogue_asked {};

struct metadata_health_asked {};
struct metadata_health {
  std::string state;  ///< ok; degraded: the last known is served; failed: nothing is known
  std::string source; ///< postgres, file, built-in
  std::size_t assets = 0;
  std::int64_t age_ms = -1; ///< since the source last told; -1: it never did
  std::string problem;      ///< empty: none
};

// Each job says what is served now: a result that equals it is that very catalogue.
struct make_catalogue {
  postgres::reply rows;
  asset_catalogue_ptr now;
};
struct read_catalogue {
  std::string file;
  asset_catalogue_ptr now;
};
struct catalogue_made {
  result<asset_catalogue_ptr> catalogue;
  std::int64_t as_of_ms = 0; ///< Unix time: when the file was written, or now
};

struct save_catalogue {
  std::string file;
  asset_catalogue_ptr catalogue;
};
struct catalogue_saved {
  std::string problem; ///< empty: done
};

/// What is known of assets from now on; never null. changed_symbols() tells what differs.
struct catalogue_changed {
  asset_catalogue_ptr catalogue;
};

} // namespace tickboard
