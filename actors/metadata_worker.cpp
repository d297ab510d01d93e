#include "actors/metadata_worker.hpp"

#include "actors/error.hpp"
#include "actors/messages/metadata.hpp"
#include "actors/unix_ms.hpp"
#include "adapters/files/whole_file.hpp"
#include "adapters/postgres/assets.hpp"
#include "market/asset_csv.hpp"

#include <caf/all.hpp>

namespace tickboard {

namespace {

catalogue_made made(result<asset_catalogue_ptr> fresh, const asset_catalogue_ptr& now,
                    std::chrono::system_clock::time_point as_of) {
  if (fresh && **fresh == *now)
    fresh = now;
  return {std::move(fresh), unix_ms(as_of)};
}

} // namespace

caf::behavior metadata_worker(caf::event_based_actor* self) {
  keep_exception_text(*self);
  return {
      [](const make_catalogue& job) {
        return made(postgres::make_catalogue(job.rows), job.now, std::chrono::system_clock::now());
      },
      [](const read_catalogue& job) {
        const auto file = files::read_whole(job.file, max_asset_csv_bytes);
        if (!file)
          return catalogue_made{unexpected(file.error()), 0};
        return made(parse_asset_csv(file->text, job.file), job.now, file->modified);
      },
      [](const save_catalogue& job) {
        const auto saved = files::replace_whole(job.file, to_csv(*job.catalogue));
        return catalogue_saved{saved ? "" : saved.error()};
      },
  };
}

} // namespace tickboard
