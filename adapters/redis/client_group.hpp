#pragma once

#include "adapters/redis/client.hpp"

#include <cstddef>

namespace tickboard::redis {

/// Makes one connection of a group: `member` counts from 0.
using member_connector =
    std::function<std::shared_ptr<client>(std::size_t member, client_events events)>;

/// Several connections to the same Redis as one. The calls of a submit go together over the one
/// that has the fewest unanswered ones, so different submits may run in any order.
///
/// For questions with large replies: what does not fit into a connection's socket waits in memory
/// of Redis, which then writes it in as many pieces as the reader makes room for; with several, the
/// replies of a few questions fit (docs/decisions/pages.md).
///
/// It can be used while any of them can, and all that are used are at one server: whichever was
/// found first when there was none. Who finds another one, as after a failover, connects anew until
/// it is the same, since nobody may be told an older state after a newer one; and if one is lost
/// while it waits for an answer, the others leave the server as well. on_server is told when it is
/// another server; on_lost when no connection can be used any more, and for failed attempts
/// meanwhile.
///
/// Threads and all else: redis::connect. `make` is called at once, `members` times, with events
/// that must be told on `io`.
std::shared_ptr<client> connect_group(boost::asio::io_context& io, std::size_t members,
                                      const member_connector& make, client_events events);

} // namespace tickboard::redis
