#include "adapters/metrics/process_figures.hpp"

#include <array>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <sys/resource.h>
#include <unistd.h>

namespace tickboard::metrics {

namespace {

/// Fields of /proc/self/stat from the third on: the second, in brackets, may hold blanks.
/// proc(5)
std::vector<double> stat_fields() {
  std::ifstream file{"/proc/self/stat"};
  std::string text{std::istreambuf_iterator<char>{file}, {}};
  std::istringstream rest{text.substr(std::min(text.rfind(')') + 1, text.size()))};
  std::string state;
  rest >> state;
  return {std::istream_iterator<double>{rest}, {}};
}

/// Unix time of the boot, in seconds; 0: not known.
double boot_time() {
  std::ifstream file{"/proc/stat"};
  std::string word;
  double value = 0;
  while (file >> word)
    if (word == "btime" && file >> value)
      return value;
  return 0;
}

} // namespace

families process_figures() {
  families out;
  const auto tell = [&out](const note& what, kind type, double value) {
    add(out.emplace_back(make_family(what, type)), {}, value);
  };
  const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  const auto page = static_cast<double>(::sysconf(_SC_PAGESIZE));
  constexpr std::size_t utime = 10, stime = 11, start = 18, vsize = 19, rss = 20;
  if (const auto stat = stat_fields(); stat.size() > rss) {
    tell(
        {"process_cpu_seconds_total", "CPU time of the process, in its own code and in the kernel"},
        kind::counter, (stat[utime] + stat[stime]) / ticks);
    tell({"process_virtual_memory_bytes", "Address space of the process"}, kind::gauge,
         stat[vsize]);
    tell({"process_resident_memory_bytes", "Memory that the process holds"}, kind::gauge,
         stat[rss] * page);
    if (const auto boot = boot_time(); boot > 0)
      tell({"process_start_time_seconds", "Unix time when the process was started"}, kind::gauge,
           boot + stat[start] / ticks);
  }
  std::error_code error;
  std::size_t files = 0;
  for (std::filesystem::directory_iterator it{"/proc/self/fd", error}, end; !error && it != end;
       it.increment(error))
    ++files;
  if (!error && files > 0) // one of them is ours, to look
    tell({"process_open_fds", "Files and sockets that are open"}, kind::gauge,
         static_cast<double>(files - 1));
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0)
    tell({"process_max_fds", "Files and sockets that may be open"}, kind::gauge,
         static_cast<double>(limit.rlim_cur));
  return out;
}

} // namespace tickboard::metrics
