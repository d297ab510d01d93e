#include "adapters/files/file_watch.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <tuple>
#include <utility>

namespace tickboard::files {

namespace {

namespace net = boost::asio;
constexpr auto gather = std::chrono::milliseconds{50}; ///< editors touch a file several times
constexpr auto look_again = std::chrono::seconds{1};

/// What tells one state of a file from another; all zero while it is not there.
using signature = std::tuple<dev_t, ino_t, off_t, std::int64_t, std::int64_t>;

signature look_at(const std::string& path) {
  struct stat is {};
  if (::stat(path.c_str(), &is) != 0)
    return {};
  return {is.st_dev, is.st_ino, is.st_size, is.st_mtim.tv_sec, is.st_mtim.tv_nsec};
}

bool is_link(const std::string& path) {
  struct stat is {};
  return ::lstat(path.c_str(), &is) == 0 && S_ISLNK(is.st_mode);
}

class watch_impl final : public file_watch, public std::enable_shared_from_this<watch_impl> {
public:
  watch_impl(net::io_context& io, const std::string& path, std::function<void()> on_change)
      : io_(io), path_(path), events_(io), timer_(io), on_change_(std::move(on_change)) {
    const std::filesystem::path whole{path};
    name_ = whole.filename();
    directory_ = whole.has_parent_path() ? whole.parent_path().string() : ".";
  }

  void start() {
    net::post(io_, [self = shared_from_this()] {
      const bool watching = self->watch();
      self->seen_ = look_at(self->path_);
      self->on_change_();
      if (!watching)
        self->look_later();
    });
  }

  void stop() override {
    net::post(io_, [self = shared_from_this()] {
      self->on_change_ = nullptr;
      self->timer_.cancel();
      boost::system::error_code ignored;
      self->events_.close(ignored);
    });
  }

private:
  /// False if the directory cannot be watched.
  bool watch() {
    const int fd = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (fd < 0)
      return false;
    events_.assign(fd);
    if (::inotify_add_watch(fd, directory_.c_str(),
                            IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CREATE |
                                IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR) < 0) {
      events_.close();
      return false;
    }
    read();
    return true;
  }

  void read() {
    events_.async_read_some(
        net::buffer(buffer_),
        [self = shared_from_this()](boost::system::error_code error, std::size_t size) {
          if (!self->on_change_)
            return;
          if (error || !self->take(size)) {
            boost::system::error_code ignored;
            self->events_.close(ignored);
            self->look_later();
            return;
          }
          self->read();
        });
  }

  /// False when the directory went.
  bool take(std::size_t size) {
    for (std::size_t at = 0; at + sizeof(inotify_event) <= size;) {
      inotify_event event;
      std::memcpy(&event, buffer_.data() + at, sizeof(event));
      const char* const name = buffer_.data() + at + sizeof(event);
      at += sizeof(event) + event.len;
      if ((event.mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED | IN_UNMOUNT)) != 0)
        return false;
      const bool ours = event.len > 0 && name_ == name;
      // Right after its creation a file is empty; its writer will close it.
      const bool told =
          (ours && (event.mask & IN_CREATE) == 0) || (event.mask & IN_Q_OVERFLOW) != 0;
      if (told || (is_link(path_) && look_at(path_) != seen_))
        change();
    }
    return true;
  }

  void change() {
    if (gathering_)
      return;
    gathering_ = true;
    timer_.expires_after(gather);
    timer_.async_wait([self = shared_from_this()](boost::system::error_code) {
      self->gathering_ = false;
      if (!self->on_change_)
        return;
      self->seen_ = look_at(self->path_);
      self->on_change_();
      if (!self->events_.is_open())
        self->look_later();
    });
  }

  void look_later() {
    if (gathering_)
      return; // which ends here
    timer_.expires_after(look_again);
    timer_.async_wait([self = shared_from_this()](boost::system::error_code error) {
      if (error || !self->on_change_)
        return;
      const bool watching = self->watch();
      if (look_at(self->path_) != self->seen_) // changed while nobody watched
        self->change();
      else if (!watching)
        self->look_later();
    });
  }

  net::io_context& io_;
  std::string path_, directory_, name_;
  net::posix::stream_descriptor events_;
  net::steady_timer timer_;
  std::function<void()> on_change_; ///< null once stopped
  signature seen_;
  bool gathering_ = false; ///< a change is about to be told
  alignas(inotify_event) std::array<char, 4096> buffer_;
};

} // namespace

std::shared_ptr<file_watch> watch_file(net::io_context& io, const std::string& path,
                                       std::function<void()> on_change) {
  auto out = std::make_shared<watch_impl>(io, path, std::move(on_change));
  out->start();
  return out;
}

} // namespace tickboard::files
