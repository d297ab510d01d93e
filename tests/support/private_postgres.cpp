#include "tests/support/private_postgres.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <grp.h>
#include <iterator>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace tickboard::test {

namespace fs = std::filesystem;

namespace {

/// Debian keeps the servers off the PATH, a directory for each version: the newest.
std::string find_programs() {
  std::vector<fs::path> found;
  std::error_code none;
  for (const auto& one : fs::directory_iterator{"/usr/lib/postgresql", none})
    if (fs::exists(one.path() / "bin/postgres") && fs::exists(one.path() / "bin/initdb"))
      found.push_back(one.path() / "bin");
  const auto version = [](const fs::path& one) {
    return std::atoi(one.parent_path().filename().c_str());
  };
  std::ranges::sort(found, {}, version);
  return found.empty() ? "" : found.back().string();
}

std::vector<int> children_of(int parent) {
  std::vector<int> out;
  std::ifstream in{"/proc/" + std::to_string(parent) + "/task/" + std::to_string(parent) +
                   "/children"};
  for (int one = 0; in >> one;)
    out.push_back(one);
  return out;
}

bool lives(int pid) {
  std::ifstream in{"/proc/" + std::to_string(pid) + "/stat"};
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  const auto state = text.rfind(") ");
  return state != std::string::npos && text[state + 2] != 'Z';
}

} // namespace

private_postgres::private_postgres() : programs_(find_programs()) {
  REQUIRE_MESSAGE(!programs_.empty(),
                  "there is no PostgreSQL server (Debian: apt-get install postgresql)");
  if (::getuid() == 0) {
    const passwd* user = ::getpwnam("postgres");
    if (user == nullptr)
      user = ::getpwnam("nobody");
    REQUIRE(user != nullptr);
    user_ = user->pw_uid;
    group_ = user->pw_gid;
    REQUIRE(::chown(directory().c_str(), user_, group_) == 0);
  }
  const auto data = directory() + "/data";
  int status = 0;
  const int pid = spawn("initdb", {"-D", data, "-U", "tickboard", "-A", "trust", "--encoding",
                                   "UTF8", "--locale", "C.UTF-8", "--no-sync"});
  REQUIRE(::waitpid(pid, &status, 0) == pid);
  REQUIRE_MESSAGE(status == 0, "initdb failed: " << log());
  start();
}

private_postgres::~private_postgres() {
  if (pid_ != 0)
    kill();
}

std::string private_postgres::dsn() const {
  return "host=" + directory() + " user=tickboard dbname=postgres";
}

std::string private_postgres::log() const {
  std::ifstream in{directory() + "/log"};
  return {std::istreambuf_iterator<char>{in}, {}};
}

int private_postgres::spawn(const std::string& program,
                            const std::vector<std::string>& arguments) const {
  // By its path in argv[0] too: that is where initdb looks for its neighbours, and Debian has none
  // of them in PATH.
  const auto path = programs_ + "/" + program;
  std::vector<char*> argv{const_cast<char*>(path.c_str())};
  for (const auto& one : arguments)
    argv.push_back(const_cast<char*>(one.c_str()));
  argv.push_back(nullptr);
  const auto log_path = directory() + "/log";
  const int parent = ::getpid();
  const int pid = ::fork();
  REQUIRE(pid >= 0);
  if (pid != 0)
    return pid;
  if (user_ != 0 && (::setgroups(0, nullptr) != 0 || ::setgid(group_) != 0 || ::setuid(user_) != 0))
    ::_exit(126);
  // After the change of user, which clears it. A postmaster that dies takes its children along.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent || ::chdir(directory().c_str()) != 0)
    ::_exit(126);
  ::setpgid(0, 0); // a Ctrl-C on the terminal is for the test
  const int log_file = ::open(log_path.c_str(), O_CREAT | O_APPEND | O_WRONLY, 0600);
  ::dup2(log_file, 1);
  ::dup2(log_file, 2);
  ::execv(path.c_str(), argv.data());
  ::_exit(127);
}

void private_postgres::start() {
  for (const auto* left : {"/data/postmaster.pid", "/.s.PGSQL.5432", "/.s.PGSQL.5432.lock"})
    fs::remove(directory() + left); // by one that was killed
  const auto data = directory() + "/data";
  pid_ = spawn("postgres", {"-D", data, "-k", directory(), "-c", "listen_addresses=", "-c",
                            "fsync=off", "-c", "autovacuum=off", "-c", "shared_buffers=16MB"});
  // Its pid file says "ready" in line 8 once connections are taken.
  const auto ready = [this] {
    std::ifstream in{directory() + "/data/postmaster.pid"};
    const std::string text{std::istreambuf_iterator<char>{in}, {}};
    return text.find("\nready") != std::string::npos;
  };
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes{1};
  while (!ready()) {
    REQUIRE_MESSAGE(::waitpid(pid_, nullptr, WNOHANG) == 0, "postgres ended: " << log());
    REQUIRE_MESSAGE(std::chrono::steady_clock::now() < deadline,
                    "postgres is not ready after a minute: " << log());
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
}

void private_postgres::kill() {
  freeze();
  const auto children = children_of(pid_);
  for (const int one : children)
    ::kill(one, SIGKILL);
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = 0;
  // A successor refuses to start while they are attached to the cluster's memory.
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes{1};
  while (std::ranges::any_of(children, lives) && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
}

void private_postgres::freeze() const {
  ::kill(pid_, SIGSTOP); // first, so that no more children appear
  for (const int one : children_of(pid_))
    ::kill(one, SIGSTOP);
}

void private_postgres::thaw() const {
  for (const int one : children_of(pid_))
    ::kill(one, SIGCONT);
  ::kill(pid_, SIGCONT);
}

} // namespace tickboard::test
