#include "tests/support/process.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace tickboard::test {

void become(std::vector<std::string>& arguments) {
  std::vector<char*> argv;
  for (auto& one : arguments)
    argv.push_back(one.data());
  argv.push_back(nullptr);
  ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC); // this test's sockets end when it closes them
  ::execv(argv[0], argv.data());
  ::_exit(127);
}

process::process(std::vector<std::string> arguments, const std::string& log) {
  int ends[2];
  REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  pid_ = ::fork();
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::dup2(ends[1], 1);
    const int errors = ::open(log.c_str(), O_CREAT | O_APPEND | O_WRONLY, 0600);
    ::dup2(errors, 2);
    become(arguments);
  }
  ::close(ends[1]);
  out_ = ends[0];
  const auto line = read_line();
  const auto at = line.find_last_of(": ");
  const bool listens = at != std::string::npos && line.find("listening") != std::string::npos;
  if (!listens) {
    std::ifstream in{log};
    FAIL(arguments[0] << " " << arguments[1] << " does not listen; it said: " << line
                      << std::string{std::istreambuf_iterator<char>{in}, {}});
  }
  port_ = static_cast<std::uint16_t>(std::stoi(line.substr(at + 1)));
}

process::process(process&& other) noexcept
    : pid_(std::exchange(other.pid_, 0)), out_(std::exchange(other.out_, -1)), port_(other.port_) {
}

process& process::operator=(process&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(out_, other.out_);
  std::swap(port_, other.port_);
  return *this;
}

process::~process() {
  if (pid_ != 0) {
    kill(SIGKILL);
    wait();
  }
  if (out_ >= 0)
    ::close(out_);
}

std::string process::read_line() {
  std::string out;
  char c = 0;
  while (::read(out_, &c, 1) == 1 && c != '\n')
    out.push_back(c);
  return out;
}

std::size_t process::resident_kb() const {
  std::ifstream in{"/proc/" + std::to_string(pid_) + "/status"};
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("VmRSS:"))
      return std::stoul(line.substr(6));
  return 0;
}

std::size_t process::descriptors() const {
  const std::filesystem::directory_iterator all{"/proc/" + std::to_string(pid_) + "/fd"};
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

void process::kill(int signal) const {
  if (pid_ != 0)
    ::kill(pid_, signal);
}

int process::wait() {
  int status = 0;
  ::waitpid(std::exchange(pid_, 0), &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

} // namespace tickboard::test
