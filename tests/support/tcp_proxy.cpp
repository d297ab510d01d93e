#include "tests/support/tcp_proxy.hpp"

#include "adapters/net/io_thread.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <doctest/doctest.h>

#include <array>
#include <fcntl.h>
#include <future>
#include <set>
#include <utility>

namespace tickboard::test {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr auto trickle_pause = std::chrono::milliseconds{100};

} // namespace

struct tcp_proxy::hop {
  explicit hop(const std::string& address)
      : at(asio::ip::make_address(address), 0), acceptor(io.context()) {}

  void listen() {
    acceptor.open(at.protocol());
    ::fcntl(acceptor.native_handle(), F_SETFD, FD_CLOEXEC); // else programs started later listen on
    acceptor.set_option(tcp::acceptor::reuse_address(true));
    acceptor.bind(at);
    acceptor.listen();
    at = acceptor.local_endpoint();
    accept_one();
  }
  void accept_one();

  net::io_thread io;
  tcp::endpoint at;
  tcp::acceptor acceptor;
  std::uint16_t target = 0;
  passage newcomers = passage::all;
  std::uint64_t accepted = 0;
  std::set<std::shared_ptr<session>> open;
};

/// One connection. All on the io thread.
class tcp_proxy::session : public std::enable_shared_from_this<session> {
public:
  session(hop& of, tcp::socket client)
      : how(of.newcomers), hop_(of), client_(std::move(client)), server_(client_.get_executor()),
        timer_(client_.get_executor()) {}

  void start() {
    server_.async_connect({asio::ip::address_v4::loopback(), hop_.target},
                          [self = shared_from_this()](error_code failed) {
                            if (failed)
                              return self->end();
                            self->read_client();
                            self->read_server();
                          });
  }

  void say(const std::string& bytes) {
    to_client_ += bytes;
    flush();
  }

  void reset() {
    error_code ignored;
    client_.set_option(asio::socket_base::linger(true, 0), ignored);
    end();
  }

  passage how;
  bool cut = false; ///< the next bytes from the server are the last ones

private:
  void read_client() {
    client_.async_read_some(
        asio::buffer(upwards_), [self = shared_from_this()](error_code failed, std::size_t size) {
          if (self->how == passage::nothing)
            return failed ? void() : self->read_client();
          if (failed)
            return self->end();
          asio::async_write(self->server_, asio::buffer(self->upwards_.data(), size),
                            [self](error_code broken, std::size_t) {
                              broken ? self->end() : self->read_client();
                            });
        });
  }

  void read_server() {
    server_.async_read_some(asio::buffer(downwards_),
                            [self = shared_from_this()](error_code failed, std::size_t size) {
                              if (self->how == passage::nothing)
                                return failed ? void() : self->read_server();
                              if (failed)
                                return self->end();
                              self->to_client_.append(self->downwards_.data(), size);
                              if (std::exchange(self->cut, false)) {
                                self->to_client_.pop_back();
                                self->ends_ = true;
                              }
                              self->is_due_ = true;
                              self->flush();
                            });
  }

  /// Sends what waits; then the server is read on.
  void flush() {
    if (writing_)
      return;
    if (to_client_.empty()) {
      if (ends_)
        return reset();
      if (std::exchange(is_due_, false))
        read_server();
      return;
    }
    writing_ = true;
    const auto count = how == passage::trickle ? 1 : to_client_.size();
    asio::async_write(client_, asio::buffer(out_ = to_client_.substr(0, count)),
                      [self = shared_from_this(), count](error_code failed, std::size_t) {
                        if (failed)
                          return self->end();
                        self->to_client_.erase(0, count);
                        if (self->how == passage::trickle)
                          return self->pause();
                        self->writing_ = false;
                        self->flush();
                      });
  }

  void pause() {
    timer_.expires_after(trickle_pause);
    timer_.async_wait([self = shared_from_this()](error_code failed) {
      self->writing_ = false;
      if (!failed)
        self->flush();
    });
  }

  void end() {
    error_code ignored;
    client_.close(ignored);
    server_.close(ignored);
    timer_.cancel();
    hop_.open.erase(shared_from_this());
  }

  hop& hop_;
  tcp::socket client_, server_;
  asio::steady_timer timer_; // of the trickle
  std::array<char, 64 * 1024> upwards_, downwards_;
  std::string to_client_, out_; // what waits, of which `out_` is on its way
  bool writing_ = false;
  bool is_due_ = false; // the server is read once all is written
  bool ends_ = false;   // reset once all is written
};

void tcp_proxy::hop::accept_one() {
  acceptor.async_accept([this](error_code failed, tcp::socket client) {
    if (failed)
      return; // told to refuse, or the end
    ++accepted;
    const auto one = std::make_shared<session>(*this, std::move(client));
    open.insert(one);
    one->start();
    accept_one();
  });
}

tcp_proxy::tcp_proxy(std::string address)
    : address_(std::move(address)), hop_(std::make_unique<hop>(address_)) {
  run([this] {
    hop_->listen();
    port_ = hop_->at.port();
  });
}

tcp_proxy::~tcp_proxy() {
  refuse();
}

/// On the io thread; waits for it.
template <class Work>
void tcp_proxy::run(Work work) {
  std::promise<void> done;
  asio::post(hop_->io.context(), [&] {
    try {
      work();
      done.set_value();
    } catch (...) {
      done.set_exception(std::current_exception());
    }
  });
  REQUIRE_NOTHROW(done.get_future().get());
}

void tcp_proxy::forward_to(std::uint16_t port) {
  run([&] { hop_->target = port; });
}

void tcp_proxy::refuse() {
  run([this] {
    hop_->acceptor.close();
    for (const auto& one : std::set{hop_->open})
      one->reset();
  });
}

void tcp_proxy::accept() {
  run([this] { hop_->listen(); });
}

void tcp_proxy::open_ones(passage how) {
  run([&] {
    for (const auto& one : hop_->open)
      one->how = how;
  });
}

void tcp_proxy::new_ones(passage how) {
  run([&] { hop_->newcomers = how; });
}

void tcp_proxy::reset() {
  run([this] {
    for (const auto& one : std::set{hop_->open})
      one->reset();
  });
}

void tcp_proxy::say(const std::string& bytes) {
  run([&] {
    for (const auto& one : std::set{hop_->open})
      one->say(bytes);
  });
}

void tcp_proxy::cut_within_frame() {
  run([this] {
    for (const auto& one : hop_->open)
      one->cut = true;
  });
}

std::uint64_t tcp_proxy::accepted() {
  std::uint64_t out = 0;
  run([&] { out = hop_->accepted; });
  return out;
}

} // namespace tickboard::test
