#include "adapters/redis/private_server.hpp"

#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace tickboard::redis {

namespace {

namespace fs = std::filesystem;
constexpr auto start_timeout = std::chrono::seconds{10};
constexpr auto poll_interval = std::chrono::milliseconds{5};

bool accepts(const std::string& socket_path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, socket_path.c_str(), sizeof(address.sun_path) - 1);
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool connected =
      ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  ::close(fd);
  return connected;
}

class private_server_impl final : public private_server {
public:
  private_server_impl(std::string directory, const std::vector<std::string>& options)
      : directory_(std::move(directory)) {
    command_ = {"redis-server",     "--port", "0",     "--unixsocket", socket_path(),
                "--unixsocketperm", "700",    "--dir", directory_,     "--logfile",
                log_path(),         "--save", "",      "--appendonly", "no",
                "--daemonize",      "no"};
    command_.insert(command_.end(), options.begin(), options.end());
  }

  ~private_server_impl() override {
    if (running())
      kill(SIGKILL);
    if (pid_ != 0)
      ::waitpid(pid_, nullptr, 0);
    std::error_code ignored;
    fs::remove_all(directory_, ignored);
  }

  std::string url() const override { return "unix://" + socket_path(); }
  const std::string& directory() const override { return directory_; }
  int pid() const override { return pid_; }

  bool running() override {
    if (pid_ != 0 && ::waitpid(pid_, nullptr, WNOHANG) == pid_)
      pid_ = 0;
    return pid_ != 0;
  }

  void kill(int signal) override {
    if (pid_ != 0)
      ::kill(pid_, signal);
  }

  result<void> start() override {
    fs::remove(socket_path());
    std::vector<char*> arguments; // made here: a forked child may not allocate
    for (auto& one : command_)
      arguments.push_back(one.data());
    arguments.push_back(nullptr);
    const auto parent = ::getpid();
    pid_ = ::fork();
    if (pid_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (::getppid() != parent)
        ::_exit(1); // the parent died before the line above
      sigset_t none;
      sigemptyset(&none);
      ::sigprocmask(SIG_SETMASK, &none, nullptr); // we may have blocked some
      ::setpgid(0, 0); // a Ctrl-C on the terminal is for us; the server ends when we say so
      ::execvp(arguments.front(), arguments.data());
      ::_exit(127);
    }
    if (pid_ < 0) {
      pid_ = 0;
      return unexpected(fmt::format("cannot fork: {}", std::strerror(errno)));
    }
    const auto deadline = std::chrono::steady_clock::now() + start_timeout;
    while (!accepts(socket_path())) {
      int status = 0;
      if (::waitpid(pid_, &status, WNOHANG) == pid_) {
        pid_ = 0;
        if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
          return unexpected(std::string{"there is no redis-server on the PATH (Debian: apt-get "
                                        "install redis-server)"});
        std::ifstream in{log_path()};
        return unexpected("redis-server ended: " +
                          std::string{std::istreambuf_iterator<char>{in}, {}});
      }
      if (std::chrono::steady_clock::now() > deadline)
        return unexpected(std::string{"redis-server did not listen within 10 s"});
      std::this_thread::sleep_for(poll_interval);
    }
    return {};
  }

private:
  std::string socket_path() const { return directory_ + "/redis.sock"; }
  std::string log_path() const { return directory_ + "/redis.log"; }

  std::string directory_;
  std::vector<std::string> command_;
  pid_t pid_ = 0;
};

} // namespace

result<std::unique_ptr<private_server>>
start_private_server(const std::vector<std::string>& options) {
  const auto base = fs::temp_directory_path() / "tickboard-XXXXXX";
  std::string path = base.string();
  if (::mkdtemp(path.data()) == nullptr)
    return unexpected(fmt::format("cannot make a directory in {}: {}", base.parent_path().string(),
                                  std::strerror(errno)));
  auto out = std::make_unique<private_server_impl>(path, options);
  if (auto started = out->start(); !started)
    return unexpected(started.error());
  return out;
}

} // namespace tickboard::redis
