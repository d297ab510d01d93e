#include "adapters/net/http_client.hpp"

#include "adapters/net/connect.hpp"
#include "adapters/net/http_text.hpp"
#include "adapters/net/inflate.hpp"
#include "adapters/net/tls.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <fmt/format.h>

#include <ctime>
#include <optional>

namespace tickboard::net {

namespace http = boost::beast::http;

namespace {

/// Small enough that inflating a piece does not hold up the io thread.
constexpr std::size_t piece_size = 64 * 1024;
/// Cookies and policies of some fronts go over Beast's 8 KB.
constexpr std::uint32_t max_header_bytes = 64 * 1024;

using done_callback = std::function<void(result<http_reply>)>;
using response_parser = http::response_parser<http::buffer_body>;

/// One exchange over `Layer`, a dry_socket or a tls_stream. Kept by its coroutine and its
/// timer.
template <class Layer>
class exchange : public std::enable_shared_from_this<exchange<Layer>> {
public:
  exchange(io_executor executor, const http_get_options& options, url to,
           std::shared_ptr<asio::ssl::context> tls, Layer layer, done_callback done)
      : options_(options), to_(std::move(to)), tls_(std::move(tls)), layer_(std::move(layer)),
        attempt_(executor), timer_(executor), done_(std::move(done)) {}

  void start() {
    timer_.expires_after(options_.timeout);
    timer_.async_wait([self = this->shared_from_this()](error_code ec) {
      if (!ec)
        self->finish(unexpected(fmt::format("no whole answer within {} ms: {} took too long",
                                            self->options_.timeout.count(), self->attempt_.step)));
    });
    asio::co_spawn(
        timer_.get_executor(), [self = this->shared_from_this()] { return self->run(); },
        asio::detached);
  }

private:
  asio::awaitable<void> run() {
    const auto self = this->shared_from_this();
    const auto connected = co_await connect(attempt_, layer_, to_);
    if (!connected)
      co_return finish(unexpected(connected.error()));
    attempt_.step = "the answer";
    finish(co_await ask());
  }

  asio::awaitable<result<http_reply>> ask() {
    http::request<http::empty_body> request{http::verb::get, to_.target, 11};
    request.set(http::field::host, to_.authority());
    request.set(http::field::user_agent, user_agent.data());
    request.set(http::field::accept_encoding, "gzip");
    request.set(http::field::connection, "close");
    if (!options_.api_key.empty())
      request.set(http::field::authorization, "Bearer " + options_.api_key);
    error_code ec;
    co_await http::async_write(layer_, request, asio::redirect_error(asio::use_awaitable, ec));
    if (ec)
      co_return unexpected(fmt::format("the request could not be sent: {}", ec.message()));

    boost::beast::flat_buffer buffer;
    response_parser parser;
    parser.body_limit(options_.max_body_bytes);
    parser.header_limit(max_header_bytes);
    co_await http::async_read_header(layer_, buffer, parser,
                                     asio::redirect_error(asio::use_awaitable, ec));
    if (ec)
      co_return unexpected(describe(ec));
    co_return co_await read_body(buffer, parser);
  }

  asio::awaitable<result<http_reply>> read_body(boost::beast::flat_buffer& buffer,
                                                response_parser& parser) {
    http_reply reply;
    reply.status = parser.get().result_int();
    const auto header = [&](http::field name) {
      const auto value = parser.get()[name];
      return std::string_view(value.data(), value.size());
    };
    reply.retry_after =
        retry_after_of(reply.status, header(http::field::retry_after), std::time(nullptr));
    const auto coding = header(http::field::content_encoding);
    std::optional<inflater> gzip;
    if (coding == "gzip" || coding == "x-gzip")
      gzip.emplace();
    else if (!coding.empty() && coding != "identity")
      co_return unexpected(
          fmt::format("Content-Encoding \"{}\" was not asked for", printable(coding)));

    std::string piece(piece_size, '\0');
    std::size_t received = 0;
    while (!parser.is_done()) {
      auto& body = parser.get().body();
      body.data = piece.data();
      body.size = piece.size();
      error_code ec;
      co_await http::async_read(layer_, buffer, parser,
                                asio::redirect_error(asio::use_awaitable, ec));
      if (ec && ec != http::error::need_buffer)
        co_return unexpected(describe(ec));
      const auto bytes = std::string_view(piece).substr(0, piece.size() - body.size);
      received += bytes.size();
      if (!gzip) {
        reply.body += bytes;
      } else if (const auto fed = gzip->feed(bytes, reply.body, options_.max_body_bytes); !fed) {
        co_return unexpected(fed.error());
      }
    }
    if (gzip && received != 0 && !gzip->complete())
      co_return unexpected<std::string>("the gzip body is cut short");
    co_return reply;
  }

  std::string describe(error_code ec) const {
    if (ec == http::error::body_limit)
      return fmt::format("the body has more than {} bytes", options_.max_body_bytes);
    if (ec == http::error::end_of_stream || ec == http::error::partial_message ||
        ec == asio::ssl::error::stream_truncated)
      return "the connection ended before the whole answer had come";
    return fmt::format("the answer could not be read: {}", ec.message());
  }

  void finish(result<http_reply> reply) {
    if (!done_)
      return;
    timer_.cancel();
    attempt_.cancel();
    error_code ignored;
    socket_of(layer_).socket().close(ignored);
    const auto done = std::exchange(done_, nullptr);
    if (reply)
      done(std::move(reply));
    else
      done(unexpected(fmt::format("{}: {}", to_.where(), reply.error())));
  }

  const http_get_options options_;
  const url to_;
  std::shared_ptr<asio::ssl::context> tls_;
  Layer layer_;
  connect_attempt attempt_;
  io_timer timer_;
  done_callback done_;
};

template <class Layer>
void start_exchange(io_executor executor, const http_get_options& options, url to,
                    std::shared_ptr<asio::ssl::context> tls, Layer layer, done_callback done) {
  const auto made = std::make_shared<exchange<Layer>>(
      executor, options, std::move(to), std::move(tls), std::move(layer), std::move(done));
  asio::post(executor, [made] { made->start(); });
}

} // namespace

void http_get(asio::io_context& io, const http_get_options& options, done_callback done) {
  const auto executor = io.get_executor();
  const auto fail = [&](std::string reason) {
    asio::post(executor,
               [done = std::move(done), reason = std::move(reason)] { done(unexpected(reason)); });
  };
  auto to = parse_url(options.url);
  if (!to)
    return fail(to.error());
  if (to->scheme != "http" && to->scheme != "https")
    return fail(fmt::format("{}: scheme \"{}\" is not http or https", to->where(), to->scheme));
  if (!to->tls())
    return start_exchange(executor, options, *std::move(to), nullptr, dry_socket(executor),
                          std::move(done));
  auto tls = tls_context(options.tls);
  if (!tls)
    return fail(fmt::format("{}: {}", to->where(), tls.error()));
  start_exchange(executor, options, *std::move(to), *tls, tls_stream(dry_socket(executor), **tls),
                 std::move(done));
}

} // namespace tickboard::net
