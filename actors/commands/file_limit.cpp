#include "actors/commands/file_limit.hpp"

#include "adapters/log/log.hpp"

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
    log::warn("daemon",
              "fewer files may be open than http.max_connections needs: more clients wait until "
              "others go; see `ulimit -Hn`",
              {{"files", files.rlim_cur}, {"clients", clients}});
}

} // namespace tickboard::commands
