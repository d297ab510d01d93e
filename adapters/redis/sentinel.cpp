#include "adapters/redis/sentinel.hpp"

#include "adapters/redis/client.hpp"

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <charconv>
#include <utility>

namespace tickboard::redis {

namespace {

namespace net = boost::asio;

/// {host, port}, as sentinels tell it.
result<endpoint> read_address(const reply& answer, const std::string& master) {
  if (answer.failed())
    return unexpected(std::string{answer.error()});
  if (answer.is_nil())
    return unexpected(fmt::format("knows no primary of \"{}\"", master));
  if (answer.size() != 2)
    return unexpected(std::string{"an answer of an unknown shape"});
  endpoint out;
  out.host = answer[0].text();
  const auto port = answer[1].text();
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), out.port);
  if (out.host.empty() || error != std::errc{} || end != port.data() + port.size())
    return unexpected(std::string{"an address of an unknown shape"});
  return out;
}

class finder_impl final : public primary_finder, public std::enable_shared_from_this<finder_impl> {
public:
  finder_impl(net::io_context& io, sentinel_group among) : io_(io), among_(std::move(among)) {}

  void find(found_handler done) override {
    done_ = std::move(done);
    asked_ = 0;
    failures_.clear();
    ask();
  }

  void stop() override {
    done_ = nullptr;
    if (std::exchange(open_, false))
      std::exchange(link_, nullptr)->stop();
  }

private:
  const endpoint& current() const { return among_.sentinels[at_ % among_.sentinels.size()]; }

  /// A connection for one question: they are rare, and a sentinel that is gone costs nothing.
  void ask() {
    client_options options;
    options.to = current();
    options.connect_timeout = options.reply_timeout = among_.timeout;
    client_events events;
    events.on_ready = [self = shared_from_this()] { self->ask_for_address(); };
    events.on_lost = [self = shared_from_this()](std::string why) {
      self->answered(unexpected(std::move(why)));
    };
    open_ = true;
    link_ = connect(io_, std::move(options), std::move(events));
  }

  void ask_for_address() {
    std::vector<call> calls(1);
    calls[0].arguments = command{"SENTINEL", "GET-MASTER-ADDR-BY-NAME", among_.master};
    calls[0].done = [self = shared_from_this()](const reply& answer) {
      if (!answer.disconnected()) // else on_lost says why
        self->answered(read_address(answer, self->among_.master));
    };
    link_->submit(std::move(calls));
  }

  void answered(result<endpoint> address) {
    if (!std::exchange(open_, false))
      return; // the end of a connection that we closed
    std::exchange(link_, nullptr)->stop();
    // Not from within the connection's handler: the next step may open others.
    net::post(io_, [self = shared_from_this(), address = std::move(address)]() mutable {
      self->next(std::move(address));
    });
  }

  void next(result<endpoint> address) {
    if (!done_)
      return; // stopped meanwhile
    if (address) {
      std::exchange(done_, nullptr)(std::move(address));
      return;
    }
    failures_ += fmt::format("{}{}: {}", failures_.empty() ? "" : "; ", current().display(),
                             address.error());
    ++at_;
    if (++asked_ < among_.sentinels.size()) {
      ask();
      return;
    }
    std::exchange(done_,
                  nullptr)(unexpected(fmt::format("no sentinel tells the primary: {}", failures_)));
  }

  net::io_context& io_;
  const sentinel_group among_;
  found_handler done_;
  std::shared_ptr<client> link_; ///< to the current sentinel
  bool open_ = false;            ///< it has yet to answer
  std::size_t at_ = 0;           ///< which is the current one
  std::size_t asked_ = 0;
  std::string failures_;
};

} // namespace

std::shared_ptr<primary_finder> find_primaries(net::io_context& io, sentinel_group among) {
  return std::make_shared<finder_impl>(io, std::move(among));
}

} // namespace tickboard::redis
