#include "tests/support/sentinels.hpp"

#include "tests/support/free_port.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <doctest/doctest.h>
#include <hiredis/hiredis.h>

#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <functional>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace tickboard::test {

namespace {

namespace asio = boost::asio;

bool accepts(std::uint16_t port) {
  asio::io_context io;
  asio::ip::tcp::socket socket{io};
  boost::system::error_code error;
  socket.connect({asio::ip::address_v4::loopback(), port}, error);
  return !error;
}

void poll_until(const char* what, const std::function<bool()>& reached) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes{1};
  while (!reached()) {
    REQUIRE_MESSAGE(std::chrono::steady_clock::now() < deadline, std::string{what});
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
  }
}

std::string reply_text(const redisReply& reply) {
  if (reply.type == REDIS_REPLY_ARRAY) {
    std::string out;
    for (std::size_t i = 0; i < reply.elements; ++i)
      out += reply_text(*reply.element[i]) + "\n";
    return out;
  }
  return reply.str != nullptr ? reply.str : std::to_string(reply.integer);
}

} // namespace

redis_process::redis_process(std::vector<std::string> arguments, std::uint16_t port,
                             const std::string& log)
    : port_(port) {
  arguments.insert(arguments.begin(), "redis-server");
  std::vector<char*> argv;
  for (auto& one : arguments)
    argv.push_back(one.data());
  argv.push_back(nullptr);
  pid_ = ::fork();
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int out = ::open(log.c_str(), O_CREAT | O_APPEND | O_WRONLY, 0600);
    ::dup2(out, 1);
    ::dup2(out, 2);
    ::execvp(argv[0], argv.data());
    ::_exit(127);
  }
  REQUIRE(pid_ > 0);
  poll_until("a redis-server listens", [port] { return accepts(port); });
}

redis_process::~redis_process() {
  kill(SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

void redis_process::kill(int signal) const {
  ::kill(pid_, signal);
}

std::string ask_redis(std::uint16_t port, const std::string& password,
                      const std::vector<std::string>& words) {
  const timeval patience{1, 0};
  const std::unique_ptr<redisContext, void (*)(redisContext*)> link{
      redisConnectWithTimeout("127.0.0.1", port, patience), &redisFree};
  if (!link || link->err != 0)
    return {};
  redisSetTimeout(link.get(), patience);
  const auto run = [&](const std::vector<std::string>& command) -> std::string {
    std::vector<const char*> begins;
    std::vector<std::size_t> sizes;
    for (const auto& one : command) {
      begins.push_back(one.data());
      sizes.push_back(one.size());
    }
    const std::unique_ptr<void, void (*)(void*)> reply{
        redisCommandArgv(link.get(), static_cast<int>(begins.size()), begins.data(), sizes.data()),
        &freeReplyObject};
    return reply ? reply_text(*static_cast<const redisReply*>(reply.get())) : "";
  };
  if (!password.empty())
    run({"AUTH", password});
  return run(words);
}

sentinel_cluster::sentinel_cluster() {
  const auto in = [this](const std::string& name) {
    std::filesystem::create_directory(directory_ / name);
    return directory_ / name;
  };
  for (int i = 0; i < 3; ++i) {
    const auto port = free_port();
    const auto home = in("server-" + std::to_string(i));
    std::vector<std::string> options{
        "--port", std::to_string(port),         "--bind", "127.0.0.1", "--dir", home, "--save",
        "",       "--repl-diskless-sync-delay", "0"};
    if (i > 0) {
      const auto primary_port = std::to_string(servers[0]->port());
      options.insert(options.end(), {"--replicaof", "127.0.0.1 " + primary_port});
    }
    servers.push_back(std::make_unique<redis_process>(options, port, home + "/log"));
  }
  poll_until("both replicas follow", [this] {
    const auto told = ask_redis(servers[0]->port(), "", {"INFO", "replication"});
    return told.find("slave0:") != told.npos && told.find("slave1:") != told.npos &&
           told.find("state=wait") == told.npos && told.find("state=send") == told.npos;
  });
  for (int i = 0; i < 3; ++i) {
    const auto port = free_port();
    const auto home = in("sentinel-" + std::to_string(i));
    const std::string name = master, secret = password;
    write_file(home + "/sentinel.conf",
               "port " + std::to_string(port) + "\nbind 127.0.0.1\ndir " + home + "\nrequirepass " +
                   secret + "\nsentinel sentinel-pass " + secret + "\nsentinel monitor " + name +
                   " 127.0.0.1 " + std::to_string(servers[0]->port()) +
                   " 2\nsentinel down-after-milliseconds " + name +
                   " 500\nsentinel failover-timeout " + name + " 2000\n");
    sentinels.push_back(std::make_unique<redis_process>(
        std::vector<std::string>{home + "/sentinel.conf", "--sentinel"}, port, home + "/log"));
  }
  poll_until("the sentinels know of each other and of the replicas", [this] {
    for (const auto& one : sentinels) {
      const auto told = ask_redis(one->port(), password, {"SENTINEL", "MASTER", master});
      if (told.find("num-slaves\n2\n") == told.npos ||
          told.find("num-other-sentinels\n2\n") == told.npos)
        return false;
    }
    return true;
  });
}

std::string sentinel_cluster::addresses() const {
  std::string out;
  for (const auto& one : sentinels)
    out += (out.empty() ? "\"127.0.0.1:" : ", \"127.0.0.1:") + std::to_string(one->port()) + "\"";
  return out;
}

std::size_t sentinel_cluster::primary() const {
  for (const auto& sentinel : sentinels) {
    const auto told =
        ask_redis(sentinel->port(), password, {"SENTINEL", "GET-MASTER-ADDR-BY-NAME", master});
    for (std::size_t i = 0; i < servers.size(); ++i)
      if (told == "127.0.0.1\n" + std::to_string(servers[i]->port()) + "\n")
        return i;
  }
  return servers.size();
}

} // namespace tickboard::test
