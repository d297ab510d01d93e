#pragma once

#include <chrono>
#include <optional>
#include <string>

/// What systemd is told of this process (sd_notify(3)), through the socket that NOTIFY_SOCKET
/// names. Without one, as when no unit of Type=notify started us, nothing happens. Any thread; each
/// call is a datagram and does not block. A manager that cannot be reached is none of our troubles:
/// no errors.
namespace tickboard::systemd {

/// READY=1, with a line for `systemctl status`.
void tell_ready(const std::string& status);

/// STOPPING=1
void tell_stopping();

/// WATCHDOG=1
void tell_alive();

/// How long the manager waits for `tell_alive` before it ends us (WatchdogSec= of the unit);
/// nothing if it does not wait for that.
std::optional<std::chrono::microseconds> watchdog_interval();

} // namespace tickboard::systemd
