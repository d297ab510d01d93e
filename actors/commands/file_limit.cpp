#include "actors/commands/file_limit.hpp"

#include <spdlog/spdlog.h>

#include <sys/resource.h>

namespace tickboard::commands {

void raise_file_limit(std::size_t clients) {
  constexpr std::size_t own = 200; // connections to exchanges and stores, logs, epoll
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0)
    return;
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  ::getrlimit(RLIMIT_NOFILE, &files);
  if (files.rlim_cur < clients + own)
    spdlog::warn("at most {} files may be open, which is too few for {} clients "
                 "(http.max_connections): more wait until others go; see `ulimit -Hn`",
                 files.rlim_cur, clients);
}

} // namespace tickboard::commands
