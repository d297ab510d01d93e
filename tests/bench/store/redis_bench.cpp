#include "tests/bench/store/redis_bench.hpp"

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>

namespace tickboard::bench {

namespace {

constexpr std::size_t connections = 8;

std::shared_ptr<redis::client> connect(net::io_thread& io, const std::string& url,
                                       const board_ptr& board) {
  redis::client_options options;
  options.to = *redis::parse_endpoint(url);
  options.reply_timeout = std::chrono::minutes{2};
  options.max_pending = 1'000'000;
  options.scripts = {board->walk,   board->gather,          board->freeze,      board->rows,
                     board->write,  board->merge,           board->assets_page, board->keep,
                     board->movers, board->assets_filtered, board->assets_named};
  std::promise<void> ready;
  redis::client_events events;
  events.on_ready = [&ready, once = false]() mutable {
    if (!std::exchange(once, true))
      ready.set_value();
  };
  auto out = redis::connect(io.context(), std::move(options), std::move(events));
  ready.get_future().wait();
  return out;
}

} // namespace

void fail(const std::string& why) {
  fmt::print(stderr, "{}\n", why);
  std::exit(1);
}

redis_bench::redis_bench(const board_ptr& board, const std::vector<std::string>& options) {
  auto started = redis::start_private_server(options);
  if (!started)
    fail(started.error());
  server_ = std::move(*started);
  for (std::size_t i = 0; i < connections; ++i)
    clients_.push_back(connect(io_, server_->url(), board));
}

redis_bench::~redis_bench() {
  for (const auto& one : clients_)
    one->stop();
  io_.stop();
}

std::string redis_bench::run(redis::command command) {
  std::promise<std::string> told;
  redis::call one;
  one.arguments = std::move(command);
  one.done = [&told](const redis::reply& reply) {
    if (reply.failed())
      fail(std::string{reply.error()});
    told.set_value(std::string{reply.text()});
  };
  std::vector<redis::call> calls;
  calls.push_back(std::move(one));
  client()->submit(std::move(calls));
  return told.get_future().get();
}

void redis_bench::run_all(std::vector<redis::command> commands) {
  std::vector<redis::call> calls(commands.size());
  for (std::size_t i = 0; i < calls.size(); ++i)
    calls[i].arguments = std::move(commands[i]);
  run_all(std::move(calls));
}

void redis_bench::run_all(std::vector<redis::call> calls) {
  for (auto& one : calls)
    one.done = [before = std::move(one.done)](const redis::reply& reply) {
      if (reply.failed())
        fail(std::string{reply.error()});
      if (before)
        before(reply);
    };
  client()->submit(std::move(calls));
  run({"PING"});
}

texts redis_bench::ask(const question& what) {
  std::promise<texts> told;
  boost::asio::post(io_.context(), [&] {
    what(client(), [&told](texts out) { told.set_value(std::move(out)); });
  });
  return told.get_future().get();
}

void redis_bench::repeat(const question& what, std::size_t count) {
  struct progress {
    std::size_t left, open = 0;
    std::promise<void> done;
  };
  progress at{count, 0, {}}; // of the io thread alone, until it is done
  std::function<void(const std::shared_ptr<redis::client>&)> next =
      [&](const std::shared_ptr<redis::client>& client) {
        if (at.left == 0) {
          if (--at.open == 0)
            at.done.set_value();
          return;
        }
        --at.left;
        what(client, [&next, client](const texts&) { next(client); });
      };
  boost::asio::post(io_.context(), [&] {
    at.open = clients_.size();
    for (const auto& one : clients_)
      next(one);
  });
  at.done.get_future().wait();
}

double redis_bench::processor_us() const {
  double out = 0;
  const auto threads = fmt::format("/proc/{}/task", server_->pid());
  for (const auto& one : std::filesystem::directory_iterator{threads}) {
    std::ifstream in{one.path() / "schedstat"};
    double ns = 0;
    if (!(in >> ns))
      fail(fmt::format("{}/schedstat cannot be read: this needs Linux with schedstat",
                       one.path().string()));
    out += ns / 1'000;
  }
  return out;
}

double redis_bench::cost(const question& what, double milliseconds) {
  const auto measure = [&](std::size_t count) {
    const auto before = processor_us();
    repeat(what, count);
    return (processor_us() - before) / static_cast<double>(count);
  };
  const auto guess = measure(3);
  const auto count = std::clamp(milliseconds * 1'000 / std::max(guess, 1.0), 3.0, 50'000.0);
  return measure(static_cast<std::size_t>(count));
}

void redis_bench::forget_calls() {
  run({"CONFIG", "SET", "latency-tracking-info-percentiles", "99.9 100"});
  run({"CONFIG", "RESETSTAT"});
}

redis_bench::held redis_bench::held_by_calls() {
  const auto stats = run({"INFO", "latencystats"});
  const auto calls = stats.find("latency_percentiles_usec_evalsha:");
  const auto milliseconds = [&](const std::string& name) {
    const auto at = calls == stats.npos ? stats.npos : stats.find(name, calls);
    return at == stats.npos ? 0 : std::strtod(stats.c_str() + at + name.size(), nullptr) / 1'000;
  };
  return {milliseconds("p99.9="), milliseconds("p100=")};
}

void append_texts(texts& out, const redis::reply& from) {
  if (from.failed())
    fail(std::string{from.error()});
  for (std::size_t i = 0; i < from.size(); ++i)
    append_texts(out, from[i]);
  if (!from.is_array())
    out.emplace_back(from.is_text() ? std::string{from.text()} : fmt::format("{}", from.integer()));
}

void ask_plain(const std::shared_ptr<redis::client>& client, std::vector<redis::command> commands,
               const finished& done) {
  auto gathered = std::make_shared<texts>();
  std::vector<redis::call> calls(commands.size());
  for (std::size_t i = 0; i < calls.size(); ++i) {
    calls[i].arguments = std::move(commands[i]);
    const bool last = i + 1 == calls.size();
    calls[i].done = [gathered, done = last ? done : finished{}](const redis::reply& reply) {
      append_texts(*gathered, reply);
      if (done)
        done(std::move(*gathered));
    };
  }
  client->submit(std::move(calls));
}

} // namespace tickboard::bench
