#include "actors/commands/waiting_get.hpp"

#include <future>

namespace tickboard::commands {

result<net::http_reply> waiting_get(net::io_thread& io, const net::http_get_options& options) {
  auto promise = std::make_shared<std::promise<result<net::http_reply>>>();
  net::http_get(io.context(), options,
                [promise](result<net::http_reply> reply) { promise->set_value(std::move(reply)); });
  return promise->get_future().get();
}

} // namespace tickboard::commands
