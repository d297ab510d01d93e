#include "tests/bench/store/figures.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <sys/utsname.h>
#include <thread>

namespace tickboard::bench {

namespace {

std::string processor() {
  std::ifstream in{"/proc/cpuinfo"};
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("model name"))
      return line.substr(std::min(line.find(':') + 2, line.size()));
  return "?";
}

std::string redis_version() {
  std::string out;
  if (auto* const pipe = ::popen("redis-server --version", "r")) {
    std::array<char, 256> text{};
    if (std::fgets(text.data(), text.size(), pipe) != nullptr)
      out = text.data();
    ::pclose(pipe);
  }
  const auto at = out.find("v=");
  return at == out.npos ? "?" : out.substr(at + 2, out.find(' ', at) - at - 2);
}

} // namespace

std::string machine() {
  utsname system{};
  ::uname(&system);
  double load = 0;
  ::getloadavg(&load, 1);
  const auto now = std::time(nullptr);
  std::array<char, 16> date{};
  std::strftime(date.data(), date.size(), "%Y-%m-%d", std::localtime(&now));
  return fmt::format("{} cores ({}), Linux {}, Redis {}, load {:.1f} at the end, {}",
                     std::thread::hardware_concurrency(), processor(), system.release,
                     redis_version(), load, date.data());
}

} // namespace tickboard::bench
