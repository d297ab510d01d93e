#include "adapters/net/stream.hpp"

#include "adapters/net/on_io.hpp"
#include "adapters/net/stream_session.hpp"

#include <fmt/format.h>

namespace tickboard::net {

namespace {

/// What callers hold: it does not keep the session alive, and its methods run on the io thread.
class stream_handle final : public stream {
public:
  explicit stream_handle(std::weak_ptr<stream_session> session) : session_(std::move(session)) {}

  void send(std::string text) override {
    on_io<io_turn::next>(session_, [text = std::move(text)](stream_session& session) mutable {
      session.send(std::move(text));
    });
  }
  void close() override {
    on_io<io_turn::next>(session_, [](stream_session& session) { session.close(); });
  }

private:
  std::weak_ptr<stream_session> session_;
};

result<std::shared_ptr<stream_session>>
make_session(asio::io_context& io, const stream_options& options,
             const std::shared_ptr<stream_listener>& listener) {
  auto to = parse_url(options.url);
  if (!to)
    return unexpected(to.error());
  if (to->scheme != "ws" && to->scheme != "wss")
    return unexpected(fmt::format("{}: scheme \"{}\" is not ws or wss", to->where(), to->scheme));
  const auto where = to->where();
  auto session = make_stream_session(io, options, *std::move(to), listener);
  if (!session)
    return unexpected(fmt::format("{}: {}", where, session.error()));
  return session;
}

} // namespace

stream_ptr open_stream(asio::io_context& io, const stream_options& options,
                       std::shared_ptr<stream_listener> listener) {
  auto session = make_session(io, options, listener);
  if (!session) {
    asio::post(io, [listener = std::move(listener), reason = session.error()] {
      listener->on_closed({reason});
    });
    return std::make_shared<stream_handle>(std::weak_ptr<stream_session>{});
  }
  auto handle = std::make_shared<stream_handle>(*session);
  asio::post(io, [session = *std::move(session)] { session->start(); });
  return handle;
}

} // namespace tickboard::net
