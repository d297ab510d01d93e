#pragma once

#include "adapters/redis/verify/partition_check.hpp"

namespace tickboard::redis {

/// Sets right what was found: each market by its newest row that can be read, of the board and the
/// quote's own partition; a market without such a row is removed, and the daemon's next update
/// writes it anew. Says in `found.report` what was done. Does nothing to what has changed since it
/// was looked at.
void repair(conversation& on, const layout& keys, const asset_keys& assets, inspector& looking,
            partition_check& counting, discovery& found);

std::vector<std::shared_ptr<const script>> repair_scripts();

} // namespace tickboard::redis
