#pragma once

#include <string>
#include <vector>

namespace tickboard::test {

/// A program whose standard output and errors are a terminal of this size. Killed and reaped when
/// this object goes.
class pty_program {
public:
  /// `environment` are further NAME=VALUE; TERM is xterm.
  pty_program(std::vector<std::string> arguments, unsigned short columns, unsigned short lines,
              std::vector<std::string> environment = {});
  pty_program(const pty_program&) = delete;
  pty_program& operator=(const pty_program&) = delete;
  ~pty_program();

  /// Reads until `text` has come since this was asked last; fails the test after two minutes, or if
  /// the program ends before.
  void wait_for(const std::string& text);
  void kill(int signal) const;
  /// Reads to the end. The exit status, or minus the signal.
  int wait();

  /// All that came, without the carriage returns of terminals.
  const std::string& output() const noexcept { return output_; }

private:
  bool read_some();

  int pid_ = 0;
  int terminal_ = -1;
  std::string output_;
  std::size_t looked_at_ = 0;
};

} // namespace tickboard::test
