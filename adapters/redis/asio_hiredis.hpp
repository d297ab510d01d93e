#pragma once

#include <boost/asio/io_context.hpp>

struct redisAsyncContext;

namespace tickboard::redis {

/// Lets Asio drive a hiredis context: the adapter that hiredis 0.14 does not ship. The context
/// belongs to the io thread from here on; the attachment ends by itself when hiredis frees it.
void attach(boost::asio::io_context& io, redisAsyncContext& context);

} // namespace tickboard::redis
