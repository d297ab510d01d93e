#pragma once

#include "tests/support/temporary_directory.hpp"

#include <string>
#include <vector>

namespace tickboard::test {

/// A PostgreSQL of the test's own: a cluster in a temporary directory, reachable through a Unix
/// socket there and by nobody else. Gone, with its directory, when this object goes or the test
/// dies. As root it runs as another user, since postgres refuses to be root. Fails the test, with
/// the server's own words, when it cannot be had.
class private_postgres {
public:
  private_postgres(); ///< makes the cluster, and starts it
  private_postgres(const private_postgres&) = delete;
  private_postgres& operator=(const private_postgres&) = delete;
  ~private_postgres();

  /// Of the database that is there from the start.
  std::string dsn() const;
  const std::string& directory() const { return directory_.path(); }

  bool running() const noexcept { return pid_ != 0; }
  void start();
  /// As if the power failed: every process of it is gone when this returns.
  void kill();
  /// SIGSTOP and SIGCONT to every process of it: alive, and silent.
  void freeze() const;
  void thaw() const;

private:
  int spawn(const std::string& program, const std::vector<std::string>& arguments) const;
  std::string log() const;

  temporary_directory directory_;
  std::string programs_;
  unsigned user_ = 0, group_ = 0; ///< who runs it; 0: we
  int pid_ = 0;
};

} // namespace tickboard::test
