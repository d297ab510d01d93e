#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tickboard::test {

/// In a child: runs this program instead; ends the child if that cannot be.
[[noreturn]] void become(std::vector<std::string>& arguments);

/// A program of ours as a child process. Killed and reaped when this object goes.
class process {
public:
  /// Starts it; its stderr goes to `log`. Returns once it printed a line that holds a port after
  /// its last ':' or ' ' on stdout, which both `simulate` and `serve` do when they listen.
  process(std::vector<std::string> arguments, const std::string& log);
  process(process&&) noexcept;
  process& operator=(process&&) noexcept;
  ~process();

  std::uint16_t port() const noexcept { return port_; }
  int pid() const noexcept { return pid_; } ///< 0 once it was waited for
  /// The next line that it prints on stdout.
  std::string read_line();
  std::size_t resident_kb() const; ///< memory
  std::size_t descriptors() const; ///< that are open
  void kill(int signal) const;
  /// Waits until it ended: the exit status, or minus the signal.
  int wait();

private:
  int pid_ = 0;
  int out_ = -1;
  std::uint16_t port_ = 0;
};

} // namespace tickboard::test
