#include "adapters/files/whole_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tickboard::files {

namespace {

class descriptor {
public:
  explicit descriptor(int of) : of_(of) {}
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  ~descriptor() {
    if (of_ >= 0)
      ::close(of_);
  }
  int operator*() const { return of_; }

private:
  int of_;
};

tl::unexpected<std::string> failed(const std::string& path, const char* what) {
  return unexpected(fmt::format("{}: cannot be {}: {}", path, what, std::strerror(errno)));
}

} // namespace

result<contents> read_whole(const std::string& path, std::size_t max_bytes) {
  // Without O_NONBLOCK, opening a FIFO waits for a writer.
  const descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  struct stat is {};
  if (*file < 0 || ::fstat(*file, &is) != 0)
    return failed(path, "read");
  if (!S_ISREG(is.st_mode))
    return unexpected(path + ": is not a regular file");
  contents out;
  out.modified = std::chrono::system_clock::from_time_t(is.st_mtime);
  out.text.resize(std::min(max_bytes, static_cast<std::size_t>(is.st_size)) + 1);
  std::size_t size = 0;
  for (;;) {
    if (size == out.text.size()) // it grows while it is read
      out.text.resize(std::min(max_bytes + 1, 2 * size));
    const auto got = ::read(*file, out.text.data() + size, out.text.size() - size);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return failed(path, "read");
    size += static_cast<std::size_t>(got);
    if (size > max_bytes)
      return unexpected(
          fmt::format("{}: is too large; allowed: at most {} bytes", path, max_bytes));
    if (got == 0)
      break;
  }
  out.text.resize(size);
  return out;
}

result<void> replace_whole(const std::string& path, std::string_view text) {
  const auto fresh = path + ".new";
  const descriptor file{::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)};
  if (*file < 0)
    return failed(fresh, "written");
  // What was begun must not take the last room of a disk that is full.
  const auto give_up = [&](const std::string& whose, const char* what) {
    auto problem = failed(whose, what);
    ::unlink(fresh.c_str());
    return problem;
  };
  while (!text.empty()) {
    const auto wrote = ::write(*file, text.data(), text.size());
    if (wrote < 0 && errno == EINTR)
      continue;
    if (wrote < 0)
      return give_up(fresh, "written");
    text.remove_prefix(static_cast<std::size_t>(wrote));
  }
  if (::fsync(*file) != 0)
    return give_up(fresh, "written");
  if (std::rename(fresh.c_str(), path.c_str()) != 0)
    return give_up(path, "replaced");
  return {};
}

} // namespace tickboard::files
