#include "actors/commands/watchdog.hpp"

#include "adapters/log/log.hpp"
#include "adapters/systemd/service_manager.hpp"

#include <algorithm>

namespace tickboard::commands {

watchdog::watchdog(daemon& watched) : watched_(watched) {
  if (const auto interval = systemd::watchdog_interval()) {
    is_waited_for_ = true;
    step_ = std::max(std::chrono::duration_cast<std::chrono::milliseconds>(*interval) / 4,
                     std::chrono::milliseconds{1});
  }
}

void watchdog::look() {
  if (!is_waited_for_)
    return;
  if (watched_.shows_life()) {
    systemd::tell_alive();
    silent_ = 0;
  } else if (++silent_ == 2) {
    log::warn("watchdog",
              "some threads or actors do not answer; the service manager is not told that we live "
              "until they do",
              {{"ms", 2 * step_.count()}});
  }
}

} // namespace tickboard::commands
