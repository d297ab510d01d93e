#pragma once

#include "adapters/net/http_client.hpp"
#include "adapters/net/io_thread.hpp"

namespace tickboard::commands {

/// http_get on `io`, waited for: for commands, which have nothing else to do.
result<net::http_reply> waiting_get(net::io_thread& io, const net::http_get_options& options);

} // namespace tickboard::commands
