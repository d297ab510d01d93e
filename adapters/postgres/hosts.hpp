#pragma once

#include "adapters/postgres/dsn.hpp"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <optional>

namespace tickboard::postgres {

/// Looks up the names of hosts, which libpq would do on the thread that connects and block it:
/// `done` gets a DSN with an address for each host (at most 16 in all; a host with several
/// addresses is there several times, so that each is tried), or says which names are unknown.
/// Calls `done` once, on the io thread, perhaps at once.
void resolve_hosts(boost::asio::io_context& io, const dsn& of,
                   std::function<void(result<dsn>)> done);

/// A DSN as that function makes it, without the first of its hosts; nothing if there is one at
/// most.
std::optional<dsn> without_first_host(dsn of);

} // namespace tickboard::postgres
