#pragma once

#include "market/asset.hpp"
#include "market/view_query.hpp"

namespace tickboard {

/// Which base assets a view has.
struct base_choice {
  list_filter bases;
  bool none = false; ///< not even one
};

/// What filters by base asset and by category leave together: of an asset that the catalogue does
/// not know, it is known that it is in no category. Cost: the assets of the categories.
base_choice choose_bases(const list_filter& bases, const list_filter& categories,
                         const asset_catalogue& assets);

} // namespace tickboard
