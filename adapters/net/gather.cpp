#include "adapters/net/gather.hpp"

namespace tickboard::net {

boost::asio::execution_context::id gather::id;

} // namespace tickboard::net
