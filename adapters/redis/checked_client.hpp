#pragma once

#include "adapters/redis/client.hpp"

namespace tickboard::redis {

/// A connection for reading what others keep up to date. A server that was restarted with data, or
/// a replica that was promoted, holds an older state with every sign of a good one; so after each
/// connect the `marks` are looked at, keys whose value is the life of the server (client_events::
/// on_server) that what they stand for was written in, or looked over. Until each of them is of
/// this life, or missing, commands fail as if there were no connection. If Redis does not let them
/// be looked at, on_lost says so, and they are looked at less and less often. Once they are, they
/// stay so: a life only gets newer marks.
///
/// As redis::connect, in threads and in all else; on_ready and on_lost are told when commands run
/// and when they do not any more.
std::shared_ptr<client> connect_checked(boost::asio::io_context& io, client_options options,
                                        client_events events, std::vector<std::string> marks);

} // namespace tickboard::redis
