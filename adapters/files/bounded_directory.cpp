#include "adapters/files/bounded_directory.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace tickboard::files {

namespace {

/// Counted anew each time: people take files away.
result<std::uint64_t> bytes_in(const std::string& directory) {
  std::error_code error;
  std::uint64_t out = 0;
  std::filesystem::directory_iterator at{directory, error}, end;
  for (; !error && at != end; at.increment(error)) {
    std::error_code gone; // one that is taken away meanwhile holds nothing
    if (at->is_regular_file(gone))
      if (const auto size = at->file_size(gone); !gone)
        out += size;
  }
  if (error)
    return unexpected(fmt::format("{}: cannot be read: {}", directory, error.message()));
  return out;
}

/// Takes back what was written before a failure, so that no half line stays.
result<void> append(const std::string& path, std::string_view text) {
  const int file =
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0640);
  struct stat before {};
  std::string problem;
  if (file < 0 || ::fstat(file, &before) != 0)
    problem = std::strerror(errno);
  while (problem.empty() && !text.empty()) {
    const auto wrote = ::write(file, text.data(), text.size());
    if (wrote < 0 && errno == EINTR)
      continue;
    if (wrote < 0) {
      problem = std::strerror(errno);
      if (::ftruncate(file, before.st_size) != 0)
        problem += ", and its last line is not whole";
      break;
    }
    text.remove_prefix(static_cast<std::size_t>(wrote));
  }
  if (file >= 0 && ::close(file) != 0 && problem.empty())
    problem = std::strerror(errno); // some file systems tell of a full disk only now
  if (!problem.empty())
    return unexpected(fmt::format("{}: cannot be written: {}", path, problem));
  return {};
}

} // namespace

result<void> append_within(const std::string& directory, const std::string& name,
                           std::string_view text, std::uint64_t max_bytes) {
  if (::mkdir(directory.c_str(), 0750) != 0 && errno != EEXIST)
    return unexpected(fmt::format("{}: cannot be made: {}", directory, std::strerror(errno)));
  const auto held = bytes_in(directory);
  if (!held)
    return unexpected(held.error());
  if (text.size() > max_bytes || *held > max_bytes - text.size())
    return unexpected(fmt::format("{}: is full: it holds {} of {} bytes, and {} more are wanted; "
                                  "move its files elsewhere",
                                  directory, *held, max_bytes, text.size()));
  return append(directory + '/' + name, text);
}

} // namespace tickboard::files
