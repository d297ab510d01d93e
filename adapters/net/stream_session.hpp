#pragma once

#include "adapters/net/asio_types.hpp"
#include "adapters/net/stream.hpp"
#include "adapters/net/url.hpp"

#include <memory>

namespace tickboard::net {

/// The io side of a stream, apart from its transport. Lives on the io thread, kept by its pending
/// operations (there is always its timer's) until it is closed.
class stream_session : public std::enable_shared_from_this<stream_session> {
public:
  virtual ~stream_session() = default;
  virtual void start() = 0;
  virtual void send(std::string text) = 0;
  virtual void close() = 0;
  virtual io_executor executor() = 0;
};

/// `to` says whether it is TLS; the error is one of the TLS set-up.
result<std::shared_ptr<stream_session>>
make_stream_session(asio::io_context& io, const stream_options& options, url to,
                    std::shared_ptr<stream_listener> listener);

} // namespace tickboard::net
