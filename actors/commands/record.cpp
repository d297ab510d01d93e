#include "actors/commands/commands.hpp"
#include "actors/commands/signals.hpp"
#include "actors/commands/waiting_get.hpp"
#include "actors/feed.hpp"
#include "adapters/exchange/recording.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>

#include <atomic>
#include <cstdio>
#include <deque>
#include <fstream>
#include <future>
#include <memory>

namespace tickboard::commands {

namespace {

struct record_options {
  std::string exchange, output, ws_url, rest_url, ca_file;
  std::vector<std::string> symbols, channels;
  double seconds = 0;
  std::uint64_t frames = 0;
};

/// One connection whose frames go to a file. Everything runs on the io thread.
class recorder final : public net::stream_listener, public std::enable_shared_from_this<recorder> {
public:
  recorder(boost::asio::io_context& io, const exchange::protocol& protocol, std::string url,
           std::vector<exchange::request> requests, symbol_table symbols, std::ostream& out,
           std::uint64_t limit)
      : protocol_(protocol), url_(std::move(url)), requests_(requests.begin(), requests.end()),
        symbols_(std::move(symbols)), out_(out), limit_(limit), timer_(io) {}

  void attach(net::stream_ptr stream) { stream_ = std::move(stream); }
  std::future<std::string> ended() { return ended_.get_future(); }
  std::uint64_t frames() const noexcept { return frames_; }

  void on_open() override { send_next(); }
  void on_alive() override {}
  void on_closed(net::stream_end end) override {
    timer_.cancel();
    ended_.set_value(std::move(end.reason));
  }

  void on_frames(net::frame_batch_ptr batch) override {
    for (std::size_t i = 0; i < batch->size() && !full(); ++i) {
      const auto frame = batch->frame(i);
      write(true, std::string{frame.data(), frame.size()},
            static_cast<double>(batch->received_ms) / 1000);
      ++frames_;
      decoded_.clear();
      protocol_.decode(frame, batch->received_ms, symbols_, decoded_);
      for (const auto& event : decoded_.events)
        if (const auto* wanted = std::get_if<exchange::reply_wanted>(&event))
          say(wanted->text);
    }
    if (full())
      stream_->close();
  }

private:
  bool full() const noexcept { return limit_ != 0 && frames_ >= limit_; }

  void say(const std::string& text) {
    using namespace std::chrono;
    write(false, text, duration<double>(system_clock::now().time_since_epoch()).count());
    stream_->send(text);
  }

  /// Subscriptions first, then keepalives, each no sooner than the exchange allows.
  void send_next() {
    std::chrono::milliseconds wait = protocol_.published_limits().request_interval;
    if (!requests_.empty()) {
      next_id_ = requests_.front().id + 1;
      say(requests_.front().text);
      requests_.pop_front();
    } else if (const auto text = protocol_.keepalive(next_id_); !text.empty()) {
      wait = protocol_.published_limits().keepalive_interval;
      if (idle_) {
        ++next_id_;
        say(text);
      }
      idle_ = true;
    } else {
      return;
    }
    timer_.expires_after(wait);
    timer_.async_wait([self = shared_from_this()](boost::system::error_code error) {
      if (!error)
        self->send_next();
    });
  }

  void write(bool incoming, std::string frame, double t) {
    exchange::recorded_frame one;
    one.t = t;
    one.url = url_;
    one.incoming = incoming;
    one.frame = std::move(frame);
    line_.clear();
    exchange::append_recorded_frame(line_, one);
    out_ << line_;
  }

  const exchange::protocol& protocol_;
  std::string url_;
  std::deque<exchange::request> requests_;
  symbol_table symbols_;
  std::ostream& out_;
  std::uint64_t limit_;
  boost::asio::steady_timer timer_;
  net::stream_ptr stream_;
  std::promise<std::string> ended_;
  exchange::decoded decoded_;
  std::string line_;
  std::uint64_t next_id_ = 1;
  bool idle_ = false;
  std::atomic<std::uint64_t> frames_{0};
};

result<std::string> listing(net::io_thread& io, const std::string& url,
                            const std::string& ca_file) {
  net::http_get_options ask;
  ask.url = url;
  ask.tls.ca_file = ca_file;
  auto reply = waiting_get(io, ask);
  if (!reply)
    return unexpected(reply.error());
  if (reply->status != 200)
    return unexpected(fmt::format("{} answered {}", url, reply->status));
  return std::move(reply->body);
}

int record(const record_options& given) {
  const auto fail = [](const std::string& problem) {
    std::fprintf(stderr, "tickboard record: %s\n", problem.c_str());
    return 1;
  };
  const auto* const protocol = exchange::find_protocol(given.exchange);
  if (protocol == nullptr)
    return fail(fmt::format("unknown exchange {}; there are {}", given.exchange,
                            fmt::join(exchange::protocol_names(), ", ")));
  const signals signals;
  net::io_thread io;
  config::feed_settings feed;
  feed.symbols = given.symbols;
  const auto channels = given.channels.empty() ? protocol->default_channels() : given.channels;
  const std::string ws_url{given.ws_url.empty() ? protocol->default_ws_url() : given.ws_url};
  const std::string rest_url{given.rest_url.empty() ? protocol->default_rest_url()
                                                    : given.rest_url};
  const auto body = listing(io, rest_url + protocol->listing_target(), given.ca_file);
  if (!body)
    return fail(body.error());
  std::size_t skipped = 0;
  const auto listed = protocol->parse_listing(*body, given.exchange, skipped);
  if (!listed)
    return fail("symbol listing: " + listed.error());
  auto markets = choose_markets(*listed, feed).markets;
  const auto most = protocol->published_limits().streams_per_connection /
                    std::max<std::size_t>(1, protocol->streams_per_market(channels));
  if (markets.empty())
    return fail("no listed market matches the symbols");
  if (markets.size() > most)
    return fail(fmt::format("{} markets match; one connection to {} takes {}", markets.size(),
                            given.exchange, most));

  std::ofstream file;
  if (given.output != "-") {
    file.open(given.output, std::ios::binary);
    if (!file)
      return fail(given.output + " cannot be written");
  }
  std::ostream& out = given.output == "-" ? std::cout : file;
  auto requests = protocol->subscribe(markets, channels, 1);
  auto recording = std::make_shared<recorder>(io.context(), *protocol, ws_url, std::move(requests),
                                              symbol_table{std::move(markets)}, out, given.frames);
  net::stream_options options;
  options.url = ws_url;
  options.tls.ca_file = given.ca_file;
  options.max_frame_bytes = protocol->published_limits().max_frame_bytes;
  auto ended = recording->ended();
  // On the io thread, so that no callback comes before the recorder knows its stream.
  auto stream = std::make_shared<std::promise<net::stream_ptr>>();
  boost::asio::post(io.context(), [&io, options, recording, stream] {
    auto opened = net::open_stream(io.context(), options, recording);
    recording->attach(opened);
    stream->set_value(std::move(opened));
  });
  const auto handle = stream->get_future().get();
  const auto deadline =
      std::chrono::steady_clock::now() + std::chrono::duration<double>(given.seconds);
  bool closing = false;
  while (ended.wait_for(std::chrono::seconds{0}) != std::future_status::ready) {
    const bool late = given.seconds > 0 && std::chrono::steady_clock::now() > deadline;
    const auto told = signals.wait(std::chrono::milliseconds{100});
    if ((told != signals::told::nothing || late) && !closing) {
      closing = true;
      handle->close();
    }
  }
  const auto reason = ended.get();
  out.flush();
  const bool asked = closing || (given.frames != 0 && recording->frames() >= given.frames);
  std::fprintf(stderr, "%llu frames recorded%s\n",
               static_cast<unsigned long long>(recording->frames()),
               asked ? "" : ("; the connection ended: " + reason).c_str());
  io.stop();
  return asked && out ? 0 : 1;
}

} // namespace

void add_record(CLI::App& app, action& chosen) {
  auto* const command =
      app.add_subcommand("record", "Write the raw frames of one live connection to a recording");
  auto given = std::make_shared<record_options>();
  command->add_option("EXCHANGE", given->exchange, "binance, coinbaseexchange or kraken")
      ->required();
  command->add_option("--symbols", given->symbols, "e.g. BTC/USDT or */EUR, separated by commas")
      ->delimiter(',')
      ->required();
  command->add_option("--output", given->output, "file; - is standard output")->default_val("-");
  command->add_option("--seconds", given->seconds, "how long; 0: until Ctrl-C")
      ->capture_default_str();
  command->add_option("--frames", given->frames, "how many; 0: no limit")->capture_default_str();
  command->add_option("--channels", given->channels, "streams, in the exchange's names")
      ->delimiter(',');
  command->add_option("--ws-url", given->ws_url, "instead of the exchange's own");
  command->add_option("--rest-url", given->rest_url, "instead of the exchange's own");
  command->add_option("--ca-file", given->ca_file, "PEM; instead of the system's CAs");
  command->callback([&chosen, given] { chosen = [given] { return record(*given); }; });
}

} // namespace tickboard::commands
