#pragma once

#include "adapters/postgres/client.hpp"
#include "market/asset.hpp"

#include <functional>
#include <memory>

namespace tickboard::postgres {

/// Asks for all assets, after a look at the schema's version. `done` is called once, on the io
/// thread, with rows for `make_catalogue` or a sentence of what is wrong.
void read_assets(const std::shared_ptr<client>& from, std::function<void(result<reply>)> done);

/// The catalogue of those rows. Takes a good part of a second for 200,000 assets, so not for io
/// threads. A row that breaks a rule of catalogues is an error that names it.
result<asset_catalogue_ptr> make_catalogue(const reply& rows);

struct import_report {
  std::size_t assets = 0;  ///< given
  std::size_t added = 0;   ///< were not there
  std::size_t changed = 0; ///< were there, and otherwise; the rest was there just so
};

/// Puts assets into the database, all or none. Those that are there already are brought up to date;
/// of them, what the catalogue leaves empty stays as it is, and so do assets that it does not have.
/// A slug that the catalogue made of the name is for assets that are new, with the symbol behind it
/// where another asset has it already. Writes a statement of the size of the catalogue in the
/// calling thread. `done` is called once, on the io thread.
void import_assets(const std::shared_ptr<client>& into, asset_catalogue_ptr catalogue,
                   std::function<void(result<import_report>)> done);

} // namespace tickboard::postgres
