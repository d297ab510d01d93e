#pragma once

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <string>

namespace tickboard::files {

class file_watch {
public:
  virtual ~file_watch() = default;
  /// Any thread. `on_change` may still be called until the io thread has seen to it.
  virtual void stop() = 0;
};

/// Calls `on_change`, on the io thread: once when the watch begins, and when the file at `path` was
/// written and closed, replaced by a rename, removed, or, for a symbolic link, led elsewhere (as in
/// a mounted ConfigMap); at most once in 50 ms. It watches the directory, so the file need not be
/// there yet. While the directory cannot be watched (not there, or out of inotify watches), the
/// file is looked at once a second. What other machines do to a network file system is not seen.
std::shared_ptr<file_watch> watch_file(boost::asio::io_context& io, const std::string& path,
                                       std::function<void()> on_change);

} // namespace tickboard::files
